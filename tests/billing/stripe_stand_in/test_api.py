"""Keys, versions, parameters, idempotency, pages of lists and expansion."""

from __future__ import annotations

from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import stripe

from tests.billing.stripe_stand_in.conftest import a_client
from tests.billing.stripe_stand_in.shop import (
    SUCCESS,
    Client,
    a_price,
    a_purchase,
    a_session,
    a_subscription,
)
from tests.stand_ins.stripe import StripeStandIn

ITEM = {"price": "price_none", "quantity": 1}
REFUSED: list[tuple[str, dict[str, Any], str | None, str]] = [
    ("checkout/sessions", {"mode": "payment", "foo": 1}, "parameter_unknown", "foo"),
    (
        "checkout/sessions",
        {"mode": "payment", "line_items": [{"prize": "x"}]},
        "parameter_unknown",
        "line_items[0][prize]",
    ),
    ("checkout/sessions", {"mode": "pay"}, None, "mode"),
    ("checkout/sessions", {"mode": "payment"}, "parameter_missing", "success_url"),
    (
        "checkout/sessions",
        {"mode": "payment", "success_url": SUCCESS},
        "parameter_missing",
        "line_items",
    ),
    (
        "checkout/sessions",
        {"mode": "payment", "success_url": SUCCESS, "line_items": [ITEM]},
        "resource_missing",
        "line_items[0][price]",
    ),
    ("prices", {"unit_amount": 100}, "parameter_missing", "currency"),
    (
        "prices",
        {"currency": "usd", "unit_amount": "ten"},
        "parameter_invalid_integer",
        "unit_amount",
    ),
    (
        "prices",
        {"currency": "usd", "active": "yes"},
        "parameter_invalid_boolean",
        "active",
    ),
    ("webhook_endpoints", {"enabled_events": ["*"]}, "parameter_missing", "url"),
    ("refunds", {"charge": "ch_none"}, "resource_missing", "charge"),
    ("customers", {"metadata": "text"}, None, "metadata"),
]


@pytest.mark.parametrize(("path", "params", "code", "param"), REFUSED)
def test_what_stripe_would_not_take_is_refused(
    client: Client, path: str, params: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.raw_request("post", f"/v1/{path}", **params)

    assert (refused.value.code, refused.value.param) == (code, param)
    assert refused.value.http_status == (404 if code == "resource_missing" else 400)


def test_a_wrong_key_is_refused(stand_in: StripeStandIn) -> None:
    with pytest.raises(stripe.AuthenticationError):
        a_client(stand_in, key="sk_test_of_somebody_else").v1.customers.list()


def test_a_live_key_makes_live_objects_that_a_test_key_does_not_see(
    stand_in: StripeStandIn, client: Client
) -> None:
    live: Client = a_client(stand_in, key=stand_in.api_key.replace("_test_", "_live_"))

    customer = live.v1.customers.create({"email": "live@example.com"})

    assert customer.livemode is True
    assert client.v1.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.customers.retrieve(customer.id)


def test_another_version_is_refused(stand_in: StripeStandIn) -> None:
    client = stripe.StripeClient(
        stand_in.api_key,
        stripe_version="2020-08-27",
        base_addresses={"api": stand_in.base_url},
        max_network_retries=0,
    )

    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version"):
        client.v1.customers.list()


def test_a_repeated_key_gets_the_first_answer(stand_in: StripeStandIn, client: Client) -> None:
    options = {"idempotency_key": "order-7"}

    first = client.v1.customers.create({"email": "a@example.com"}, options)
    again = client.v1.customers.create({"email": "a@example.com"}, options)

    assert first.id == again.id
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert len(stand_in.all("customer")) == 1


def test_a_key_with_other_parameters_is_refused(client: Client) -> None:
    options = {"idempotency_key": "order-7"}
    client.v1.customers.create({"email": "a@example.com"}, options)

    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"email": "b@example.com"}, options)


def test_a_key_is_forgotten_after_a_day(stand_in: StripeStandIn, client: Client) -> None:
    options = {"idempotency_key": "order-7"}
    first = client.v1.customers.create({"email": "a@example.com"}, options)

    stand_in.advance(hours=25)

    assert client.v1.customers.create({"email": "a@example.com"}, options).id != first.id


