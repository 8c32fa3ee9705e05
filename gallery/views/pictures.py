"""A picture's page, its files, and what one does with it."""

from __future__ import annotations

import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from billing.allowances import BeyondTier
from gallery import (
    downloads,
    files,
    likes,
    neighbours,
    related,
    returning,
    selecting,
    sharing,
    tiles,
)
from gallery.models import Image, Visibility


@require_safe
@never_cache
def image(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One picture, with all that is known of it."""
    found = _visible(request, pk)
    is_owner = found.user_id == request.user.pk
    versions = list(_versions(found, is_owner=is_owner))
    context = {
        "image": found,
        "is_owner": is_owner,
        "author_name": found.user.name,
        "downloads": downloads.offered(found),
        "visibilities": Visibility.choices,
        "liked": bool(request.user.pk and likes.liked_by(request.user.pk, [found])),
        "versions": versions,
        "neighbours": neighbours.of(found, is_owner=is_owner),
        "alike_url": f"{reverse('feed')}?{related.query(found)}",
        **_shared(request, found),
    }
    return render(request, "gallery/image.html", context)


@require_safe
@never_cache
def image_related(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The part of its page with others like it, fetched when it comes into view."""
    found = _visible(request, pk)
    versions = _versions(found, is_owner=found.user_id == request.user.pk)
    alike = related.like(found, but={found.pk, *versions.values_list("pk", flat=True)})
    drawn = tiles.html(alike, liked=likes.of_reader(request.user, alike), is_first=False)
    return render(request, "gallery/_related.html", {"related": drawn, "image": found})


def _versions(image: Image, *, is_owner: bool) -> QuerySet[Image]:
    """The pictures of the same request: to others only those that they find anyway."""
    if image.generation_id is None:
        return Image.objects.none()
    mine = Image.objects.for_user(image.user) if is_owner else Image.objects.public()
    return mine.filter(generation_id=image.generation_id).order_by("position")


def _shared(request: HttpRequest, image: Image) -> dict[str, Any]:
    """What others are shown of it; no preview of what they may not open."""
    absolute = request.build_absolute_uri
    context: dict[str, Any] = {"share_url": absolute(image.get_absolute_url())}
    if not sharing.is_shareable(image):
        return context
    return context | {
        "preview": sharing.preview(image, absolute),
        "card_description": sharing.description(image),
        "platforms": sharing.platforms(image, absolute),
        "snippet": sharing.snippet(image, absolute),
    }


@require_safe
def image_file(request: HttpRequest, pk: uuid.UUID, name: str, format: str) -> HttpResponseBase:
    """A rendition, or the original while there is none; a placeholder for a file that is lost."""
    found = _visible(request, pk)
    try:
        if format == "jpeg" and name in map(str, sharing.SIZES) and found.is_ready:
            return files.converted(request, found, size=name, format=format, download=False)
        if name != "original":
            return files.rendition(request, found, name, format)
        if format in ("file", found.content_type.removeprefix("image/")):
            return files.original(request, found)
    except files.FileMissing:
        return _placeholder()
    raise Http404


@require_safe
def image_download(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The original, or with ``?size=`` and ``?format=`` a copy made for that."""
    found = _visible(request, pk)
    size, format = request.GET.get("size", ""), request.GET.get("format", "")
    try:
        response = downloads.response(request, found, size=size, format=format)
    except downloads.NotOffered as error:
        return render(request, "400.html", {"sentence": error.sentence}, status=400)
    if request.method == "GET" and response.status_code != 304:
        downloads.log(found, user=cast(User, request.user), size=size, format=format)
    return response


@login_required
@require_POST
def image_visibility(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The owner decides who may see it."""
    user = cast(User, request.user)
    found = get_object_or_404(Image.objects.for_user(user), pk=pk)
    visibility = request.POST.get("visibility", "")
    if visibility not in Visibility.values:
        messages.error(request, _("Choose public, unlisted or private."))
        return redirect(found)
    try:
        selecting.set_visibility(user=user, pks=[found.pk], visibility=visibility)
        messages.success(request, _("Saved."))
    except selecting.NotPossible as error:
        messages.error(request, error.sentence)
    except BeyondTier as error:
        messages.error(request, error.sentence, extra_tags="plans")
    return redirect(found)


@login_required
@require_POST
def image_like(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Like with ``liked=1``, take it back with ``liked=0``; said twice it changes nothing more."""
    found = _visible(request, pk)
    liked = request.POST.get("liked", "1") != "0"
    try:
        likes.set_like(user=cast(User, request.user), image=found, liked=liked)
    except likes.PictureGone:
        raise Http404 from None
    if request.headers.get("HX-Request"):
        fragment = "_like_button" if request.POST.get("in") == "feed" else "_like"
        return render(request, f"gallery/{fragment}.html", {"image": found, "liked": liked})
    return returning.back(
        request, otherwise=found.get_absolute_url(), anchor=f"#picture-{found.pk}"
    )


@lru_cache(maxsize=1)
def _lost_picture() -> bytes:
    path = finders.find("lost-picture.svg")
    assert isinstance(path, str)
    return Path(path).read_bytes()


def _placeholder() -> HttpResponse:
    """A 404 that a page can show where the picture should be."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(_lost_picture(), "image/svg+xml", 404, headers=headers)


def _visible(request: HttpRequest, pk: uuid.UUID) -> Image:
    visible = Image.objects.visible_to(cast(User, request.user)).select_related("user", "category")
    found = visible.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
