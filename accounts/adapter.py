"""What Easel wants otherwise than allauth does by default."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import emails
from accounts.models import User

logger = logging.getLogger(__name__)

LONGEST_EMAIL = User._meta.get_field("email").max_length


class AccountAdapter(DefaultAccountAdapter):
    """Hooks of django-allauth; they hold for its pages and for its JSON endpoints alike."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is switched off."),
        "duplicate_email": _("This is your e-mail address already."),
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "email_taken": emails.AddressTaken.sentence,
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "invalid_email": _("Enter a valid e-mail address."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
        "rate_limited": _("Too many requests. Wait a minute, then try again."),
        "username_blacklisted": _("This username is reserved. Choose another."),
        "username_taken": _("Somebody already uses this username."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_ENABLED)

    def clean_email(self, email: str) -> str:
        # allauth lets 320 characters pass and then cuts them off at what the column holds.
        if LONGEST_EMAIL is not None and len(email) > LONGEST_EMAIL:
            raise self.validation_error("invalid_email")
        return str(super().clean_email(email))

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Mark an address as its user's own, unless somebody else has it by now."""
        if emails.is_taken(email=email_address.email, besides=email_address.user):
            context = {"email": email_address.email}
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, context)
            return False
        return bool(super().confirm_email(request, email_address))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the profile, where the message says that it worked."""
        return reverse("profile")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, or say that it did not work: what the mail was about has happened already."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            logger.exception("Mail %s could not be sent", template_prefix)
            sentence = _("We could not send an e-mail just now. Try again in a few minutes.")
            self.add_message(self.request, messages.ERROR, message=str(sentence))
