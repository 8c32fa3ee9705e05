"""The daily bonus: once a day for whoever confirmed an address, however often they ask."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from billing import audit, credits, earning
from billing.earning import daily, rewards
from billing.models import CreditAccount, CreditEntry, Reward
from tests.cast import a_person, all_at_once, balance

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    """What the house takes for the present; it stands until a test moves it."""
    with mock.patch("django.utils.timezone.now", return_value=NOON) as now:
        yield now


def the_reward() -> Any:
    return Reward.objects.filter(kind=Reward.Kind.DAILY)


def test_a_click_gives_what_the_row_says_and_says_so(client: Client, alice: User) -> None:
    the_reward().update(credits=3)
    client.force_login(alice)

    response = client.post("/billing/daily/", follow=True)

    assert balance(alice) == 10 + 3
    assert "3 credits are yours" in response.content.decode()
    assert "Your daily bonus." in response.content.decode()


def test_asking_again_on_the_same_day_gives_nothing_and_says_when(alice: User, clock: Any) -> None:
    daily.claim(alice)

    with pytest.raises(daily.AlreadyClaimed) as refusal:
        daily.claim(alice)

    assert balance(alice) == 11
    assert refusal.value.next_at == datetime(2026, 11, 22, tzinfo=UTC)
    assert "12\xa0hours" in refusal.value.sentence


def test_a_second_click_is_told_so_on_the_page(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.post("/billing/daily/")

    response = client.post("/billing/daily/", follow=True)

    assert "You have had today" in response.content.decode()
    assert balance(alice) == 11


def test_there_is_another_after_midnight(alice: User, clock: Any) -> None:
    clock.return_value = NOON.replace(hour=23, minute=59)
    daily.claim(alice)
    clock.return_value += timedelta(minutes=1)

    daily.claim(alice)

    assert balance(alice) == 12
    assert list(audit.differences()) == []


def test_the_bonus_of_one_person_is_not_that_of_another(alice: User, bob: User) -> None:
    daily.claim(alice)
    daily.claim(bob)

    assert (balance(alice), balance(bob)) == (11, 11)


def test_whoever_did_not_confirm_an_address_gets_none(alice: User, settings: Any) -> None:
    settings.EMAIL_VERIFICATION = "optional"

    with pytest.raises(rewards.NotTrusted):
        daily.claim(alice)

    assert balance(alice) == 10


def test_a_reward_that_is_switched_off_gives_nothing(client: Client, alice: User) -> None:
    the_reward().update(is_active=False)
    client.force_login(alice)

    response = client.post("/billing/daily/", follow=True)

    assert balance(alice) == 10
    assert "nothing to earn" in response.content.decode()
    assert "Take today" not in client.get("/billing/earn/").content.decode()


def test_the_limit_of_all_time_holds(alice: User, clock: Any) -> None:
    the_reward().update(in_total=1)
    daily.claim(alice)
    clock.return_value += timedelta(days=1)

    with pytest.raises(rewards.EnoughEarned):
        daily.claim(alice)

    assert balance(alice) == 11


def test_only_a_post_of_somebody_who_is_logged_in_counts(client: Client, alice: User) -> None:
    assert client.post("/billing/daily/").status_code == 302
    client.force_login(alice)

    assert client.get("/billing/daily/").status_code == 405
    assert client.delete("/billing/daily/").status_code == 405
    assert balance(alice) == 10


def test_the_form_counts_for_nothing(client: Client, alice: User) -> None:
    client.force_login(alice)

    client.post("/billing/daily/", {"amount": "9999", "credits": "9999", "user": "1"})

    assert balance(alice) == 11


def test_a_post_without_the_token_of_the_form_is_refused(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert client.post("/billing/daily/").status_code == 403
    assert balance(alice) == 10


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_clicks_at_once_give_one_bonus() -> None:
    alice = a_person("alice")

    results = all_at_once([lambda: daily.claim(alice)] * 8)

    assert balance(alice) == 1
    assert sum(isinstance(each, CreditEntry) for each in results) == 1
    assert sum(isinstance(each, daily.AlreadyClaimed) for each in results) == 7


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_without_the_lock_the_limit_would_not_hold() -> None:
    """The race that the lock prevents: all count before anybody writes."""
    alice = a_person("alice", balance=1)
    the_reward().update(per_day=2)

    everybody_has_counted = threading.Barrier(4)
    count = rewards._is_within_limits

    def count_together(account: CreditAccount, reward: Reward) -> bool:
        is_within = count(account, reward)
        everybody_has_counted.wait(timeout=10)
        return is_within

    def pay(number: int) -> Any:
        return lambda: rewards.pay(user=alice, kind=rewards.Kind.DAILY, reference=f"try:{number}")

    with (
        mock.patch.object(credits, "lock_account", lambda user: user.credit_account),
        mock.patch.object(rewards, "_is_within_limits", count_together),
    ):
        all_at_once([pay(number) for number in range(4)])

    assert CreditEntry.objects.filter(kind="daily").count() > 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_with_the_lock_the_limit_holds() -> None:
    alice = a_person("alice", balance=1)
    the_reward().update(per_day=2)

    def pay(number: int) -> Any:
        return lambda: rewards.pay(user=alice, kind=rewards.Kind.DAILY, reference=f"try:{number}")

    all_at_once([pay(number) for number in range(8)])

    assert CreditEntry.objects.filter(kind="daily").count() == 2
    assert balance(alice) == 3


def test_the_panel_says_how_things_stand(alice: User) -> None:
    before = earning.panel(alice)
    daily.claim(alice)

    assert (before.is_claimed, earning.panel(alice).is_claimed) == (False, True)
    assert before.daily_credits == 1


def test_the_panel_costs_two_queries(alice: User, django_assert_num_queries: Any) -> None:
    earning.panel(alice)  # makes the invitation

    with django_assert_num_queries(2):  # the rewards; the account with its invitation and friends
        earning.panel(alice)


def test_somebody_without_an_account_sees_the_panel(client: Client) -> None:
    dora = a_person("dora")
    client.force_login(dora)

    page = client.get("/billing/earn/").content.decode()

    assert "Take today" in page
    assert "/join/" in page


def test_whoever_is_not_trusted_is_told_what_to_do(
    client: Client, alice: User, settings: Any
) -> None:
    settings.EMAIL_VERIFICATION = "optional"
    client.force_login(alice)

    page = client.get("/billing/earn/").content.decode()

    assert "Confirm your e-mail address" in page
    assert "/join/" not in page
