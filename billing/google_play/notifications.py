"""What Google tells us by Pub/Sub: verified, read, and believed in nothing but the token.

https://developer.android.com/google/play/billing/rtdn-reference and
https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions
"""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from google.auth import jwt
from google.auth.exceptions import GoogleAuthError

from billing.google_play import client
from billing.google_play.purchases import TOKEN

logger = logging.getLogger(__name__)

LARGEST = 64_000
"""Bytes of a notification; those of Google have about 600."""
ISSUERS = {"accounts.google.com", "https://accounts.google.com"}
CLOCK_SKEW = 10
CERTS_KEY = "google-play-certs"
CERTS_SECONDS = 3600
"""Google publishes a key long before it signs with it."""
REVOKED = 12


class NotGenuine(Exception):
    """Google did not send this. ``status`` is 401 without a valid token, 403 with another's."""

    def __init__(self, sentence: str, *, status: int = 401) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


class Malformed(Exception):
    """Google sent it, but it is not what it documents, or not for this app."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Notice:
    """What to look at. Both empty for a test and for what is no subscription."""

    token: str = ""
    is_refund: bool = False


def are_taken() -> bool:
    return client.is_configured() and bool(settings.GOOGLE_PLAY_PUSH_EMAIL)


def verify(authorization: str) -> None:
    """Raises NotGenuine unless the header holds Google's own token, made for us.

    Raises PlayUnavailable where Google's certificates cannot be read.
    """
    scheme, _space, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotGenuine(_("A notification needs Google's token."))
    try:
        claims = jwt.decode(  # type: ignore[no-untyped-call]
            token,
            certs=_certs(),
            audience=settings.GOOGLE_PLAY_PUSH_AUDIENCE,
            clock_skew_in_seconds=CLOCK_SKEW,
        )
    except (GoogleAuthError, ValueError, TypeError, AttributeError):
        raise NotGenuine(_("This token is not valid.")) from None
    if claims.get("iss") not in ISSUERS:
        raise NotGenuine(_("This token is not Google's."))
    is_ours = claims.get("email") == settings.GOOGLE_PLAY_PUSH_EMAIL
    if not is_ours or claims.get("email_verified") is not True:
        raise NotGenuine(_("This token is somebody else's."), status=403)


def read(body: bytes) -> Notice:
    """Raises Malformed."""
    try:
        data = json.loads(body)["message"]["data"]
        notice = json.loads(base64.b64decode(data, validate=True))
        package = notice["packageName"]
        found = _notice(notice)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Malformed(_("This is no notification of Google Play.")) from None
    if package != settings.GOOGLE_PLAY_PACKAGE:
        raise Malformed(_("This notification is for another app."))
    return found


def _notice(notice: dict[str, Any]) -> Notice:
    if change := notice.get("subscriptionNotification"):
        return Notice(_token(change), is_refund=change.get("notificationType") == REVOKED)
    if voided := notice.get("voidedPurchaseNotification"):
        return Notice(_token(voided), is_refund=True)
    if "testNotification" in notice:
        logger.info("Google Play sent a test notification.")
    return Notice()


def _token(part: dict[str, Any]) -> str:
    token = part["purchaseToken"]
    if not TOKEN.fullmatch(token):
        raise ValueError("no purchase token")
    return str(token)


def _certs() -> dict[str, str]:
    """Read once an hour: forged tokens cost Google no request."""
    known: dict[str, str] | None = cache.get(CERTS_KEY)
    if known:
        return known
    try:
        response = requests.get(
            settings.GOOGLE_PLAY_CERTS_URL, timeout=client.TIMEOUT, allow_redirects=False
        )
        response.raise_for_status()
        certs: dict[str, str] = response.json()
    except requests.RequestException as error:
        logger.warning("Google's certificates cannot be read: %s", type(error).__name__)
        raise client.PlayUnavailable from None
    if not isinstance(certs, dict) or not certs:
        raise client.PlayUnavailable
    cache.set(CERTS_KEY, certs, CERTS_SECONDS)
    return certs
