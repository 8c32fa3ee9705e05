"""The home page: public pictures."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from gallery import filters, likes, listing, menus, tiles
from gallery.briefly import briefly
from gallery.filters import Filters
from gallery.listing import Page


@require_safe
@vary_on_headers("HX-Request")
@briefly
def feed(request: HttpRequest) -> HttpResponse:
    """Public pictures, filtered and ordered as the address says."""
    asked = filters.read(request.GET)
    after = request.GET.get("after", "")
    page = listing.page(asked, after=after)
    liked = likes.of_reader(request.user, page.rows)
    context: dict[str, Any] = {
        "tiles": tiles.html(page.rows, liked=liked, is_first=not after),
        "next_url": _next_url(asked, page),
    }
    if request.headers.get("HX-Request") and after:
        return render(request, "gallery/_feed_page.html", context)
    context |= {
        "asked": asked,
        "notice": _notice(asked, page),
        "menus": partial(menus.of, asked),
        "chips": partial(menus.chosen, asked),
        "sorts": partial(menus.orders, asked),
        "hidden": partial(menus.hidden, asked),
    }
    return render(request, "gallery/feed.html", context)


def _next_url(asked: Filters, page: Page) -> str:
    if not page.next_cursor:
        return ""
    query = asked.query()
    return f"/?{query}{'&' if query else ''}after={page.next_cursor}"


def _notice(asked: Filters, page: Page) -> str:
    if page.lost:
        return _("That place in the list is not known any more; this is its beginning.")
    return filters.sentence(asked)
