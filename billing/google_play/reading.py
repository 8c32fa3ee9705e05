"""What Google's answer about a subscription means, checked before anything relies on it.

https://developers.google.com/android-publisher/api-ref/rest/v3/purchases.subscriptionsv2
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from billing import money
from billing.google_play.client import Answer, PlayUnavailable

PREFIX = "SUBSCRIPTION_STATE_"
PAID = {"ACTIVE", "IN_GRACE_PERIOD", "CANCELED"}
"""States in which a person has what was bought, until it expires. CANCELED means that it will not
renew."""
UNPAID_PHASES = {"freeTrial", "prorationPeriod"}
"""Phases of an offer whose order was free, or cost only the difference to an earlier plan."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One product of ours that was bought. ``order_id`` is the latest order that was paid."""

    token: str
    state: str
    product: str
    tier: str
    order_id: str
    expires_at: datetime
    renews: bool
    is_free: bool
    amount: int
    currency: str
    account_id: str
    replaces: str
    is_replaced: bool
    is_test: bool
    is_acknowledged: bool

    @property
    def is_paid(self) -> bool:
        is_over = self.is_replaced or self.expires_at <= timezone.now()
        return self.state in PAID and not is_over


class NothingOfOurs(Exception):
    """The purchase holds no product that leads to a tier here."""


def understood(token: str, answer: Answer) -> Subscription:
    """Raises NothingOfOurs, or PlayUnavailable where it is not what Google documents."""
    try:
        return _subscription(token, answer)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError):
        raise PlayUnavailable from None


def _subscription(token: str, answer: Answer) -> Subscription:
    state = answer["subscriptionState"].removeprefix(PREFIX)
    item = _item(answer.get("lineItems", []))
    plan = item.get("autoRenewingPlan", {})
    price = plan.get("recurringPrice", {})
    is_test = "testPurchase" in answer
    currency = price.get("currencyCode", settings.CURRENCY).lower()[:3]
    return Subscription(
        token=token,
        state=state,
        product=item["productId"],
        tier=settings.GOOGLE_PLAY_PRODUCTS[item["productId"]],
        order_id=str(item.get("latestSuccessfulOrderId", ""))[:200],
        expires_at=_moment(item.get("expiryTime")),
        renews=bool(plan.get("autoRenewEnabled", False)) and state in PAID,
        is_free=bool(UNPAID_PHASES & set(item.get("offerPhase", {}))),
        amount=0 if is_test else _smallest_units(price, currency),
        currency=currency,
        account_id=_account_id(answer),
        replaces=str(answer.get("linkedPurchaseToken", "")),
        is_replaced="replacementCancellation" in answer.get("canceledStateContext", {}),
        is_test=is_test,
        is_acknowledged=answer.get("acknowledgementState") == "ACKNOWLEDGEMENT_STATE_ACKNOWLEDGED",
    )


def _item(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Of several, the one that lasts longest: a change for later lists the old product and the
    new one, which has no end yet. Prepaid plans are not sold here."""
    ours = [
        item
        for item in items
        if item.get("productId") in settings.GOOGLE_PLAY_PRODUCTS and "prepaidPlan" not in item
    ]
    if not ours:
        raise NothingOfOurs
    return max(ours, key=lambda item: _moment(item.get("expiryTime")))


def _moment(text: str | None) -> datetime:
    """RFC 3339, to the nanosecond; what is missing never began."""
    if not text:
        return datetime.min.replace(year=2000, tzinfo=timezone.get_default_timezone())
    found = parse_datetime(text)
    if found is None or found.tzinfo is None:
        raise ValueError("no time")
    return found


def _smallest_units(price: dict[str, Any], currency: str) -> int:
    """https://github.com/googleapis/googleapis/blob/master/google/type/money.proto"""
    whole = Decimal(price.get("units", 0)) + Decimal(price.get("nanos", 0)) / 10**9
    return int((whole / money.decimal(1, currency)).to_integral_value())


def _account_id(answer: Answer) -> str:
    """Who bought, as the app said; after a new start in the Play Store, as it said before."""
    now = answer.get("externalAccountIdentifiers", {})
    before = answer.get("outOfAppPurchaseContext", {}).get("expiredExternalAccountIdentifiers", {})
    return str(
        now.get("obfuscatedExternalAccountId") or before.get("obfuscatedExternalAccountId") or ""
    )
