"""Saved searches: kept, renamed, forgotten."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from gallery import searches as saving


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saved_searches(request: HttpRequest) -> HttpResponse:
    """All of mine, newest first; a POST with the feed's ``query`` keeps another."""
    user = cast(User, request.user)
    if request.method != "POST":
        return render(request, "gallery/saved_searches.html", {"searches": saving.of(user)})
    query = request.POST.get("query", "")
    try:
        search, is_new = saving.save(user=user, name=request.POST.get("name", ""), query=query)
    except saving.NotSaved as error:
        messages.error(request, str(error.sentence))
        return redirect(f"{reverse('feed')}?{query}" if len(query) < 4000 else reverse("feed"))
    sentence = _("Saved as “%(name)s”.") if is_new else _("You have saved this as “%(name)s”.")
    messages.success(request, sentence % {"name": search.name})
    return redirect(f"{reverse('feed')}?{search.query}")


@login_required
@require_POST
def saved_search_rename(request: HttpRequest, pk: int) -> HttpResponse:
    search = get_object_or_404(cast(User, request.user).saved_searches, pk=pk)
    try:
        saving.rename(search=search, name=request.POST.get("name", ""))
        messages.success(request, _("Saved."))
    except saving.NotSaved as error:
        messages.error(request, str(error.sentence))
    return redirect("saved_searches")


@login_required
@require_POST
def saved_search_delete(request: HttpRequest, pk: int) -> HttpResponse:
    search = get_object_or_404(cast(User, request.user).saved_searches, pk=pk)
    search.delete()
    messages.success(request, _("“%(name)s” is gone.") % {"name": search.name})
    return redirect("saved_searches")
