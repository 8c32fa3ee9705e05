"""What is accepted as a picture and what is not, with files that really are so."""

import errno
import random
import struct
from pathlib import Path

import pytest
from django.conf import LazySettings
from PIL import Image as Pillow
from PIL import ImageFile

from gallery import decoding, originals
from gallery.originals import NotAPicture
from tests.gallery import pictures
from tests.gallery.pictures import chunk, encoded, png, png_of, saved

SMALL = pictures.landscape(width=96, height=64)
SAMPLES = {
    "PNG": png(SMALL),
    "JPEG": encoded(SMALL, "JPEG", quality=90),
    "WEBP": encoded(SMALL, "WEBP", quality=90),
}
KINDS_OF_WEBP = {
    "lossy": encoded(SMALL, "WEBP"),
    "lossless": encoded(SMALL, "WEBP", lossless=True),
    "extended": encoded(SMALL, "WEBP", xmp=b"<x/>"),
}


def inspect(data: bytes, directory: Path) -> originals.Facts:
    return originals.inspect(saved(data, directory))


@pytest.mark.parametrize(
    ("name", "content_type", "extension"),
    [("PNG", "image/png", "png"), ("JPEG", "image/jpeg", "jpg"), ("WEBP", "image/webp", "webp")],
)
def test_an_accepted_picture_is_known_by_its_content(
    name: str, content_type: str, extension: str, tmp_path: Path
) -> None:
    facts = inspect(SAMPLES[name], tmp_path)

    assert (facts.format, facts.content_type, facts.extension) == (name, content_type, extension)
    assert (facts.width, facts.height) == (96, 64)


@pytest.mark.parametrize("kind", KINDS_OF_WEBP)
def test_every_kind_of_still_webp_is_accepted(kind: str, tmp_path: Path) -> None:
    facts = inspect(KINDS_OF_WEBP[kind], tmp_path)

    assert (facts.width, facts.height) == (96, 64)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_may_have_many_scans_and_bytes_after_its_end(
    progressive: bool, tmp_path: Path
) -> None:
    data = encoded(SMALL, "JPEG", progressive=progressive) + b"trailing bytes \xff\xc0"

    assert inspect(data, tmp_path).width == 96


def test_a_jpeg_that_viewers_turn_has_the_size_that_they_show(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6

    facts = inspect(encoded(SMALL, "JPEG", exif=exif), tmp_path)

    assert (facts.width, facts.height, facts.orientation) == (64, 96, 6)


def test_inspecting_decodes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(self: ImageFile.ImageFile) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decode)

    for name, data in SAMPLES.items():
        assert inspect(data, tmp_path).format == name


def test_a_file_that_is_missing_is_no_broken_picture(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        originals.inspect(tmp_path / "missing")


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "disk"), MemoryError(), ImportError()])
def test_a_fault_of_the_machine_is_not_blamed_on_the_picture(
    fault: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: ImageFile.ImageFile) -> None:
        raise fault

    path = saved(SAMPLES["PNG"], tmp_path)
    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)

    with pytest.raises(type(fault)):
        decoding.load(path)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"I'm sorry, I cannot draw that.", id="text"),
        pytest.param(b"<!doctype html><title>502</title><h1>Bad gateway</h1>", id="html"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', id="svg"),
        pytest.param(encoded(SMALL, "GIF"), id="gif"),
        pytest.param(encoded(SMALL, "BMP"), id="bmp"),
        pytest.param(encoded(SMALL, "TIFF"), id="tiff"),
        pytest.param(encoded(SMALL, "AVIF"), id="avif"),
        pytest.param(encoded(SMALL, "PDF"), id="pdf"),
        pytest.param(random.Random(1).randbytes(4096), id="random bytes"),
        pytest.param(pictures.PNG_SIGNATURE + random.Random(1).randbytes(4096), id="random png"),
        pytest.param(b"\xff\xd8\xff" + random.Random(1).randbytes(4096), id="random jpeg"),
        pytest.param(b"RIFF\x00\x10\0\0WEBP" + random.Random(1).randbytes(4096), id="random webp"),
        pytest.param(png_of(width=0, height=8), id="no width"),
        pytest.param(png_of(width=8, height=8)[:-12], id="no end"),
        pytest.param(
            pictures.PNG_SIGNATURE + SAMPLES["PNG"][8:33] + chunk(b"IEND", b""), id="no data"
        ),
        pytest.param(SAMPLES["JPEG"].replace(b"\xff\xc0", b"\xff\xc3"), id="lossless jpeg"),
    ],
)
def test_what_is_no_accepted_picture_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotAPicture) as refusal:
        inspect(data, tmp_path)

    assert refusal.value.detail
    assert "picture" in str(refusal.value.sentence)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_that_is_cut_short_is_refused_wherever_the_cut_is(
    name: str, tmp_path: Path
) -> None:
    data = SAMPLES[name]

    for length in {*range(0, len(data), 97), *range(len(data) - 3, len(data))}:
        with pytest.raises(NotAPicture):
            inspect(data[:length], tmp_path)


def test_the_end_of_an_embedded_thumbnail_does_not_hide_a_missing_end(tmp_path: Path) -> None:
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(SAMPLES["JPEG"])) + SAMPLES["JPEG"]
    data = SAMPLES["JPEG"][:2] + comment + SAMPLES["JPEG"][2:]
    assert inspect(data, tmp_path).width == 96

    with pytest.raises(NotAPicture, match="cut short"):
        inspect(data[:-20], tmp_path)


@pytest.mark.parametrize("encoding", ["PNG", "WEBP"])
def test_an_animation_is_refused(encoding: str, tmp_path: Path) -> None:
    frames = [pictures.landscape(width=64, height=64, seed=seed) for seed in (1, 2, 3)]

    with pytest.raises(NotAPicture, match="animated"):
        inspect(encoded(frames[0], encoding, save_all=True, append_images=frames[1:]), tmp_path)


def test_a_picture_too_long_for_webp_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPicture, match="20000 x 1"):
        inspect(png(Pillow.new("L", (20_000, 1))), tmp_path)


def test_the_limit_on_pixels_is_a_setting(tmp_path: Path, settings: LazySettings) -> None:
    settings.MAX_PICTURE_PIXELS = 96 * 64
    assert inspect(SAMPLES["PNG"], tmp_path).width == 96

    settings.MAX_PICTURE_PIXELS -= 1
    with pytest.raises(NotAPicture):
        inspect(SAMPLES["PNG"], tmp_path)


def test_a_photograph_with_a_second_picture_behind_it_is_a_jpeg(tmp_path: Path) -> None:
    # Telephones write an MPO: a JPEG with previews or a gain map after its end.
    data = encoded(SMALL, "MPO", save_all=True, append_images=[SMALL.resize((48, 32))])

    facts = inspect(data, tmp_path)

    assert (facts.format, facts.width, facts.height) == ("JPEG", 96, 64)
