"""From a picture of any kind to a small square without anything that the camera wrote."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from PIL import Image as Pillow

from accounts import cropping, picture_headers
from tests.accounts.pictures import BLUE, GREEN, RED, claiming, encoded, plain, quartered


def cropped(data: bytes) -> Pillow.Image:
    made = cropping.square(io.BytesIO(data), most_pixels=24_000_000)
    return Pillow.open(io.BytesIO(made))


def assert_near(picture: Pillow.Image, at: tuple[int, int], wanted: tuple[int, int, int]) -> None:
    found: Any = picture.convert("RGB").getpixel(at)
    assert all(abs(one - other) < 30 for one, other in zip(found, wanted, strict=True)), found


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(plain("PNG"), id="png"),
        pytest.param(plain("JPEG"), id="jpeg"),
        pytest.param(plain("WEBP"), id="webp"),
        pytest.param(plain("PNG", mode="RGBA"), id="png with alpha"),
        pytest.param(plain("WEBP", mode="RGBA"), id="webp with alpha"),
        pytest.param(plain("PNG", mode="P"), id="palette"),
        pytest.param(plain("PNG", mode="1"), id="black and white"),
        pytest.param(plain("PNG", mode="I;16"), id="16 bits of grey"),
        pytest.param(plain("JPEG", mode="CMYK"), id="cmyk"),
        pytest.param(plain("JPEG", mode="L"), id="grey jpeg"),
        pytest.param(plain("PNG", size=(1, 1)), id="one pixel"),
        pytest.param(plain("PNG", size=(3000, 2)), id="a line"),
        pytest.param(claiming(1, 1), id="least"),
    ],
)
def test_every_kind_of_still_picture_becomes_a_square_webp(data: bytes) -> None:
    made = cropped(data)

    assert (made.format, made.size) == ("WEBP", (256, 256))


@pytest.mark.parametrize("size", [(1600, 1200), (256, 256), (40, 90)])
def test_the_middle_is_kept(size: tuple[int, int]) -> None:
    made = cropped(encoded(quartered(*size)))

    assert_near(made, (60, 60), RED)
    assert_near(made, (200, 60), GREEN)
    assert_near(made, (128, 200), BLUE)


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [(1, (60, 60)), (3, (200, 200)), (6, (200, 60)), (8, (60, 200)), (9, (60, 60)), (0, (60, 60))],
)
def test_it_is_turned_as_the_camera_was_held(orientation: int, red_at: tuple[int, int]) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation

    made = cropped(encoded(quartered(1600, 1200), "JPEG", quality=95, exif=exif))

    assert_near(made, red_at, RED)


def test_what_can_be_seen_through_stays_so() -> None:
    made = cropped(encoded(Pillow.new("RGBA", (900, 900), (220, 30, 30, 0))))

    assert made.convert("RGBA").getpixel((128, 128))[3] == 0  # type: ignore[index]


def test_sixteen_bits_of_grey_keep_their_brightness() -> None:
    made = cropped(encoded(Pillow.new("I;16", (300, 300), 128 * 257)))

    assert_near(made, (9, 9), (128, 128, 128))


def test_nothing_that_the_camera_wrote_remains() -> None:
    exif = Pillow.Exif()
    exif[0x010F] = "Secret Camera Company"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    data = encoded(quartered(900, 900), "JPEG", exif=exif, comment=b"taken at home")

    made = cropping.square(io.BytesIO(data), most_pixels=24_000_000)

    picture = Pillow.open(io.BytesIO(made))
    assert not picture.getexif()
    assert not {"exif", "xmp", "icc_profile"} & set(picture.info)
    assert b"Secret" not in made
    assert b"EXIF" not in made


def test_a_camera_s_notes_never_reach_the_decoder() -> None:
    # Pillow would take many entries that point at the same 60 KB for as many copies.
    entries = b"".join(struct.pack("<HHII", tag, 7, 60_000, 8) for tag in range(5000))
    notes = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 5000) + entries
    jpeg = plain("JPEG")
    bomb = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(notes)) + notes + jpeg[2:]

    header = picture_headers.read(io.BytesIO(bomb))

    assert b"Exif" not in header.beginning
    assert header.beginning + bomb[header.skip :] == jpeg


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello", id="text"),
        pytest.param(plain("PNG", size=(2000, 2000))[:3000], id="cut short"),
        pytest.param(claiming(6000, 4000), id="claims more than it holds"),
        pytest.param(claiming(30_000, 30_000), id="claims far too much"),
    ],
)
def test_what_is_broken_is_called_so(data: bytes) -> None:
    with pytest.raises(cropping.Undecodable):
        cropping.square(io.BytesIO(data), most_pixels=24_000_000)
