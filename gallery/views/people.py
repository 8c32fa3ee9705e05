"""A person's page: what they show to everybody."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import profiles
from accounts.models import User
from gallery import collecting, likes, listing, paging, tiles
from gallery.filters import Filters
from gallery.models import Collection, Image, Visibility

FIRST_COLLECTIONS = 6
SHELF_PAGE = 24


@require_safe
@vary_on_headers("HX-Request")
def person(request: HttpRequest, username: str) -> HttpResponse:
    """Public pictures, newest first, below the newest public collections."""
    public = Collection.objects.filter(user=OuterRef("pk"), visibility=Visibility.PUBLIC)
    people = profiles.named(username).annotate(has_collections=Exists(public))
    found = get_object_or_404(people)
    if found.username != username:
        return redirect("person", found.username)
    after = request.GET.get("after", "")
    page = listing.page(Filters({"user": found.username}), after=after)
    context = {
        "person": found,
        "tiles": tiles.html(
            page.rows, liked=likes.of_reader(request.user, page.rows), is_first=not after
        ),
        "next_url": f"{request.path}?after={page.next_cursor}" if page.next_cursor else "",
    }
    if request.headers.get("HX-Request") and after:
        return render(request, "gallery/_feed_page.html", context)
    if found.has_collections:  # type: ignore[attr-defined]  # annotated above
        first = _shelf(found).order_by("-created_at", "-id")[: FIRST_COLLECTIONS + 1]
        collections = collecting.with_fronts(list(first))
        context["collections"] = collections[:FIRST_COLLECTIONS]
        context["has_more_collections"] = len(collections) > FIRST_COLLECTIONS
    return render(request, "gallery/person.html", context)


@require_safe
def person_collections(request: HttpRequest, username: str) -> HttpResponse:
    """All public collections of a person, newest first."""
    found = get_object_or_404(profiles.named(username))
    if found.username != username:
        return redirect("person_collections", found.username)
    page = paging.page(_shelf(found), after=request.GET.get("after", ""), size=SHELF_PAGE)
    context = {
        "person": found,
        "collections": collecting.with_fronts(page.rows),
        "next_url": page.next_url(request),
    }
    fragment = request.headers.get("HX-Request") and "after" in request.GET
    name = "_collections_page" if fragment else "person_collections"
    return render(request, f"gallery/{name}.html", context)


def _shelf(person: User) -> QuerySet[Collection]:
    return collecting.shelf(collecting.public_of(person), shown=Image.objects.public())
