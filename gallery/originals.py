"""What a file that should be a picture really is, found out without decoding it.

Everything from outside comes through here first: what a provider sent, what a user uploads. The
file's structure is walked first, within fixed limits of time and memory, and only then Pillow sees
it: of a JPEG without the metadata, which in 700 KB can cost Pillow 200 ms.
"""

import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image as Pillow
from PIL.ImageFile import ImageFile

from gallery import structure

MAX_SIDE = 16_383  # pixels; the most that WebP can hold


class NotAPicture(Exception):
    """The file is no PNG, JPEG or WebP picture that Easel can keep; `detail` is for the log."""

    sentence = _("This file is not a picture that can be used here.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Facts:
    """What a picture is."""

    format: str
    """Pillow's name: PNG, JPEG or WEBP."""
    content_type: str
    extension: str
    width: int
    height: int
    """In pixels as a viewer shows it, which may turn a JPEG."""
    orientation: int
    """How a viewer turns a JPEG, from 1 (not at all) to 8; see EXIF 2.3, tag 0x0112."""


def inspect(path: Path) -> Facts:
    """What the picture is: whole, still and small enough; or NotAPicture.

    Costs under a millisecond per megabyte. OSError only when the file cannot be read.
    """
    with opened(path, whole=False) as (facts, _picture):
        return facts


@contextmanager
def opened(path: Path, *, whole: bool = True) -> Iterator[tuple[Facts, ImageFile]]:
    """The picture's facts, and Pillow's picture that is not decoded yet.

    A file can look sound and still be undecodable: whatever Pillow raises in the block, on loading,
    becomes NotAPicture. Without `whole` only the header is there.
    """
    most = settings.MAX_PICTURE_PIXELS
    with path.open("rb") as file, _refusals():
        outline, source = _walked(file, most=most, whole=whole)
        with Pillow.open(source, formats=[outline.format]) as picture:
            if picture.size != (outline.width, outline.height):
                raise NotAPicture("the header states two sizes")
            yield _facts(outline), picture


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what Pillow raises on broken files, which can be nearly anything, into NotAPicture.

    Not what is the machine's fault: a picture is refunded for being broken, and only for that.
    """
    try:
        yield
    except (NotAPicture, MemoryError, ImportError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk; Pillow's own have no number
        raise NotAPicture(f"{type(error).__name__}: {error}") from error


def _walked(file: BinaryIO, *, most: int, whole: bool) -> tuple[structure.Outline, BinaryIO]:
    """The file's outline and what Pillow shall read: the file, or a JPEG without its metadata."""
    if not file.seek(0, io.SEEK_END):
        raise NotAPicture("empty")
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        outline = structure.walk(data)
        size = outline.width, outline.height
        if not 0 < size[0] * size[1] <= most or max(size) > MAX_SIDE:
            raise NotAPicture(f"{size[0]} x {size[1]} pixels")
        if outline.format != "JPEG":
            return outline, file
        start, end = outline.scans
        scans = data[start:end] if whole else data[start : start + 64]
        return outline, io.BytesIO(outline.header + scans)


def _facts(outline: structure.Outline) -> Facts:
    name, size = outline.format, (outline.width, outline.height)
    width, height = size if outline.orientation < 5 else size[::-1]
    extension = "jpg" if name == "JPEG" else name.lower()
    return Facts(name, f"image/{name.lower()}", extension, width, height, outline.orientation)
