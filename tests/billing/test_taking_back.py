"""Money that goes back takes its credits with it, exactly, in any order."""

from __future__ import annotations

import itertools
import uuid

import pytest
from django.test import Client

from accounts.models import User
from billing import audit, checkout, credits, tiers
from billing.models import CreditAccount, CreditEntry, Membership, Payment, Reversal, StripeCustomer
from tests.billing.shop import Shop
from tests.cast import a_request, balance


def kinds(user: User) -> list[tuple[str, int]]:
    entries = CreditEntry.objects.for_user(user).exclude(kind="grant").order_by("pk")
    return [(entry.kind, entry.delta) for entry in entries]


def is_frozen(user: User) -> bool:
    return CreditAccount.objects.get(pk=user.pk).is_frozen


def test_a_whole_refund_takes_all_its_credits(shop: Shop, alice: User) -> None:
    bought = shop.buy(alice)
    shop.stripe.refund(shop.charge(bought)["id"])
    shop.hear()

    assert kinds(alice) == [("purchase", 50), ("clawback", -50)]
    assert Payment.objects.get().reversed_amount == 500


def test_partial_refunds_add_up_to_the_whole(shop: Shop, alice: User) -> None:
    bought = shop.buy(alice)
    for amount in (1, 166, 166, 167):
        shop.stripe.refund(shop.charge(bought)["id"], amount)
        shop.hear()

    # 50 credits x 1/500, 167/500, 333/500 and all of it, rounded down each time.
    assert [delta for kind, delta in kinds(alice) if kind == "clawback"] == [-16, -17, -17]
    assert balance(alice) == 10


def test_a_refund_that_fails_later_gives_back(shop: Shop, alice: User) -> None:
    bought = shop.buy(alice)
    refund = shop.stripe.refund(shop.charge(bought)["id"], 250, status="pending")
    shop.hear()
    assert balance(alice) == 10 + 25

    shop.stripe.fail_refund(refund["id"])
    shop.hear()

    assert kinds(alice)[1:] == [("clawback", -25), ("reinstated", 25)]
    assert Reversal.objects.get().state == Reversal.State.FAILED


def test_a_refund_that_is_heard_of_before_the_payment_waits_for_nothing(
    shop: Shop, alice: User
) -> None:
    began = shop.begin(alice)
    shop.stripe.pay(began.session_id or "")
    shop.miss()
    shop.stripe.refund(shop.charge(began)["id"])

    shop.hear()

    assert kinds(alice) == [("purchase", 50), ("clawback", -50)]


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
def test_a_refund_that_fails_is_right_in_any_order(
    shop: Shop, alice: User, order: tuple[int, ...]
) -> None:
    bought = shop.buy(alice)
    refund = shop.stripe.refund(shop.charge(bought)["id"], status="pending")
    shop.stripe.fail_refund(refund["id"])
    events = shop.miss()
    chosen = [event for event in events if event["type"].startswith("refund.")]

    shop.hear([chosen[at] for at in order])

    assert balance(alice) == 60


def test_credits_that_are_spent_leave_a_debt_that_blocks_and_says_why(
    shop: Shop, alice: User, client: Client
) -> None:
    bought = shop.buy(alice)
    credits.spend(user=alice, amount=55, reference=f"generation:{uuid.uuid4()}")
    shop.stripe.refund(shop.charge(bought)["id"])
    shop.hear()
    client.force_login(alice)

    answer = client.post("/generate/", a_request())

    assert balance(alice) == -45
    assert answer.status_code == 402
    assert "payment of yours was returned" in answer.content.decode()
    assert "below zero" in client.get("/billing/").content.decode()
    assert list(audit.differences()) == []


def test_a_debt_that_no_returned_payment_explains_is_found(alice: User) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_creditentry (account_id, kind, delta, reference, reason,"
            " created_at) VALUES (%s, 'spend', -12, 'generation:x', '', '2026-01-01')",
            [alice.pk],
        )
    CreditAccount.objects.filter(pk=alice.pk).update(balance=-2)

    assert list(audit.differences()) == [
        "alice: the balance is -2, but only 0 credits of returned payments were taken back"
    ]


def test_a_dispute_freezes_takes_and_gives_back_when_it_is_won(
    shop: Shop, alice: User, client: Client
) -> None:
    bought = shop.buy(alice)
    dispute = shop.stripe.dispute(shop.charge(bought)["id"])
    shop.hear()
    client.force_login(alice)
    refused = client.post("/generate/", a_request())

    assert (balance(alice), is_frozen(alice)) == (10, True)
    assert refused.status_code == 409
    assert "frozen" in refused.content.decode()

    shop.stripe.close_dispute(dispute["id"], won=True)
    shop.hear()

    assert (balance(alice), is_frozen(alice)) == (60, False)


def test_a_dispute_that_is_lost_takes_once_and_thaws(shop: Shop, alice: User) -> None:
    bought = shop.buy(alice)
    dispute = shop.stripe.dispute(shop.charge(bought)["id"])
    shop.stripe.close_dispute(dispute["id"], won=False)
    shop.hear()

    assert (balance(alice), is_frozen(alice)) == (10, False)
    assert kinds(alice) == [("purchase", 50), ("clawback", -50)]


