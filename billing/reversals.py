"""Money that goes back, and the credits that go with it: refunds and disputes.

Whatever comes in whatever order, a payment has at each moment lost
``floor(its credits x what of it was returned / what was paid)`` credits. A change of that is one
entry; so partial refunds add up to the whole, and a refund that fails later gives back.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from billing import credits, gateway, mirror, payments
from billing.earning import referrals
from billing.gateway import Object
from billing.models import CreditEntry, Payment, Reversal

Kind = CreditEntry.Kind
State = Reversal.State

REFUND_STATES = {
    "pending": State.TAKEN,
    "requires_action": State.ASKED,
    "succeeded": State.TAKEN,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
DISPUTE_STATES = {
    "warning_needs_response": State.ASKED,
    "warning_under_review": State.ASKED,
    "warning_closed": State.FAILED,
    "needs_response": State.OPEN,
    "under_review": State.OPEN,
    "won": State.FAILED,
    "prevented": State.FAILED,
    "lost": State.TAKEN,
}
"""https://docs.stripe.com/api/disputes/object#dispute_object-status"""


def follow_refund(refund_id: str) -> Reversal | None:
    """Read the refund at Stripe and take or give back accordingly; None if it is not ours."""
    read_at = timezone.now()
    refund = gateway.find(lambda stripe: stripe.v1.refunds.retrieve(refund_id))
    payment = _payment(refund) if refund else None
    if refund is None or payment is None:
        return None
    mirror.try_to_keep(refund)
    return record(
        payment=payment,
        kind=Reversal.Kind.REFUND,
        reference=refund["id"],
        amount=refund["amount"],
        state=REFUND_STATES[refund["status"] or "pending"],
        reason=(refund["metadata"] or {}).get("easel_reason") or refund["reason"] or "",
        read_at=read_at,
    )


def follow_dispute(dispute_id: str) -> Reversal | None:
    """The same for a dispute. While it is open the person can spend nothing."""
    read_at = timezone.now()
    dispute = gateway.find(lambda stripe: stripe.v1.disputes.retrieve(dispute_id))
    payment = _payment(dispute) if dispute else None
    if dispute is None or payment is None:
        return None
    return record(
        payment=payment,
        kind=Reversal.Kind.DISPUTE,
        reference=dispute["id"],
        amount=dispute["amount"],
        state=DISPUTE_STATES[dispute["status"]],
        reason=dispute["reason"] or "",
        read_at=read_at,
    )


def follow_charge(charge_id: str) -> list[Reversal]:
    """All refunds of a charge: the event of a charge does not name them."""
    refunds = gateway.every(
        lambda stripe: stripe.v1.refunds.list({"charge": charge_id, "limit": 100})
    )
    followed = [follow_refund(each["id"]) for each in refunds]
    return [each for each in followed if each]


@transaction.atomic
def record(
    *,
    payment: Payment,
    kind: str,
    reference: str,
    amount: int,
    state: str,
    reason: str,
    read_at: datetime,
) -> Reversal:
    """Write down how a refund or dispute stands, and move the credits that this changes.

    ``read_at`` is when the reading began: what was read before the last reading is old news.
    """
    account = credits.lock_account(payment.account.user)
    reversal, _created = Reversal.objects.get_or_create(
        reference=reference,
        defaults={"payment": payment, "kind": kind, "amount": amount, "state": state},
    )
    if reversal.read_at and reversal.read_at > read_at:
        return reversal
    reversal.amount, reversal.state, reversal.read_at = amount, state, read_at
    reversal.reason = reason[:200]
    reversal.save(update_fields=["amount", "state", "read_at", "reason", "updated_at"])
    _move_credits(reversal)
    disputed = Q(kind=Reversal.Kind.DISPUTE, state__in=[State.ASKED, State.OPEN])
    open_ones = Reversal.objects.filter(disputed, payment__account=account)
    credits.freeze(user=account.user, is_frozen=open_ones.exists())
    referrals.settle(account.user)
    return reversal


def _move_credits(reversal: Reversal) -> None:
    payment = Payment.objects.select_for_update().get(pk=reversal.payment_id)
    reversals = payment.reversals.all()
    returned = min(payment.amount, sum(each.amount for each in reversals if each.counts))
    due = max(payment.credits, 0) * returned // payment.amount if payment.amount else 0
    change = due - payment.reversed_credits
    user, text = payment.account.user, payment.description
    if change > 0:
        number = _numbered(reversal.reference, Kind.CLAWBACK)
        credits.claw_back(user=user, amount=change, reference=number, reason=text)
    elif change < 0:
        number = _numbered(reversal.reference, Kind.REINSTATED)
        credits.give(user=user, kind=Kind.REINSTATED, amount=-change, reference=number, reason=text)
    payment.reversed_credits, payment.reversed_amount = due, returned
    payment.save(update_fields=["reversed_credits", "reversed_amount"])


def _numbered(reference: str, kind: Kind) -> str:
    """A refund that fails, is made again and fails again moves credits each time."""
    same = Q(reference=reference) | Q(reference__startswith=f"{reference}#")
    earlier = CreditEntry.objects.filter(same, kind=kind).count()
    return f"{reference}#{earlier + 1}" if earlier else reference


def _payment(thing: Object) -> Payment | None:
    if thing.get("livemode", settings.STRIPE_LIVE_MODE) != settings.STRIPE_LIVE_MODE:
        return None
    intent = thing["payment_intent"]
    if not intent and thing["charge"]:
        charge = gateway.find(lambda stripe: stripe.v1.charges.retrieve(thing["charge"]))
        intent = charge["payment_intent"] if charge else None
    return payments.settle_intent(intent) if intent else None
