"""The pictures that I like."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from gallery import likes as liking
from gallery import numbering

LIKES_PAGE = 24


@login_required
@never_cache
@require_safe
def likes(request: HttpRequest) -> HttpResponse:
    """What I liked last comes first."""
    liked = liking.of(cast(User, request.user))
    page = numbering.page(liked, by="-id", after=request.GET.get("after", ""), size=LIKES_PAGE)
    images = [like.image for like in page.rows]
    context = {
        "images": images,
        "card": {"liked": {image.pk for image in images}},
        "next_url": page.next_url(request),
    }
    fragment = request.headers.get("HX-Request") and "after" in request.GET
    return render(
        request, "gallery/_shown_page.html" if fragment else "gallery/likes.html", context
    )
