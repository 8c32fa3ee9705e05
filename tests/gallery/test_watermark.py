"""The site's name on copies: in the corner, everywhere outside, and never on the original."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pillow
from PIL import ImageChops

from accounts.models import User
from gallery import provenance, publishing, renditions, watermark
from gallery.models import Image
from tests.gallery.pictures import encoded, landscape, saved
from tests.gallery.test_views import an_image

SOURCE = "trainedAlgorithmicMedia"
SIZE = (640, 480)


def difference(seen: Pillow.Image, clean: Pillow.Image) -> Pillow.Image:
    """Where two pictures differ by more than encoders do."""
    grey = ImageChops.difference(seen.convert("RGB"), clean.convert("RGB")).convert("L")
    return grey.point(lambda level: 255 if level > 40 else 0)


def is_marked(seen: Pillow.Image, clean: Pillow.Image) -> bool:
    """Whether they differ in the lower right corner and nowhere else."""
    box = difference(seen, clean.resize(seen.size)).getbbox()
    if box is None:
        return False
    assert box[0] > seen.width * 0.6, box
    assert box[1] > seen.height * 0.8, box
    return True


def opened(data: bytes) -> Pillow.Image:
    return Pillow.open(io.BytesIO(data))


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response) if response.streaming else bytes(response.content)


def stored(image: Image) -> bytes:
    with default_storage.open(image.original_name, "rb") as stream:
        return bytes(stream.read())


@pytest.fixture
def clean() -> Pillow.Image:
    """Dark and smooth, so that only the mark makes a difference."""
    return Pillow.new("RGB", SIZE, (30, 60, 90))


@pytest.fixture
def marked(alice: User, clean: Pillow.Image) -> Image:
    return a_marked_image(alice, encoded(clean, "PNG"))


def a_marked_image(owner: User, content: bytes) -> Image:
    """A picture with a watermark, from the provider's bytes to its renditions."""
    image = an_image(owner, ready=False, data=content)
    kind = str(opened(content).format).lower()
    Image.objects.filter(pk=image.pk).update(watermark=True, content_type=f"image/{kind}")
    publishing.publish(image.pk)
    image.refresh_from_db()
    return image


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (120, 120, 120)])
@pytest.mark.parametrize("size", [(1024, 1024), (640, 360), (360, 640), (64, 64), (20, 300)])
def test_the_mark_can_be_seen_on_any_ground(
    mode: Any, colour: tuple[int, ...], size: tuple[int, int]
) -> None:
    ground = Pillow.new(mode, size, colour + (255,) * (mode == "RGBA"))
    picture = ground.copy()

    watermark.draw(picture)

    changed = ImageChops.difference(picture.convert("L"), ground.convert("L"))
    levels = changed.tobytes()
    assert max(levels) > 50
    assert max(levels[: size[0] * size[1] * 6 // 10]) == 0


def test_a_transparent_corner_shows_the_mark_and_stays_transparent_around_it() -> None:
    picture = Pillow.new("RGBA", (400, 400))

    watermark.draw(picture)

    alpha = picture.getchannel("A").tobytes()
    assert max(alpha) > 220
    assert max(alpha[: 400 * 350]) == 0


def test_a_name_that_the_font_cannot_write_gives_way_to_the_host(settings: Any) -> None:
    settings.SITE_NAME, settings.SITE_URL = "画室", "https://pictures.example"

    assert watermark.text() == "pictures.example"


@pytest.mark.parametrize("wanted", [None, (640, 480), (300, 300)])
def test_every_rendition_shows_it_once(
    tmp_path: Path, wanted: tuple[int, int] | None, clean: Pillow.Image
) -> None:
    path = saved(encoded(clean, "PNG"), tmp_path)

    made = renditions.render(path, wanted=wanted, source_type=SOURCE, marked=True)
    plain = renditions.render(path, wanted=wanted, source_type=SOURCE)

    for seen, without in zip(made.renditions, plain.renditions, strict=True):
        assert is_marked(opened(seen.data), opened(without.data)), (seen.name, seen.format)
        assert provenance.read_source_type(seen.data) == SOURCE
    assert made.placeholder == plain.placeholder


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_the_download_shows_it_in_the_format_of_the_original(
    client: Client, alice: User, clean: Pillow.Image, format: str
) -> None:
    content = encoded(clean, format)
    image = a_marked_image(alice, content)
    address = f"/images/{image.pk}/download/"
    client.force_login(alice)

    hers = body(client.get(address))
    anybodys = body(Client().get(address))

    seen = opened(hers)
    assert (seen.format, seen.size) == (format, SIZE)
    assert is_marked(seen, clean)
    assert hers == anybodys
    assert provenance.read_source_type(hers) == SOURCE
    assert stored(image) == content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["?size=original&format=png", "?size=512&format=jpeg", "?format=webp", "?format=avif"]
)
def test_converted_downloads_show_it(
    client: Client, marked: Image, clean: Pillow.Image, query: str
) -> None:
    data = body(client.get(f"/images/{marked.pk}/download/{query}"))

    assert is_marked(opened(data), clean)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["grid.webp", "page.avif", "1024.jpeg", "original.png"])
