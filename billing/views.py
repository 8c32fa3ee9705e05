"""The credits page, the way to the till and back."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from billing import checkout, earning, gateway, offers, overview
from billing.models import Checkout, Payment

TROUBLE = (
    offers.UnknownOffer,
    checkout.AlreadySubscribed,
    checkout.TooManyTills,
    gateway.StripeUnavailable,
    gateway.StripeRefused,
    gateway.NotConfigured,
)


@login_required
@never_cache
@require_safe
def billing(request: HttpRequest) -> HttpResponse:
    """Balance, what can be bought and earned, payments and the ledger, newest first."""
    user = cast(User, request.user)
    if "left" in request.GET:
        messages.info(request, _("Nothing was bought and nothing was charged."))
        return redirect("billing")
    ledger = overview.ledger(user, before=request.GET.get("after", ""))
    context = {"ledger": ledger, "is_later_page": "after" in request.GET}
    if not context["is_later_page"]:
        context |= {**overview.page(user), "earning": earning.panel(user)}
    return render(request, "billing/billing.html", context)


@login_required
@require_POST
def buy(request: HttpRequest) -> HttpResponse:
    """To Stripe's till with one pack or plan; back with a sentence where that can't be."""
    try:
        form_id = uuid.UUID(request.POST.get("form_id", ""))
    except ValueError:
        form_id = uuid.uuid4()
    key = request.POST.get("offer", "")
    try:
        url = checkout.start(user=cast(User, request.user), key=key, form_id=form_id)
    except TROUBLE as error:
        messages.error(request, error.sentence)
        return redirect("billing")
    return redirect(url)


@login_required
@require_POST
def portal(request: HttpRequest) -> HttpResponse:
    """To Stripe's page for cards, invoices and the plan."""
    try:
        return redirect(checkout.portal(cast(User, request.user)))
    except TROUBLE as error:
        messages.error(request, error.sentence)
        return redirect("billing")


@login_required
@never_cache
@require_safe
def checkout_done(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Back from the till. It reads our database and never grants anything."""
    return render(request, "billing/checkout_done.html", _done(request, pk))


@never_cache
@require_safe
def checkout_state(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The part of that page which waits for the confirmation. 204 while it is on its way."""
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    context = _done(request, pk)
    if request.GET.get("seen") == context["checkout"].state:
        return HttpResponse(status=204)
    return render(request, "billing/_checkout_state.html", {**context, "credits_changed": True})


def _done(request: HttpRequest, pk: uuid.UUID) -> dict[str, Any]:
    user = cast(User, request.user)
    found = get_object_or_404(Checkout.objects.for_user(user), pk=pk)
    mine = Payment.objects.for_user(user)
    payment = mine.filter(reference=found.invoice).first() if found.invoice else None
    return {"checkout": found, "payment": payment}
