"""Payment intents, charges, and what they move in the balance."""

from __future__ import annotations

from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.clock import DAY
from tests.stand_ins.stripe.customers import card_of

DECLINED = "Your card was declined."


def intend(account: Account, *, amount: int, currency: str, **values: object) -> Thing:
    """A payment that is to be made."""
    intent = account.make("payment_intent", amount=amount, currency=currency, **values)
    intent["client_secret"] = f"{intent['id']}_secret_practice"
    return account.add(intent, "payment_intent.created")


def succeed(account: Account, intent: Thing, method: Thing | None = None) -> Thing:
    """The money comes; the charge is returned."""
    method = method or _method_of(account, intent)
    late = account.find(intent["latest_charge"]) or {}
    pending = late if late.get("status") == "pending" else None
    charge = pending or _charge(account, intent, method)
    entry = move(account, charge, amount=charge["amount"], kind="charge", fee=_fee(charge))
    paid = {
        "amount_captured": charge["amount"],
        "balance_transaction": entry["id"],
        "captured": True,
        "paid": True,
        "status": "succeeded",
    }
    charge |= paid
    account.add(charge, "charge.succeeded")
    account.change(
        intent,
        "payment_intent.succeeded",
        amount_received=intent["amount"],
        last_payment_error=None,
        latest_charge=charge["id"],
        payment_method=method["id"],
        processing=None,
        status="succeeded",
    )
    return charge


def process(account: Account, intent: Thing, method: Thing) -> Thing:
    """A late method: the money is on its way."""
    charge = account.add(_charge(account, intent, method) | {"status": "pending"})
    account.tell("charge.pending", charge)
    account.change(
        intent,
        "payment_intent.processing",
        latest_charge=charge["id"],
        payment_method=method["id"],
        status="processing",
    )
    return charge


def fail(account: Account, intent: Thing, method: Thing | None = None) -> Thing:
    """The card's bank says no; the failed charge is returned."""
    method = method or _method_of(account, intent)
    late = account.find(intent["latest_charge"]) or {}
    charge = late if late.get("status") == "pending" else _charge(account, intent, method)
    failure = {
        "failure_code": "card_declined",
        "failure_message": DECLINED,
        "outcome": _outcome("issuer_declined", "declined_by_network"),
        "paid": False,
        "receipt_url": None,
        "status": "failed",
    }
    charge |= failure
    account.add(charge, "charge.failed")
    account.change(
        intent,
        "payment_intent.payment_failed",
        last_payment_error=_error(charge["id"], method),
        latest_charge=charge["id"],
        payment_method=None,
        status="requires_payment_method",
    )
    return charge


def cancel(account: Account, intent: Thing, reason: str | None = None) -> Thing:
    """A payment that will not be made."""
    return account.change(
        intent,
        "payment_intent.canceled",
        status="canceled",
        canceled_at=account.now,
        cancellation_reason=reason,
    )


def move(account: Account, source: Thing, *, amount: int, kind: str, fee: int = 0) -> Thing:
    """An entry in the account's balance."""
    fees = {
        "amount": fee,
        "application": None,
        "currency": source["currency"],
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    entry = account.make(
        "balance_transaction",
        amount=amount,
        available_on=account.now + 2 * DAY,
        currency=source["currency"],
        fee=fee,
        fee_details=[fees] if fee else [],
        net=amount - fee,
        reporting_category="dispute" if kind == "adjustment" else kind,
        source=source["id"],
        status="pending",
        type=kind,
    )
    return account.add(entry)


def _charge(account: Account, intent: Thing, method: Thing) -> Thing:
    charge = account.make(
        "charge",
        amount=intent["amount"],
        billing_details=dict(method["billing_details"]),
        calculated_statement_descriptor="PRACTICE",
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        metadata=dict(intent["metadata"]),
        outcome=_outcome(None, "approved_by_network"),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(method),
        receipt_email=intent["receipt_email"],
    )
    charge["receipt_url"] = f"{account.base_url}/receipts/{charge['id']}"
    return charge


def _method_of(account: Account, intent: Thing) -> Thing:
    return account.find(intent["payment_method"]) or card_of(account, intent["customer"])


def _fee(charge: Thing) -> int:
    amount: int = charge["amount"]
    return round(amount * 0.029) + 30


def _details(method: Thing) -> Thing:
    card = method["card"]
    names = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding")
    kept = {name: card[name] for name in (*names, "last4", "wallet")}
    more = {"installments": None, "mandate": None, "network": "visa", "three_d_secure": None}
    return {"type": "card", "card": kept | more}


def _outcome(reason: str | None, network_status: str) -> Thing:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network_status,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": "Payment complete." if reason is None else "The bank declined.",
        "type": "authorized" if reason is None else "issuer_declined",
    }


def _error(charge: str, method: Thing) -> Thing:
    return {
        "charge": charge,
        "code": "card_declined",
        "decline_code": "generic_decline",
        "message": DECLINED,
        "payment_method": method,
        "type": "card_error",
    }
