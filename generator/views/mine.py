"""What a person made: the history as requests and as pictures, their prompts, their figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from gallery import mine, paging, selecting
from gallery.narrowing import Narrowing
from generator import cards
from generator import dashboard as figures
from generator import history as past
from generator import prompts as said
from generator.models import Generation

REQUESTS_PAGE = 20
PICTURES_PAGE = 48
MANY_PICTURES = 480
"""For who wants to select hundreds: all of a page are ticked at once."""
PROMPTS_PAGE = 40


def mine_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """For who is logged in. Others go to the log-in page, but not inside a page of htmx."""
    page = login_required(view)

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.headers.get("HX-Request") and not request.user.is_authenticated:
            return HttpResponseForbidden()
        return page(request)

    return guarded


@mine_only
@never_cache
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """All that I asked for, newest first; with ``?view=pictures`` all that came."""
    if request.GET.get("view") == "pictures":
        return _pictures(request, cast(User, request.user))
    return _requests(request, cast(User, request.user))


@mine_only
@never_cache
@require_safe
def prompts(request: HttpRequest) -> HttpResponse:
    """My prompts, each once, apart from what came of them."""
    page = said.page(
        user=cast(User, request.user), after=request.GET.get("after", ""), size=PROMPTS_PAGE
    )
    next_url = f"{request.path}?after={page.next_cursor}" if page.next_cursor else ""
    context = {"generations": page.rows, "next_url": next_url, "tab": "prompts"}
    return _page_or_more(request, "generator/prompts.html", "generator/_prompts_page.html", context)


@login_required
@never_cache
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """My figures, the last thirty days and the newest pictures."""
    return render(request, "generator/dashboard.html", figures.open_for(cast(User, request.user)))


def _requests(request: HttpRequest, user: User) -> HttpResponse:
    filters = past.RequestFilters(request.GET)
    if filters.is_long_winded:
        return _shortened(request, filters)
    generations = filters.narrow(
        Generation.objects.for_user(user).select_related("model"), user=user
    )
    page = paging.page(generations, after=request.GET.get("after", ""), size=REQUESTS_PAGE)
    context = {
        "cards": cards.cards_for(page.rows),
        "next_url": page.next_url(request),
        "filters": filters,
        "tab": "requests",
    }
    return _page_or_more(request, "generator/history.html", "generator/_history_page.html", context)


def _pictures(request: HttpRequest, user: User) -> HttpResponse:
    filters = past.picture_filters(request.GET, kept={"view": "pictures"})
    if filters.is_long_winded:
        return _shortened(request, filters)
    images = filters.narrow(mine.pictures_of(user), user=user)
    many = request.GET.get("per") == "many"
    size = MANY_PICTURES if many else PICTURES_PAGE
    page = paging.page(images, after=request.GET.get("after", ""), size=size)
    context = {
        "images": page.rows,
        "next_url": page.next_url(request),
        "filters": filters,
        "tab": "pictures",
        "many": many,
        "collections": selecting.collections_of(user) if page.rows else [],
    }
    return _page_or_more(request, "gallery/mine.html", "gallery/_mine_page.html", context)


def _page_or_more(
    request: HttpRequest, whole: str, fragment: str, context: Mapping[str, Any]
) -> HttpResponse:
    """The page, or for htmx only the rows that follow."""
    more = request.headers.get("HX-Request") and "after" in request.GET
    return render(request, fragment if more else whole, context)


def _shortened(request: HttpRequest, filters: Narrowing) -> HttpResponse:
    """A sent form has a field for each filter; the address to bookmark has those that narrow."""
    query = filters.query()
    return redirect(f"{request.path}?{query}" if query else request.path)
