"""What of a picture can be taken home: the original, and copies in other sizes and formats."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from gallery import files
from gallery.models import Image

SIZES = {"original": None, "large": 1536, "medium": 1024, "small": 512}
"""Longest side in pixels, by the name that ``?size=`` takes."""

FORMATS = ("png", "jpeg", "webp", "avif")


class NotOffered(ValueError):
    """A size or format that no picture comes in."""

    @property
    def sentence(self) -> str:
        return _("Choose a size of %(sizes)s, and a format of %(formats)s.") % {
            "sizes": ", ".join(SIZES),
            "formats": ", ".join(FORMATS),
        }


@dataclass(frozen=True, slots=True)
class Download:
    label: str
    url: str
    detail: str


def offered(image: Image) -> list[Download]:
    """The downloads worth naming on a picture's page."""
    width, height = image.shown_size
    base = reverse("image_download", args=[image.pk])
    kind = image.content_type.removeprefix("image/").upper()
    found = [
        Download(_("Original"), base, f"{kind} · {image.width} × {image.height}"),
    ]
    if (width, height) != (image.width, image.height):
        query = urlencode({"size": "wanted", "format": "png"})
        found.append(Download(_("As asked"), f"{base}?{query}", f"PNG · {width} × {height}"))
    for format in ("jpeg", "webp", "avif"):
        query = urlencode({"size": "original", "format": format})
        found.append(Download(format.upper(), f"{base}?{query}", f"{width} × {height}"))
    return found


def response(image: Image, *, size: str, format: str) -> FileResponse:
    """The file itself. Without ``size`` and ``format`` the original. Raises NotOffered."""
    if not size and not format:
        return files.original(image, download=True)
    size = size or "original"
    format = "jpeg" if format == "jpg" else format or "webp"
    if (size not in SIZES and size != "wanted") or format not in FORMATS:
        raise NotOffered
    return files.converted(image, longest_side=SIZES.get(size), format=format)
