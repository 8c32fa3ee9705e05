"""A person buys: from the button to the credits, the invoice and the line in the ledger."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from accounts.models import User
from billing import checkout, tiers
from billing.models import Checkout, CreditEntry, Membership, Payment, StripeCustomer
from tests.billing.shop import Shop
from tests.cast import balance


def test_a_pack_that_is_paid_gives_its_credits_once(shop: Shop, alice: User) -> None:
    bought = shop.buy(alice, "pack-medium")

    assert bought.state == Checkout.State.PAID
    assert balance(alice) == 10 + 120
    payment = Payment.objects.get(account__user=alice)
    assert (payment.amount, payment.currency, payment.credits) == (1000, "usd", 120)
    assert payment.invoice_url.startswith(shop.stripe.base_url)
    entry = CreditEntry.objects.get(kind="purchase")
    assert (entry.delta, entry.reference, entry.reason) == (120, payment.reference, "120 credits")


def test_a_plan_gives_its_tier_and_its_credits(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")

    membership = Membership.objects.get(account__user=alice)
    assert (membership.tier.slug, membership.state, membership.renews) == ("basic", "active", True)
    assert tiers.of(alice).slug == "basic"
    assert balance(alice) == 10 + 200


def test_the_till_is_reached_by_the_form(shop: Shop, alice: User, client: Client) -> None:
    client.force_login(alice)
    form = {"offer": "pack-small", "form_id": str(uuid.uuid4())}

    first = client.post("/billing/checkout/", form)
    again = client.post("/billing/checkout/", form)

    assert first.status_code == 302
    assert first["Location"].startswith(f"{shop.stripe.base_url}/pay/cs_test_")
    assert again["Location"] == first["Location"]
    assert Checkout.objects.count() == StripeCustomer.objects.count() == 1


@pytest.mark.parametrize("key", ["", "pack-unknown", "x" * 5000, "\x00"])
def test_what_is_not_for_sale_is_said_and_nothing_is_begun(
    shop: Shop, alice: User, client: Client, key: str
) -> None:
    client.force_login(alice)

    answer = client.post("/billing/checkout/", {"offer": key, "form_id": "no id"}, follow=True)

    assert "not for sale any more" in answer.content.decode()
    assert not Checkout.objects.exists()


def test_somebody_elses_form_id_begins_a_purchase_of_ones_own(
    shop: Shop, alice: User, bob: User
) -> None:
    mine = shop.begin(alice)

    checkout.start(user=bob, key="pack-small", form_id=mine.pk)

    assert Checkout.objects.get(account__user=bob).pk != mine.pk


def test_a_second_plan_is_refused_and_the_portal_named(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")

    with pytest.raises(checkout.AlreadySubscribed):
        checkout.start(user=alice, key="plan-premium", form_id=uuid.uuid4())


def test_the_page_after_paying_waits_and_then_thanks(
    shop: Shop, alice: User, client: Client
) -> None:
    client.force_login(alice)
    began = shop.begin(alice)
    shop.stripe.pay(began.session_id or "")

    before = client.get(began.get_absolute_url()).content.decode()
    unchanged = client.get(f"{began.get_absolute_url()}state/?seen=open")
    shop.hear()
    after = client.get(began.get_absolute_url()).content.decode()

    assert "Still confirming" in before
    assert unchanged.status_code == 204
    assert "50 credits are in your account" in after
    assert balance(alice) == 60


def test_looking_at_the_page_after_paying_grants_nothing(
    shop: Shop, alice: User, client: Client
) -> None:
    client.force_login(alice)
    began = shop.begin(alice)
    shop.stripe.pay(began.session_id or "")

    for _ in range(3):
        client.get(f"{began.get_absolute_url()}?session={began.session_id}")

    assert balance(alice) == 10


def test_the_page_of_somebody_elses_purchase_is_not_there(
    shop: Shop, alice: User, bob: User, client: Client
) -> None:
    began = shop.begin(alice)
    client.force_login(bob)

    assert client.get(began.get_absolute_url()).status_code == 404
    assert client.get(f"{began.get_absolute_url()}state/").status_code == 404


def test_a_late_way_of_paying_grants_when_the_money_came(shop: Shop, alice: User) -> None:
    began = shop.begin(alice)
    shop.stripe.pay(began.session_id or "", late=True)
    shop.hear()
    began.refresh_from_db()
    assert (began.state, balance(alice)) == (Checkout.State.CONFIRMING, 10)

    shop.stripe.settle_late(began.session_id or "", succeed=True)
    shop.hear()

    began.refresh_from_db()
    assert (began.state, balance(alice)) == (Checkout.State.PAID, 60)


def test_a_late_way_of_paying_that_fails_grants_nothing(shop: Shop, alice: User) -> None:
    began = shop.begin(alice)
    shop.stripe.pay(began.session_id or "", late=True)
    shop.stripe.settle_late(began.session_id or "", succeed=False)
    shop.hear()

    began.refresh_from_db()
    assert (began.state, balance(alice)) == (Checkout.State.FAILED, 10)


def test_a_session_that_runs_out_is_given_up(shop: Shop, alice: User) -> None:
    began = shop.begin(alice)
    shop.stripe.expire(began.session_id or "")
    shop.hear()

    began.refresh_from_db()
    assert (began.state, balance(alice)) == (Checkout.State.EXPIRED, 10)


def test_a_script_that_opens_tills_is_stopped(shop: Shop, alice: User, client: Client) -> None:
    client.force_login(alice)
    for _ in range(checkout.TILLS_AN_HOUR):
        client.post("/billing/checkout/", {"offer": "pack-small"})

    answer = client.post("/billing/checkout/", {"offer": "pack-small"}, follow=True)

    assert "very often" in answer.content.decode()
    assert Checkout.objects.count() == checkout.TILLS_AN_HOUR
