"""What every page shows of the site and of the person."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from billing import credits


def site(request: HttpRequest) -> dict[str, Any]:
    """Site-wide facts; the balance costs its query only where a template shows it."""
    return {
        "site_name": settings.SITE_NAME,
        "credits": SimpleLazyObject(lambda: _balance(request)),
        "generation_enabled": settings.GENERATION_ENABLED,
        "signup_enabled": settings.SIGNUP_ENABLED,
        "signup_credits": settings.SIGNUP_CREDITS,
        "email_verification": settings.EMAIL_VERIFICATION,
    }


def _balance(request: HttpRequest) -> int | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return credits.balance(cast(User, user))
