"""The copies of a picture that pages show, and conversions for download.

The settings were measured, milliseconds and SSIM against bytes. At 1024 x 1024 libaom's speed 9
takes 60 ms where 6, the default, takes 400; WebP's method 2 takes 40 ms where 4 takes 90.
"""

import base64
import io
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

from django.utils.translation import gettext_lazy as _
from PIL import Image as Pillow

from gallery import decoding, originals, provenance, watermark
from gallery.decoding import Size

FORMATS = ("avif", "webp")

# The boxes in pixels that renditions fit into: a card of the grid on a screen of double density,
# and a picture's own page. Nothing is ever enlarged.
GRID_BOX = (640, 480)
PAGE_BOX = (1536, 1536)
PLACEHOLDER_BOX = (16, 16)
PLACEHOLDER_LENGTH = 200  # characters, as it stands in the HTML of each card

# What Pillow's `save` is given. For libaom one thread: another core is busy with WebP.
SPEED: dict[str, dict[str, Any]] = {
    "webp": {"method": 2},
    "avif": {"speed": 9, "max_threads": 1},
}
# At each name both formats look about alike; in the grid bytes matter most.
QUALITY = {
    "webp": {"grid": 70, "page": 80, "wanted": 85},
    "avif": {"grid": 48, "page": 65, "wanted": 70},
}

DOWNLOADS: dict[str, dict[str, Any]] = {
    "png": {"compress_level": 4},
    "jpeg": {"quality": 92},
    "webp": {"quality": 90, "method": 4},
    "avif": {"quality": 75, "speed": 8},
}
_LONGEST_SIDE = re.compile(r"[1-9][0-9]{0,4}")
_SPOOL = 1 << 20  # bytes of a download held in memory; what is larger goes to a temporary file


class NotOffered(Exception):
    """A download in a size or format that there is not."""

    sentence = _("This size or format is not offered.")


@dataclass(frozen=True, slots=True)
class Rendition:
    """One copy, marked as made by AI."""

    name: str
    """grid, page or wanted."""
    format: str
    """webp or avif."""
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RenditionSet:
    """All copies of one picture."""

    renditions: tuple[Rendition, ...]
    placeholder: str
    """The picture in a few blurred pixels: a data URI of mostly 130 to 170 characters."""


def render(
    path: Path,
    *,
    wanted: Size | None,
    source_type: str,
    formats: Sequence[str] = FORMATS,
    marked: bool = False,
) -> RenditionSet:
    """Decode the original once and make all copies, each marked with the IPTC `source_type`.

    `wanted` is the size that was asked for. Where the original's differs there is a rendition of
    the wanted size too, scaled down and cropped in the middle, and all others show the same part;
    of an original that is too small it is the largest part with the wanted ratio.
    `marked` copies show the watermark, each in its own size.
    Raises NotAPicture when the original cannot be decoded.
    """
    facts = originals.inspect(path)
    if wanted is None or wanted == (facts.width, facts.height):
        page = decoding.load(path, within=PAGE_BOX)
        pictures = {"page": page}
    else:
        cropped = decoding.load(path, cover=wanted)
        page = _fitted(cropped, PAGE_BOX)
        # One file can serve as both; `_encoded` then needs to encode it but once.
        pictures = {"wanted": cropped} if page is cropped else {"wanted": cropped, "page": page}
    pictures["grid"] = _fitted(page, GRID_BOX)
    placeholder = _placeholder(pictures["grid"])
    if marked:
        # Small pictures are one and the same under several names.
        for picture in {id(picture): picture for picture in pictures.values()}.values():
            watermark.draw(picture)
    made = _encoded(pictures, formats=formats, source_type=source_type)
    if "page" not in pictures:
        made += [replace(copy, name="page") for copy in made if copy.name == "wanted"]
    return RenditionSet(tuple(made), placeholder)


def convert(
    path: Path,
    *,
    size: str,
    format: str,
    source_type: str,
    wanted: Size | None = None,
    marked: bool = False,
) -> tuple[SpooledTemporaryFile[bytes], str]:
    """The picture converted for a download: an open file at its start, and its content type.

    `size` is "original" or the longest side in pixels, such as "1024"; nothing is enlarged.
    `wanted` crops it as in `render`. `format` is png, jpeg, webp or avif; JPEG knows no
    transparency and shows white there. Carries the mark, and nothing of the original's metadata.
    `marked`: shows the watermark too.
    Raises NotOffered for another size or format, NotAPicture for a broken original.
    """
    if format not in DOWNLOADS:
        raise NotOffered(format)
    box = _box(size)
    if wanted and box:
        wanted = decoding.fitting(wanted, box)
    picture = decoding.load(path, within=box, cover=wanted)
    if format == "jpeg" and picture.mode == "RGBA":
        flat = Pillow.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture)
        picture = flat
    if marked:
        watermark.draw(picture)
    mark = provenance.save_options(encoding=format, source_type=source_type)
    file = SpooledTemporaryFile[bytes](max_size=_SPOOL)
    picture.save(file, format, **DOWNLOADS[format], **mark)
    file.seek(0)
    return file, f"image/{format}"


def _box(size: str) -> Size | None:
    """The box that a download of this size fits into; None for the original's size."""
    if size == "original":
        return None
    if not _LONGEST_SIDE.fullmatch(size):
        raise NotOffered(size)
    return int(size), int(size)


def _fitted(picture: Pillow.Image, box: Size) -> Pillow.Image:
    """The picture scaled down to fit the box; itself when it fits already."""
    size = decoding.fitting(picture.size, box)
    if size == picture.size:
        return picture
    return picture.resize(size, Pillow.Resampling.LANCZOS, reducing_gap=2.0)


def _encoded(
    pictures: dict[str, Pillow.Image], *, formats: Sequence[str], source_type: str
) -> list[Rendition]:
    """Every picture in every format, largest work first: the encoders release the GIL."""

    def encode(job: tuple[str, str]) -> Rendition:
        name, format = job
        mark = provenance.save_options(encoding=format, source_type=source_type)
        options = {"quality": QUALITY[format][name], **SPEED[format], **mark}
        picture = pictures[name]
        return Rendition(name, format, *picture.size, _bytes(_twin(picture), format, options))

    with ThreadPoolExecutor(max_workers=len(formats)) as threads:
        return list(threads.map(encode, product(pictures, formats)))


def _twin(picture: Pillow.Image) -> Pillow.Image:
    """The same pixels once more, for another thread: `save` keeps its options on the picture."""
    try:
        return Pillow.fromarrow(picture, picture.mode, picture.size)
    except ValueError:
        return picture.copy()  # above 16 MiB Pillow holds a picture in parts and cannot share it


def _placeholder(picture: Pillow.Image) -> str:
    tiny = _fitted(picture, PLACEHOLDER_BOX)
    for quality in (40, 15, 0):
        data = _bytes(tiny, "webp", {"quality": quality, "alpha_quality": quality, "method": 6})
        uri = "data:image/webp;base64," + base64.b64encode(data).decode()
        if len(uri) <= PLACEHOLDER_LENGTH:
            break  # else a picture like noise: a rougher one will do
    return uri


def _bytes(picture: Pillow.Image, format: str, options: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()
