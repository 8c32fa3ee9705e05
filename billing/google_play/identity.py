"""Who bought: the app hands Google an id of the person's account, and Google tells it to us."""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

SALT = "billing.google_play.identity"
MAC_LENGTH = 32
"""Hexadecimal digits, 128 bits. Google takes 64 characters in all."""


def account_id(user: User) -> str:
    """What the app must set as ``obfuscatedAccountId``: names the person to us and nobody else."""
    return _signed(user.pk, settings.SECRET_KEY)


def owner(account_id: str) -> User | None:
    """Whose id this is; None for one that we did not hand out."""
    number, _dot, _mac = account_id.partition(".")
    if not 0 < len(number) < 16 or not set(number) <= set("0123456789abcdef"):
        return None
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    pk = int(number, 16)
    if not any(constant_time_compare(account_id, _signed(pk, secret)) for secret in secrets):
        return None
    return User.objects.filter(pk=pk).first()


def _signed(pk: int, secret: str) -> str:
    mac = salted_hmac(SALT, str(pk), secret=secret, algorithm="sha256").hexdigest()
    return f"{pk:x}.{mac[:MAC_LENGTH]}"
