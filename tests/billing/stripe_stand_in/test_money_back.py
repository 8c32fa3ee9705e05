"""Refunds and disputes."""

from __future__ import annotations

import pytest
import stripe

from tests.billing.stripe_stand_in.shop import Client, a_purchase
from tests.stand_ins.stripe import StripeStandIn


def kinds(stand_in: StripeStandIn, after: int) -> list[str]:
    """The types of the events from a number on."""
    return [event.type for event in stand_in.events][after:]


def test_a_part_and_then_the_rest_is_given_back(stand_in: StripeStandIn, client: Client) -> None:
    paid = a_purchase(stand_in, client).payment_intent

    part = client.v1.refunds.create({"payment_intent": paid, "amount": 300})
    rest = client.v1.refunds.create({"payment_intent": paid})

    charge = client.v1.charges.retrieve(part.charge)
    assert (part.amount, rest.amount, part.status) == (300, 600, "succeeded")
    assert (charge.amount_refunded, charge.refunded) == (900, True)
    listed = client.v1.refunds.list({"charge": charge.id})
    assert [refund.id for refund in listed.data] == [rest.id, part.id]


def test_more_than_was_paid_is_not_given_back(stand_in: StripeStandIn, client: Client) -> None:
    paid = a_purchase(stand_in, client).payment_intent

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": paid, "amount": 901})
    client.v1.refunds.create({"payment_intent": paid})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": paid})

    assert refused.value.code == "charge_already_refunded"


def test_a_refund_can_wait_and_then_fail(stand_in: StripeStandIn, client: Client) -> None:
    paid = a_purchase(stand_in, client).payment_intent
    before = len(stand_in.events)

    refund = stand_in.refund(paid, 400, status="pending")
    stand_in.fail_refund(refund["id"])

    assert kinds(stand_in, before) == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
        "refund.failed",
        "charge.updated",
    ]
    assert client.v1.refunds.retrieve(refund["id"]).status == "failed"
    assert client.v1.charges.retrieve(refund["charge"]).amount_refunded == 0


def test_a_pending_refund_can_arrive(stand_in: StripeStandIn, client: Client) -> None:
    refund = stand_in.refund(a_purchase(stand_in, client).payment_intent, status="pending")

    stand_in.settle_refund(refund["id"])

    assert client.v1.refunds.retrieve(refund["id"]).status == "succeeded"


@pytest.mark.parametrize(
    ("won", "last", "sum_"),
    [(True, "charge.dispute.funds_reinstated", 0), (False, None, -900 - 1500)],
)
def test_a_dispute_takes_the_money_and_gives_it_back_when_won(
    stand_in: StripeStandIn, client: Client, won: bool, last: str | None, sum_: int
) -> None:
    paid = a_purchase(stand_in, client).payment_intent
    before = len(stand_in.events)

    dispute = stand_in.dispute(paid)
    opened = kinds(stand_in, before)
    stand_in.close_dispute(dispute["id"], won=won)

    closed = kinds(stand_in, before + len(opened))
    expected = [last] if last else []
    assert opened == [
        "charge.dispute.created",
        "charge.updated",
        "charge.dispute.funds_withdrawn",
    ]
    assert closed == [*expected, "charge.dispute.updated", "charge.dispute.closed"]
    found = client.v1.disputes.retrieve(dispute["id"])
    assert found.status == ("won" if won else "lost")
    assert sum(entry.net for entry in found.balance_transactions) == sum_


def test_an_inquiry_takes_nothing(stand_in: StripeStandIn, client: Client) -> None:
    dispute = stand_in.dispute(a_purchase(stand_in, client).payment_intent, inquiry=True)

    closed = stand_in.close_dispute(dispute["id"], won=True)

    assert dispute["status"] == "warning_needs_response"
    assert dispute["balance_transactions"] == []
    assert closed["status"] == "warning_closed"


def test_giving_in_to_a_dispute_loses_it(stand_in: StripeStandIn, client: Client) -> None:
    dispute = stand_in.dispute(a_purchase(stand_in, client).payment_intent)

    assert client.v1.disputes.close(dispute["id"]).status == "lost"
