"""From a picture file to pixels ready to encode: upright, in sRGB, cropped and scaled.

Decoded, a picture of 3840 x 2160 takes 33 MB in Pillow. It is converted and scaled in bands of
rows, so that nothing makes a second copy of that size.
"""

import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image as Pillow
from PIL import ImageCms

from gallery import originals

Size = tuple[int, int]

BAND = 128  # rows of the result made at a time
_LANCZOS_REACH = 3  # source rows that a result row needs beside its own, per unit of scale

# What a viewer does for EXIF's orientations 2 to 8.
_TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}


def load(path: Path, *, within: Size | None = None, cover: Size | None = None) -> Pillow.Image:
    """The picture in RGB, or RGBA if any of it is transparent, without metadata.

    `within`: scaled down to fit this box. `cover`: scaled down and cropped in the middle to exactly
    this size, or, where the original is too small, cropped to its ratio. Never enlarged.
    Raises NotAPicture when the file cannot be decoded.
    """
    with originals.opened(path) as (facts, picture):
        shown = (facts.width, facts.height)
        size = covering(shown, cover) if cover else fitting(shown, within or shown)
        stored = size if facts.orientation < 5 else size[::-1]
        picture.draft(None, stored)  # lets the JPEG decoder do the first halving
        picture.load()
    profile = picture.info.get("icc_profile")
    scaled = _scaled(picture, size=stored, crop=cover is not None)
    picture.close()
    scaled = _in_srgb(scaled, profile=profile)
    if facts.orientation in _TURNS:
        scaled = scaled.transpose(_TURNS[facts.orientation])
    scaled.info.clear()
    return scaled


def fitting(size: Size, box: Size) -> Size:
    """The size scaled down to fit the box."""
    scale = min(1, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def covering(size: Size, wanted: Size) -> Size:
    """The wanted size; of a picture too small for it the largest size with the wanted ratio."""
    scale = max(1, wanted[0] / size[0], wanted[1] / size[1])
    return max(1, round(wanted[0] / scale)), max(1, round(wanted[1] / scale))
