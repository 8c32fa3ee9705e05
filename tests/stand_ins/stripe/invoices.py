"""Invoices, their lines, and the payments that settle them."""

from __future__ import annotations

from collections.abc import Iterable

from tests.stand_ins.stripe import payments
from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.refusals import declined, wrong


def line(account: Account, price: Thing, *, amount: int, **values: object) -> Thing:
    """One line; ``parent`` and ``period`` come from whoever sells."""
    return account.make(
        "line_item",
        amount=amount,
        subtotal=amount,
        currency=price["currency"],
        pricing={
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        **values,
    )


def create(
    account: Account,
    *,
    customer: Thing,
    lines: Iterable[Thing],
    currency: str,
    reason: str,
    **values: object,
) -> Thing:
    """An invoice with its number, ready to be paid; credit of the customer is used up first."""
    lines = list(lines)
    total = sum(each["amount"] for each in lines)
    due = max(0, total + customer["balance"])
    sequence = customer["next_invoice_sequence"]
    invoice = account.make(
        "invoice",
        amount_due=due,
        amount_remaining=due,
        auto_advance=True,
        billing_reason=reason,
        currency=currency,
        customer=customer["id"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        customer_address=customer["address"],
        period_end=account.now,
        period_start=account.now,
        starting_balance=customer["balance"],
        subtotal=total,
        subtotal_excluding_tax=total,
        total=total,
        total_excluding_tax=total,
        **values,
    )
    for each in lines:
        each["invoice"] = invoice["id"]
    url = f"/v1/invoices/{invoice['id']}/lines"
    invoice["lines"] = {"object": "list", "data": lines, "has_more": False, "url": url}
    account.add(invoice, "invoice.created")
    _use_balance(account, customer, total, sequence)
    return account.change(
        invoice,
        "invoice.finalized",
        effective_at=account.now,
        ending_balance=customer["balance"],
        hosted_invoice_url=f"{account.base_url}/invoices/{invoice['id']}",
        invoice_pdf=f"{account.base_url}/invoices/{invoice['id']}/pdf",
        number=f"{customer['invoice_prefix']}-{sequence:04d}",
        status="open",
        status_transitions=invoice["status_transitions"] | {"finalized_at": account.now},
    )


def attach(account: Account, invoice: Thing, intent: Thing) -> Thing:
    """Say by which payment the invoice is to be settled."""
    payment = account.make(
        "invoice_payment",
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
    )
    return account.add(payment)


def intent_for(account: Account, invoice: Thing, **values: object) -> Thing:
    """The payment that settles the invoice, made when there is none yet."""
    for payment in account.all("invoice_payment", invoice=invoice["id"]):
        return account.get("payment_intent", payment["payment"]["payment_intent"])
    intent = payments.intend(
        account,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        **values,
    )
    attach(account, invoice, intent)
    return intent


def settle(account: Account, invoice: Thing) -> Thing:
    """The invoice is paid, after its money has come or when there was nothing to pay."""
    now = account.now
    for payment in account.all("invoice_payment", invoice=invoice["id"]):
        account.change(
            payment,
            "invoice_payment.paid",
            amount_paid=invoice["amount_due"],
            status="paid",
            status_transitions={"canceled_at": None, "paid_at": now},
        )
    return account.change(
        invoice,
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempt_count=invoice["attempt_count"] + 1,
        attempted=True,
        auto_advance=False,
        next_payment_attempt=None,
        status="paid",
        status_transitions=invoice["status_transitions"] | {"paid_at": now},
    )


def miss(account: Account, invoice: Thing, *, again_at: int | None) -> Thing:
    """An attempt to collect has failed."""
    return account.change(
        invoice,
        "invoice.updated",
        "invoice.payment_failed",
        attempt_count=invoice["attempt_count"] + 1,
        attempted=True,
        auto_advance=again_at is not None,
        next_payment_attempt=again_at,
    )


def payments_of(account: Account, invoice: Thing) -> list[Thing]:
    """The invoice's payments, oldest first."""
    return list(account.all("invoice_payment", invoice=invoice["id"]))[::-1]


def subscription_of(invoice: Thing) -> str | None:
    """The subscription that the invoice is for."""
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    found: str | None = details.get("subscription")
    return found


def pay(account: Account, invoice: Thing, *, will_fail: bool = False) -> Thing:
    """POST invoices/ID/pay: try to collect now."""
    if invoice["status"] != "open":
        raise wrong("Invoice is already paid", code="invoice_already_paid")
    intent = intent_for(account, invoice)
    if will_fail:
        payments.fail(account, intent)
        miss(account, invoice, again_at=invoice["next_payment_attempt"])
        raise declined(payment_intent=intent)
    payments.succeed(account, intent)
    return settle(account, invoice)


def void(account: Account, invoice: Thing) -> Thing:
    """POST invoices/ID/void: it need not be paid any more."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise wrong("You can only pass in open invoices. This invoice isn't open.")
    for payment in payments_of(account, invoice):
        intent = account.get("payment_intent", payment["payment"]["payment_intent"])
        payments.cancel(account, intent, "void_invoice")
    passed = invoice["status_transitions"] | {"voided_at": account.now}
    return account.change(
        invoice,
        "invoice.updated",
        "invoice.voided",
        auto_advance=False,
        next_payment_attempt=None,
        status="void",
        status_transitions=passed,
    )


def _use_balance(account: Account, customer: Thing, total: int, sequence: int) -> None:
    left = min(0, total + customer["balance"])
    events = ["customer.updated"] if left != customer["balance"] else []
    account.change(customer, *events, balance=left, next_invoice_sequence=sequence + 1)
