"""Reading a picture's files: the one place that opens them, after the one rule said yes."""

from __future__ import annotations

import logging
import re
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.utils.text import slugify

from gallery import publishing, renditions
from gallery.models import Image, Visibility

logger = logging.getLogger(__name__)


def original(image: Image, *, download: bool = False) -> FileResponse:
    """The provider's bytes, untouched."""
    response = FileResponse(_open(image.original_name), content_type=image.content_type)
    extension = image.original_name.rsplit(".", 1)[-1]
    return _finish(response, image, f"{_file_name(image)}.{extension}", download=download)


def rendition(image: Image, name: str, format: str, *, download: bool = False) -> FileResponse:
    """One stored rendition. Raises Http404 where the picture has none of that name."""
    if image.rendition(name, format) is None:
        raise Http404
    stored = publishing.rendition_name(image.key, name, format)
    response = FileResponse(_open(stored), content_type=f"image/{format}")
    return _finish(response, image, f"{_file_name(image)}-{name}.{format}", download=download)


def converted(image: Image, *, size: str, format: str) -> FileResponse:
    """A download in another size or format, with the AI mark in it.

    Made once at the first request and kept: asking again costs no encoding. ``size`` and
    ``format`` as in :func:`gallery.renditions.convert`, whose NotOffered it raises.
    """
    stored = publishing.rendition_name(image.key, f"download-{size}", format)
    if not default_storage.exists(stored):
        with publishing.local_original(image) as path:
            made, _content_type = renditions.convert(
                path, size=size, format=format, source_type=image.source_type, wanted=image.wanted
            )
        with made:
            stored = default_storage.save(stored, File(made))
    response = FileResponse(_open(stored), content_type=f"image/{format}")
    extension = "jpg" if format == "jpeg" else format
    return _finish(response, image, f"{_file_name(image)}.{extension}", download=True)


def _open(name: str) -> IO[bytes]:
    try:
        return default_storage.open(name, "rb")
    except FileNotFoundError:
        logger.error("A file is missing in storage: %s", name)
        raise Http404 from None


def _finish(response: FileResponse, image: Image, filename: str, *, download: bool) -> FileResponse:
    public = image.visibility == Visibility.PUBLIC and image.hidden_at is None
    # A minute is how long a picture that went private may still be seen by its old address.
    response["Cache-Control"] = "public, max-age=60" if public else "private, max-age=600"
    response["X-Content-Type-Options"] = "nosniff"
    disposition = "attachment" if download else "inline"
    response["Content-Disposition"] = f'{disposition}; filename="{filename}"'
    return response


def _file_name(image: Image) -> str:
    words = slugify(image.title)[:60].strip("-")
    safe = re.sub(r"[^a-z0-9-]", "", words)
    return f"{safe or 'picture'}-{str(image.pk)[:8]}"
