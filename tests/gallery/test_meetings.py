"""Two things that happen to one picture at once: what is left must be right."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from accounts.models import User
from gallery import deleting, likes, publishing, removing, renditions
from gallery.models import Image, Like, Visibility
from tests.cast import a_generation, do_the_work
from tests.gallery.test_deleting import stored_files
from tests.gallery.test_views import an_image
from tests.stand_ins.openai import OpenAIStandIn

pytestmark = pytest.mark.django_db


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, happens: Callable[[], object]
) -> None:
    """``happens`` once the function ``name`` of ``module`` has done its work."""
    done = getattr(module, name)

    def and_then(*args: Any, **options: Any) -> Any:
        result = done(*args, **options)
        happens()
        return result

    monkeypatch.setattr(module, name, and_then)


def test_what_comes_for_a_removed_account_is_seen_by_nobody(
    client: Client, alice: User, openai: OpenAIStandIn
) -> None:
    a_generation(alice, width=512, height=512)
    removing.remove_account(alice)

    do_the_work()

    image = Image.objects.get()
    assert not image.is_listed
    assert str(image.pk) not in client.get("/").content.decode()
    assert client.get(f"/images/{image.pk}/").status_code == 404
    assert client.get(f"/images/{image.pk}/embed/").status_code == 404


def test_a_copy_that_is_made_while_the_picture_goes_is_not_kept(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = an_image(alice)

    def goes() -> None:
        removing.remove_pictures([image.pk])
        deleting.purge()

    meanwhile(monkeypatch, renditions, "convert", goes)

    assert client.get(f"/images/{image.pk}/512.jpeg").status_code == 404
    assert not stored_files(image)


def test_a_copy_that_is_made_while_the_key_is_taken_back_is_not_kept(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = an_image(alice)
    meanwhile(
        monkeypatch, renditions, "convert", lambda: Image.objects.update(key="another-key-of-now")
    )

    assert client.get(f"/images/{image.pk}/512.jpeg").status_code == 404
    kept = publishing.rendition_name(image.key, "download-512", "jpeg")
    assert not default_storage.exists(kept)


def test_renditions_that_come_after_the_end_are_not_kept(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = an_image(alice, ready=False)

    def goes() -> None:
        removing.remove_account(alice)
        deleting.purge()

    meanwhile(monkeypatch, renditions, "render", goes)
    publishing.publish(image.pk)

    assert not Image.objects.exists()
    assert not stored_files(image)


def test_nobody_likes_from_an_account_that_is_gone(alice: User, bob: User) -> None:
    image = an_image(alice)
    removing.remove_account(bob)

    with pytest.raises(likes.PictureGone):
        likes.set_like(user=bob, image=image, liked=True)

    image.refresh_from_db()
    assert image.likes == Like.objects.count() == 0


def test_a_picture_that_cannot_go_does_not_keep_the_others(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, free = an_image(alice), an_image(alice)
    removing.remove_pictures([stuck.pk, free.pk])
    delete = Image.delete

    def held(image: Image, *args: Any, **options: Any) -> Any:
        if image.pk == stuck.pk:
            raise RuntimeError("a like came in between")
        return delete(image, *args, **options)

    monkeypatch.setattr(Image, "delete", held)

    assert deleting.purge() == 1
    assert Image.objects.get() == stuck


@pytest.mark.parametrize(
    "values",
    [
        ["2024-W01-1", "{pk}"],
        ["2024-01-01\u000000:00:00", "{pk}"],
        ["2024-01-01T00:00:00+23:59:59.999", "{pk}"],
        ["9999-12-31T23:59:59-14:00", "{pk}"],
        ["0001-01-01T00:00:00+14:00", "{pk}"],
        ["2024-01-01T00:00:00", "0-{pk}"],
        ["2024-01-01T00:00:00", "-"],
        ["2024-01-01T00:00:00", 7],
        [7, "{pk}"],
        [None, None],
    ],
)
def test_no_cursor_breaks_the_feed(client: Client, alice: User, values: list[Any]) -> None:
    image = an_image(alice)
    filled = [v.format(pk=image.pk) if isinstance(v, str) else v for v in values]
    cursor = urlsafe_b64encode(json.dumps(["new", *filled]).encode()).decode().rstrip("=")

    assert client.get("/", {"after": cursor}).status_code == 200


@pytest.mark.parametrize("back", ["xyz", "?q=1", "#x", "é", "feed", "//elsewhere.example/", "/ok/"])
def test_a_form_leads_back_to_a_path_of_ours_or_to_its_own(
    client: Client, alice: User, back: str
) -> None:
    image = an_image(alice, visibility=Visibility.PUBLIC)
    client.force_login(alice)

    for path, data in (("like/", {"liked": "1"}), ("delete/", {})):
        response = client.post(f"/images/{image.pk}/{path}", {**data, "next": back})
        assert response.status_code == 302
        assert response["Location"].startswith(
            "/ok/" if back == "/ok/" else ("/images/", "/deleted/")
        )


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x"])
def test_no_moment_breaks_undoing(client: Client, alice: User, moment: str) -> None:
    client.force_login(alice)

    response = client.post("/selection/", {"action": "restore", "moment": moment})

    assert response.status_code == 302
