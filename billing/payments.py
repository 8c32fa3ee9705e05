"""Paid invoices become credits: read at Stripe, checked, and granted once for each invoice.

Each paid line grants ``floor(credits of its price x amount of the line / amount of the price)``,
so a change of plan in the middle of a month needs no rule of its own: what is left of the old plan
is a line below zero. What a discount took off was not paid, and grants nothing.
"""

from __future__ import annotations

import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction

from billing import credits, customers, gateway, mirror, offers
from billing.earning import referrals
from billing.gateway import Object
from billing.models import Checkout, CreditAccount, CreditEntry, Membership, Payment
from billing.offers import Offer

logger = logging.getLogger(__name__)

Kind = CreditEntry.Kind
STRIPE = Membership.Source.STRIPE

CHANGE = " → "
"""Between two plans in an entry's reason."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one line of an invoice is for and gives; a negative one takes."""

    offer: Offer
    credits: int


class NotYetPaid(Exception):
    """Stripe said that the invoice is paid, and then showed it as it was before."""


def settle(invoice_id: str, *, said_to_be_paid: bool = False) -> Payment | None:
    """Grant what a paid invoice of ours gives, exactly once; None where there is nothing to grant.

    Raises NotYetPaid where an event told of a payment that cannot be read yet.
    """
    invoice = gateway.find(
        lambda stripe: stripe.v1.invoices.retrieve(invoice_id, {"expand": ["payments"]})
    )
    account = _account(invoice) if invoice else None
    if invoice is None or account is None:
        return None
    if invoice["status"] != "paid":
        if said_to_be_paid and invoice["status"] in {"draft", "open"}:
            raise NotYetPaid(invoice_id)
        return None
    shares = list(_shares(invoice))
    if not shares:
        return None
    payment = _record(account, invoice, shares)
    mirror.try_to_keep(invoice)
    return payment


def settle_intent(payment_intent: str) -> Payment | None:
    """The payment of an intent, settled first if the news of it came late or never."""
    if known := Payment.objects.filter(source=STRIPE, payment_intent=payment_intent).first():
        return known
    paid = gateway.every(
        lambda stripe: stripe.v1.invoice_payments.list(
            {"payment": {"type": "payment_intent", "payment_intent": payment_intent}}
        )
    )
    for each in paid:
        if payment := settle(each["invoice"]):
            return payment
    return None


def subscription_of(invoice: Object) -> str:
    """The subscription that an invoice is for; empty for a pack."""
    return str(_details(invoice).get("subscription") or "")


def _account(invoice: Object) -> CreditAccount | None:
    """Whose invoice it is; None where it is not ours, of the wrong mode, or contradicts itself."""
    account = customers.account_of(invoice["customer"])
    if account is None or invoice["livemode"] != settings.STRIPE_LIVE_MODE:
        return None
    notes = _notes(invoice)
    if notes.get("easel_user", str(account.pk)) != str(account.pk):
        logger.error("Invoice %s names another person than its customer.", invoice["id"])
        return None
    return account


def _details(invoice: Object) -> Object:
    """What an invoice says of its subscription; nothing for a pack."""
    return (invoice.get("parent") or {}).get("subscription_details") or {}


def _notes(invoice: Object) -> Object:
    """Our metadata: a subscription's, and over them the invoice's own."""
    return {**(_details(invoice).get("metadata") or {}), **(invoice.get("metadata") or {})}


def _shares(invoice: Object) -> list[Share]:
    shares = []
    for line in _lines(invoice):
        offer = _offer(line)
        if offer is None:
            continue
        if line["currency"] != offer.currency or offer.livemode != invoice["livemode"]:
            logger.error("A line of invoice %s does not fit its price.", invoice["id"])
            continue
        off = sum(each["amount"] for each in line.get("discount_amounts") or [])
        shares.append(Share(offer, offer.credits * (line["amount"] - off) // offer.cents))
    return shares


def _lines(invoice: Object) -> list[Object]:
    lines = invoice["lines"]
    if not lines["has_more"]:
        return list(lines["data"])
    return list(
        gateway.every(
            lambda stripe: stripe.v1.invoices.line_items.list(invoice["id"], {"limit": 100})
        )
    )


def _offer(line: Object) -> Offer | None:
    details = (line.get("pricing") or {}).get("price_details") or {}
    price = details.get("price")
    if not price:
        return None
    if known := offers.of_price(price):
        return known
    mirror.keep_price(price)
    return offers.of_price(price)


@transaction.atomic
def _record(account: CreditAccount, invoice: Object, shares: list[Share]) -> Payment | None:
    # One movement at a time for each person: the second of two copies waits here and finds it.
    user = credits.lock_account(account.user).user
    if earlier := Payment.objects.filter(source=STRIPE, reference=invoice["id"]).first():
        if not earlier.payment_intent and _intent(invoice):
            # The first reading was too early to name it.
            earlier.payment_intent = _intent(invoice)
            earlier.save(update_fields=["payment_intent"])
        return earlier
    granted = sum(share.credits for share in shares)
    if not granted and not invoice["amount_paid"]:
        return None
    main = max(shares, key=lambda share: share.credits).offer
    payment = Payment.objects.create(
        account=account,
        source=STRIPE,
        reference=invoice["id"],
        livemode=invoice["livemode"],
        payment_intent=_intent(invoice),
        subscription=subscription_of(invoice),
        offer=main.key,
        description=main.name,
        number=invoice["number"] or "",
        invoice_url=invoice["hosted_invoice_url"] or "",
        invoice_pdf=invoice["invoice_pdf"] or "",
        currency=invoice["currency"],
        amount=invoice["amount_paid"],
        credits=granted,
        paid_at=_paid_at(invoice),
    )
    if granted > 0:
        kind = Kind.SUBSCRIPTION if main.is_plan else Kind.PURCHASE
        credits.give(
            user=user, kind=kind, amount=granted, reference=payment.reference, reason=_named(shares)
        )
    elif granted < 0:
        credits.claw_back(user=user, amount=-granted, reference=payment.reference, reason=main.name)
    _close_checkout(account, invoice)
    if payment.amount:
        referrals.pay(user)
    return payment


def _named(shares: list[Share]) -> str:
    """What the ledger's sentence names: the offer, or from which plan to which."""
    old = [share.offer.name for share in shares if share.credits < 0]
    new = [share.offer.name for share in shares if share.credits >= 0]
    return CHANGE.join([*old[:1], *new[:1]])[:200]


def _close_checkout(account: CreditAccount, invoice: Object) -> None:
    notes = _notes(invoice)
    if invoice["billing_reason"] not in {"subscription_create", "manual"}:
        return
    with suppress(ValueError):
        pk = uuid.UUID(notes.get("easel_checkout", ""))
        own = Checkout.objects.filter(account=account, pk=pk)
        own.update(state=Checkout.State.PAID, invoice=invoice["id"])


def _intent(invoice: Object) -> str:
    for each in (invoice.get("payments") or {}).get("data", []):
        if each["status"] == "paid" and each["payment"]["type"] == "payment_intent":
            return str(each["payment"]["payment_intent"])
    return ""


def _paid_at(invoice: Object) -> datetime:
    seconds = invoice["status_transitions"]["paid_at"] or invoice["created"]
    return datetime.fromtimestamp(seconds, UTC)
