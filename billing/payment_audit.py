"""Proof that payments, ledger and Stripe's mirror agree; one sentence for each that does not."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from djstripe.models import Invoice

from billing.models import CreditEntry, Membership, Payment, Reversal, StripeCustomer

Kind = CreditEntry.Kind
STRIPE = Membership.Source.STRIPE


def differences() -> Iterator[str]:
    """Four questions, each one statement that the database answers row by row."""
    yield from _payments_without_their_credits()
    yield from _reversals_without_their_credits()
    yield from _other_amounts_than_the_mirror()
    yield from _paid_in_the_mirror_only()


def _stripe_payments() -> QuerySet[Payment]:
    return Payment.objects.filter(source=STRIPE, livemode=settings.STRIPE_LIVE_MODE)


def _payments_without_their_credits() -> Iterator[str]:
    granted = (
        CreditEntry.objects.filter(
            reference=OuterRef("reference"),
            kind__in=[Kind.PURCHASE, Kind.SUBSCRIPTION, Kind.CLAWBACK],
        )
        .order_by()
        .values("reference")
        .annotate(sum=Sum("delta"))
        .values("sum")
    )
    payments = _stripe_payments().annotate(granted=Coalesce(Subquery(granted), 0))
    for payment in payments.exclude(granted=F("credits")).iterator():
        yield (
            f"Payment {payment.reference}: it is worth {payment.credits} credits, "
            f"the ledger has {payment.granted}."
        )


def _reversals_without_their_credits() -> Iterator[str]:
    wrong = _stripe_payments().filter(Q(reversed_credits__gt=0) | Q(reversals__isnull=False))
    for payment in wrong.distinct().prefetch_related("reversals").iterator(chunk_size=500):
        moved = sum(_moved(reversal) for reversal in payment.reversals.all())
        if moved != -payment.reversed_credits:
            yield (
                f"Payment {payment.reference}: {payment.reversed_credits} credits should be "
                f"taken back, the ledger has {-moved}."
            )


def _moved(reversal: Reversal) -> int:
    mine = Q(reference=reversal.reference) | Q(reference__startswith=f"{reversal.reference}#")
    entries = CreditEntry.objects.filter(mine, kind__in=[Kind.CLAWBACK, Kind.REINSTATED])
    return entries.aggregate(sum=Sum("delta"))["sum"] or 0


def _other_amounts_than_the_mirror() -> Iterator[str]:
    mirrored = Invoice.objects.filter(id=OuterRef("reference"))
    payments = _stripe_payments().annotate(
        their_amount=Subquery(mirrored.values(text=KT("stripe_data__amount_paid"))[:1]),
        their_status=Subquery(mirrored.values(text=KT("stripe_data__status"))[:1]),
    )
    for payment in payments.exclude(their_status=None).iterator():
        if payment.their_status != "paid" or int(payment.their_amount) != payment.amount:
            yield (
                f"Payment {payment.reference}: {payment.amount} paid here; at Stripe it is "
                f"{payment.their_status} with {payment.their_amount}."
            )


def _paid_in_the_mirror_only() -> Iterator[str]:
    ours = StripeCustomer.objects.values("customer_id")
    paid = Invoice.objects.filter(
        stripe_data__status="paid",
        stripe_data__amount_paid__gt=0,
        customer__in=ours,
        livemode=settings.STRIPE_LIVE_MODE,
    )
    missing = paid.exclude(id__in=Payment.objects.filter(source=STRIPE).values("reference"))
    for pk in missing.values_list("id", flat=True).iterator():
        yield f"Invoice {pk} is paid at Stripe and unknown here: run reconcile_stripe."
