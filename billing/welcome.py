"""Free credits for a new person, at the first moment that allauth knows enough to give them."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, user_logged_in
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import ngettext

from accounts.models import User
from billing import credits


@receiver(user_logged_in)
def on_login(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Also after signing up, which logs in. Where addresses are verified, this does nothing yet."""
    _welcome(request, user)


@receiver(email_confirmed)
def on_confirmation(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    # Read again: the object at hand may remember that the address was not verified.
    _welcome(request, User.objects.get(pk=email_address.user_id))


def _welcome(request: HttpRequest, user: User) -> None:
    entry = credits.welcome(user)
    if entry is None or getattr(request.allauth, "headless", None):  # type: ignore[attr-defined]
        return
    sentence = ngettext(
        "Welcome! %(count)d credit is yours to start with.",
        "Welcome! %(count)d credits are yours to start with.",
        entry.delta,
    )
    messages.success(request, sentence % {"count": entry.delta})
