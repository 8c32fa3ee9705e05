"""Subscriptions become memberships: read at Stripe, whatever the event said."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing import credits, customers, gateway, mirror, offers, tiers
from billing.gateway import Object
from billing.models import Membership, Tier

State = Membership.State

STATES = {
    "active": State.ACTIVE,
    "trialing": State.ACTIVE,
    "past_due": State.PAST_DUE,
    "unpaid": State.ENDED,
    "canceled": State.ENDED,
    "paused": State.ENDED,
    "incomplete_expired": State.ENDED,
}
"""https://docs.stripe.com/api/subscriptions/object#subscription_object-status; an `incomplete` one
has not begun."""


def follow(subscription_id: str) -> Membership | None:
    """Read the subscription at Stripe and write down what it allows; None if it is not ours."""
    read_at = timezone.now()
    subscription = gateway.find(
        lambda stripe: stripe.v1.subscriptions.retrieve(
            subscription_id, {"expand": ["latest_invoice"]}
        )
    )
    if subscription is None:
        return _end(subscription_id)
    account = customers.account_of(subscription["customer"])
    state = STATES.get(subscription["status"])
    tier = _tier(subscription)
    if account is None or state is None or tier is None:
        return None
    if subscription["livemode"] != settings.STRIPE_LIVE_MODE:
        return None
    next_tier = _next_tier(subscription)
    with transaction.atomic():
        credits.lock_account(account.user)
        membership, is_new = Membership.objects.get_or_create(
            source=Membership.Source.STRIPE,
            reference=subscription["id"],
            defaults={
                "account": account,
                "tier": tier,
                "state": state,
                "paid_until": _paid_until(subscription),
            },
        )
        if membership.read_at and membership.read_at > read_at:
            return membership
        membership.read_at = read_at
        _write(membership, subscription, state, tier, next_tier, is_new=is_new)
    latest = subscription["latest_invoice"]
    mirror.try_to_keep({**subscription, "latest_invoice": latest and latest["id"]})
    return membership


def cancel(membership: Membership) -> None:
    """End it at once; what is paid for this month is not given back."""
    gateway.find(lambda stripe: stripe.v1.subscriptions.cancel(membership.reference))
    follow(membership.reference)


def _write(
    membership: Membership,
    subscription: Object,
    state: State,
    tier: Tier,
    next_tier: Tier | None,
    *,
    is_new: bool,
) -> None:
    if state == State.ACTIVE and _is_paid(subscription):
        membership.tier, membership.paid_until = tier, _paid_until(subscription)
    elif is_new:
        # It never was paid, as far as we know.
        membership.paid_until = timezone.now() - tiers.GRACE
    membership.state, membership.next_tier = state, next_tier
    ends = subscription["cancel_at_period_end"] or subscription["cancel_at"]
    membership.renews = state != State.ENDED and not ends
    membership.save()


def _is_paid(subscription: Object) -> bool:
    """Stripe moves the period, and changes the plan, before it has the money for it."""
    invoice = subscription["latest_invoice"]
    return invoice is None or invoice["status"] == "paid"


def _end(subscription_id: str) -> Membership | None:
    own = Membership.objects.filter(source=Membership.Source.STRIPE, reference=subscription_id)
    own.update(state=State.ENDED, renews=False, next_tier=None)
    return own.first()


def _paid_until(subscription: Object) -> datetime:
    """Periods stand on the items since API 2025-03-31."""
    items = subscription["items"]["data"]
    return datetime.fromtimestamp(max(each["current_period_end"] for each in items), UTC)


def _tier(subscription: Object) -> Tier | None:
    prices = [each["price"]["id"] for each in subscription["items"]["data"]]
    found = [offer for offer in map(offers.of_price, prices) if offer and offer.is_plan]
    slugs = [offer.tier for offer in found]
    return Tier.objects.filter(slug__in=slugs).order_by("-rank").first()


def _next_tier(subscription: Object) -> Tier | None:
    """What a change to less, which waits for the period's end, leads to."""
    if not subscription.get("schedule"):
        return None
    schedule = gateway.find(
        lambda stripe: stripe.v1.subscription_schedules.retrieve(subscription["schedule"])
    )
    now = timezone.now().timestamp()
    phases = (schedule or {}).get("phases", [])
    later = [phase for phase in phases if phase["start_date"] > now]
    for phase in later[:1]:
        offer = offers.of_price(phase["items"][0]["price"])
        if offer and offer.is_plan:
            return Tier.objects.filter(slug=offer.tier).first()
    return None
