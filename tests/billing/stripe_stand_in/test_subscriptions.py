"""Time passes: renewals, failures, endings, and changes of plan."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.billing.stripe_stand_in.shop import Client, a_price, a_subscription
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.clock import DAY, later
from tests.stand_ins.stripe.subscriptions import proration_lines


def kinds(stand_in: StripeStandIn) -> list[str]:
    """The types of all events."""
    return [event.type for event in stand_in.events]


def periods(subscription: Any) -> tuple[int, int]:
    """The current period as the API shows it."""
    item = subscription["items"].data[0]
    return item.current_period_start, item.current_period_end


def switch(client: Client, subscription: Any, price: str, **more: Any) -> Any:
    """Sell another price."""
    item = subscription["items"].data[0].id
    return client.v1.subscriptions.update(
        subscription.id, {"items": [{"id": item, "price": price}], **more}
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((2026, 1, 31), (2026, 2, 28)),
        ((2027, 12, 15), (2028, 1, 15)),
        ((2028, 1, 30), (2028, 2, 29)),
    ],
)
def test_a_month_ends_on_the_same_day_or_on_its_last(
    start: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    moments = [int(datetime(*day, 7, 30, tzinfo=UTC).timestamp()) for day in (start, end)]

    assert later(moments[0], "month") == moments[1]


def test_a_subscription_renews_each_month(stand_in: StripeStandIn, client: Client) -> None:
    subscription = a_subscription(stand_in, client, a_price(client, 1500, every="month"))
    before = periods(subscription)

    stand_in.advance(days=63)

    invoices = client.v1.invoices.list({"subscription": subscription.id}).data
    reasons = [invoice.billing_reason for invoice in invoices]
    assert reasons == ["subscription_cycle", "subscription_cycle", "subscription_create"]
    assert {invoice.status for invoice in invoices} == {"paid"}
    line = invoices[1].lines.data[0]
    assert line.period.start == before[1]
    assert line.parent.subscription_item_details.proration is False
    update = next(
        event
        for event in reversed(stand_in.events)
        if event.type == "customer.subscription.updated"
    )
    assert {"items", "latest_invoice"} == set(update.json["data"]["previous_attributes"])


def test_a_renewal_that_fails_is_tried_again_and_then_the_subscription_ends(
    stand_in: StripeStandIn, client: Client
) -> None:
    subscription = a_subscription(stand_in, client, a_price(client, every="month"))
    stand_in.fail_next_renewals(subscription.id)
    end = periods(subscription)[1]

    stand_in.advance(seconds=end - stand_in.clock.now())
    late = client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    stand_in.advance(days=8)

    assert (late.status, late.latest_invoice.status) == ("past_due", "open")
    assert late.latest_invoice.next_payment_attempt == end + 3 * DAY
    ended = client.v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "payment_failed")
    assert ended.ended_at == end + 7 * DAY
    assert kinds(stand_in).count("invoice.payment_failed") == 4
    assert len(stand_in.all("payment_intent")) == 2


def test_a_retry_that_passes_makes_the_subscription_active(
    stand_in: StripeStandIn, client: Client
) -> None:
    subscription = a_subscription(stand_in, client, a_price(client, every="month"))
    stand_in.fail_next_renewals(attempts=2)

    stand_in.advance(days=37)

    renewed = client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert (renewed.status, renewed.latest_invoice.status) == ("active", "paid")
    assert renewed.latest_invoice.attempt_count == 3


def test_an_open_invoice_can_be_paid_by_hand(stand_in: StripeStandIn, client: Client) -> None:
    subscription = a_subscription(stand_in, client, a_price(client, every="month"))
    stand_in.fail_next_renewals(attempts=2)
    stand_in.advance(days=32)
    name = client.v1.subscriptions.retrieve(subscription.id).latest_invoice

    with pytest.raises(stripe.CardError):
        client.v1.invoices.pay(name)
    paid = client.v1.invoices.pay(name)

    assert paid.status == "paid"
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_subscription_that_was_given_up_ends_with_its_period(
    stand_in: StripeStandIn, client: Client
) -> None:
    subscription = a_subscription(stand_in, client, a_price(client, every="month"))

    ending = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    stand_in.advance(days=32)

    assert ending.cancel_at == periods(subscription)[1]
    ended = client.v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.ended_at) == ("canceled", ending.cancel_at)
    assert kinds(stand_in)[-1] == "customer.subscription.deleted"
    assert len(stand_in.all("invoice")) == 1
    assert client.v1.subscriptions.list().data == []
    assert len(client.v1.subscriptions.list({"status": "all"}).data) == 1


def test_giving_up_can_be_taken_back(stand_in: StripeStandIn, client: Client) -> None:
    subscription = a_subscription(stand_in, client, a_price(client, every="month"))
    client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})

    kept = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    stand_in.advance(days=32)

    assert (kept.cancel_at, kept.canceled_at) == (None, None)
    assert len(stand_in.all("invoice")) == 2


@pytest.mark.parametrize(
    ("share_left", "back", "ask"), [(1.0, -1000, 3000), (0.5, -500, 1500), (1 / 3, -333, 1000)]
)
def test_proration_goes_by_seconds(share_left: float, back: int, ask: int) -> None:
    now = 3_000_000 - round(3_000_000 * share_left)

    assert proration_lines(1000, 3000, now=now, start=0, end=3_000_000) == (back, ask)


def test_an_upgrade_is_invoiced_at_once(stand_in: StripeStandIn, client: Client) -> None:
    small, large = (a_price(client, amount, every="month") for amount in (1000, 3000))
    subscription = a_subscription(stand_in, client, small)
    start, end = periods(subscription)
    stand_in.advance(seconds=(end - start) // 2)

    switched = switch(client, subscription, large, proration_behavior="always_invoice")

    invoice = client.v1.invoices.retrieve(switched.latest_invoice)
    lines = invoice.lines.data
    assert (invoice.billing_reason, invoice.status) == ("subscription_update", "paid")
    assert [line.amount for line in lines] == pytest.approx([-500, 1500], abs=1)
    assert [line.pricing.price_details.price for line in lines] == [small, large]
    assert all(line.parent.subscription_item_details.proration for line in lines)
    assert periods(switched) == (start, end)


def test_prorations_can_wait_for_the_next_invoice(stand_in: StripeStandIn, client: Client) -> None:
    small, large = (a_price(client, amount, every="month") for amount in (1000, 3000))
    subscription = a_subscription(stand_in, client, small)

    switched = switch(client, subscription, large)
    stand_in.advance(days=32)

    assert switched.latest_invoice == subscription.latest_invoice
    renewed = client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    amounts = [line.amount for line in renewed.latest_invoice.lines.data]
    assert amounts == pytest.approx([-1000, 3000, 3000], abs=2)


def test_a_change_without_proration_costs_nothing_now(
    stand_in: StripeStandIn, client: Client
) -> None:
    small, large = (a_price(client, amount, every="month") for amount in (1000, 3000))
    subscription = a_subscription(stand_in, client, small)

    switch(client, subscription, large, proration_behavior="none")
    stand_in.advance(days=32)

    assert [invoice["total"] for invoice in stand_in.all("invoice")] == [3000, 1000]


def test_a_downgrade_at_once_leaves_credit_for_later(
    stand_in: StripeStandIn, client: Client
) -> None:
    large, small = (a_price(client, amount, every="month") for amount in (3000, 1000))
    subscription = a_subscription(stand_in, client, large)

    switched = switch(client, subscription, small, proration_behavior="always_invoice")
    credit = client.v1.customers.retrieve(subscription.customer).balance
    stand_in.advance(days=32)

    invoice = client.v1.invoices.retrieve(switched.latest_invoice)
    assert (invoice.amount_due, invoice.status) == (0, "paid")
    assert invoice.total == credit == pytest.approx(-2000, abs=1)
    renewal = stand_in.all("invoice")[0]
    assert (renewal["total"], renewal["amount_due"]) == (1000, 0)


def test_another_rhythm_begins_a_new_period(stand_in: StripeStandIn, client: Client) -> None:
    month, year = a_price(client, 1000, every="month"), a_price(client, 10000, every="year")
    subscription = a_subscription(stand_in, client, month)
    stand_in.advance(days=10)

    switched = switch(client, subscription, year)

    start, end = periods(switched)
    assert end - start in (365 * DAY, 366 * DAY)
    invoice = client.v1.invoices.retrieve(switched.latest_invoice)
    assert invoice.lines.data[1].amount == 10000
    assert invoice.lines.data[0].amount < 0


def test_a_subscription_can_be_made_and_ended_by_the_api(client: Client) -> None:
    customer = client.v1.customers.create({"email": "a@example.com"})
    price = a_price(client, every="month")
    params = {"customer": customer.id, "items": [{"price": price}]}

    subscription = client.v1.subscriptions.create(params)
    ended = client.v1.subscriptions.cancel(subscription.id)

    assert (subscription.status, ended.status) == ("active", "canceled")
