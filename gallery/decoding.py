"""From a picture file to pixels ready to encode: upright, in sRGB, cropped and scaled.

Decoded, a picture of 3840 x 2160 takes 33 MB in Pillow. It is converted and scaled in bands of
rows, so that nothing makes a second copy of that size.
"""

import contextlib
import ctypes
import io
import math
from pathlib import Path
from typing import Literal

from PIL import Image as Pillow
from PIL import ImageCms

from gallery import originals

Size = tuple[int, int]

BAND = 64  # rows of the result made at a time
_LANCZOS_REACH = 3  # source rows that a result row needs beside its own, per unit of scale

# What a viewer does for EXIF's orientations 2 to 8.
TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}

# glibc gives freed memory back at once only above a threshold, which grows with use until every
# picture stays with the process. Fixed at 1 MiB a worker's peak is 46 MB lower at 3840 x 2160.
with contextlib.suppress(AttributeError, OSError):  # another C library
    _M_MMAP_THRESHOLD = -3
    ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 1 << 20)


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
    del picture  # frees it
    scaled = _in_srgb(scaled, profile=profile)
    if facts.orientation in TURNS:
        scaled = scaled.transpose(TURNS[facts.orientation])
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


def _scaled(picture: Pillow.Image, *, size: Size, crop: bool) -> Pillow.Image:
    """The picture, or its middle, at this size; in RGB or RGBA, or CMYK if it is that."""
    mode = _mode_to_keep(picture)
    if (picture.mode, picture.size) == (mode, size):
        return picture
    left, top, right, bottom = _middle(picture.size, ratio_of=size if crop else picture.size)
    step = (bottom - top) / size[1]
    reach = math.ceil(_LANCZOS_REACH * max(1, step)) + 1
    result = Pillow.new(mode, size)
    for first in range(0, size[1], BAND):
        last = min(first + BAND, size[1])
        upper = max(0, math.floor(top + first * step) - reach)
        lower = min(picture.height, math.ceil(top + last * step) + reach)
        band = _in_mode(picture.crop((0, upper, picture.width, lower)), mode)
        box = (left, top + first * step - upper, right, min(top + last * step, lower) - upper)
        rows = band.resize((size[0], last - first), Pillow.Resampling.LANCZOS, box=box)
        result.paste(rows, (0, first))
    return result


def _mode_to_keep(picture: Pillow.Image) -> Literal["RGB", "RGBA", "CMYK"]:
    if picture.mode == "CMYK":
        return "CMYK"  # its profile applies to these four inks
    if picture.mode == "I;16" or not picture.has_transparency_data:
        return "RGB"
    if "A" in picture.getbands() and picture.getchannel("A").getextrema() == (255, 255):
        return "RGB"
    return "RGBA"


def _in_mode(picture: Pillow.Image, mode: str) -> Pillow.Image:
    if picture.mode == "I;16":
        # Convert would cut all above 255 off instead of dividing.
        picture = picture.point(lambda level: level * (1 / 256)).convert("L")
    return picture if picture.mode == mode else picture.convert(mode)


def _middle(size: Size, *, ratio_of: Size) -> tuple[float, float, float, float]:
    """The box of the largest part with that ratio, in the middle."""
    scale = min(size[0] / ratio_of[0], size[1] / ratio_of[1])
    width, height = ratio_of[0] * scale, ratio_of[1] * scale
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return left, top, min(left + width, size[0]), min(top + height, size[1])


def _in_srgb(picture: Pillow.Image, *, profile: bytes | None) -> Pillow.Image:
    """The picture's colours for viewers that know no profile, as thumbnails carry none.

    A broken profile, or one for other colours than the picture's, is ignored as browsers do.
    """
    mode = "RGB" if picture.mode == "CMYK" else picture.mode
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if not ImageCms.getProfileDescription(source).startswith("sRGB"):
                target = ImageCms.createProfile("sRGB")
                turned = ImageCms.profileToProfile(picture, source, target, outputMode=mode)
                return turned or picture
        except (ImageCms.PyCMSError, OSError):
            pass
    return _in_mode(picture, mode)
