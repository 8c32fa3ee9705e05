"""Money that goes back: refunds and disputes."""

from __future__ import annotations

from tests.stand_ins.stripe import payments
from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.catalogue import merged
from tests.stand_ins.stripe.clock import DAY
from tests.stand_ins.stripe.refusals import missing, wrong

DISPUTE_FEE = 1500


def charge_of(account: Account, given: str | None) -> Thing:
    """The charge of this id, or the one by which this payment intent was paid."""
    thing = account.find(given) or {}
    if thing.get("object") == "payment_intent":
        thing = account.find(thing["latest_charge"]) or {}
    if thing.get("object") != "charge":
        raise missing("charge", str(given), param="charge")
    return thing


def create(account: Account, params: Thing) -> Thing:
    """POST refunds."""
    charge = charge_of(account, params.get("payment_intent") or params.get("charge"))
    return give_back(
        account,
        charge,
        params.get("amount"),
        reason=params.get("reason"),
        metadata=merged({}, params.get("metadata", {})),
    )


def give_back(
    account: Account,
    charge: Thing,
    amount: int | None = None,
    *,
    status: str = "succeeded",
    **values: object,
) -> Thing:
    """A refund of the whole or a part."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    if not charge["paid"] or left <= 0:
        raise wrong(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise wrong(
            f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge "
            f"(${left / 100:.2f})",
            param="amount",
        )
    refund = account.make(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        status=status,
        **values,
    )
    entry = payments.move(account, refund, amount=-amount, kind="refund")
    account.add(refund | {"balance_transaction": entry["id"]}, "refund.created")
    _count(account, charge, amount, "charge.refunded")
    return account.get("refund", refund["id"])


def settle(account: Account, refund: Thing) -> Thing:
    """A pending refund arrives."""
    return account.change(refund, "refund.updated", "charge.refund.updated", status="succeeded")


def fail(account: Account, refund: Thing) -> Thing:
    """The money comes back to us, also when the refund had succeeded before."""
    entry = payments.move(account, refund, amount=refund["amount"], kind="refund_failure")
    account.change(
        refund,
        "refund.updated",
        "charge.refund.updated",
        "refund.failed",
        failure_balance_transaction=entry["id"],
        failure_reason="lost_or_stolen_card",
        status="failed",
    )
    _count(account, charge_of(account, refund["charge"]), -refund["amount"], "charge.updated")
    return refund


def dispute(
    account: Account, charge: Thing, amount: int | None = None, *, inquiry: bool, withdraw: bool
) -> Thing:
    """The customer's bank asks for the money, or only asks why."""
    made = account.make(
        "dispute",
        amount=charge["amount"] if amount is None else amount,
        charge=charge["id"],
        currency=charge["currency"],
        evidence=_evidence(),
        evidence_details={
            "due_by": account.now + 10 * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        payment_intent=charge["payment_intent"],
        payment_method_details=_method_details(inquiry),
        reason="fraudulent",
        status="warning_needs_response" if inquiry else "needs_response",
    )
    if withdraw and not inquiry:
        made["balance_transactions"] = [_withdrawal(account, made, -made["amount"], DISPUTE_FEE)]
    account.add(made, "charge.dispute.created")
    account.change(charge, "charge.updated", disputed=True)
    if made["balance_transactions"]:
        account.tell("charge.dispute.funds_withdrawn", made)
    return made


def close(account: Account, given: Thing, *, won: bool) -> Thing:
    """The bank has decided."""
    is_inquiry = given["status"].startswith("warning")
    status = "warning_closed" if is_inquiry and won else "won" if won else "lost"
    entries = given["balance_transactions"]
    was_withdrawn = sum(entry["amount"] for entry in entries) < 0
    if won and was_withdrawn:
        back = _withdrawal(account, given, given["amount"], -DISPUTE_FEE)
        account.change(given, balance_transactions=[*entries, back])
        account.tell("charge.dispute.funds_reinstated", given)
    elif not won and not was_withdrawn:
        taken = _withdrawal(account, given, -given["amount"], DISPUTE_FEE)
        account.change(given, balance_transactions=[*entries, taken])
        account.tell("charge.dispute.funds_withdrawn", given)
    return account.change(given, "charge.dispute.updated", "charge.dispute.closed", status=status)


def _count(account: Account, charge: Thing, amount: int, event: str) -> None:
    refunded = charge["amount_refunded"] + amount
    account.change(charge, event, amount_refunded=refunded, refunded=refunded == charge["amount"])


def _withdrawal(account: Account, dispute: Thing, amount: int, fee: int) -> Thing:
    return dict(payments.move(account, dispute, amount=amount, kind="adjustment", fee=fee))


def _method_details(inquiry: bool) -> Thing:
    card = {
        "brand": "visa",
        "case_type": "inquiry" if inquiry else "chargeback",
        "network": "visa",
        "network_reason_code": "10.4",
    }
    return {"type": "card", "card": card}


def _evidence() -> Thing:
    names = """
        access_activity_log billing_address cancellation_policy cancellation_policy_disclosure
        cancellation_rebuttal customer_communication customer_email_address customer_name
        customer_purchase_ip customer_signature duplicate_charge_documentation
        duplicate_charge_explanation duplicate_charge_id product_description receipt
        refund_policy refund_policy_disclosure refund_refusal_explanation service_date
        service_documentation shipping_address shipping_carrier shipping_date
        shipping_documentation shipping_tracking_number uncategorized_file uncategorized_text
    """
    return {**dict.fromkeys(names.split()), "enhanced_evidence": {}}
