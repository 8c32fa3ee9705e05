"""Stripe's API: the one client, its patience, and what its errors mean for us.

Answers are plain dictionaries of the version pinned in settings. No call is made inside a
transaction, and each call that creates something carries an idempotency key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

TIMEOUT = 10
"""Seconds for one attempt; with the one retry a call is over within 21."""

Object = dict[str, Any]

Ask = Callable[[Any], Any]
"""Gets the client. Any, because parameters are checked by the stand-in, which knows them all."""


class StripeUnavailable(Exception):
    """Stripe did not answer, or said that it cannot now. Nothing is known about the outcome."""

    @property
    def sentence(self) -> str:
        return _(
            "The payment service does not answer at the moment. "
            "Nothing was charged; try again in a minute."
        )


class StripeRefused(Exception):
    """Stripe understood and said no; the message is for the log."""

    @property
    def sentence(self) -> str:
        return _("The payment service did not accept this. Nothing was charged.")


class NotConfigured(Exception):
    """There is no key: nothing can be bought here."""

    @property
    def sentence(self) -> str:
        return _("Buying is not set up here yet. Whoever runs this site can give you credits.")


def is_configured() -> bool:
    return bool(settings.STRIPE_SECRET_KEY)


def call(ask: Ask) -> Object:
    """What ``ask`` gets from the client. Raises StripeUnavailable, StripeRefused, NotConfigured."""
    try:
        answer = ask(client())
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise StripeUnavailable(str(error)) from error
    except stripe.StripeError as error:
        if (error.http_status or 500) >= 500:
            raise StripeUnavailable(str(error)) from error
        raise StripeRefused(_told(error)) from error
    return plain(answer)


def find(ask: Ask) -> Object | None:
    """As :func:`call`; None where Stripe does not know the object (any more)."""
    try:
        return call(ask)
    except StripeRefused as error:
        cause = error.__cause__
        if isinstance(cause, stripe.StripeError) and cause.http_status == 404:
            return None
        raise


def every(ask: Ask) -> Iterator[Object]:
    """All objects of a list, page by page as they are read."""
    try:
        for item in ask(client()).auto_paging_iter():
            yield plain(item)
    except stripe.StripeError as error:
        raise StripeUnavailable(_told(error)) from error


def client() -> stripe.StripeClient:
    """The client of the configured key. Raises NotConfigured."""
    if not is_configured():
        raise NotConfigured
    return _client(settings.STRIPE_SECRET_KEY, getattr(settings, "STRIPE_API_HOST", ""))


@lru_cache(maxsize=4)
def _client(key: str, host: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=settings.STRIPE_API_VERSION,
        base_addresses={"api": host} if host else None,
        max_network_retries=1,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


def plain(answer: Any) -> Object:
    """An answer as JSON has it, all the way down."""
    return answer if isinstance(answer, dict) else answer.to_dict(for_json=True)


def _told(error: stripe.StripeError) -> str:
    return f"{error.http_status} {error.code or ''} {error.user_message or error}"
