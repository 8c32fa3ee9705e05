"""The credits page: the balance and every movement behind it."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from billing import credits, statement
from billing.models import CreditEntry

PAGE = 50


@login_required
@never_cache
@require_safe
def billing(request: HttpRequest) -> HttpResponse:
    """Balance, totals and the ledger, newest first."""
    user = cast(User, request.user)
    before = request.GET.get("after", "")
    entries = CreditEntry.objects.for_user(user).newest_first()
    if before.isascii() and before.isdigit() and len(before) < 19:
        entries = entries.filter(pk__lt=int(before))
    rows = list(entries[: PAGE + 1])
    for entry in rows:
        entry.sentence = statement.sentence(entry)  # type: ignore[attr-defined]
        entry.generation_id = statement.generation_id(entry)  # type: ignore[attr-defined]
    context = {
        "balance": credits.balance(user),
        "entries": rows[:PAGE],
        "next_url": f"{request.path}?after={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
    }
    return render(request, "billing/billing.html", context)