def test_a_refused_request_may_be_corrected_under_its_key(client: Client) -> None:
    options = {"idempotency_key": "order-7"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.create({"mail": "a@example.com"}, options)

    assert client.v1.customers.create({"email": "a@example.com"}, options).id


def test_lists_come_in_pages_newest_first(client: Client) -> None:
    made = [client.v1.customers.create({"name": str(number)}).id for number in range(5)]

    first = client.v1.customers.list({"limit": 2})
    second = client.v1.customers.list({"limit": 2, "starting_after": first.data[-1].id})
    back = client.v1.customers.list({"limit": 2, "ending_before": second.data[-1].id})

    assert [each.id for each in first.data] == made[:-3:-1]
    assert [each.id for each in second.data] == [made[2], made[1]]
    assert [each.id for each in back.data] == [made[3], made[2]]
    assert (first.has_more, second.has_more, first.url) == (True, True, "/v1/customers")
    assert [each.id for each in client.v1.customers.list({"limit": 2}).auto_paging_iter()] == made[
        ::-1
    ]


def test_lists_are_narrowed_by_what_is_asked(stand_in: StripeStandIn, client: Client) -> None:
    pack = a_price(client, key="pack")
    plan = a_price(client, 1500, every="month", key="plan")
    subscription = a_subscription(stand_in, client, plan)
    session = a_purchase(stand_in, client)
    find = {"payment_intent": session.payment_intent}

    by_key = client.v1.prices.list({"lookup_keys": ["pack", "none"]})
    by_payment = client.v1.checkout.sessions.list(find)
    by_subscription = client.v1.invoices.list({"subscription": subscription.id})
    future = client.v1.prices.list({"created": {"gt": stand_in.clock.now() + 60}})

    assert [price.id for price in by_key.data] == [pack]
    assert [each.id for each in by_payment.data] == [session.id]
    assert [each.id for each in by_subscription.data] == [subscription.latest_invoice]
    assert future.data == []


def test_what_is_linked_comes_along_when_asked(stand_in: StripeStandIn, client: Client) -> None:
    session = a_purchase(stand_in, client)
    stand_in.refund(session.payment_intent, 100)
    expand = ["line_items.data.price.product", "payment_intent.latest_charge.refunds"]

    shown = client.v1.checkout.sessions.retrieve(session.id, {"expand": expand})

    assert shown.line_items.data[0].price.product.name == "Thing of 900"
    assert shown.payment_intent.latest_charge.refunds.data[0].amount == 100
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["mode"]})


def test_a_lookup_key_moves_only_when_told_to(client: Client) -> None:
    old = a_price(client, key="pack")

    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        a_price(client, key="pack")
    new = a_price(client)
    client.v1.prices.update(new, {"lookup_key": "pack", "transfer_lookup_key": True})

    assert client.v1.prices.retrieve(old).lookup_key is None
    assert client.v1.prices.retrieve(new).lookup_key == "pack"


def test_an_endpoints_secret_is_shown_once(client: Client) -> None:
    made = client.v1.webhook_endpoints.create(
        {"url": "https://x.example/", "enabled_events": ["invoice.paid"]}
    )
    later = client.v1.webhook_endpoints.update(made.id, {"disabled": True})

    assert made.secret.startswith("whsec_")
    assert (later.status, "secret" in later) == ("disabled", False)


def test_a_deleted_customer_is_remembered_as_deleted(
    stand_in: StripeStandIn, client: Client
) -> None:
    subscription = a_subscription(stand_in, client, a_price(client, every="month"))

    client.v1.customers.delete(subscription.customer)

    assert client.v1.customers.retrieve(subscription.customer).deleted is True
    assert client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        a_session(client, a_price(client), customer=subscription.customer)


def test_an_address_that_does_not_exist_is_said_to(stand_in: StripeStandIn) -> None:
    headers = {"Authorization": f"Bearer {stand_in.api_key}"}

    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{stand_in.base_url}/v1/nothing", headers=headers))

    assert refused.value.code == 404