def test_no_address_of_a_file_shows_it_clean(
    client: Client, marked: Image, clean: Pillow.Image, name: str
) -> None:
    assert is_marked(opened(body(client.get(f"/images/{marked.pk}/{name}"))), clean)


@pytest.mark.django_db
def test_not_even_before_its_copies_are_made(
    client: Client, alice: User, clean: Pillow.Image
) -> None:
    image = an_image(alice, ready=False, data=encoded(clean, "PNG"))
    Image.objects.filter(pk=image.pk).update(watermark=True)
    client.force_login(alice)

    page = client.get(f"/images/{image.pk}/").content.decode()
    data = body(client.get(f"/images/{image.pk}/original.png"))

    assert "original.png" not in page
    assert is_marked(opened(data), clean)


@pytest.mark.django_db
def test_a_zip_shows_it_too(client: Client, marked: Image, clean: Pillow.Image) -> None:
    client.force_login(marked.user)

    response = client.post("/selection/", {"action": "zip", "image": [str(marked.pk)]})

    zipped = zipfile.ZipFile(io.BytesIO(body(response)))
    [name] = [name for name in zipped.namelist() if name.endswith(".png")]
    assert is_marked(opened(zipped.read(name)), clean)


@pytest.mark.django_db
def test_without_a_watermark_the_original_is_as_it_was(client: Client, alice: User) -> None:
    content = encoded(landscape(width=300, height=200), "PNG")
    image = an_image(alice, data=content)

    assert body(client.get(f"/images/{image.pk}/download/")) == content


@pytest.mark.django_db
def test_only_administrators_get_the_clean_original(
    client: Client, marked: Image, bob: User, carol: User
) -> None:
    address = f"/admin/gallery/image/{marked.pk}/original/"

    for person in (marked.user, bob):
        client.force_login(person)
        assert client.get(address).status_code == 302
    client.force_login(carol)
    answer = client.get(address)
    data = body(answer)

    assert "private" in answer["Cache-Control"]
    assert "public" not in answer["Cache-Control"]
    assert hashlib.sha256(data).digest() == hashlib.sha256(stored(marked)).digest()
    assert address in client.get(f"/admin/gallery/image/{marked.pk}/change/").content.decode()


@pytest.mark.django_db
def test_the_marked_download_is_known_as_made_by_ai(client: Client, marked: Image) -> None:
    data = body(client.get(f"/images/{marked.pk}/download/"))

    page = client.post("/verify/", {"file": SimpleUploadedFile("download.png", data)})

    assert page.context["verdict"].says_ai


@pytest.mark.django_db
def test_a_purged_picture_takes_its_marked_copy_along(client: Client, marked: Image) -> None:
    client.get(f"/images/{marked.pk}/download/")

    names = publishing.files_under(marked, marked.key)

    assert any(name.endswith("/marked.png") for name in names)
