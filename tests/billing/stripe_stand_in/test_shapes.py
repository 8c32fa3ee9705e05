"""What the stand-in shows has the keys and the kinds of values of Stripe's own samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.billing.stripe_stand_in.shop import Client, a_price, a_purchase, a_subscription
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.shapes import keys

SAMPLES = Path(__file__).parents[4] / "shared" / "contracts" / "stripe.fixtures.json"
# Since 2022-11-15 a charge shows its refunds only when they are asked for.
WHEN_ASKED = {"charge": {"refunds"}}


@pytest.fixture
def busy(stand_in: StripeStandIn, client: Client) -> StripeStandIn:
    """A stand-in that has one of everything."""
    session = a_purchase(stand_in, client, invoice_creation={"enabled": True})
    stand_in.refund(session.payment_intent, 100)
    stand_in.dispute(session.payment_intent)
    price = a_price(client, 1500, every="month")
    subscription = a_subscription(stand_in, client, price)
    client.v1.webhook_endpoints.create({"url": "https://x.example/", "enabled_events": ["*"]})
    client.v1.accounts.retrieve_current()
    a_portal(client, subscription.customer)
    return stand_in


def a_portal(client: Client, customer: str) -> Any:
    """A session of the portal, with a configuration of its own."""
    configuration = client.v1.billing_portal.configurations.create(
        {"features": {"invoice_history": {"enabled": True}}}
    )
    return client.v1.billing_portal.sessions.create(
        {"customer": customer, "configuration": configuration.id}
    )


def samples() -> dict[str, Any]:
    """Stripe's, by the kind of object."""
    if not SAMPLES.exists():
        pytest.skip("Stripe's sample objects are not at ../shared/contracts/stripe.fixtures.json")
    found: dict[str, Any] = json.loads(SAMPLES.read_text())["resources"]
    return {sample["object"]: sample for sample in found.values() if not sample.get("deleted")}


def things(stand_in: StripeStandIn) -> list[dict[str, Any]]:
    """Every object, also those within others."""
    found: list[dict[str, Any]] = []
    rest: list[Any] = [stand_in.account.objects, stand_in.account.orders]
    while rest:
        each = rest.pop()
        if isinstance(each, dict):
            rest += each.values()
            found += [each] if isinstance(each.get("object"), str) else []
        elif isinstance(each, list):
            rest += each
    return [each for each in found if each["object"] != "list"]


def test_every_object_has_the_keys_that_its_kind_is_said_to_have(busy: StripeStandIn) -> None:
    missing = {
        (thing["object"], key) for thing in things(busy) for key in keys(thing["object"]) - {*thing}
    }

    assert missing == set()


def test_every_object_has_the_keys_of_the_sample(busy: StripeStandIn) -> None:
    known = samples()
    missing = {
        (thing["object"], key)
        for thing in things(busy)
        for key in {*known.get(thing["object"], {})}
        - {*thing}
        - WHEN_ASKED.get(thing["object"], set())
    }

    assert missing == set()
    assert {*known} - {"plan"} <= {thing["object"] for thing in things(busy)}


def test_values_are_of_the_same_kind_as_in_the_sample(busy: StripeStandIn) -> None:
    known = samples()
    different = {
        (thing["object"], key, type(thing[key]).__name__, type(value).__name__)
        for thing in things(busy)
        for key, value in known.get(thing["object"], {}).items()
        if thing.get(key) is not None and value is not None and type(thing[key]) is not type(value)
    }

    assert different == set()
