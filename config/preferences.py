"""The page of preferences. It stands here because it joins two rooms: `accounts` keeps what a
person wishes, and only `generator` knows what there is to wish for."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import preferences as wishes
from accounts.forms import PreferencesForm
from accounts.languages import asked_for
from accounts.models import User
from generator import usual


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """All preferences, in groups, saved with one button."""
    user = cast(User, request.user)
    sent = request.POST if request.method == "POST" else None
    form = PreferencesForm(sent, user=user, offer=usual.offer(user))
    if sent is not None and form.is_valid():
        wishes.change(user=user, **form.cleaned_data)
        with override(user.language or asked_for(request)):
            messages.success(request, _("Saved."))
        return redirect("preferences")
    status = 422 if sent is not None else 200
    return render(request, "accounts/preferences.html", {"form": form}, status=status)
