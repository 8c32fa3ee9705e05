"""Stripe slow or silent, and all at once: nobody else feels it, nothing is granted twice."""

from __future__ import annotations

import threading
import time
import uuid
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from djstripe.models import WebhookEventTrigger

from billing import checkout, credits, gateway, inbox, tiers
from billing.models import CreditEntry, StripeCustomer, Tier
from tests.billing.shop import Shop
from tests.cast import a_person, all_at_once, balance
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.behaviours import hangs, loses_answer

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def open_shop(transactional_db: None, stripe: StripeStandIn) -> Shop:
    return Shop(stripe)


def test_the_six_events_ten_at_once_while_the_page_reloads_grant_once(open_shop: Shop) -> None:
    mia = a_person("mia")
    began = open_shop.begin(mia)
    open_shop.stripe.pay(began.session_id or "")
    events = open_shop.miss()
    client = Client()
    client.force_login(mia)

    def deliver(number: int) -> int:
        status = open_shop.deliver(events[number % len(events)])
        for pk in WebhookEventTrigger.objects.values_list("pk", flat=True):
            inbox.follow(pk)
        return status

    def reload() -> int:
        return client.get(began.get_absolute_url()).status_code

    for _round in range(3):
        jobs: list[Any] = [lambda number=number: deliver(number) for number in range(10)]
        answers = all_at_once([*jobs, reload])
        assert set(answers) == {200}

    assert balance(mia) == 50
    assert CreditEntry.objects.filter(kind="purchase").count() == 1


def test_two_tabs_that_buy_at_once_are_one_customer(open_shop: Shop) -> None:
    mia = a_person("mia")

    def buy() -> str:
        return checkout.start(user=mia, key="pack-small", form_id=uuid.uuid4())

    urls = all_at_once([buy] * 4)

    assert len(set(urls)) == 4
    assert StripeCustomer.objects.count() == 1
    assert len(open_shop.stripe.all("customer")) == 1


def test_while_stripe_is_silent_the_webhook_ends_and_nobody_else_waits(
    open_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The patience is the real one, but for its unit: a tenth of the seconds."""
    assert 2 * gateway.TIMEOUT + 1 < 30
    monkeypatch.setattr(gateway, "TIMEOUT", gateway.TIMEOUT / 10)
    gateway._client.cache_clear()
    mia, ned = a_person("mia"), a_person("ned", balance=5)
    began = open_shop.begin(mia)
    open_shop.stripe.pay(began.session_id or "")
    event = next(each for each in open_shop.miss() if each["type"] == "invoice.paid")
    open_shop.stripe.always(hangs(60), on="*")
    assert open_shop.deliver(event) == 200
    trigger = WebhookEventTrigger.objects.get()

    def follow() -> None:
        inbox.follow(trigger.pk)
        connections.close_all()

    worker = threading.Thread(target=follow)
    began_at = time.monotonic()
    worker.start()
    waits = 0
    while worker.is_alive():
        credits.grant(user=ned, amount=1, reason="while the worker waits")
        client = Client()
        client.force_login(ned)
        assert client.get("/billing/").status_code == 200
        waits += 1
    worker.join()

    # Others wrote and read many times while the worker had to wait for two silent attempts.
    assert waits > 3
    assert time.monotonic() - began_at > 1.9 * gateway.TIMEOUT
    assert balance(mia) == 0
    trigger.refresh_from_db()
    assert trigger.exception.startswith("StripeUnavailable")

    open_shop.stripe.always(None, on="*")
    open_shop.work()
    assert balance(mia) == 50


def test_a_till_that_does_not_answer_is_said_in_a_sentence(
    open_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "TIMEOUT", 0.2)
    gateway._client.cache_clear()
    mia = a_person("mia")
    open_shop.stripe.always(hangs(60), on="*")
    client = Client()
    client.force_login(mia)

    answer = client.post("/billing/checkout/", {"offer": "pack-small"}, follow=True)

    assert "does not answer at the moment" in answer.content.decode()


def test_an_answer_that_is_lost_leads_to_the_same_session(open_shop: Shop) -> None:
    mia = a_person("mia")
    open_shop.stripe.next(loses_answer(), on="POST checkout/sessions")

    open_shop.begin(mia)

    assert len(open_shop.stripe.all("checkout.session")) == 1


def test_the_tier_of_an_account_that_pays_twice_is_the_higher_one(open_shop: Shop) -> None:
    mia = a_person("mia")
    open_shop.buy(mia, "plan-basic")
    tier = Tier.objects.get(slug="premium")
    mia.credit_account.memberships.create(
        tier=tier, source="google", reference="x", state="active", paid_until="2126-01-01T00:00Z"
    )

    assert tiers.of(mia).slug == "premium"
