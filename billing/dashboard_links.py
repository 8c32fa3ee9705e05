"""Where Stripe's dashboard and our admin show a thing, for links between them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from billing.models import (
    Checkout,
    CreditAccount,
    CreditEntry,
    Membership,
    Payment,
    PlayPurchase,
    Reversal,
    StripeCustomer,
)

DASHBOARD = "https://dashboard.stripe.com"


def at_stripe(page: str, pk: str, *, livemode: bool) -> str:
    """A link to an object in Stripe's dashboard; ``page`` is such as ``invoices``."""
    if not pk:
        return ""
    mode = "" if livemode else "test/"
    return format_html(
        '<a href="{}/{}{}/{}" rel="noreferrer">{}</a>', DASHBOARD, mode, page, pk, pk
    )


def payment_at_stripe(payment: Payment) -> str:
    """A link to the invoice; only its number where it was paid elsewhere."""
    if payment.source != Membership.Source.STRIPE:
        return payment.reference
    return at_stripe("invoices", payment.reference, livemode=payment.livemode)


def reversal_at_stripe(reversal: Reversal) -> str:
    """Disputes have a page of their own; a refund stands on the page of its payment."""
    payment = reversal.payment
    if payment.source != Membership.Source.STRIPE:
        return reversal.reference
    if reversal.kind == Reversal.Kind.DISPUTE:
        return at_stripe("disputes", reversal.reference, livemode=payment.livemode)
    return at_stripe("payments", payment.payment_intent, livemode=payment.livemode)


def here(thing: Any) -> str:
    """A link to the thing's page in this admin."""
    if thing is None:
        return ""
    address = reverse(f"admin:billing_{thing._meta.model_name}_change", args=[thing.pk])
    words = thing.user.username if isinstance(thing, CreditAccount) else str(thing)
    return format_html('<a href="{}">{}</a>', address, words)


def of_account(account: CreditAccount) -> str:
    """Links to the lists of all that belongs to a person."""
    kinds = [CreditEntry, Payment, Membership, Checkout, StripeCustomer, PlayPurchase]
    return format_html_join(
        ", ",
        '<a href="{}?account__exact={}">{}</a>',
        (
            (
                reverse(f"admin:billing_{kind._meta.model_name}_changelist"),
                account.pk,
                kind._meta.verbose_name_plural,
            )
            for kind in kinds
        ),
    )


def behind(entry: CreditEntry) -> str:
    """A link to the payment or the refund that moved these credits; empty for other entries."""
    reference = entry.reference.partition("#")[0]
    payment = Payment.objects.filter(reference=reference).first()
    return here(payment or Reversal.objects.filter(reference=reference).first())
