"""What arrives at the webhook: only what Stripe signed counts, and only what it shows again."""

from __future__ import annotations

import copy
import json
import random
import time
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from djstripe.models import WebhookEventTrigger

from accounts.models import User
from billing import inbox
from billing.models import CreditEntry, Payment
from tests.billing.shop import Shop
from tests.cast import balance
from tests.stand_ins.stripe.account import Thing as Object
from tests.stand_ins.stripe.behaviours import fails, missing, stale

SIX = [
    "checkout.session.completed",
    "payment_intent.succeeded",
    "charge.succeeded",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
]


def the_six(shop: Shop, user: User) -> list[Object]:
    began = shop.begin(user)
    shop.stripe.pay(began.session_id or "")
    events = {event["type"]: event for event in shop.miss()}
    return [events[kind] for kind in SIX]


def test_all_orders_of_the_six_events_of_a_purchase_grant_once(shop: Shop, alice: User) -> None:
    """Each order from a fresh start: orders that begin alike share their beginning."""
    events = the_six(shop, alice)
    orders = 0

    def hear_after(heard: tuple[int, ...]) -> None:
        nonlocal orders
        if len(heard) == len(events):
            assert balance(alice) == 60, heard
            assert CreditEntry.objects.filter(kind="purchase").count() == 1
            orders += 1
        for at in set(range(len(events))) - set(heard):
            with transaction.atomic():
                inbox.receive(events[at], ip="::1")
                shop.work()
                hear_after((*heard, at))
                transaction.set_rollback(True)

    hear_after(())

    assert orders == 720


@pytest.mark.parametrize("seed", range(8))
def test_each_of_the_six_up_to_25_times_grants_once(
    shop: Shop, alice: User, client: Client, seed: int
) -> None:
    chance = random.Random(seed)
    events = the_six(shop, alice)
    copies = [event for event in events for _ in range(chance.randint(1, 25))]
    chance.shuffle(copies)
    client.force_login(alice)

    for number, event in enumerate(copies):
        assert shop.deliver(event) == 200
        if number % 7 == 0:
            shop.work()
            client.get("/billing/")
    shop.work()

    assert balance(alice) == 60
    assert WebhookEventTrigger.objects.count() == 6


def test_one_event_alone_is_enough_whichever_it_is(shop: Shop, alice: User) -> None:
    for number, kind in enumerate(SIX, 1):
        if kind in {"charge.succeeded", "invoice.finalized"}:
            continue
        events = {event["type"]: event for event in the_six(shop, alice)}
        shop.hear([events[kind]])

        assert Payment.objects.count() == sum(
            each not in {"charge.succeeded", "invoice.finalized"} for each in SIX[:number]
        )


def forged(event: Object, **changes: Any) -> Object:
    """The event with another id, so that it is new, and other values in its object."""
    made = copy.deepcopy(event)
    made["id"] = f"evt_forged{random.randint(0, 10**9)}"
    made["data"]["object"] |= changes
    return made


@pytest.mark.parametrize(
    "signing",
    [
        {"secret": "whsec_other"},
        {"timestamp": int(time.time()) - 301},
        {"timestamp": 0},
        {"schemes": ("v0",)},
    ],
)
def test_what_stripe_did_not_sign_just_now_is_refused_and_not_stored(
    shop: Shop, alice: User, signing: dict[str, Any]
) -> None:
    event = the_six(shop, alice)[0]

    assert shop.deliver(event, **signing) == 400

    shop.work()
    assert balance(alice) == 10
    assert not WebhookEventTrigger.objects.exists()


def test_a_signature_of_299_seconds_ago_is_good(shop: Shop, alice: User) -> None:
    event = the_six(shop, alice)[0]

    assert shop.deliver(event, timestamp=int(time.time()) - 295) == 200


