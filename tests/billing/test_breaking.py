"""What an attacker and an unlucky person tried; each name says what must hold."""

from __future__ import annotations

import contextlib
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import checkout, credits, memberships, reconciling, tiers
from billing.earning import codes, daily, referrals, rewards
from billing.google_play import refunds
from billing.models import CreditEntry, Membership, Payment, RedeemCode
from gallery import removing
from tests.billing.shop import Shop
from tests.cast import a_person, all_at_once, balance

HOSTILE = ["", "\x00", "\ud83d".encode("utf-16", "surrogatepass").decode("latin-1"), "9" * 5000,
           "-1", "1e9", "٣", "{}", "../..", "//evil.example", "https://evil.example"]  # fmt: skip


def brought(friend: User, by: User) -> None:
    referrals.note(friend=friend, code=referrals.invitation(by).code)


def as_stripe_has_it(shop: Shop, subscription: str, **values: Any) -> None:
    """A moment between two facts, which Stripe shows for an hour and the stand-in for none."""
    shop.stripe.account.find(subscription).update(values)  # type: ignore[union-attr]
    memberships.follow(subscription)


def test_a_renewal_that_fails_gives_no_month_of_the_tier(shop: Shop, alice: User) -> None:
    """Severity: high. Stripe moves the period at once and collects an hour later."""
    shop.buy(alice, "plan-premium")
    paid_until = Membership.objects.get().paid_until
    subscription = shop.subscription(alice)["id"]
    shop.stripe.fail_next_renewals(subscription, None)
    shop.stripe.advance(days=31)
    shop.miss()

    as_stripe_has_it(shop, subscription, status="active")
    as_stripe_has_it(shop, subscription, status="past_due")

    assert Membership.objects.get().paid_until == paid_until


def test_a_better_plan_that_could_not_be_paid_is_not_given(shop: Shop, alice: User) -> None:
    """Severity: high. A card that is refused at the change leaves the subscription past due."""
    shop.buy(alice, "plan-basic")
    subscription = shop.subscription(alice)["id"]
    shop.stripe.fail_next_renewals(subscription, None)
    shop.stripe.change_plan(subscription, shop.price("plan-premium"))
    shop.hear()

    assert shop.subscription(alice)["status"] == "past_due"
    assert tiers.of(alice).slug == "basic"


def test_two_tabs_sell_one_subscription(shop: Shop, alice: User) -> None:
    """Severity: medium. Two tills that were opened before either was paid."""
    first, second = shop.begin(alice, "plan-basic"), shop.begin(alice, "plan-premium")
    shop.stripe.pay(first.session_id or "")
    shop.hear()
    with contextlib.suppress(Exception):  # a till that is closed would be right
        shop.stripe.pay(second.session_id or "")
    shop.hear()

    assert Membership.objects.running().count() == 1


def test_a_removed_account_pays_no_longer(shop: Shop, alice: User) -> None:
    """Severity: medium. The subscription goes on at Stripe, month after month."""
    shop.buy(alice, "plan-basic")
    removing.remove_account(alice)
    reconciling.run()

    now = shop.subscription(alice)
    assert now["status"] == "canceled" or now["cancel_at_period_end"]


def test_who_was_right_in_a_dispute_keeps_the_friends_reward(
    shop: Shop, alice: User, bob: User
) -> None:
    """Severity: medium. The referrer lost the reward, and the payment stands after all."""
    brought(bob, alice)
    bought = shop.buy(bob)
    rewarded = balance(alice)
    assert rewarded > 10

    dispute = shop.stripe.dispute(shop.charge(bought)["id"])
    shop.hear()
    shop.stripe.close_dispute(dispute["id"], won=True)
    shop.hear()

    assert balance(bob) == 60
    assert balance(alice) == rewarded


def test_one_month_given_back_at_google_leaves_the_friends_reward(db: None) -> None:
    """Severity: low. With Stripe the reward stays while anything that was paid is left."""
    dora, emil = a_person("dora"), a_person("emil")
    brought(emil, dora)
    months = [a_payment(emil, f"GPA.{n}", amount=900) for n in range(2)]
    referrals.pay(emil)
    rewarded = balance(dora)
    assert rewarded

    refunds.take_back(months[0])

    assert balance(dora) == rewarded


def test_an_old_form_leads_to_a_till_that_is_open(shop: Shop, alice: User) -> None:
    """Severity: low. The form of yesterday's tab: Stripe repeats the address of a closed till."""
    form_id = uuid.uuid4()
    first = checkout.start(user=alice, key="pack-small", form_id=form_id)
    (session,) = shop.stripe.all("checkout.session")
    shop.stripe.expire(session["id"])
    shop.miss()

    second = checkout.start(user=alice, key="pack-small", form_id=form_id)

    assert second != first


