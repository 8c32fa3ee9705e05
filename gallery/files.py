"""Where a picture's files are fetched from, and the one place that hands them out.

Public renditions have an address at the CDN, where there is one. Everything else comes through a
view, after the one rule said yes: as a link that soon runs out (S3), by the web server that stands
before us (X-Accel-Redirect), or from the disk.
"""

from __future__ import annotations

import logging
import re
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.text import slugify

from gallery import decoding, publishing, renditions
from gallery.models import Image
from gallery.originals import NotAPicture
from gallery.storage import PUBLIC_CACHE, PictureStorage

logger = logging.getLogger(__name__)


class FileMissing(Http404):
    """The picture is there and its file is not: an accident in the storage, already logged."""


def address(image: Image, name: str, format: str) -> str:
    """The URL of a rendition, to be kept by browsers for good: another file has another URL."""
    if settings.AWS_S3_CUSTOM_DOMAIN and image.is_listed:
        stored = publishing.rendition_name(image.key, name, format)
        return f"https://{settings.AWS_S3_CUSTOM_DOMAIN}/{quote(stored)}"
    return f"{reverse('image_file', args=[image.pk, name, format])}?v={image.version}"


def original(request: HttpRequest, image: Image, *, download: bool = False) -> HttpResponseBase:
    """The provider's bytes, untouched; of a picture with a watermark a copy that shows it.

    Raises FileMissing.
    """
    filename = f"{_file_name(image)}.{image.extension}"
    return _served(
        request, image, shown_original(image), image.content_type, filename, download=download
    )


def untouched(request: HttpRequest, image: Image) -> HttpResponseBase:
    """The provider's bytes whatever the picture shows elsewhere: for administrators."""
    filename = f"{_file_name(image)}.{image.extension}"
    return _served(request, image, image.original_name, image.content_type, filename, download=True)


def shown_original(image: Image) -> str:
    """The name in the storage of what is given out as the original: with a watermark, a copy of
    full size in the same format, made at the first request. Raises FileMissing."""
    if not image.watermark:
        return image.original_name
    format = image.content_type.removeprefix("image/")
    stored = publishing.rendition_name(image.key, "marked", format)
    if default_storage.exists(stored):
        return stored
    try:
        return _converted(image, "original", format, stored, wanted=None)
    except NotAPicture:
        raise _missing(image.original_name) from None


def rendition(request: HttpRequest, image: Image, name: str, format: str) -> HttpResponseBase:
    """One stored rendition. Raises Http404 where the picture has none of that name."""
    if image.rendition(name, format) is None:
        raise Http404
    stored = publishing.rendition_name(image.key, name, format)
    filename = f"{_file_name(image)}-{name}.{format}"
    return _served(request, image, stored, f"image/{format}", filename, download=False)


def converted(
    request: HttpRequest, image: Image, *, size: str, format: str, download: bool = True
) -> HttpResponseBase:
    """A copy in another size or format, with the AI mark in it.

    Made once at the first request and kept: asking again costs no encoding. ``size`` and
    ``format`` as in :func:`gallery.renditions.convert`, whose NotOffered it raises.
    """
    stored = publishing.rendition_name(image.key, f"download-{size}", format)
    if not default_storage.exists(stored):
        stored = _converted(image, size, format, stored, wanted=image.wanted)
    extension = "jpg" if format == "jpeg" else format
    filename = f"{_file_name(image)}.{extension}"
    return _served(request, image, stored, f"image/{format}", filename, download=download)


def _converted(
    image: Image, size: str, format: str, stored: str, *, wanted: decoding.Size | None
) -> str:
    try:
        with publishing.local_original(image) as path:
            made, _content_type = renditions.convert(
                path,
                size=size,
                format=format,
                source_type=image.source_type,
                wanted=wanted,
                marked=image.watermark,
            )
    except FileNotFoundError:
        raise _missing(image.original_name) from None
    with made:
        stored = default_storage.save(stored, File(made))
    # Meanwhile it may have been removed, or its key taken back: no row would know this file.
    if not Image.objects.filter(pk=image.pk, key=image.key, deleted_at=None).exists():
        default_storage.delete(stored)
        raise Http404
    return stored


def _served(
    request: HttpRequest,
    image: Image,
    stored: str,
    content_type: str,
    filename: str,
    *,
    download: bool,
) -> HttpResponseBase:
    disposition = f'{"attachment" if download else "inline"}; filename="{filename}"'
    etag = f'"{image.version}-{stored.rpartition("/")[2]}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        response: HttpResponseBase = unchanged
    elif isinstance(default_storage, PictureStorage):
        return _signed(default_storage, stored, content_type, disposition)
    elif settings.X_ACCEL_PREFIX:
        if not default_storage.exists(stored):
            raise _missing(stored)
        response = HttpResponse()
        response["X-Accel-Redirect"] = quote(settings.X_ACCEL_PREFIX + stored)
    else:
        response = FileResponse(_open(stored))
    response["ETag"] = etag
    response["Content-Type"] = content_type
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = _caching(image, version=request.GET.get("v", ""))
    return response


def _caching(image: Image, *, version: str) -> str:
    """Public files for good under the address that names their version; others only if the owner
    is asked for each time: who logs out at a shared computer leaves nothing behind."""
    if not image.is_listed:
        return "private, no-cache"
    return PUBLIC_CACHE if version == image.version else "public, max-age=60"


def _signed(
    storage: PictureStorage, stored: str, content_type: str, disposition: str
) -> HttpResponse:
    url = storage.signed_url(stored, content_type=content_type, disposition=disposition)
    return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})


def _open(name: str) -> IO[bytes]:
    try:
        return default_storage.open(name, "rb")
    except FileNotFoundError:
        raise _missing(name) from None


def _missing(name: str) -> FileMissing:
    logger.error("A file is missing in storage: %s", name)
    return FileMissing(name)


def _file_name(image: Image) -> str:
    words = slugify(image.title)[:60].strip("-")
    safe = re.sub(r"[^a-z0-9-]", "", words)
    return f"{safe or 'picture'}-{str(image.pk)[:8]}"
