"""Subscriptions by API: what the app tells us of a purchase in Google Play."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.throttling import AuthRateThrottle

from accounts.models import User
from billing import credits, tiers
from billing.google_play import client, identity, purchases
from billing.models import PlayPurchase

router = Router(tags=["subscriptions"])


class PurchaseIn(Schema):
    """What the Play Billing Library gave the app."""

    purchase_token: str = Field(max_length=1000)
    product: str = Field(max_length=200)


class SubscriptionAnswer(Schema):
    """``state`` is pending while Google waits for the money; then ``paid_until`` is empty."""

    success: Literal[True] = True
    state: Literal["active", "past_due", "ended", "pending"]
    tier: str
    paid_until: datetime | None
    renews: bool
    credits: int


class AccountIdAnswer(Schema):
    success: Literal[True] = True
    account_id: str


class EachPerson(AuthRateThrottle):
    """Each call asks Google, so one person cannot keep us busy with it."""

    def get_cache_key(self, request: HttpRequest) -> str:
        return f"google-play:{cast(User, request.user).pk}"


@router.post(
    "/subscriptions/google-play",
    response=SubscriptionAnswer,
    throttle=[EachPerson("60/m")],
    summary="Redeem a purchase in Google Play",
)
def redeem(request: HttpRequest, purchase: PurchaseIn) -> SubscriptionAnswer:
    user = cast(User, request.user)
    found = purchases.redeem(user=user, token=purchase.purchase_token, product=purchase.product)
    return _answer(user, found)


@router.get(
    "/subscriptions/google-play/account",
    response=AccountIdAnswer,
    summary="What the app sets as obfuscated account id",
)
def account(request: HttpRequest) -> AccountIdAnswer:
    if not client.is_configured():
        raise client.NotConfigured
    return AccountIdAnswer(account_id=identity.account_id(cast(User, request.user)))


def _answer(user: User, purchase: PlayPurchase) -> SubscriptionAnswer:
    membership = purchase.membership
    otherwise = "pending" if purchase.state == "PENDING" else "ended"
    return SubscriptionAnswer(
        state=membership.state if membership else otherwise,  # type: ignore[arg-type]
        tier=tiers.of(user).slug,
        paid_until=membership.paid_until if membership else None,
        renews=bool(membership and membership.renews),
        credits=credits.balance(user),
    )
