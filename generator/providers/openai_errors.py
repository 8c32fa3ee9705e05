"""What it means when OpenAI, or a server that speaks like it, does not send pictures.

Sources: https://developers.openai.com/api/docs/guides/error-codes for statuses and codes;
``moderation_blocked`` and ``image_generation_user_error`` as the image endpoints send them, with
status 400 or as an ``error`` event; ``billing_hard_limit_reached`` comes with 400, not 429, so a
code we know weighs more than the status it came with.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz
from typing import Any

import httpx2
from openai import APIStatusError

from generator.providers.protocol import (
    BadRequest,
    NotAPicture,
    OutcomeUnknown,
    PromptRefused,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    QuotaGone,
    Unauthorised,
)

_BY_CODE: dict[str, type[ProviderError]] = {
    "moderation_blocked": PromptRefused,
    "content_policy_violation": PromptRefused,
    "content_filter": PromptRefused,  # Azure's name for it
    "insufficient_quota": QuotaGone,
    "billing_hard_limit_reached": QuotaGone,
    "billing_not_active": QuotaGone,
}

_BY_STATUS: dict[int, type[ProviderError]] = {
    401: Unauthorised,
    402: QuotaGone,
    403: Unauthorised,
    408: ProviderDown,  # it waited in vain for our request, so it has not begun
    409: ProviderDown,  # a lock it could not get; the SDK, too, takes 408 and 409 as "try again"
    425: ProviderDown,
    429: ProviderBusy,
    # A gateway took the call and lost sight of it: the picture may be drawn and billed.
    504: OutcomeUnknown,
    520: OutcomeUnknown,
    524: OutcomeUnknown,
}

_BY_TYPE: dict[str, type[ProviderError]] = {
    "invalid_request_error": BadRequest,
    "image_generation_user_error": BadRequest,
    "authentication_error": Unauthorised,
    "permission_error": Unauthorised,
    "rate_limit_error": ProviderBusy,
    "rate_limit_exceeded": ProviderBusy,
    "requests": ProviderBusy,
    "tokens": ProviderBusy,
    "server_error": ProviderDown,
    "api_error": ProviderDown,
}
"""For errors inside an answer with status 200, where the type is all there is."""

_BEFORE_SENDING = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


def from_status(error: APIStatusError) -> ProviderError:
    """Classify an answer with a status from 300 up."""
    body = error.body
    reported = body if isinstance(body, Mapping) else {}
    status, headers = error.status_code, error.response.headers
    said = _said(reported) or str(body or "").strip()
    if "location" in headers:
        said = f"redirected to {headers['location'].partition('?')[0]}, not followed"
    detail = f"HTTP {status} {said}"
    verdict = _known_code(reported) or _of_status(status)
    request_id = error.request_id or ""
    if verdict is ProviderBusy:
        return ProviderBusy(detail, request_id=request_id, retry_after=retry_after(headers))
    return verdict(detail, request_id=request_id)


def from_answer(reported: Mapping[str, Any]) -> ProviderError:
    """Classify an error object inside an answer that began with status 200.

    One that we do not know is the end all the same: an answer came, and it has no picture.
    """
    verdict = _known_code(reported) or _BY_TYPE.get(str(reported.get("code")))
    verdict = verdict or _BY_TYPE.get(str(reported.get("type")), NotAPicture)
    return verdict(_said(reported) or "an error without a word")


def from_wire(error: BaseException) -> ProviderError:
    """Classify a connection that failed: before the request went out, or after."""
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, _BEFORE_SENDING):
        return ProviderDown(detail)
    return OutcomeUnknown(detail)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the server asks us to wait, or None.

    Milliseconds win; ``Retry-After`` is seconds or a date (RFC 9110, 10.2.3).
    """
    for name, divisor in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers.get(name, "")) / divisor
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    date = parsedate_tz(headers.get("retry-after", ""))
    if date is None:
        return None
    try:
        return max(0.0, mktime_tz(date) - time.time())
    except (ValueError, OverflowError):
        return None


def _known_code(reported: Mapping[str, Any]) -> type[ProviderError] | None:
    return _BY_CODE.get(str(reported.get("code"))) or _BY_CODE.get(str(reported.get("type")))


def _of_status(status: int) -> type[ProviderError]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return BadRequest if 400 <= status < 500 else ProviderDown


def _said(reported: Mapping[str, Any]) -> str:
    words = (reported.get(key) for key in ("code", "type", "param", "message"))
    return " · ".join(str(word) for word in words if word)
