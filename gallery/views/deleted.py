"""Deleting a picture, and what was deleted."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from gallery import deleting, paging, returning
from gallery.models import Image

DELETED_PAGE = 24


@login_required
@never_cache
@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """What I deleted and may still bring back, the last first."""
    mine = deleting.deleted_by(cast(User, request.user)).defer("settings", "sha256")
    after = request.GET.get("after", "")
    page = paging.page(mine, after=after, size=DELETED_PAGE, by="deleted_at")
    context = {
        "pictures": [(image, deleting.days_left(image)) for image in page.rows],
        "next_url": page.next_url(request),
        "kept_days": deleting.KEPT_DAYS,
    }
    fragment = request.headers.get("HX-Request") and "after" in request.GET
    name = "_deleted_page" if fragment else "deleted"
    return render(request, f"gallery/{name}.html", context)


@login_required
@require_POST
def image_delete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Gone at once; the next page offers to undo it."""
    found = get_object_or_404(Image.objects.for_user(cast(User, request.user)), pk=pk)
    moment = timezone.now()
    deleting.delete([found], moment=moment)
    messages.success(request, _("Deleted."), extra_tags=f"undo {moment.isoformat()}")
    return returning.back(request, otherwise=reverse("deleted"))


@login_required
@require_POST
def image_restore(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """It is back where it was, for whom it was; said twice it changes nothing more."""
    user = cast(User, request.user)
    mine = Image.objects.for_user(user) | deleting.deleted_by(user)
    found = get_object_or_404(mine, pk=pk)
    if deleting.restore([found]):
        messages.success(request, _("The picture is back."))
    return redirect(found)