def test_a_bank_that_only_asks_freezes_and_takes_nothing(shop: Shop, alice: User) -> None:
    bought = shop.buy(alice)
    inquiry = shop.stripe.dispute(shop.charge(bought)["id"], inquiry=True)
    shop.hear()
    assert (balance(alice), is_frozen(alice)) == (60, True)

    shop.stripe.close_dispute(inquiry["id"], won=True)
    shop.hear()

    assert (balance(alice), is_frozen(alice)) == (60, False)


def test_refund_and_dispute_together_never_take_more_than_was_given(
    shop: Shop, alice: User
) -> None:
    bought = shop.buy(alice)
    charge = shop.charge(bought)["id"]
    shop.stripe.refund(charge, 400)
    dispute = shop.stripe.dispute(charge)
    shop.hear()
    assert balance(alice) == 10

    shop.stripe.close_dispute(dispute["id"], won=True)
    shop.hear()

    assert balance(alice) == 10 + 10


def test_a_renewal_brings_the_next_credits(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")
    before = Membership.objects.get().paid_until
    shop.stripe.advance(days=32)
    shop.hear()

    assert balance(alice) == 10 + 400
    assert Membership.objects.get().paid_until > before


def test_a_renewal_that_fails_grants_nothing_and_ends_the_plan(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")
    paid_until = Membership.objects.get().paid_until
    shop.stripe.fail_next_renewals(shop.subscription(alice)["id"])
    shop.stripe.advance(days=32)
    shop.hear()
    late = Membership.objects.get()
    assert (late.state, late.paid_until, balance(alice)) == ("past_due", paid_until, 210)

    shop.stripe.advance(days=10)
    shop.hear()

    assert Membership.objects.get().state == Membership.State.ENDED
    assert (tiers.of(alice).slug, balance(alice)) == ("free", 210)


def test_a_renewal_that_works_at_the_second_try_grants_once(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")
    subscription = shop.subscription(alice)["id"]
    shop.stripe.fail_next_renewals(subscription)
    shop.stripe.advance(days=32)
    shop.stripe.mend_renewals(subscription)
    shop.stripe.advance(days=4)
    shop.hear()

    assert (Membership.objects.get().state, balance(alice)) == ("active", 410)


def test_more_in_the_middle_of_the_month_gives_the_difference(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")
    shop.stripe.advance(days=15)
    shop.stripe.change_plan(shop.subscription(alice)["id"], shop.price("plan-premium"))
    shop.hear()

    lines = shop.stripe.all("invoice")[0]["lines"]["data"]
    unused, remaining = sorted(line["amount"] for line in lines)
    assert unused < 0 < remaining
    # Each line by itself, rounded down: the credits of its price x its amount / the price.
    assert balance(alice) == 210 + 200 * unused // 900 + 700 * remaining // 2900
    assert tiers.of(alice).slug == "premium"


def test_less_waits_for_the_end_of_the_month(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-premium")
    subscription = shop.subscription(alice)["id"]
    shop.stripe.change_plan(subscription, shop.price("plan-basic"), at_period_end=True)
    shop.hear()
    waiting = Membership.objects.get()
    assert (waiting.tier.slug, waiting.next_tier and waiting.next_tier.slug) == ("premium", "basic")
    assert balance(alice) == 710

    shop.stripe.advance(days=32)
    shop.hear()

    after = Membership.objects.get()
    assert (after.tier.slug, after.next_tier, balance(alice)) == ("basic", None, 910)


def test_less_at_once_takes_what_was_not_used(shop: Shop, alice: User) -> None:
    """As somebody may do it in Stripe's dashboard; the portal does not offer it."""
    shop.buy(alice, "plan-premium")
    shop.stripe.change_plan(shop.subscription(alice)["id"], shop.price("plan-basic"))
    shop.hear()

    assert balance(alice) < 710
    assert CreditEntry.objects.filter(kind="clawback").count() == 1


def test_a_cancelled_plan_stays_until_it_is_used_up(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")
    shop.stripe.cancel(shop.subscription(alice)["id"])
    shop.hear()
    mine = Membership.objects.get()
    assert (mine.state, mine.renews, tiers.of(alice).slug) == ("active", False, "basic")

    shop.stripe.advance(days=32)
    shop.hear()

    assert (Membership.objects.get().state, tiers.of(alice).slug) == ("ended", "free")
    assert balance(alice) == 210


def test_a_customer_who_is_deleted_loses_the_plan_and_can_buy_again(
    shop: Shop, alice: User
) -> None:
    shop.buy(alice, "plan-basic")
    shop.stripe.delete_customer(StripeCustomer.objects.get().customer_id)
    shop.hear()
    assert tiers.of(alice).slug == "free"

    shop.buy(alice, "pack-small")

    assert balance(alice) == 260
    assert StripeCustomer.objects.filter(deleted_at=None).count() == 1


def test_a_deleted_customer_that_nobody_told_of_is_noticed_at_the_till(
    shop: Shop, alice: User
) -> None:
    shop.buy(alice)
    shop.stripe.delete_customer(StripeCustomer.objects.get().customer_id)
    shop.miss()

    url = checkout.start(user=alice, key="pack-small", form_id=uuid.uuid4())

    assert url.startswith(shop.stripe.base_url)
