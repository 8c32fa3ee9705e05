"""Google's Play Developer API: the few calls that we make, each over within a known time.

https://developers.google.com/android-publisher/api-ref/rest/v3
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials

logger = logging.getLogger(__name__)

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
TIMEOUT = 10
"""Seconds in which an answer must begin."""
SHORT_TIMEOUT = 5
"""The same for what comes before and after: a request that fetches an access token, reads a
purchase and acknowledges it must be over before gunicorn ends its process."""
QUICK = 3
"""What failed within so many seconds is tried once more."""
LARGEST = 4_000_000
"""Bytes of an answer; a page of a thousand voided purchases has about 400,000."""
MOST_PAGES = 50

Answer = dict[str, Any]


class NotConfigured(Exception):
    """Nothing is sold by Google Play here."""


class PlayUnavailable(Exception):
    """Google did not answer, or answered what cannot be understood. Trying again may help."""

    @property
    def sentence(self) -> str:
        return _(
            "Google Play does not answer at the moment. Your purchase is safe; "
            "try again in a minute."
        )


class PurchaseUnknown(Exception):
    """Google knows no such purchase in this app."""


class PurchaseGone(Exception):
    """The subscription ended so long ago that Google has forgotten it."""


def is_configured() -> bool:
    return bool(
        settings.GOOGLE_PLAY_CREDENTIALS
        and settings.GOOGLE_PLAY_PACKAGE
        and settings.GOOGLE_PLAY_PRODUCTS
    )


def subscription(token: str) -> Answer:
    """The purchase as it stands now, a ``SubscriptionPurchaseV2``."""
    return _call("GET", f"purchases/subscriptionsv2/tokens/{quote(token, safe='')}")


def acknowledge(*, token: str, product: str) -> None:
    """Say that the purchase was delivered; Google refunds what nobody acknowledges in 3 days."""
    place = f"{quote(product, safe='')}/tokens/{quote(token, safe='')}"
    _call("POST", f"purchases/subscriptions/{place}:acknowledge", timeout=SHORT_TIMEOUT)


def voided() -> Iterator[Answer]:
    """What was refunded, revoked or charged back within thirty days, subscriptions included."""
    query = {"type": "1", "maxResults": "1000"}
    for _page in range(MOST_PAGES):
        answer = _page_of_voided(query)
        yield from answer.get("voidedPurchases", [])
        after = answer.get("tokenPagination", {}).get("nextPageToken")
        if not after:
            return
        query["token"] = after
    logger.error("Google lists more voided purchases than we read.")


def digest(token: str) -> str:
    """What a purchase token is called in rows and logs: whoever reads those cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def key() -> Answer:
    """The service account's key. Raises ValueError where the setting holds none."""
    raw = settings.GOOGLE_PLAY_CREDENTIALS
    try:
        found = json.loads(raw if raw.lstrip().startswith("{") else Path(raw).read_text())
    except OSError as error:
        raise ValueError("The file cannot be read.") from error
    if not isinstance(found, dict) or not {"private_key", "client_email", "token_uri"} <= set(
        found
    ):
        raise ValueError("This is no key of a service account.")
    return found


def _page_of_voided(query: dict[str, str]) -> Answer:
    try:
        return _call("GET", "purchases/voidedpurchases", query)
    except (PurchaseUnknown, PurchaseGone):
        logger.error("Google Play does not know the app of GOOGLE_PLAY_PACKAGE.")
        raise PlayUnavailable from None


def _call(
    method: str, path: str, query: dict[str, str] | None = None, *, timeout: float | None = None
) -> Answer:
    if not is_configured():
        raise NotConfigured
    package = quote(settings.GOOGLE_PLAY_PACKAGE, safe="")
    url = f"{settings.GOOGLE_PLAY_BASE_URL}/androidpublisher/v3/applications/{package}/{path}"
    ask = partial(
        requests.request,
        method,
        url,
        params=query,
        data=b"{}" if method == "POST" else None,
        timeout=timeout or TIMEOUT,
        allow_redirects=False,
    )
    started = time.monotonic()
    try:
        response = _with_token(ask)
        is_stale = response.status_code == HTTPStatus.UNAUTHORIZED
        is_bad = is_stale or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        if is_bad and time.monotonic() - started < QUICK:
            response = _with_token(ask, anew=is_stale)
    except (requests.RequestException, GoogleAuthError, ValueError) as error:
        # Only the kind: the text of such errors holds the address and thereby the purchase token.
        logger.warning("Google Play could not be asked: %s", type(error).__name__)
        raise PlayUnavailable from None
    return _understood(response)


def _with_token(ask: Callable[..., requests.Response], *, anew: bool = False) -> requests.Response:
    token = _access_token(anew=anew)
    return ask(headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})


def _understood(response: requests.Response) -> Answer:
    status = response.status_code
    if status == HTTPStatus.GONE:
        raise PurchaseGone
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}:
        raise PurchaseUnknown
    if status == HTTPStatus.NO_CONTENT or (status == HTTPStatus.OK and not response.content):
        return {}
    try:
        answer = response.json() if status == HTTPStatus.OK else None
    except requests.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict) or len(response.content) > LARGEST:
        logger.warning("Google Play answered %s, which is not understood.", status)
        raise PlayUnavailable
    return answer


_renewing = threading.Lock()


def _access_token(*, anew: bool) -> str:
    credentials = _credentials(settings.GOOGLE_PLAY_CREDENTIALS)
    with _renewing:
        if anew or not credentials.valid:
            credentials.refresh(_patient_request)  # type: ignore[no-untyped-call]
    return str(credentials.token)


@lru_cache(maxsize=4)
def _credentials(_setting: str) -> Credentials:
    made: Credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
        key(), scopes=[SCOPE]
    )
    return made


def _patient_request(*args: Any, **kwargs: Any) -> Any:
    """The library's own transport waits two minutes."""
    kwargs["timeout"] = SHORT_TIMEOUT
    return Request()(*args, **kwargs)
