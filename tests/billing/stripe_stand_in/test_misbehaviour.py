"""Bad days on command."""

from __future__ import annotations

import time

import pytest
import stripe

from tests.billing.stripe_stand_in.conftest import a_client
from tests.billing.stripe_stand_in.shop import Client, a_price, a_purchase
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.behaviours import busy, cut, fails, hangs, loses_answer, missing, stale


def test_an_error_of_theirs_does_nothing(stand_in: StripeStandIn, client: Client) -> None:
    stand_in.next(fails(503), on="POST customers")

    with pytest.raises(stripe.APIError):
        client.v1.customers.create({"email": "a@example.com"})

    assert stand_in.all("customer") == []
    assert client.v1.customers.create({"email": "a@example.com"}).id


def test_too_many_requests_are_said_to_be(stand_in: StripeStandIn, client: Client) -> None:
    stand_in.next(busy(retry_after=7))

    with pytest.raises(stripe.RateLimitError) as refused:
        client.v1.customers.list()

    assert (refused.value.headers or {})["retry-after"] == "7"


def test_a_lost_answer_was_still_done_and_is_repeated(stand_in: StripeStandIn) -> None:
    patient: Client = a_client(stand_in, retries=1)
    stand_in.next(loses_answer(), on="POST customers")

    patient.v1.customers.create({"email": "a@example.com"})

    assert len(stand_in.all("customer")) == 1
    assert len(stand_in.requests) == 2


def test_a_cut_connection_did_nothing(stand_in: StripeStandIn, client: Client) -> None:
    stand_in.next(cut())

    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({"email": "a@example.com"})

    assert stand_in.all("customer") == []


def test_an_object_can_be_missing_or_old(stand_in: StripeStandIn, client: Client) -> None:
    session = a_purchase(stand_in, client)
    stand_in.next(missing(), stale(), on="GET checkout/sessions")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.retrieve(session.id)
    old = client.v1.checkout.sessions.retrieve(session.id)
    new = client.v1.checkout.sessions.retrieve(session.id)

    assert refused.value.code == "resource_missing"
    assert (old.status, new.status) == ("open", "complete")


def test_only_the_named_path_is_slow(stand_in: StripeStandIn, client: Client) -> None:
    stand_in.always(hangs(0.3), on="GET prices")
    price = a_price(client)

    begin = time.monotonic()
    client.v1.products.list()
    between = time.monotonic()
    client.v1.prices.retrieve(price)

    assert between - begin < 0.3 <= time.monotonic() - between


def test_requests_are_written_down(stand_in: StripeStandIn, client: Client) -> None:
    client.v1.customers.list({"limit": 3})

    request = stand_in.requests[-1]

    assert (request.method, request.path) == ("GET", "/v1/customers")
    assert request.params == {"limit": "3"}
    assert request.headers["stripe-version"] == stand_in.api_version
