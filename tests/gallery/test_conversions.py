"""Conversions for download, made from real files and looked at with Pillow."""

import io
from pathlib import Path

import pytest
from PIL import Image as Pillow

from gallery import provenance, renditions
from tests.gallery.pictures import GREEN, WHITE, is_about, png, saved, stripes, swapped_profile

MARK = "trainedAlgorithmicMedia"


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "avif"])
def test_a_download_is_converted_and_marked(format: str, tmp_path: Path) -> None:
    path = saved(png(stripes(600, 300), icc_profile=swapped_profile()), tmp_path)

    file, content_type = renditions.convert(path, size="original", format=format, source_type=MARK)

    data = file.read()
    picture = Pillow.open(io.BytesIO(data))
    assert content_type == Pillow.MIME[picture.format or ""] == f"image/{format}"
    assert picture.size == (600, 300)
    assert provenance.read_source_type(data) == MARK
    assert "icc_profile" not in picture.info
    assert is_about(picture.convert("RGB").getpixel((4, 150)), GREEN)  # the profile's red


@pytest.mark.parametrize(
    ("size", "wanted", "expected"),
    [
        ("original", None, (1000, 500)),
        ("250", None, (250, 125)),
        ("4000", None, (1000, 500)),
        ("original", (300, 300), (300, 300)),
        ("150", (300, 300), (150, 150)),
        ("4000", (2000, 2000), (500, 500)),
    ],
)
def test_a_download_has_the_size_that_was_chosen(
    size: str, wanted: tuple[int, int] | None, expected: tuple[int, int], tmp_path: Path
) -> None:
    path = saved(png(stripes(1000, 500)), tmp_path)

    file, _type = renditions.convert(
        path, size=size, format="webp", source_type=MARK, wanted=wanted
    )

    with Pillow.open(file) as picture:
        assert picture.size == expected


def test_a_jpeg_download_is_white_where_the_picture_is_transparent(tmp_path: Path) -> None:
    path = saved(png(Pillow.new("RGBA", (64, 64), (0, 0, 0, 0))), tmp_path)

    file, _type = renditions.convert(path, size="original", format="jpeg", source_type=MARK)

    with Pillow.open(file) as picture:
        assert is_about(picture.getpixel((32, 32)), WHITE)


@pytest.mark.parametrize(
    ("size", "format"),
    [
        ("original", "gif"),
        ("original", "../etc/passwd"),
        ("", "png"),
        ("0", "png"),
        ("-5", "png"),
        ("٣", "png"),
        ("1000000", "png"),
        ("12x12", "png"),
    ],
)
def test_a_download_that_is_not_offered_is_refused(size: str, format: str, tmp_path: Path) -> None:
    path = saved(png(stripes(64, 64)), tmp_path)

    with pytest.raises(renditions.NotOffered):
        renditions.convert(path, size=size, format=format, source_type=MARK)
