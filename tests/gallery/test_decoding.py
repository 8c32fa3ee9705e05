"""Pixels from real files: upright, in sRGB, cropped and scaled."""

from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageChops, ImageOps

from gallery import decoding
from gallery.originals import NotAPicture
from tests.gallery import pictures
from tests.gallery.pictures import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    chunk,
    encoded,
    is_about,
    png,
    png_of,
    saved,
    stripes,
    swapped_profile,
)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_is_set_upright(orientation: int, tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    path = saved(encoded(stripes(320, 160), "JPEG", quality=95, exif=exif), tmp_path)

    picture = decoding.load(path)

    with Pillow.open(path) as file:
        expected = ImageOps.exif_transpose(file)
    assert picture.size == expected.size
    assert _greatest_difference(picture, expected) == 0


def test_a_turned_jpeg_is_cropped_to_a_size_as_it_is_shown(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    path = saved(encoded(Pillow.new("RGB", (900, 600)), "JPEG", exif=exif), tmp_path)

    assert decoding.load(path, cover=(300, 600)).size == (300, 600)


def test_a_large_jpeg_is_decoded_smaller_and_still_cropped_right(tmp_path: Path) -> None:
    path = saved(encoded(stripes(3200, 1600), "JPEG", quality=95), tmp_path)

    picture = decoding.load(path, cover=(400, 400))

    assert picture.size == (400, 400)
    assert is_about(picture.getpixel((4, 200)), GREEN)
    assert is_about(picture.getpixel((395, 200)), GREEN)


def test_colours_of_an_embedded_profile_become_srgb(tmp_path: Path) -> None:
    # A profile whose red is what sRGB calls green: to a viewer this red picture is green.
    picture = Pillow.new("RGB", (64, 64), RED)
    profile = swapped_profile()

    for data in (
        png(picture, icc_profile=profile),
        encoded(picture, "JPEG", quality=95, icc_profile=profile),
        encoded(picture, "WEBP", lossless=True, icc_profile=profile),
    ):
        shown = decoding.load(saved(data, tmp_path))
        assert is_about(shown.getpixel((32, 32)), GREEN)
        assert not shown.info


@pytest.mark.parametrize("profile", [b"no profile", bytes(200)])
def test_a_broken_profile_is_ignored(profile: bytes, tmp_path: Path) -> None:
    path = saved(png(Pillow.new("RGB", (64, 64), RED), icc_profile=profile), tmp_path)

    assert decoding.load(path).getpixel((32, 32)) == RED


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(png(Pillow.new("L", (64, 64), 200)), (200, 200, 200), id="grey"),
        pytest.param(png(Pillow.new("1", (64, 64), 1)), WHITE, id="black and white"),
        pytest.param(png(Pillow.new("I;16", (64, 64), 51_200)), (200, 200, 200), id="16-bit grey"),
        pytest.param(png(Pillow.new("LA", (64, 64), (90, 128))), (90, 90, 90, 128), id="LA"),
        pytest.param(png(Pillow.new("RGB", (64, 64), RED).quantize(8)), RED, id="palette"),
        pytest.param(png(stripes(64, 64), transparency=BLUE), (*GREEN, 255), id="tRNS"),
        pytest.param(png(Pillow.new("RGBA", (64, 64), RED)), RED, id="alpha that hides nothing"),
        pytest.param(
            encoded(Pillow.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", quality=95),
            RED,
            id="CMYK",
        ),
    ],
)
@pytest.mark.parametrize("side", [64, 48])
def test_every_kind_of_pixel_keeps_its_colour(
    data: bytes, expected: tuple[int, ...], side: int, tmp_path: Path
) -> None:
    picture = decoding.load(saved(data, tmp_path), within=(side, side))

    assert picture.size == (side, side)
    assert is_about(picture.getpixel((side // 2, side // 2)), expected, within=2)


def test_scaling_in_bands_is_scaling(tmp_path: Path) -> None:
    picture = pictures.landscape(width=900, height=1400)
    directly = picture.resize((450, 700), Pillow.Resampling.LANCZOS)

    in_bands = decoding.load(saved(png(picture), tmp_path), within=(700, 700))

    assert in_bands.size == (450, 700)
    assert _greatest_difference(directly, in_bands) <= 1


def test_a_picture_that_only_looks_sound_is_refused_when_it_is_decoded(tmp_path: Path) -> None:
    too_little = png_of(width=1000, height=1000)
    header = png_of(width=8, height=8)[:33]
    no_stream = header + chunk(b"IDAT", b"no deflate stream") + chunk(b"IEND", b"")

    for data in (too_little, no_stream):
        with pytest.raises(NotAPicture):
            decoding.load(saved(data, tmp_path))


def _greatest_difference(one: Pillow.Image, other: Pillow.Image) -> int:
    grey = ImageChops.difference(one, other).convert("L")
    return max(level for level, count in enumerate(grey.histogram()) if count)
