"""From a checkout session to money, documents and events."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

import pytest
import stripe

from tests.billing.stripe_stand_in.shop import (
    Client,
    a_price,
    a_purchase,
    a_session,
    a_subscription,
    post,
)
from tests.stand_ins.stripe import StripeStandIn


def test_a_paid_session_has_a_payment_and_a_charge(stand_in: StripeStandIn, client: Client) -> None:
    session = a_purchase(stand_in, client, payment_intent_data={"metadata": {"order": "7"}})

    params = {"expand": ["latest_charge.balance_transaction"]}
    intent = client.v1.payment_intents.retrieve(session.payment_intent, params)
    charge = intent.latest_charge

    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert session.invoice is None
    assert (intent.status, intent.amount_received) == ("succeeded", 900)
    assert charge.amount_captured == 900
    assert charge.metadata["order"] == "7"
    assert charge.balance_transaction.net == 900 - 26 - 30


def test_an_invoice_is_made_where_the_session_asks_for_one(
    stand_in: StripeStandIn, client: Client
) -> None:
    session = a_purchase(stand_in, client, invoice_creation={"enabled": True})

    invoice = client.v1.invoices.retrieve(session.invoice, {"expand": ["payments"]})
    found = client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": session.payment_intent}}
    )

    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 900, "manual")
    assert invoice.payments.data[0].payment.payment_intent == session.payment_intent
    assert [payment.invoice for payment in found.data] == [invoice.id]
    assert invoice.lines.data[0].pricing.price_details.price


def test_a_subscription_begins_with_a_paid_invoice(stand_in: StripeStandIn, client: Client) -> None:
    subscription = a_subscription(stand_in, client, a_price(client, 1500, every="month"))

    invoice = client.v1.invoices.retrieve(subscription.latest_invoice)
    details = invoice.parent.subscription_details

    assert (subscription.status, invoice.billing_reason) == ("active", "subscription_create")
    assert (details.subscription, details.metadata["plan"]) == (subscription.id, "studio")
    assert invoice.lines.data[0].parent.subscription_item_details.proration is False


def test_a_late_payment_is_unpaid_until_it_settles(stand_in: StripeStandIn, client: Client) -> None:
    session = a_session(client, a_price(client))

    unpaid = stand_in.pay(session.id, late=True)
    paid = stand_in.settle_late(session.id, succeed=True)

    assert (unpaid["status"], unpaid["payment_status"]) == ("complete", "unpaid")
    assert paid["payment_status"] == "paid"
    kinds = [event.type for event in stand_in.events]
    assert "checkout.session.async_payment_succeeded" in kinds
    assert kinds.index("payment_intent.processing") < kinds.index("checkout.session.completed")


def test_a_late_payment_can_fail(stand_in: StripeStandIn, client: Client) -> None:
    session = a_session(client, a_price(client))
    stand_in.pay(session.id, late=True)

    stand_in.settle_late(session.id, succeed=False)

    assert stand_in.get(session.id)["payment_status"] == "unpaid"
    assert stand_in.events[-1].type == "checkout.session.async_payment_failed"
    assert stand_in.all("charge")[0]["status"] == "failed"


def test_paying_twice_at_once_takes_the_money_once(stand_in: StripeStandIn, client: Client) -> None:
    session = a_session(client, a_price(client))

    def press(_number: int) -> int:
        return post(f"{session.url}/pay")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(press, range(16))) == {303}

    assert len(stand_in.all("charge", paid=True)) == 1
    assert [event.type for event in stand_in.events].count("checkout.session.completed") == 1


def test_the_page_says_that_no_money_is_real(client: Client) -> None:
    session = a_session(client, a_price(client, 1250))

    page = urlopen(session.url).read().decode()

    assert "Practice payment page — no real money" in page
    assert "Pay $12.50" in page
    assert "https://easel.example/billing/" in page


def test_a_declined_card_leaves_the_session_open(stand_in: StripeStandIn, client: Client) -> None:
    session = a_session(client, a_price(client))

    page = urlopen(f"{session.url}/decline", data=b"").read().decode()
    failed = stand_in.events[-1]
    stand_in.pay(session.id)

    assert "The card was declined" in page
    assert failed.type == "payment_intent.payment_failed"
    assert len(stand_in.all("payment_intent")) == 1
    assert stand_in.get(session.id)["payment_status"] == "paid"


def test_an_expired_session_cannot_be_paid(stand_in: StripeStandIn, client: Client) -> None:
    session = a_session(client, a_price(client))

    client.v1.checkout.sessions.expire(session.id)
    stand_in.pay(session.id)

    assert stand_in.all("charge") == []
    with pytest.raises(stripe.InvalidRequestError, match="expired"):
        client.v1.checkout.sessions.expire(session.id)


def test_an_unpaid_session_expires_by_itself_after_a_day(
    stand_in: StripeStandIn, client: Client
) -> None:
    session = a_session(client, a_price(client))

    stand_in.advance(hours=25)

    assert stand_in.get(session.id)["status"] == "expired"
    assert stand_in.events[-1].type == "checkout.session.expired"