@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_hostile_makes_an_error_of_ours(shop: Shop, client: Client, value: str) -> None:
    """Severity: medium where it fails."""
    client.force_login(a_person("mallory"))
    client.raise_request_exception = False
    answers = [
        client.post("/billing/checkout/", {"offer": value, "form_id": value}),
        client.post("/billing/checkout/", {"offer": "pack-small", "form_id": value}),
        client.post("/billing/redeem/", {"code": value}),
        client.get("/billing/", {"after": value}),
        client.get("/billing/", {"left": value, "next": value}),
        client.get("/billing/earn/", {"next": value}),
        client.get("/billing/ads/callback/", {"signature": value, "key_id": value}),
        client.get(f"/billing/done/{uuid.uuid4()}/", {"seen": value}),
        client.get("/billing/ads/token/", headers={"Authorization": f"Bearer {value}"}),
        client.get("/api/v1/me", headers={"Authorization": f"Bearer {value}"}),
        client.post("/billing/google-play/notifications/", value, content_type="application/json"),
        client.post("/stripe/webhook/", value, content_type="application/json",
                    headers={"Stripe-Signature": f"t={value},v1={value}"}),
        client.post("/stripe/webhook/", b"\xff\xfe", content_type="text/plain",
                    headers={"Stripe-Signature": value}),
        client.generic("POST", "/billing/redeem/", value.encode() * 3,
                       content_type="multipart/form-data; boundary=\x00"),
    ]  # fmt: skip

    assert [each.status_code for each in answers if each.status_code >= 500] == []
    assert not any("evil.example" in each.headers.get("Location", "") for each in answers)


@pytest.mark.parametrize(
    "path", ["checkout/", "portal/", "daily/", "redeem/"]
)  # fmt: skip
def test_other_sites_press_no_button(shop: Shop, alice: User, path: str) -> None:
    """Severity: high where it fails."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert client.post(f"/billing/{path}", {"offer": "pack-small"}).status_code == 403
    assert client.get(f"/billing/{path}").status_code == 405


def test_somebody_elses_till_is_not_there(shop: Shop, alice: User, bob: User) -> None:
    """Severity: high where it fails."""
    began = shop.buy(alice)
    client = Client()
    client.force_login(bob)

    assert client.get(f"/billing/done/{began.pk}/").status_code == 404
    assert client.get(f"/billing/done/{began.pk}/state/").status_code == 404
    answer = client.post("/billing/checkout/", {"offer": "pack-small", "form_id": str(began.pk)})
    assert answer.status_code == 302
    assert str(began.session_id) not in answer.headers["Location"]


@pytest.mark.parametrize(
    "path",
    ["payment/", "payment/revenue/", "payment/1/refund/", "redeemcode/", "redeemcode/make/",
     "reward/", "creditentry/", "membership/", "tier/", "playpurchase/", "referral/"],
)  # fmt: skip
def test_staff_without_rights_see_no_money(shop: Shop, alice: User, path: str) -> None:
    """Severity: high where it fails."""
    shop.buy(alice)
    client = Client()
    client.force_login(a_person("trainee", is_staff=True))

    assert client.get(f"/admin/billing/{path}").status_code in {302, 403, 404}


def test_a_fresh_subscription_that_never_was_paid_gives_no_tier(shop: Shop, alice: User) -> None:
    """Severity: high. Slow methods: Stripe calls it active while the money is on its way."""
    shop.buy(alice, "plan-premium")
    subscription = shop.subscription(alice)
    Membership.objects.all().delete()
    shop.stripe.account.find(subscription["latest_invoice"])["status"] = "open"  # type: ignore[index]

    memberships.follow(subscription["id"])

    assert tiers.of(alice) == tiers.offered()[0]
    assert timezone.now() + timedelta(days=4) > Membership.objects.get().paid_until


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_friends_who_pay_return_and_redeem_at_once_wait_for_nobody(settings: Any) -> None:
    """Severity: high where it fails. Each takes its own account and then the referrer's."""
    dora = a_person("dora")
    friends = [a_person(f"friend{n}") for n in range(4)]
    for older, friend in zip([dora, dora, *friends], friends, strict=False):
        brought(friend, older)
    paid = [a_payment(friend, f"GPA.{friend.pk}", amount=900) for friend in friends]
    RedeemCode.objects.create(code="ALLATONCE", credits=5, uses=100)
    everybody = [dora, *friends]
    results = all_at_once(
        [
            *[lambda friend=friend: paying(friend) for friend in friends],
            *[lambda each=each: refunds.take_back(each) for each in paid],
            *[lambda who=who: codes.redeem(user=who, code="ALLATONCE") for who in everybody],
            *[lambda who=who: codes.redeem(user=who, code="ALLATONCE") for who in everybody],
            *[lambda who=who: daily.claim(who) for who in everybody],
        ]
    )

    broken = [each for each in results if isinstance(each, Exception)]
    assert [each for each in broken if not isinstance(each, rewards.NotEarned)] == []
    assert len(broken) == len(everybody)  # the second try of each with the same code
    assert RedeemCode.objects.get().used == len(everybody)
    for who in everybody:
        entries = CreditEntry.objects.for_user(who).aggregate(total=Sum("delta"))
        assert balance(who) == entries["total"]
        assert balance(who) >= 6


@transaction.atomic
def paying(friend: User) -> None:
    credits.lock_account(friend)
    referrals.pay(friend)


def a_payment(user: User, reference: str, *, amount: int) -> Payment:
    return Payment.objects.create(
        account=user.credit_account,
        source=Membership.Source.GOOGLE,
        reference=reference,
        livemode=True,
        offer="basic",
        description="Basic",
        currency="usd",
        amount=amount,
        credits=0,
        paid_at=timezone.now(),
    )
