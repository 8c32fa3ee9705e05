"""What I took home."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from gallery import downloads as taking
from gallery import numbering

DOWNLOADS_PAGE = 50


@login_required
@never_cache
@require_safe
def downloads(request: HttpRequest) -> HttpResponse:
    """My downloads, the last one first."""
    user = cast(User, request.user)
    mine = taking.of(user)
    page = numbering.page(mine, by="-id", after=request.GET.get("after", ""), size=DOWNLOADS_PAGE)
    context = {
        "downloads": taking.with_images(page.rows, viewer=user),
        "next_url": page.next_url(request),
    }
    return render(request, "gallery/downloads.html", context)
