"""A person's page: what they show to everybody."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts import profiles
from accounts.models import User
from gallery import collecting, paging
from gallery.models import Collection, Image

PICTURES_PAGE = 24
FIRST_COLLECTIONS = 6
SHELF_PAGE = 24


@require_safe
def person(request: HttpRequest, username: str) -> HttpResponse:
    """Public pictures, newest first, below the newest public collections."""
    found = get_object_or_404(profiles.named(username))
    if found.username != username:
        return redirect("person", found.username)
    pictures = Image.objects.public().filter(user=found).defer("settings", "sha256")
    page = paging.page(pictures, after=request.GET.get("after", ""), size=PICTURES_PAGE)
    context = {"person": found, "images": page.rows, "next_url": page.next_url(request)}
    if request.headers.get("HX-Request") and "after" in request.GET:
        return render(request, "gallery/_shown_page.html", context)
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
