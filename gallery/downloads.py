"""What of a picture can be taken home: the original, and copies in other sizes and formats."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from gallery import files, models
from gallery.models import Image

FORMATS = ("png", "jpeg", "webp", "avif")
SIZES = ("original", "2048", "1024", "512")
"""``original``, or the longest side in pixels. Few, because each is made once and kept."""

LOOKED_BACK = 100
RECENT = 6
"""Pictures among the newest ``LOOKED_BACK`` downloads that a person sees again."""

UNTOUCHED = "file"
"""The format in the log of an original as it is."""


@dataclass(frozen=True, slots=True)
class Download:
    label: str
    url: str
    detail: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture that somebody took home, and the note of it."""

    image: Image
    download: models.Download


def offered(image: Image) -> list[Download]:
    """The downloads worth naming on a picture's page."""
    width, height = image.shown_size
    base = reverse("image_download", args=[image.pk])
    kind = image.content_type.removeprefix("image/").upper()
    found = [
        Download(
            _("Full size") if image.watermark else _("Original"),
            base,
            f"{kind} · {image.width} × {image.height}",
        ),
    ]
    if (width, height) != (image.width, image.height):
        query = urlencode({"size": "original", "format": "png"})
        found.append(Download(_("As asked"), f"{base}?{query}", f"PNG · {width} × {height}"))
    for format in ("jpeg", "webp", "avif"):
        query = urlencode({"size": "original", "format": format})
        found.append(Download(format.upper(), f"{base}?{query}", f"{width} × {height}"))
    small = urlencode({"size": "512", "format": "jpeg"})
    found.append(Download(_("Small JPEG"), f"{base}?{small}", _("at most 512 pixels a side")))
    return found


def response(request: HttpRequest, image: Image, *, size: str, format: str) -> HttpResponseBase:
    """The file itself; without ``size`` and ``format`` the original, untouched,
    or with a watermark its copy of full size.

    Raises NotOffered.
    """
    size, format = _read(size, format)
    if format == UNTOUCHED:
        return files.original(request, image, download=True)
    if not image.is_ready:
        raise NotOffered(_("Copies of this picture are still being made. Try again in a moment."))
    return files.converted(request, image, size=size, format=format)


def log(image: Image, *, user: User | AnonymousUser, size: str, format: str) -> models.Download:
    """Note that ``user``, perhaps nobody known, took this file home."""
    size, format = _read(size, format)
    known = user if isinstance(user, User) else None
    return models.Download.objects.create(user=known, image=image, size=size, format=format)


def of(user: User) -> QuerySet[models.Download]:
    return models.Download.objects.filter(user=user)


def with_images(
    rows: Sequence[models.Download], *, viewer: User
) -> list[tuple[models.Download, Image | None]]:
    """Each with its picture, or None where ``viewer`` may not see that any more."""
    visible = Image.objects.visible_to(viewer).only("pk", "prompt")
    found = visible.in_bulk([row.image_id for row in rows if row.image_id]) if rows else {}
    return [(row, found.get(row.image_id) if row.image_id else None) for row in rows]


def _read(size: str, format: str) -> tuple[str, str]:
    if not size and not format:
        return "original", UNTOUCHED
    size, format = size or "original", "jpeg" if format == "jpg" else format or "webp"
    if size not in SIZES or format not in FORMATS:
        raise NotOffered(
            _("Choose a size of %(sizes)s, and a format of %(formats)s.")
            % {"sizes": ", ".join(SIZES), "formats": ", ".join(FORMATS)}
        )
    return size, format


def recent(user: User) -> list[Taken]:
    """The last pictures that a person took home and may still see, each once; two queries."""
    taken: dict[uuid.UUID, models.Download] = {}
    for download in models.Download.objects.filter(user=user).order_by("-id")[:LOOKED_BACK]:
        if download.image_id:
            taken.setdefault(download.image_id, download)
    images = Image.objects.visible_to(user).in_bulk(list(taken)[:RECENT])
    return [Taken(images[pk], taken[pk]) for pk in taken if pk in images]


class NotOffered(ValueError):
    """A size or format that no picture comes in."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
