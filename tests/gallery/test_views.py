"""Pictures on the web: who sees what, byte for byte, and safely named."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image as PillowImage

from accounts.models import User
from gallery import paging, provenance, publishing
from gallery.models import Image, Visibility

pytestmark = pytest.mark.django_db


def a_png(width: int = 640, height: int = 480) -> bytes:
    stream = io.BytesIO()
    PillowImage.linear_gradient("L").resize((width, height)).convert("RGB").save(stream, "PNG")
    return stream.getvalue()


def an_image(user: User, *, ready: bool = True, **fields: Any) -> Image:
    data = fields.pop("data", None) or a_png()
    key = uuid.uuid4().hex[:22]
    image = Image(
        user=user,
        key=key,
        prompt=fields.pop("prompt", "a lighthouse at dusk"),
        provider="openai",
        model_slug="flare",
        model_name="Flare",
        content_type="image/png",
        bytes=len(data),
        sha256="0" * 64,
        width=640,
        height=480,
        created_at=fields.pop("created_at", timezone.now()),
        **fields,
    )
    image.original.name = default_storage.save(
        publishing.original_name(key, "png"), ContentFile(data)
    )
    image.save()
    if ready:
        publishing.publish(image.pk)
        image.refresh_from_db()
    return image


VIEWERS = ["anonymous", "bob", "alice", "carol"]
SEEN_BY = {
    "public": {"anonymous", "bob", "alice", "carol"},
    "unlisted": {"anonymous", "bob", "alice", "carol"},
    "private": {"alice", "carol"},
    "hidden": {"alice", "carol"},
    "withdrawn": set[str](),
}


def as_(client: Client, viewer: str, alice: User, bob: User, carol: User) -> Client:
    people = {"alice": alice, "bob": bob, "carol": carol}
    if viewer in people:
        client.force_login(people[viewer])
    return client


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("kind", SEEN_BY)
def test_one_rule_decides_who_may_read_a_picture(
    client: Client, alice: User, bob: User, carol: User, viewer: str, kind: str
) -> None:
    changes: dict[str, dict[str, Any]] = {
        "public": {"visibility": Visibility.PUBLIC},
        "unlisted": {"visibility": Visibility.UNLISTED},
        "private": {"visibility": Visibility.PRIVATE},
        "hidden": {"hidden_at": timezone.now()},
        "withdrawn": {"withdrawn_at": timezone.now()},
    }
    image = an_image(alice)
    Image.objects.filter(pk=image.pk).update(**changes[kind])
    expected = 200 if viewer in SEEN_BY[kind] else 404
    as_(client, viewer, alice, bob, carol)

    urls = ["", "original.file", "grid.webp", "page.avif", "download/", "download/?format=jpeg"]
    answers = {url: client.get(f"/images/{image.pk}/{url}").status_code for url in urls}

    assert answers == dict.fromkeys(urls, expected)
    assert (str(image.pk) in client.get("/").content.decode()) == (kind == "public")


def test_the_original_comes_back_byte_for_byte(client: Client, alice: User) -> None:
    data = a_png()
    image = an_image(alice, data=data)

    response = client.get(f"/images/{image.pk}/download/")

    assert b"".join(response.streaming_content) == data  # type: ignore[attr-defined]
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith('attachment; filename="a-lighthouse-at-dusk')


@pytest.mark.parametrize(
    ("query", "content_type", "size"),
    [
        ("size=512&format=webp", "image/webp", (512, 384)),
        ("size=512&format=avif", "image/avif", (512, 384)),
        ("format=jpg", "image/jpeg", (640, 480)),
        ("size=1024", "image/webp", (640, 480)),
        ("size=512&format=png", "image/png", (512, 384)),
    ],
)
def test_a_converted_download_has_the_size_and_the_mark(
    client: Client, alice: User, query: str, content_type: str, size: tuple[int, int]
) -> None:
    image = an_image(alice)

    for _ in range(2):  # made, and then read from where it was kept
        response = client.get(f"/images/{image.pk}/download/?{query}")
        data = b"".join(response.streaming_content)  # type: ignore[attr-defined]

    assert response["Content-Type"] == content_type
    assert PillowImage.open(io.BytesIO(data)).size == size
    assert provenance.read_source_type(data) == "trainedAlgorithmicMedia"


@pytest.mark.parametrize("query", ["size=7", "size=../../etc", "format=gif", "format=svg&size=512"])
def test_another_size_or_format_is_refused_with_a_sentence(
    client: Client, alice: User, query: str
) -> None:
    response = client.get(f"/images/{an_image(alice).pk}/download/?{query}")

    assert response.status_code == 400
    assert "Choose a size" in response.content.decode()


@pytest.mark.parametrize("name", ["grid.gif", "huge.webp", "original.exe", "grid.png"])
def test_only_files_that_exist_are_served(client: Client, alice: User, name: str) -> None:
    response = client.get(f"/images/{an_image(alice).pk}/{name}")

    assert response.status_code == 404


def test_a_file_that_is_gone_from_storage_is_a_404_and_logged(
    client: Client, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    image = an_image(alice)
    default_storage.delete(image.original_name)

    assert client.get(f"/images/{image.pk}/download/").status_code == 404
    assert "missing in storage" in caplog.text


def test_the_owner_changes_who_may_see_it(client: Client, alice: User) -> None:
    image = an_image(alice)
    client.force_login(alice)

    client.post(f"/images/{image.pk}/visibility/", {"visibility": "private"})

    assert Image.objects.get().visibility == "private"


@pytest.mark.parametrize("value", ["", "everyone", "PUBLIC"])
def test_an_unknown_visibility_changes_nothing(client: Client, alice: User, value: str) -> None:
    image = an_image(alice)
    client.force_login(alice)

    client.post(f"/images/{image.pk}/visibility/", {"visibility": value})

    assert Image.objects.get().visibility == "public"


def test_nobody_changes_the_picture_of_another(client: Client, alice: User, bob: User) -> None:
    image = an_image(alice)
    client.force_login(bob)

    response = client.post(f"/images/{image.pk}/visibility/", {"visibility": "private"})

    assert response.status_code == 404
    assert Image.objects.get().visibility == "public"


def test_the_unverified_cannot_publish(client: Client, alice: User, settings: Any) -> None:
    settings.EMAIL_VERIFICATION = "optional"
    image = an_image(alice, visibility=Visibility.PRIVATE)
    client.force_login(alice)

    client.post(f"/images/{image.pk}/visibility/", {"visibility": "public"})

    assert Image.objects.get().visibility == "private"


def test_cursors_carry_the_moment_and_the_id(alice: User) -> None:
    image = an_image(alice, ready=False)

    page = paging.page(Image.objects.all(), after=paging._encode(image, "created_at"), size=5)

    assert page.rows == []
    assert page.next_cursor == ""
