"""Finding and applying what a lost webhook should have done, by asking Stripe for all it has.

Each difference is one sentence; what could not be settled is marked, and the command fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from billing import (
    checkout,
    customers,
    gateway,
    inbox,
    memberships,
    payments,
    reversals,
)
from billing.gateway import Object
from billing.models import Checkout, Membership, Payment, Reversal, StripeCustomer

LOOK_BACK = timedelta(days=3)
"""As long as Stripe goes on delivering an event."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What was not as Stripe has it, and whether it is now."""

    sentence: str
    settled: bool = True


def run(since: datetime | None = None) -> list[Difference]:
    """Compare what happened since then, by default for three days. Raises StripeUnavailable.

    Money first, then what took it back, then memberships: so nothing waits for what comes later.
    """
    since = since or timezone.now() - LOOK_BACK
    created = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    return [
        *_checkouts(),
        *_invoices(created),
        *_refunds(created),
        *_disputes(created),
        *_open_disputes(),
        *_memberships(created),
        *_customers(),
        *_of_removed_people(),
        *_events(),
    ]


def _checkouts() -> Iterator[Difference]:
    """Sessions whose end was not heard of. One without an id was never answered for."""
    waiting = Checkout.objects.unsettled().exclude(session_id=None)
    for row in waiting.filter(created_at__lt=timezone.now() - timedelta(minutes=1)).iterator():
        before = row.state
        after = checkout.follow(row.session_id or "")
        if after and after.state != before:
            yield Difference(f"Checkout {row.pk} ({row.name}): it is {after.get_state_display()}.")


def _invoices(created: Object) -> Iterator[Difference]:
    listed = gateway.every(lambda stripe: stripe.v1.invoices.list({**created, "status": "paid"}))
    for invoice in listed:
        account = customers.account_of(invoice["customer"])
        if account is None:
            continue
        known = Payment.objects.filter(source=payments.STRIPE, reference=invoice["id"]).first()
        payment = known or payments.settle(invoice["id"])
        if payment and not known:
            yield Difference(
                f"Invoice {invoice['id']}: {payment.credits} credits were missing; "
                f"{account.user.username} has them now."
            )
        elif payment and payment.amount != invoice["amount_paid"]:
            yield Difference(
                f"Invoice {invoice['id']}: {invoice['amount_paid']} was paid at Stripe, "
                f"{payment.amount} is written here.",
                settled=False,
            )


def _refunds(created: Object) -> Iterator[Difference]:
    listed = gateway.every(lambda stripe: stripe.v1.refunds.list(created))
    for refund in listed:
        yield from _reversal(refund, reversals.REFUND_STATES.get(refund["status"] or "pending"))


def _disputes(created: Object) -> Iterator[Difference]:
    listed = gateway.every(lambda stripe: stripe.v1.disputes.list(created))
    for dispute in listed:
        yield from _reversal(dispute, reversals.DISPUTE_STATES.get(dispute["status"]))


def _open_disputes() -> Iterator[Difference]:
    """They last for months."""
    states = [Reversal.State.ASKED, Reversal.State.OPEN]
    for row in Reversal.objects.filter(kind=Reversal.Kind.DISPUTE, state__in=states):
        after = reversals.follow_dispute(row.reference)
        if after and after.state != row.state:
            yield Difference(f"Dispute {row.reference}: {after.get_state_display()}.")


def _reversal(thing: Object, state: str | None) -> Iterator[Difference]:
    known = Reversal.objects.filter(reference=thing["id"]).first()
    if known and known.state == state and known.amount == thing["amount"]:
        return
    follow = reversals.follow_refund if thing["object"] == "refund" else reversals.follow_dispute
    after = follow(thing["id"])
    if after:
        person = after.payment.account.user.username
        yield Difference(
            f"{after.get_kind_display()} {after.reference} of {person}: "
            f"{after.get_state_display()}."
        )


def _memberships(created: Object) -> Iterator[Difference]:
    listed = gateway.every(
        lambda stripe: stripe.v1.subscriptions.list({**created, "status": "all"})
    )
    ids = {each["id"] for each in listed if customers.account_of(each["customer"])}
    running = Membership.objects.running().filter(source=Membership.Source.STRIPE)
    for reference in sorted(ids | set(running.values_list("reference", flat=True))):
        known = Membership.objects.filter(reference=reference).first()
        after = memberships.follow(reference)
        if after and (known is None or _standing(known) != _standing(after)):
            yield Difference(
                f"Subscription {reference}: {after.tier}, {after.get_state_display()}."
            )


def _standing(membership: Membership) -> tuple[object, ...]:
    return (
        membership.state,
        membership.tier_id,
        membership.next_tier_id,
        membership.paid_until,
        membership.renews,
    )


def _customers() -> Iterator[Difference]:
    """Those who subscribe: a customer that was deleted has no subscription any more."""
    accounts = Membership.objects.running().values("account")
    for row in StripeCustomer.objects.filter(deleted_at=None, account__in=accounts):
        customers.follow(row.customer_id)
        row.refresh_from_db()
        if row.deleted_at:
            yield Difference(f"Customer {row.customer_id} was deleted at Stripe.")


def _of_removed_people() -> Iterator[Difference]:
    """Whoever cannot come in any more is not charged any more."""
    running = Membership.objects.running().filter(source=Membership.Source.STRIPE)
    for membership in running.filter(account__user__is_active=False):
        memberships.cancel(membership)
        yield Difference(f"Subscription {membership.reference}: cancelled with its account.")


def _events() -> Iterator[Difference]:
    """What arrived and could not be followed for an hour."""
    late = inbox.unfollowed().filter(created__lt=timezone.now() - timedelta(hours=1))
    for trigger in late:
        if not inbox.follow(trigger.pk):
            trigger.refresh_from_db()
            yield Difference(
                f"Event {trigger.event_id} cannot be followed: {trigger.exception}", settled=False
            )
