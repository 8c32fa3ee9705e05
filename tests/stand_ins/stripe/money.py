"""Payments, refunds and disputes."""

from __future__ import annotations

from typing import Any

from tests.stand_ins.stripe.wire import Params, Refusal, number
from tests.stand_ins.stripe.world import Object, World

CARD = {
    "brand": "visa",
    "last4": "4242",
    "exp_month": 8,
    "exp_year": 2034,
    "country": "US",
    "funding": "credit",
}


def card_of(world: World, customer: str) -> Object:
    """The customer's card, made at the first payment."""
    if cards := world.every("payment_method", customer=customer):
        return cards[0]
    return world.make("payment_method", "pm", type="card", card=CARD, customer=customer)


def make_intent(world: World, *, customer: str, amount: int, currency: str, notes: Any) -> Object:
    intent = world.make(
        "payment_intent",
        "pi",
        amount=amount,
        amount_received=0,
        amount_capturable=0,
        currency=currency,
        customer=customer,
        metadata=dict(notes or {}),
        status="requires_payment_method",
        capture_method="automatic_async",
        confirmation_method="automatic",
        payment_method_types=["card"],
    )
    world.emit("payment_intent.created", intent)
    return intent


def process(world: World, intent: Object) -> None:
    """A way of paying that takes days."""
    world.change(intent, "payment_intent.processing", status="processing")


def fail(world: World, intent: Object) -> None:
    error = {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}
    world.change(
        intent,
        "payment_intent.payment_failed",
        status="requires_payment_method",
        last_payment_error=error,
    )


def succeed(world: World, intent: Object) -> Object:
    """The charge of an intent that is paid now."""
    card = card_of(world, intent["customer"])
    charge = world.make(
        "charge",
        "ch",
        amount=intent["amount"],
        amount_captured=intent["amount"],
        amount_refunded=0,
        currency=intent["currency"],
        customer=intent["customer"],
        payment_intent=intent["id"],
        payment_method=card["id"],
        payment_method_details={"type": "card", "card": CARD},
        metadata=dict(intent["metadata"]),
        status="succeeded",
        paid=True,
        captured=True,
        refunded=False,
        disputed=False,
        billing_details={"address": None, "email": None, "name": None, "phone": None},
        outcome={"type": "authorized", "network_status": "approved_by_network"},
        fraud_details={},
    )
    charge["receipt_url"] = f"{world.site}/receipts/{charge['id']}"
    charge["balance_transaction"] = transaction(world, charge, intent["amount"], "charge")["id"]
    world.change(
        intent,
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        payment_method=card["id"],
        last_payment_error=None,
    )
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)
    return charge


def transaction(world: World, source: Object, amount: int, kind: str) -> Object:
    return world.make(
        "balance_transaction",
        "txn",
        amount=amount,
        net=amount,
        fee=0,
        currency=source["currency"],
        source=source["id"],
        type=kind,
        reporting_category=kind,
        status="available",
        available_on=world.now(),
        balance_type="payments",
    )


def charge_of(world: World, params: Params) -> Object:
    if params.get("charge"):
        return world.get("charge", params["charge"], param="charge")
    intent = world.get("payment_intent", params.get("payment_intent"), param="payment_intent")
    return world.get("charge", intent["latest_charge"], param="payment_intent")


def refund(world: World, params: Params, *, status: str = "succeeded") -> Object:
    """Give money back; at most what is left of the charge."""
    charge = charge_of(world, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = number(params, "amount", left)
    if not left:
        raise Refusal(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if not 0 < amount <= left:
        raise Refusal(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    made = world.make(
        "refund",
        "re",
        amount=amount,
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        currency=charge["currency"],
        status=status,
        reason=params.get("reason"),
        metadata=params.get("metadata", {}),
    )
    made["balance_transaction"] = transaction(world, made, -amount, "refund")["id"]
    total = charge["amount_refunded"] + amount
    world.change(charge, amount_refunded=total, refunded=total == charge["amount"])
    world.emit("refund.created", made)
    world.emit("charge.refunded", charge)
    return made


def settle_refund(world: World, pk: str, *, succeed: bool) -> Object:
    """A refund that was pending, or had succeeded, comes to its end."""
    made = world.get("refund", pk)
    if succeed:
        return world.change(made, "refund.updated", "charge.refund.updated", status="succeeded")
    charge = world.get("charge", made["charge"])
    world.change(charge, amount_refunded=charge["amount_refunded"] - made["amount"], refunded=False)
    return world.change(
        made, "refund.updated", "refund.failed", status="failed", failure_reason="unknown"
    )


def dispute(world: World, charge_pk: str, *, amount: int | None, inquiry: bool) -> Object:
    """The bank takes the money, or with ``inquiry`` only asks."""
    charge = world.get("charge", charge_pk)
    made = world.make(
        "dispute",
        "du",
        amount=amount or charge["amount"],
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        currency=charge["currency"],
        reason="fraudulent",
        status="warning_needs_response" if inquiry else "needs_response",
        is_charge_refundable=inquiry,
        evidence={},
        evidence_details={"due_by": world.now() + 604_800, "has_evidence": False},
        balance_transactions=[],
    )
    world.change(charge, disputed=True)
    world.emit("charge.dispute.created", made)
    if not inquiry:
        _move(world, made, -made["amount"], "charge.dispute.funds_withdrawn")
    return made


def close_dispute(world: World, pk: str, *, won: bool) -> Object:
    made = world.get("dispute", pk)
    is_inquiry = made["status"].startswith("warning")
    status = "warning_closed" if is_inquiry else "won" if won else "lost"
    world.change(made, "charge.dispute.closed", status=status)
    if won and not is_inquiry:
        _move(world, made, made["amount"], "charge.dispute.funds_reinstated")
    return made


def _move(world: World, made: Object, amount: int, event: str) -> None:
    moved = transaction(world, made, amount, "adjustment")
    world.change(made, event, balance_transactions=[*made["balance_transactions"], dict(moved)])
