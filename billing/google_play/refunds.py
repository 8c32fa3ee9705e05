"""What Google gave back: the credits of that order are taken back once, and its tier ends."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from billing import credits
from billing.earning import referrals
from billing.google_play import client, purchases
from billing.models import Membership, Payment, PlayPurchase, Reversal

GOOGLE = Membership.Source.GOOGLE
AT_ONCE = 500
"""Orders that one statement looks up."""

REASONS = {1: "remorse", 2: "not received", 3: "defective", 4: "accidental", 5: "fraud"} | {
    6: "friendly fraud",
    7: "chargeback",
}
"""https://developers.google.com/android-publisher/api-ref/rest/v3/purchases.voidedpurchases"""


def collect() -> int:
    """Read what was voided lately and take back what of it was ours; how many that were."""
    voided = {str(each["orderId"]): each for each in client.voided() if each.get("orderId")}
    orders = list(voided)
    found: list[Payment] = []
    for start in range(0, len(orders), AT_ONCE):
        own = Payment.objects.filter(source=GOOGLE, reference__in=orders[start : start + AT_ONCE])
        found += own.exclude(reversals__state=Reversal.State.TAKEN).select_related("account__user")
    for payment in found:
        take_back(payment, reason=_reason(voided[payment.reference].get("voidedReason")))
    return len(found)


@transaction.atomic
def take_back(payment: Payment, *, reason: str = "") -> None:
    """Even credits that are spent (invariant M3). The second of two copies changes nothing."""
    user = credits.lock_account(payment.account.user).user
    _reversal, is_new = Reversal.objects.get_or_create(
        reference=f"google:{payment.reference}",
        defaults={
            "payment": payment,
            "kind": Reversal.Kind.REFUND,
            "amount": payment.amount,
            "state": Reversal.State.TAKEN,
            "reason": reason,
            "read_at": timezone.now(),
        },
    )
    if not is_new:
        return
    if payment.credits:
        credits.claw_back(
            user=user,
            amount=payment.credits,
            reference=f"google:{payment.reference}",
            reason=payment.description,
        )
    payment.reversed_amount, payment.reversed_credits = payment.amount, payment.credits
    payment.save(update_fields=["reversed_amount", "reversed_credits"])
    if payment.amount:
        referrals.settle(user)
    _end_what_it_paid_for(payment)


def _end_what_it_paid_for(payment: Payment) -> None:
    """An earlier month that is given back ends nothing: the present one is paid."""
    paying = PlayPurchase.objects.filter(account=payment.account, order_id=payment.reference)
    purchases.end(Membership.objects.filter(play_purchase__in=paying))


def _reason(number: object) -> str:
    return REASONS.get(number, "") if isinstance(number, int) else ""