def test_an_altered_body_is_refused(shop: Shop, alice: User, client: Client) -> None:
    from tests.stand_ins.stripe.deliveries import signed

    body = json.dumps(the_six(shop, alice)[0])
    headers = {"Stripe-Signature": signed(body, shop.secret)}

    answer = client.post(
        "/stripe/webhook/",
        body.replace("500", "999"),
        content_type="application/json",
        headers=headers,
    )

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{}", b'{"id": 1}', b"[" * 100_000]
    + [
        json.dumps(each).encode()
        for each in (
            {"id": "evt_1", "type": "x", "data": {}, "livemode": False, "created": 10**30},
            {"id": "evt_\x00", "type": "\x00", "data": {"\x00": "\x00"}, "livemode": False,
             "created": 1},
            {"id": "evt_2", "type": "x" * 9000, "data": {"object": 5}, "livemode": False,
             "created": 1},
            {"id": "evt_3", "type": "invoice.paid", "data": {"object": {"object": "invoice"}},
             "livemode": False, "created": 1},
            {"id": "evt_4", "type": "invoice.paid", "livemode": False, "created": -1,
             "data": {"object": {"object": ["invoice"], "id": {}}}},
        )
    ],
)  # fmt: skip
def test_signed_nonsense_never_breaks_anything(
    shop: Shop, alice: User, client: Client, body: bytes
) -> None:
    from tests.stand_ins.stripe.deliveries import signed

    try:
        header = signed(body.decode(), shop.secret)
    except UnicodeDecodeError:
        header = "t=1,v1=00"

    answer = client.post(
        "/stripe/webhook/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )
    shop.work()

    assert answer.status_code in {200, 400}
    assert balance(alice) == 10


@pytest.mark.parametrize("header", ["", "nonsense", "t=,v1=", "t=x,v1=y", "v1=1", "t=1,v1=\u00e9"])
def test_broken_signatures_answer_400(shop: Shop, client: Client, header: str) -> None:
    answer = client.post(
        "/stripe/webhook/",
        "{}",
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )

    assert answer.status_code == 400


def test_junk_is_refused_before_it_is_read(shop: Shop, client: Client) -> None:
    answer = client.post("/stripe/webhook/", "x" * 1_000_001, content_type="application/json")

    assert answer.status_code == 413


def test_only_posts_are_taken(client: Client) -> None:
    assert client.get("/stripe/webhook/").status_code == 405


def test_an_event_of_the_other_mode_changes_nothing(shop: Shop, alice: User) -> None:
    event = forged(the_six(shop, alice)[4]) | {"livemode": True}

    assert shop.hear([event]) == [200]
    assert balance(alice) == 10


def test_an_event_about_something_that_stripe_does_not_have_changes_nothing(
    shop: Shop, alice: User
) -> None:
    events = the_six(shop, alice)
    for event in events:
        assert shop.hear([forged(event, id="in_unknown")]) == [200]

    assert balance(alice) == 10
    assert not WebhookEventTrigger.objects.filter(processed=False).exists()


def test_what_the_event_says_of_amounts_and_people_is_not_believed(
    shop: Shop, alice: User, bob: User
) -> None:
    event = the_six(shop, alice)[4]
    notes = {"easel_user": str(bob.pk), "easel_credits": "1000000"}

    shop.hear([forged(event, amount_paid=10**9, metadata=notes, customer="cus_other")])

    assert (balance(alice), balance(bob)) == (60, 10)


def test_an_invoice_of_one_cent_grants_nothing(shop: Shop, alice: User) -> None:
    began = shop.begin(alice)
    shop.stripe.pay(began.session_id or "")
    invoice = next(shop.stripe.account.all("invoice"))
    invoice |= {"amount_paid": 1, "total": 1}
    invoice["lines"]["data"][0] |= {"amount": 1}
    shop.hear()

    assert balance(alice) == 10


def test_an_invoice_that_names_another_person_grants_nobody(
    shop: Shop, alice: User, bob: User
) -> None:
    began = shop.begin(alice)
    shop.stripe.pay(began.session_id or "")
    next(shop.stripe.account.all("invoice"))["metadata"]["easel_user"] = str(bob.pk)
    shop.hear()

    assert (balance(alice), balance(bob)) == (10, 10)


def test_a_session_of_another_price_than_was_begun_does_not_count(shop: Shop, alice: User) -> None:
    began = shop.begin(alice)
    shop.stripe.account.get("checkout.session", began.session_id)["amount_total"] = 1
    shop.stripe.expire(began.session_id or "")
    shop.hear()

    began.refresh_from_db()
    assert began.state == "open"


def test_a_line_that_is_not_ours_grants_nothing(shop: Shop, alice: User) -> None:
    began = shop.begin(alice)
    shop.stripe.pay(began.session_id or "")
    line = next(shop.stripe.account.all("invoice"))["lines"]["data"][0]
    line["pricing"]["price_details"]["price"] = "price_of_somebody_else"
    shop.hear()

    assert balance(alice) == 10


def test_a_lagging_answer_is_asked_again(shop: Shop, alice: User) -> None:
    event = the_six(shop, alice)[4]
    shop.stripe.next(stale(), on="GET invoices")
    shop.hear([event])
    assert balance(alice) == 10

    shop.work()

    assert balance(alice) == 60


@pytest.mark.parametrize("behaviour", [fails(500), fails(503), fails(429)])
def test_stripe_in_trouble_only_delays(shop: Shop, alice: User, behaviour: Any) -> None:
    event = the_six(shop, alice)[4]
    shop.stripe.always(behaviour, on="GET invoices")
    assert shop.hear([event]) == [200]
    trigger = WebhookEventTrigger.objects.get()
    assert trigger.exception.startswith("StripeUnavailable")

    shop.stripe.always(None, on="GET invoices")
    shop.work()

    assert balance(alice) == 60


def test_a_lost_object_fails_closed(shop: Shop, alice: User) -> None:
    event = the_six(shop, alice)[4]
    shop.stripe.next(missing(), on="GET invoices")

    shop.hear([event])

    assert balance(alice) == 10


def test_the_sweep_rings_again_for_what_nobody_followed(
    shop: Shop, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(inbox, "ring", rung.append)
    shop.deliver(the_six(shop, alice)[4])
    trigger = WebhookEventTrigger.objects.get()
    assert inbox.sweep() == 0

    old = trigger.created - 2 * inbox.FIRST_WAIT
    WebhookEventTrigger.objects.update(created=old, updated=old)

    assert inbox.sweep() == 1
    assert rung == [trigger.pk, trigger.pk]
