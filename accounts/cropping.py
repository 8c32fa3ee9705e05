"""From a picture of any kind to a small square one, within little memory and without metadata."""

from __future__ import annotations

import io
from typing import IO

from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from accounts import picture_headers

SIDE = 256
"""Pixels of an avatar's width and height."""

_STRIP = 64  # rows of the reduced picture that are made at a time

_TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
"""What to do for each orientation; EXIF 2.3, tag 0x0112."""


class Undecodable(Exception):
    """The file looked like a picture and is none."""


def square(file: IO[bytes], *, most_pixels: int) -> bytes:
    """The middle of the picture as WebP, SIDE pixels wide and high; raises Undecodable.

    Decodes all of it, at about four bytes a pixel. OSError where the file cannot be read.
    """
    try:
        header = picture_headers.read(file)
    except picture_headers.Unreadable as error:
        raise Undecodable(str(error)) from error
    file.seek(header.skip)
    source = io.BytesIO(header.beginning + file.read())
    try:
        return _square(source, header, most_pixels)
    except (MemoryError, Undecodable):
        raise
    except Exception as error:
        # Pillow's decoders raise nearly anything on files that are broken on purpose.
        raise Undecodable(f"{type(error).__name__}: {error}") from error


def _square(source: IO[bytes], header: picture_headers.Header, most_pixels: int) -> bytes:
    with Pillow.open(source, formats=[header.format]) as picture:
        if picture.width * picture.height > most_pixels:
            raise Undecodable(f"{picture.width} x {picture.height} pixels")
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG can be decoded at a fraction
        picture.load()
        profile = picture.info.get("icc_profile")
        small = ImageOps.fit(_reduced(picture), (SIDE, SIDE), Pillow.Resampling.LANCZOS)
    if header.orientation in _TURNS:
        small = small.transpose(_TURNS[header.orientation])
    made = io.BytesIO()
    _in_srgb(small, profile).save(made, "WEBP", quality=85, method=6, exif=b"", icc_profile=b"")
    return made.getvalue()


def _reduced(picture: Pillow.Image) -> Pillow.Image:
    """The picture at a fraction that is still twice as large as needed, in strips: a whole
    second copy in another mode would double the memory."""
    has_alpha = picture.has_transparency_data
    mode = "CMYK" if picture.mode == "CMYK" else "RGBA" if has_alpha else "RGB"
    factor = max(1, min(picture.size) // (2 * SIDE))
    width, height = (max(1, side // factor) for side in picture.size)
    small = Pillow.new(mode, (width, height))
    for top in range(0, height, _STRIP):
        bottom = min(top + _STRIP, height)
        strip = picture.crop((0, top * factor, width * factor, bottom * factor))
        if strip.mode.startswith("I"):
            # Sixteen bits of grey; converting alone would cut off all above 255.
            strip = strip.point(lambda value: value * (1 / 257)).convert("L")
        small.paste(strip.convert(mode).reduce(factor), (0, top))
    return small


def _in_srgb(picture: Pillow.Image, profile: bytes | None) -> Pillow.Image:
    """The colours for viewers that know no profile; a broken profile is ignored as browsers do."""
    plain = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(picture, source, target, outputMode=plain)
            return turned or picture.convert(plain)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture.convert(plain)
