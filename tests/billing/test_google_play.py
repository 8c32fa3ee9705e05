"""Subscriptions of Google Play: given once, to the right person, for as long as Google says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from celery import current_app
from django.core.checks import run_checks
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from accounts import bells
from accounts.models import User
from billing import credits, tasks, tiers
from billing.google_play import client as google
from billing.google_play import identity, notifications, purchases, reading, refunds
from billing.models import (
    CreditAccount,
    CreditEntry,
    Membership,
    Payment,
    PlayPurchase,
    Referral,
    Reversal,
    Reward,
    Tier,
)
from tests.cast import all_at_once, balance
from tests.stand_ins.google_play import (
    KEY_ID,
    PACKAGE,
    PUSHER,
    Broken,
    GooglePlayStandIn,
    a_forgers_key,
    push,
)

pytestmark = pytest.mark.django_db

URL = "/api/v1/subscriptions/google-play"
PUSH = "/billing/google-play/notifications/"
TOKEN = "token-1"
GRANTED = 100


@pytest.fixture
def play(settings: Any) -> Iterator[GooglePlayStandIn]:
    with GooglePlayStandIn() as stand_in:
        settings.GOOGLE_PLAY_CREDENTIALS = stand_in.credentials()
        settings.GOOGLE_PLAY_PACKAGE = PACKAGE
        settings.GOOGLE_PLAY_PRODUCTS = {"easel.basic": "basic", "easel.premium": "premium"}
        settings.GOOGLE_PLAY_BASE_URL = stand_in.base_url
        settings.GOOGLE_PLAY_CERTS_URL = stand_in.certs_url
        settings.GOOGLE_PLAY_PUSH_EMAIL = PUSHER
        settings.GOOGLE_PLAY_PUSH_AUDIENCE = f"http://127.0.0.1:8000{PUSH}"
        settings.GOOGLE_PLAY_TEST_PURCHASES = False
        yield stand_in


@pytest.fixture(autouse=True)
def _monthly_credits(db: None) -> None:
    Tier.objects.filter(slug="basic").update(monthly_credits=GRANTED)
    Tier.objects.filter(slug="premium").update(monthly_credits=3 * GRANTED)
    tiers.forget()


def bought(play: GooglePlayStandIn, user: User, token: str = TOKEN, **fields: Any) -> None:
    """``user`` subscribed in the app, which has not told us yet."""
    play.subscribe(token, account_id=identity.account_id(user), **fields)


def redeemed(play: GooglePlayStandIn, user: User, token: str = TOKEN, **fields: Any) -> None:
    bought(play, user, token, **fields)
    purchases.redeem(user=user, token=token, product=play.purchases[token].product)


def post(user: User, token: str = TOKEN, product: str = "easel.basic") -> Any:
    browser = Client()
    browser.force_login(user)
    wish = {"purchase_token": token, "product": product}
    return browser.post(URL, wish, content_type="application/json")


def notify(play: GooglePlayStandIn, notice: dict[str, Any], **claims: Any) -> Any:
    return Client().post(
        PUSH,
        push(notice),
        content_type="application/json",
        headers={"Authorization": f"Bearer {play.bearer(**claims)}"},
    )


def changed(kind: int = 2, token: str = TOKEN) -> dict[str, Any]:
    change = {"version": "1.0", "notificationType": kind, "purchaseToken": token}
    return {"subscriptionNotification": {**change, "subscriptionId": "easel.basic"}}


def voided(order_id: str, token: str = TOKEN) -> dict[str, Any]:
    fields = {"purchaseToken": token, "orderId": order_id, "productType": 1, "refundType": 1}
    return {"voidedPurchaseNotification": fields}


def let_the_worker_work() -> int:
    """Do what hangs in the queue of the bells; how much that was."""
    done = 0
    with current_app.connection_for_read() as broker:
        queue = bells._queue(tasks.check_play_purchase.name)(broker.default_channel)
        while message := queue.get():
            message.ack()
            current_app.tasks[message.headers["task"]](*message.decode()[0])
            done += 1
    return done


def given(user: User) -> int:
    """Credits that subscriptions gave and took."""
    kinds = [CreditEntry.Kind.SUBSCRIPTION, CreditEntry.Kind.CLAWBACK]
    entries = CreditEntry.objects.for_user(user).filter(kind__in=kinds)
    return sum(entry.delta for entry in entries)


# -- Redeeming -------------------------------------------------------------------------------------


def test_a_purchase_gives_the_tier_and_its_credits(play: GooglePlayStandIn, alice: User) -> None:
    bought(play, alice)

    response = post(alice)

    assert response.status_code == 200
    answer = response.json()
    assert answer["success"] is True
    assert (answer["state"], answer["tier"], answer["renews"]) == ("active", "basic", True)
    assert answer["credits"] == balance(alice) == 10 + GRANTED
    assert datetime.fromisoformat(answer["paid_until"]) == play.purchases[TOKEN].expires_at
    assert tiers.of(alice).slug == "basic"


def test_the_payment_says_what_was_paid(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)

    payment = Payment.objects.get()
    assert (payment.source, payment.reference) == ("google", play.purchases[TOKEN].order_id)
    assert (payment.amount, payment.currency, payment.credits) == (999, "usd", GRANTED)
    assert payment.livemode
    assert (
        CreditEntry.objects.get(kind="subscription").reason == Tier.objects.get(slug="basic").name
    )


def test_yen_have_nothing_smaller(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice, price=("JPY", "1200", 0))

    assert Payment.objects.get().amount == 1200


def test_a_purchase_is_acknowledged_once(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    purchases.check(TOKEN)

    assert play.purchases[TOKEN].acknowledgements == 1


def test_what_could_not_be_acknowledged_is_later(play: GooglePlayStandIn, alice: User) -> None:
    bought(play, alice)
    # The reading succeeds; the acknowledgement fails, and so does its retry.
    reading_ok = play.purchases[TOKEN].as_json()
    play.next(Broken(200, json.dumps(reading_ok).encode()), Broken(500), Broken(500))

    assert post(alice).status_code == 200
    assert PlayPurchase.objects.get().acknowledged_at is None
    PlayPurchase.objects.update(checked_at=timezone.now() - timedelta(hours=1))
    purchases.sweep()

    assert play.purchases[TOKEN].acknowledgements == 1
    assert given(alice) == GRANTED


def test_twenty_five_times_is_once(play: GooglePlayStandIn, alice: User) -> None:
    bought(play, alice)

    statuses = {post(alice).status_code for _time in range(25)}

    assert statuses == {200}
    assert given(alice) == GRANTED
    assert (Payment.objects.count(), Membership.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_ten_at_once_are_one(play: GooglePlayStandIn, alice: User) -> None:
    bought(play, alice)

    results = all_at_once([lambda: post(alice).status_code] * 10)

    assert results == [200] * 10
    assert given(alice) == GRANTED
    assert (Payment.objects.count(), Membership.objects.count()) == (1, 1)
    assert play.purchases[TOKEN].acknowledgements == 1


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_purchase_and_its_notification_race(play: GooglePlayStandIn, alice: User) -> None:
    bought(play, alice)

    def redeem() -> object:
        return purchases.redeem(user=alice, token=TOKEN, product="easel.basic")

    results = all_at_once([redeem, lambda: purchases.check(TOKEN)] * 5)

    assert all(isinstance(each, PlayPurchase) for each in results)
    assert given(alice) == GRANTED


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_renewal_read_twice_at_once(
    play: GooglePlayStandIn, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    redeemed(play, alice)
    checks: list[Callable[[], object]] = [lambda: purchases.check(TOKEN)] * 2
    both_are_there = threading.Barrier(2, timeout=10)

    # Without the lock on the account both find no payment; only the constraint stops the second.
    play.renew(TOKEN)
    with monkeypatch.context() as patch:
        patch.setattr(credits, "lock_account", lambda user: CreditAccount.objects.get(pk=user.pk))
        patch.setattr(purchases, "_end_replaced", lambda token: both_are_there.wait())
        results = all_at_once(checks)
    assert [type(each) for each in results].count(IntegrityError) == 1

    play.renew(TOKEN)
    results = all_at_once(checks)
    assert [type(each) for each in results] == [PlayPurchase] * 2
    assert given(alice) == 3 * GRANTED


def test_another_persons_token_gives_nothing(
    play: GooglePlayStandIn, alice: User, bob: User
) -> None:
    bought(play, alice)

    response = post(bob)

    assert response.status_code == 409
    assert response.json()["error"]["code"] == "wrong_account"
    assert not PlayPurchase.objects.exists()
    assert balance(bob) == 10


def test_a_bound_token_stays_where_it_is(play: GooglePlayStandIn, alice: User, bob: User) -> None:
    redeemed(play, alice)
    asked = len(play.calls)
    play.purchases[TOKEN].account_id = identity.account_id(bob)

    response = post(bob)

    assert response.json()["error"]["code"] == "wrong_account"
    assert len(play.calls) == asked
    assert PlayPurchase.objects.get().account_id == alice.pk


@pytest.mark.parametrize("account_id", ["", "1", "zz.00", "1.deadbeef", "9" * 70, "-1.0"])
def test_an_account_id_that_is_not_ours_is_nobodys(
    play: GooglePlayStandIn, alice: User, account_id: str
) -> None:
    play.subscribe(TOKEN, account_id=account_id)

    assert identity.owner(account_id) is None
    assert post(alice).json()["error"]["code"] == "wrong_account"


def test_an_account_id_outlives_a_new_secret_key(settings: Any, alice: User) -> None:
    handed_out = identity.account_id(alice)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]

    assert identity.owner(handed_out) == alice
    assert len(handed_out) <= 64


def test_who_subscribes_again_in_the_store_is_known(play: GooglePlayStandIn, alice: User) -> None:
    before = {"obfuscatedExternalAccountId": identity.account_id(alice)}
    context = {"outOfAppPurchaseContext": {"expiredExternalAccountIdentifiers": before}}
    play.subscribe(TOKEN, account_id="", extra=context)

    assert post(alice).status_code == 200


@pytest.mark.parametrize("product", ["easel.premium", "coins", ""])
def test_a_wrong_product_gives_nothing(play: GooglePlayStandIn, alice: User, product: str) -> None:
    bought(play, alice)

    response = post(alice, product=product)

    assert (response.status_code, response.json()["error"]["code"]) == (409, "wrong_product")
    assert given(alice) == 0


def test_a_product_that_is_not_sold_here_gives_nothing(
    play: GooglePlayStandIn, alice: User
) -> None:
    bought(play, alice, product="coins")

    assert post(alice).json()["error"]["code"] == "wrong_product"


def test_another_apps_purchase_is_unknown(
    play: GooglePlayStandIn, alice: User, settings: Any
) -> None:
    bought(play, alice)
    settings.GOOGLE_PLAY_PACKAGE = "com.example.other"

    assert post(alice).json()["error"]["code"] == "purchase_unknown"


@pytest.mark.parametrize("token", ["invented", "", "a/b", "a:acknowledge", "x" * 1001, "tö"])
def test_an_invented_token_gives_nothing(play: GooglePlayStandIn, alice: User, token: str) -> None:
    response = post(alice, token=token)

    assert response.status_code in {409, 422}
    assert not PlayPurchase.objects.exists()


def test_a_prepaid_plan_is_not_sold_here(play: GooglePlayStandIn, alice: User) -> None:
    bought(play, alice, item_extra={"prepaidPlan": {}})

    assert post(alice).json()["error"]["code"] == "wrong_product"


@pytest.mark.parametrize("phase", ["freeTrial", "prorationPeriod"])
def test_what_is_free_gives_the_tier_and_no_credits(
    play: GooglePlayStandIn, alice: User, phase: str
) -> None:
    redeemed(play, alice, item_extra={"offerPhase": {phase: {}}})

    assert tiers.of(alice).slug == "basic"
    assert given(alice) == 0
    play.purchases[TOKEN].item_extra = {}
    play.renew(TOKEN)
    purchases.check(TOKEN)
    assert given(alice) == GRANTED


def test_a_test_purchase_counts_only_where_it_is_wanted(
    play: GooglePlayStandIn, alice: User, settings: Any
) -> None:
    bought(play, alice, is_test=True)
    assert post(alice).json()["error"]["code"] == "test_purchase"
    assert given(alice) == 0

    settings.GOOGLE_PLAY_TEST_PURCHASES = True
    assert post(alice).status_code == 200

    assert (Payment.objects.get().amount, Payment.objects.get().livemode) == (0, False)
    assert given(alice) == GRANTED


# -- States ----------------------------------------------------------------------------------------


def test_pending_gives_nothing_yet(play: GooglePlayStandIn, alice: User) -> None:
    bought(play, alice, state="PENDING")

    answer = post(alice).json()

    assert (answer["state"], answer["paid_until"], answer["tier"]) == ("pending", None, "free")
    assert (given(alice), play.purchases[TOKEN].acknowledgements) == (0, 0)
    play.become(TOKEN, "ACTIVE")
    purchases.check(TOKEN)
    assert (given(alice), tiers.of(alice).slug) == (GRANTED, "basic")


@pytest.mark.parametrize("state", ["IN_GRACE_PERIOD", "CANCELED"])
def test_the_tier_stays_until_it_expires(play: GooglePlayStandIn, alice: User, state: str) -> None:
    redeemed(play, alice)
    play.become(TOKEN, state)

    purchases.check(TOKEN)

    membership = Membership.objects.get()
    assert tiers.of(alice).slug == "basic"
    assert membership.paid_until == play.purchases[TOKEN].expires_at
    assert (membership.state == "past_due") == (state == "IN_GRACE_PERIOD")
    assert not membership.renews
    assert given(alice) == GRANTED


@pytest.mark.parametrize("state", ["ON_HOLD", "PAUSED", "EXPIRED", "REVOKED", "UNSPECIFIED"])
def test_other_states_give_nothing(play: GooglePlayStandIn, alice: User, state: str) -> None:
    redeemed(play, alice)
    play.become(TOKEN, state)

    purchases.check(TOKEN)

    assert tiers.of(alice).slug == "free"
    assert Membership.objects.get().state == "ended"
    assert given(alice) == GRANTED


@pytest.mark.parametrize("state", ["ON_HOLD", "PAUSED", "EXPIRED", "PENDING_PURCHASE_CANCELED"])
def test_what_never_ran_here_gives_nothing(
    play: GooglePlayStandIn, alice: User, state: str
) -> None:
    bought(play, alice, state=state)

    answer = post(alice).json()

    assert (answer["state"], answer["tier"]) == ("ended", "free")
    assert given(alice) == 0


def test_a_cancelled_one_ends_with_its_time(play: GooglePlayStandIn, alice: User) -> None:
    bought(play, alice, state="CANCELED", expires_at=datetime.now(UTC) - timedelta(hours=1))

    post(alice)

    assert tiers.of(alice).slug == "free"
    assert given(alice) == 0


def test_what_was_on_hold_comes_back(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.become(TOKEN, "ON_HOLD")
    purchases.check(TOKEN)

    play.renew(TOKEN)
    purchases.check(TOKEN)

    assert (tiers.of(alice).slug, given(alice)) == ("basic", 2 * GRANTED)


def test_each_renewal_gives_its_month_once(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    for _month in range(3):
        play.renew(TOKEN)
        for _copy in range(2):
            purchases.check(TOKEN)

    assert given(alice) == 4 * GRANTED
    assert Payment.objects.count() == 4
    assert Membership.objects.get().paid_until == play.purchases[TOKEN].expires_at


def test_old_news_change_nothing(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    old = reading.understood(TOKEN, play.purchases[TOKEN].as_json())
    read_at = timezone.now()
    play.become(TOKEN, "ON_HOLD")
    purchases.check(TOKEN)

    purchases._follow(alice, old, read_at)

    assert tiers.of(alice).slug == "free"


def test_a_change_of_plan_ends_the_old_one(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)

    redeemed(play, alice, "token-2", product="easel.premium", replaces=TOKEN)

    assert tiers.of(alice).slug == "premium"
    states = dict(Membership.objects.values_list("tier__slug", "state"))
    assert states == {"basic": "ended", "premium": "active"}
    play.become(TOKEN, "CANCELED")
    play.purchases[TOKEN].extra = {"canceledStateContext": {"replacementCancellation": {}}}
    purchases.check(TOKEN)
    assert Membership.objects.get(tier__slug="basic").state == "ended"


def test_what_google_has_forgotten_has_ended(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.gone.add(TOKEN)

    purchases.check(TOKEN)

    assert tiers.of(alice).slug == "free"
    assert not purchases.due(timezone.now() + timedelta(days=9)).exists()


# -- Money that goes back --------------------------------------------------------------------------


def test_a_revoked_purchase_gives_its_credits_back_once(
    play: GooglePlayStandIn, alice: User
) -> None:
    redeemed(play, alice)
    order = play.revoke(TOKEN)

    for _copy in range(3):
        refunds.collect()

    assert (balance(alice), tiers.of(alice).slug) == (10, "free")
    reversal = Reversal.objects.get()
    assert (reversal.reference, reversal.kind, reversal.state) == (
        f"google:{order}",
        "refund",
        "taken",
    )
    payment = Payment.objects.get()
    assert (payment.reversed_amount, payment.reversed_credits) == (999, GRANTED)


def test_spent_credits_are_taken_back_too(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    credits.spend(user=alice, amount=GRANTED, reference="generation:spent")
    play.revoke(TOKEN)

    refunds.collect()

    assert balance(alice) == 10 - GRANTED


def test_a_refund_while_google_calls_it_active_ends_it_too(
    play: GooglePlayStandIn, alice: User
) -> None:
    redeemed(play, alice)
    play.void(TOKEN, play.purchases[TOKEN].order_id)

    refunds.collect()
    purchases.check(TOKEN)

    assert (given(alice), tiers.of(alice).slug) == (0, "free")
    play.renew(TOKEN)
    purchases.check(TOKEN)
    assert (given(alice), tiers.of(alice).slug) == (GRANTED, "basic")


def test_an_earlier_month_that_is_refunded_ends_nothing(
    play: GooglePlayStandIn, alice: User
) -> None:
    redeemed(play, alice)
    first = play.purchases[TOKEN].order_id
    play.renew(TOKEN)
    purchases.check(TOKEN)

    play.void(TOKEN, first)
    refunds.collect()

    assert (given(alice), tiers.of(alice).slug) == (GRANTED, "basic")


def test_all_pages_of_refunds_are_read(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.page_size = 2
    for number in range(4):
        play.void("other", f"GPA.0000-0000-0000-{number:05}")
    play.revoke(TOKEN)

    assert refunds.collect() == 1
    assert len([call for call in play.calls if call.endswith("voidedpurchases")]) == 3


def test_refunds_of_other_products_are_passed_over(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.void("other", "GPA.0000-0000-0000-00000")
    play.voided.append({"kind": "androidpublisher#voidedPurchase"})

    assert refunds.collect() == 0
    assert given(alice) == GRANTED


def test_who_brought_the_buyer_is_rewarded_while_the_money_stays(
    play: GooglePlayStandIn, alice: User, bob: User
) -> None:
    Reward.objects.filter(kind="referral").update(credits=5, is_active=True)
    account = CreditAccount.objects.get(pk=alice.pk)
    Referral.objects.create(friend=account, referrer=CreditAccount.objects.get(pk=bob.pk))

    redeemed(play, alice)
    assert balance(bob) == 15
    play.revoke(TOKEN)
    refunds.collect()

    assert balance(bob) == 10


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_ten_refunds_at_once_are_one(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.revoke(TOKEN)

    results = all_at_once([refunds.collect] * 10)

    assert not [each for each in results if isinstance(each, Exception)]
    assert balance(alice) == 10


# -- Notifications ---------------------------------------------------------------------------------


def test_a_notification_makes_us_look(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.renew(TOKEN)

    assert notify(play, changed()).status_code == 204
    assert given(alice) == GRANTED  # the worker looks, not the request
    assert let_the_worker_work() == 1

    assert given(alice) == 2 * GRANTED


def test_a_purchase_that_the_app_never_told_of_is_bound(
    play: GooglePlayStandIn, alice: User
) -> None:
    bought(play, alice)

    notify(play, changed(kind=4))
    let_the_worker_work()

    assert (given(alice), tiers.of(alice).slug) == (GRANTED, "basic")
    assert play.purchases[TOKEN].acknowledgements == 1


def test_what_a_notification_claims_is_not_believed(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)

    notify(play, changed(kind=13))
    notify(play, voided(play.purchases[TOKEN].order_id))
    let_the_worker_work()

    assert (given(alice), tiers.of(alice).slug) == (GRANTED, "basic")


def test_a_voided_purchase_is_taken_back(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    order = play.revoke(TOKEN)

    for _copy in range(2):
        assert notify(play, voided(order)).status_code == 204
    let_the_worker_work()

    assert (given(alice), tiers.of(alice).slug) == (0, "free")
    assert Reversal.objects.get().reason == "chargeback"


def test_a_notification_of_nobodys_purchase_does_no_harm(play: GooglePlayStandIn) -> None:
    play.subscribe("theirs", account_id="")

    for token in ["theirs", "unknown"]:
        assert notify(play, changed(token=token)).status_code == 204
    let_the_worker_work()

    assert not PlayPurchase.objects.exists()


def test_tests_and_other_products_ring_nobody(play: GooglePlayStandIn) -> None:
    notices: list[dict[str, Any]] = [{"testNotification": {}}, {"oneTimeProductNotification": {}}]

    for notice in notices:
        assert notify(play, notice).status_code == 204

    assert let_the_worker_work() == 0


def test_certificates_are_read_once(play: GooglePlayStandIn) -> None:
    for _time in range(3):
        notify(play, {"testNotification": {}})

    assert play.calls == ["GET /oauth2/v1/certs"]


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"aud": "https://elsewhere.example/"}, 401),
        ({"exp": int(time.time()) - 60, "iat": int(time.time()) - 3660}, 401),
        ({"iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200}, 401),
        ({"iss": "https://elsewhere.example"}, 401),
        ({"email": "somebody@example.com"}, 403),
        ({"email_verified": False}, 403),
        ({"email": None}, 403),
    ],
)
def test_a_token_for_another_purpose_is_refused(
    play: GooglePlayStandIn, claims: dict[str, Any], status: int
) -> None:
    assert notify(play, changed(), **claims).status_code == status
    assert let_the_worker_work() == 0


def _forged(play: GooglePlayStandIn, **headers: str) -> str:
    claims = jwt.decode(play.bearer(), options={"verify_signature": False})
    return jwt.encode(claims, a_forgers_key(), algorithm="RS256", headers=headers)


def test_a_forged_notification_is_refused(play: GooglePlayStandIn) -> None:
    claims = jwt.decode(play.bearer(), options={"verify_signature": False})
    genuine = play.bearer()
    forgeries = [
        "",
        "Basic abc",
        "Bearer",
        "Bearer nonsense",
        "Bearer a.b.c",
        f"Bearer {_forged(play, kid=KEY_ID)}",
        f"Bearer {_forged(play, kid='unknown')}",
        f"Bearer {_forged(play)}",
        f"Bearer {jwt.encode(claims, '', algorithm='none')}",
        f"Bearer {jwt.encode(claims, 'x' * 64, algorithm='HS256', headers={'kid': KEY_ID})}",
        f"Bearer {genuine[:-4]}AAAA",
    ]

    for header in forgeries:
        response = Client().post(
            PUSH, push(changed()), "application/json", headers={"Authorization": header}
        )
        assert response.status_code == 401, header
        assert response.content

    assert let_the_worker_work() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"message": {}}',
        b'{"message": {"data": 7}}',
        b'{"message": {"data": "%%%"}}',
        b'{"message": {"data": "e30="}}',
        b'{"message": {"data": "bnVsbA=="}}',
        b"[" * 50_000,
    ],
)
def test_what_is_no_notification_is_refused(play: GooglePlayStandIn, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {play.bearer()}"}

    response = Client().post(PUSH, body, "application/json", headers=headers)

    assert response.status_code == 400
    assert b"no notification" in response.content


@pytest.mark.parametrize("token", [None, 7, "", "a/b", ["x"]])
def test_a_notification_needs_a_purchase_token(play: GooglePlayStandIn, token: Any) -> None:
    notice = {"subscriptionNotification": {"notificationType": 2, "purchaseToken": token}}

    assert notify(play, notice).status_code == 400


def test_another_apps_notification_is_refused(play: GooglePlayStandIn) -> None:
    body = push(changed(), package="com.example.other")
    headers = {"Authorization": f"Bearer {play.bearer()}"}

    response = Client().post(PUSH, body, "application/json", headers=headers)

    assert response.status_code == 400
    assert b"another app" in response.content


def test_a_huge_notification_is_not_read(play: GooglePlayStandIn) -> None:
    body = b"x" * (notifications.LARGEST + 1)

    assert Client().post(PUSH, body, "application/json").status_code == 413
    assert play.calls == []


def test_without_certificates_google_is_asked_to_come_again(
    play: GooglePlayStandIn, settings: Any
) -> None:
    settings.GOOGLE_PLAY_CERTS_URL = f"{play.base_url}/nowhere"

    assert notify(play, changed()).status_code == 503


# -- The sweep -------------------------------------------------------------------------------------


def test_a_lost_renewal_is_found(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.renew(TOKEN)
    Membership.objects.update(paid_until=timezone.now() - timedelta(minutes=5))
    PlayPurchase.objects.update(checked_at=timezone.now() - timedelta(hours=1))

    tasks.sweep_play_purchases()

    assert given(alice) == 2 * GRANTED


def test_a_lost_cancellation_is_found_within_a_day(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.become(TOKEN, "CANCELED")
    tasks.sweep_play_purchases()
    assert Membership.objects.get().renews

    PlayPurchase.objects.update(checked_at=timezone.now() - timedelta(days=1, minutes=1))
    tasks.sweep_play_purchases()

    assert not Membership.objects.get().renews


def test_a_lost_refund_is_found(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.revoke(TOKEN)

    tasks.sweep_play_purchases()

    assert (given(alice), tiers.of(alice).slug) == (0, "free")


def test_what_has_ended_is_asked_for_no_more(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.expire(TOKEN)
    purchases.check(TOKEN)
    PlayPurchase.objects.update(checked_at=timezone.now() - timedelta(days=9))

    assert purchases.sweep() == 0


def test_a_check_that_failed_is_made_again_soon(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.renew(TOKEN)
    play.from_now_on(Broken(503))
    notify(play, changed())
    let_the_worker_work()
    assert given(alice) == GRANTED

    play.from_now_on(None)
    purchases.sweep()

    assert given(alice) == 2 * GRANTED


def test_refunds_of_an_app_that_google_does_not_know_are_an_error(
    play: GooglePlayStandIn, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GOOGLE_PLAY_PACKAGE = "com.example.typo"

    tasks.sweep_play_purchases()

    assert "GOOGLE_PLAY_PACKAGE" in caplog.text


def test_nothing_is_swept_where_nothing_is_sold() -> None:
    tasks.sweep_play_purchases()
    tasks.collect_play_refunds()


# -- Google in bad shape ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        Broken(500),
        Broken(503),
        Broken(403),
        Broken(429),
        Broken(200, b"<html>Sign in</html>"),
        Broken(200, b'{"subscriptionState": "SUBSCR'),
        Broken(200, b"[]"),
        Broken(200, b"{}"),
        Broken(200, b'{"subscriptionState": 7}'),
        Broken(200, b'{"subscriptionState": "SUBSCRIPTION_STATE_ACTIVE", "lineItems": [7]}'),
        Broken(302),
    ],
)
def test_a_broken_answer_gives_nothing_and_says_so(
    play: GooglePlayStandIn, alice: User, broken: Broken
) -> None:
    bought(play, alice)
    play.from_now_on(broken)

    response = post(alice)

    assert response.status_code == 503
    assert response.json()["error"]["code"] == "google_play_unavailable"
    assert given(alice) == 0
    assert len([call for call in play.calls if "subscriptionsv2" in call]) <= 2


@pytest.mark.parametrize("status", [404, 410, 400])
def test_a_purchase_that_google_does_not_know_gives_nothing(
    play: GooglePlayStandIn, alice: User, status: int
) -> None:
    bought(play, alice)
    play.from_now_on(Broken(status))

    assert post(alice).json()["error"]["code"] == "purchase_unknown"


def test_one_bad_moment_is_forgiven(play: GooglePlayStandIn, alice: User) -> None:
    bought(play, alice)
    play.next(Broken(500))

    assert post(alice).status_code == 200


def test_an_access_token_that_ended_early_is_renewed(play: GooglePlayStandIn, alice: User) -> None:
    redeemed(play, alice)
    play.sign_out()

    assert purchases.check(TOKEN) is not None
    assert play.calls.count("POST /token") == 2


def test_a_key_that_google_does_not_take_is_no_error_of_ours(
    play: GooglePlayStandIn, alice: User, settings: Any
) -> None:
    settings.GOOGLE_PLAY_CREDENTIALS = play.credentials().replace("easel@", "other@")

    assert post(alice).status_code == 503


def test_a_silent_google_costs_a_known_time(
    play: GooglePlayStandIn, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert google.TIMEOUT + google.QUICK + 2 * google.SHORT_TIMEOUT < 30  # gunicorn's patience
    monkeypatch.setattr(google, "TIMEOUT", 0.3)
    bought(play, alice)
    play.from_now_on(Broken(seconds=30))
    started = time.monotonic()

    response = post(alice)

    assert response.status_code == 503
    assert time.monotonic() - started < 5


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_call_is_made_inside_a_transaction(
    play: GooglePlayStandIn, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[bool] = []
    ask = google._with_token

    def watched(*args: Any, **kwargs: Any) -> Any:
        inside.append(connection.in_atomic_block)
        return ask(*args, **kwargs)

    monkeypatch.setattr(google, "_with_token", watched)
    bought(play, alice)
    assert post(alice).status_code == 200
    play.revoke(TOKEN)
    refunds.collect()
    PlayPurchase.objects.update(checked_at=None)
    purchases.sweep()

    assert len(inside) >= 4
    assert not any(inside)


def test_no_log_holds_a_purchase_token(
    play: GooglePlayStandIn, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    play.subscribe("a-secret-token", account_id="")
    purchases.check("a-secret-token")
    purchases.check("another-secret-token")
    play.from_now_on(Broken(500))
    post(alice, token="a-secret-token")
    play.from_now_on(Broken(200, b"<html>"))
    post(alice, token="a-secret-token")

    assert caplog.records
    assert "secret-token" not in caplog.text


# -- The door --------------------------------------------------------------------------------------


def test_the_app_is_told_the_account_id(play: GooglePlayStandIn, alice: User, bob: User) -> None:
    browser = Client()
    browser.force_login(alice)

    answer = browser.get(f"{URL}/account").json()

    assert answer == {"success": True, "account_id": identity.account_id(alice)}
    assert identity.account_id(alice) != identity.account_id(bob)


def test_nobody_redeems_without_logging_in(play: GooglePlayStandIn) -> None:
    assert Client().post(URL, {}, "application/json").status_code == 401
    assert Client().get(f"{URL}/account").status_code == 401


def test_one_person_cannot_keep_us_busy(play: GooglePlayStandIn, alice: User, bob: User) -> None:
    bought(play, bob)
    statuses = [post(alice, token="").status_code for _time in range(61)]

    assert statuses[-1] == 429
    assert post(bob).status_code == 200


def test_where_nothing_is_sold_there_is_nothing(alice: User) -> None:
    assert post(alice).status_code == 404
    assert Client().post(PUSH, {}, "application/json").status_code == 404


def test_without_an_address_of_the_pusher_nothing_is_taken(
    play: GooglePlayStandIn, settings: Any
) -> None:
    settings.GOOGLE_PLAY_PUSH_EMAIL = ""

    assert notify(play, changed()).status_code == 404


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"GOOGLE_PLAY_PACKAGE": ""}, "easel.E010"),
        ({"GOOGLE_PLAY_PRODUCTS": {}}, "easel.E010"),
        ({"GOOGLE_PLAY_CREDENTIALS": "/nowhere.json"}, "easel.E011"),
        ({"GOOGLE_PLAY_CREDENTIALS": "{}"}, "easel.E011"),
        ({"GOOGLE_PLAY_PUSH_EMAIL": ""}, "easel.W010"),
    ],
)
def test_half_a_set_up_is_found(
    play: GooglePlayStandIn, settings: Any, change: dict[str, Any], expected: str
) -> None:
    assert not [each for each in run_checks() if (each.id or "").startswith("easel.E01")]
    for name, value in change.items():
        setattr(settings, name, value)

    assert expected in {each.id for each in run_checks()}


def test_an_administrator_checks_a_purchase_and_sees_no_token(
    play: GooglePlayStandIn, alice: User, carol: User
) -> None:
    redeemed(play, alice, "a-secret-token")
    play.renew("a-secret-token")
    purchase = PlayPurchase.objects.get()
    browser = Client()
    browser.force_login(carol)
    address = "/admin/billing/playpurchase/"

    action = {"action": "check_now", "_selected_action": [purchase.pk]}
    response = browser.post(address, action, follow=True)

    assert "1 purchase checked." in response.content.decode()
    assert given(alice) == 2 * GRANTED
    page = browser.get(f"{address}{purchase.pk}/change/").content.decode()
    assert "easel.basic" in page
    assert "secret-token" not in page + response.content.decode()
    play.from_now_on(Broken(500))
    assert "cannot be asked" in browser.post(address, action, follow=True).content.decode()
