"""`/verify/`: was this picture made here, and does it say that AI made it?"""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pillow

from accounts.models import User
from gallery import provenance, publishing, verifying
from gallery.models import Image
from tests.gallery.test_views import a_png, an_image

pytestmark = pytest.mark.django_db


def an_original(user: User, **fields: Any) -> tuple[Image, bytes]:
    data = a_png()
    image = an_image(user, data=data, **fields)
    Image.objects.filter(pk=image.pk).update(sha256=hashlib.sha256(data).hexdigest())
    return image, data


def check(client: Client, data: bytes) -> str:
    response = client.post("/verify/", {"file": SimpleUploadedFile("picture.png", data)})
    assert response.status_code == 200
    return response.content.decode()


def marked(format: str, code: str = "trainedAlgorithmicMedia") -> bytes:
    file = io.BytesIO()
    options = provenance.save_options(encoding=format, source_type=code)
    Pillow.new("RGB", (64, 64), "teal").save(file, format, **options)
    return file.getvalue()


def test_an_original_of_a_public_picture_is_known(client: Client, alice: User) -> None:
    image, data = an_original(alice)

    page = check(client, data)

    assert "Yes, it was made here." in page
    assert image.get_absolute_url() in page
    assert "alice" in page


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_a_picture_that_is_not_public_is_known_to_its_owner_alone(
    client: Client, alice: User, bob: User, visibility: str
) -> None:
    image, data = an_original(alice, visibility=visibility)

    for viewer in (None, bob):
        if viewer:
            client.force_login(viewer)
        page = check(client, data)
        assert "Nothing is known of it here." in page
        assert str(image.pk) not in page
    client.force_login(alice)
    assert image.get_absolute_url() in check(client, data)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_mark_is_found_in_each_format(client: Client, db: None, format: str) -> None:
    assert "It says that AI made it." in check(client, marked(format))
    assert "no AI" in check(client, marked(format, "algorithmicMedia"))


def test_each_rendition_is_recognised_by_its_mark(client: Client, alice: User) -> None:
    image = an_image(alice)

    for facts in image.renditions:
        path = f"/images/{image.pk}/{facts['name']}.{facts['format']}"
        served = client.get(path)
        data = b"".join(served.streaming_content)  # type: ignore[attr-defined]
        assert "It says that AI made it." in check(client, data)


def test_a_mark_across_two_pieces_of_a_file_is_found(db: None) -> None:
    piece = 64 * 1024
    mark = provenance.VOCABULARY.encode() + b"trainedAlgorithmicMedia"
    for offset in range(1, len(mark)):
        data = b"\0" * (piece - offset) + mark
        file = SimpleUploadedFile("x", data)
        file.DEFAULT_CHUNK_SIZE = piece
        verdict = verifying.verify(file, viewer=None)  # type: ignore[arg-type]
        assert verdict.says_ai, offset


@pytest.mark.parametrize("data", [b"", b"\0", b"GIF89a", b"<script>alert(1)</script>"])
def test_anything_may_be_sent(client: Client, db: None, data: bytes) -> None:
    response = client.post("/verify/", {"file": SimpleUploadedFile("<b>x</b>.png", data)})

    assert response.status_code in (200, 400)
    assert b"<b>x</b>" not in response.content


def test_no_file_and_a_large_one_get_a_sentence(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Choose a file first." in client.post("/verify/").content.decode()
    monkeypatch.setattr(verifying, "LARGEST", 10)
    response = client.post("/verify/", {"file": SimpleUploadedFile("x.png", b"x" * 11)})
    assert response.status_code == 400
    assert "larger than 50 MB" in response.content.decode()


def test_a_hidden_picture_is_not_told_of(client: Client, alice: User) -> None:
    image, data = an_original(alice)
    publishing.hide([image.pk])

    assert str(image.pk) not in check(client, data)
