"""The page about earning, its forms, the link for friends, and the call about advertisements."""

from __future__ import annotations

import logging
from typing import Any, cast

from allauth.headless.tokens.strategies.jwt.internal import validate_access_token
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.models import User
from billing.earning import ad_keys, ads, codes, daily, panel, referrals, rewards

logger = logging.getLogger(__name__)


@login_required
@never_cache
@require_safe
def earn(request: HttpRequest) -> HttpResponse:
    """All ways to earn on a page of their own."""
    return _page(request)


@login_required
@never_cache
@require_POST
def claim_daily(request: HttpRequest) -> HttpResponse:
    """Today's bonus."""
    try:
        entry = daily.claim(cast(User, request.user))
    except rewards.NotEarned as refusal:
        messages.info(request, refusal.sentence)
    else:
        messages.success(request, daily.success(entry))
    return redirect("billing")


@login_required
@never_cache
@require_POST
def redeem(request: HttpRequest) -> HttpResponse:
    """A code that somebody typed; what is wrong with it stands beside it."""
    code = request.POST.get("code", "")
    try:
        entry = codes.redeem(user=cast(User, request.user), code=code)
    except codes.TooManyTries as refusal:
        return _page(request, status=429, code_error=refusal.sentence)
    except rewards.NotEarned as refusal:
        return _page(request, code=code[: codes.LONGEST], code_error=refusal.sentence)
    messages.success(request, codes.success(entry))
    return redirect("billing")


@never_cache
@require_safe
def join(request: HttpRequest, code: str) -> HttpResponse:
    """A friend's link: remembered until the visitor signs up."""
    if request.user.is_authenticated:
        messages.info(request, _("You are here already; this link is for friends who are not."))
        return redirect("earn")
    response = redirect("account_signup")
    if referrals.found(code):
        referrals.remember(response, code)
    return response


@never_cache
@require_GET
def ad_callback(request: HttpRequest) -> HttpResponse:
    """Google tells that an advertisement was watched; it asks again after anything but 200."""
    if not ads.is_offered():
        raise Http404
    try:
        ads.accept(request.META.get("QUERY_STRING", ""))
    except ads.NotBelieved as refusal:
        logger.info("A call about an advertisement was refused: %s", refusal)
        return JsonResponse({"error": str(refusal)}, status=403)
    except ad_keys.KeysUnavailable:
        return JsonResponse({"error": "The keys cannot be read just now."}, status=503)
    return JsonResponse({"status": "ok"})


@never_cache
@require_GET
def ad_token(request: HttpRequest) -> HttpResponse:
    """What the app of a person who is logged in hands to its advertisements."""
    if not ads.is_offered():
        raise Http404
    user = _caller(request)
    if user is None:
        error = {"code": "not_authenticated", "message": _("Log in first.")}
        return JsonResponse({"success": False, "error": error}, status=401)
    return JsonResponse({"success": True, "user_id": ads.token(user)})


def _caller(request: HttpRequest) -> User | None:
    """By the session of a browser, or by an access token of the API."""
    if request.user.is_authenticated:
        return request.user
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    found = validate_access_token(token.strip()) if scheme.lower() == "bearer" else None
    return cast(User, found[0]) if found else None


def _page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    context["earning"] = panel(cast(User, request.user))
    return render(request, "billing/earn.html", context, status=status)
