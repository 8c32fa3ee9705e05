"""The home page: public pictures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery import paging
from gallery.models import Image

FEED_PAGE = 24


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The home page: public pictures, newest first."""
    page = paging.page(
        Image.objects.public().for_feed(), after=request.GET.get("after", ""), size=FEED_PAGE
    )
    context = {"images": page.rows, "next_url": page.next_url(request)}
    fragment = request.headers.get("HX-Request") and "after" in request.GET
    return render(request, "gallery/_feed_page.html" if fragment else "gallery/feed.html", context)
