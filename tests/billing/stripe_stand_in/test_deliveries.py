"""Events are signed, held, repeated, lost and sent again."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.billing.stripe_stand_in.door import Door
from tests.billing.stripe_stand_in.shop import Client, a_purchase
from tests.stand_ins.stripe import Event, StripeStandIn


def opened(door: Door, at: int = -1) -> Any:
    """A post, after the SDK has checked its signature."""
    body, signature = door.posts[at]
    return stripe.Webhook.construct_event(body, signature, door.secret)


def the(stand_in: StripeStandIn, kind: str) -> Event:
    """The held event of a type."""
    return next(event for event in stand_in.pending if event.type == kind)


def test_the_sdk_accepts_the_signature(stand_in: StripeStandIn, client: Client, door: Door) -> None:
    session = a_purchase(stand_in, client)

    statuses = stand_in.deliver(the(stand_in, "checkout.session.completed"))

    event = opened(door)
    assert statuses == [200]
    assert (event.type, event.data.object.id) == ("checkout.session.completed", session.id)
    assert (event.api_version, event.livemode) == (stand_in.api_version, False)
    assert client.v1.events.retrieve(event.id).pending_webhooks == 0


def test_held_events_wait_until_they_are_delivered(
    stand_in: StripeStandIn, client: Client, door: Door
) -> None:
    a_purchase(stand_in, client)
    held = [event.id for event in stand_in.pending]

    stand_in.lose(stand_in.pending[0])
    stand_in.deliver_all(order=lambda events: reversed(events))

    assert [event["id"] for event in door.events] == held[:0:-1]
    assert stand_in.pending == []


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "whsec_wrong"},
        {"timestamp": 1_700_000_000},
        {"schemes": ("v0",)},
        {"tamper": lambda body: body.replace(b"paid", b"owed")},
    ],
)
def test_a_bad_delivery_is_not_accepted(
    stand_in: StripeStandIn, client: Client, door: Door, how: dict[str, Any]
) -> None:
    a_purchase(stand_in, client)

    stand_in.deliver(the(stand_in, "checkout.session.completed"), **how)

    with pytest.raises(stripe.SignatureVerificationError):
        opened(door)


def test_a_changed_event_is_signed_as_it_is(
    stand_in: StripeStandIn, client: Client, door: Door
) -> None:
    a_purchase(stand_in, client)

    def dearer(event: dict[str, Any]) -> None:
        event["data"]["object"]["amount_total"] = 1

    stand_in.deliver(the(stand_in, "checkout.session.completed"), mutate=dearer)

    assert opened(door).data.object.amount_total == 1


def test_copies_can_arrive_at_once(stand_in: StripeStandIn, client: Client, door: Door) -> None:
    a_purchase(stand_in, client)

    statuses = stand_in.deliver(stand_in.pending[0], copies=6, at_once=6)

    assert statuses == [200] * 6
    assert len({event["id"] for event in door.events}) == 1


def test_what_failed_is_sent_again(stand_in: StripeStandIn, client: Client, door: Door) -> None:
    a_purchase(stand_in, client)
    door.statuses = [500]

    first = stand_in.deliver(stand_in.pending[0])
    again = stand_in.retry_failed()

    assert (first, again, stand_in.retry_failed()) == ([500], [200], [])


def test_nobody_at_home_is_status_0(stand_in: StripeStandIn, client: Client) -> None:
    stand_in.add_endpoint("http://127.0.0.1:9/", events=["charge.succeeded"])
    a_purchase(stand_in, client)

    assert set(stand_in.deliver_all()) == {0}


def test_an_endpoint_gets_only_what_it_asked_for(
    stand_in: StripeStandIn, client: Client, door: Door
) -> None:
    stand_in.add_endpoint(door.url, secret=door.secret, events=["charge.succeeded"])

    a_purchase(stand_in, client)
    stand_in.deliver_all()

    assert [event["type"] for event in door.events] == ["charge.succeeded"]


def test_automatic_deliveries_are_repeated_until_taken(
    stand_in: StripeStandIn, client: Client, door: Door
) -> None:
    stand_in.release()
    door.statuses = [500]

    a_purchase(stand_in, client)

    assert stand_in.wait()
    happened = {event.id for event in stand_in.events}
    assert {event["id"] for event in door.events} == happened
    assert len(door.events) == len(happened) + 1


def test_events_name_the_request_that_caused_them(stand_in: StripeStandIn, client: Client) -> None:
    client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "order-7"})

    event = client.v1.events.list({"type": "customer.created"}).data[0]

    assert event["request"].idempotency_key == "order-7"
    assert event["request"].id.startswith("req_")


def test_updates_tell_what_it_was_before(stand_in: StripeStandIn, client: Client) -> None:
    customer = client.v1.customers.create({"email": "a@example.com"})

    client.v1.customers.update(customer.id, {"email": "b@example.com"})
    client.v1.customers.update(customer.id, {"email": "b@example.com"})

    updates = [event for event in stand_in.events if event.type == "customer.updated"]
    assert len(updates) == 1
    assert updates[0].json["data"]["previous_attributes"] == {"email": "a@example.com"}
    assert updates[0].object["email"] == "b@example.com"
