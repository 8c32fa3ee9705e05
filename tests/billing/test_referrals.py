"""Friends: who brought whom, and when that is rewarded."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from billing import audit, credits, earning, statement
from billing.earning import referrals
from billing.models import CreditEntry, Invitation, Referral, Reward
from tests.cast import PASSWORD, a_person, all_at_once, balance

pytestmark = pytest.mark.django_db


def sign_up(client: Client, name: str = "dora", email: str = "") -> User:
    fields = {"email": email or f"{name}@example.com", "username": name, "password1": PASSWORD}
    client.post("/accounts/signup/", fields)
    return User.objects.get(username=name)


def code_of(user: User) -> str:
    return referrals.invitation(user).code


def a_friend_of(user: User, name: str = "dora") -> User:
    friend = a_person(name)
    assert referrals.note(friend=friend, code=code_of(user))
    return friend


def the_reward() -> Any:
    return Reward.objects.filter(kind=Reward.Kind.REFERRAL)


def test_the_link_leads_to_signing_up_and_is_remembered(client: Client, alice: User) -> None:
    response = client.get(f"/join/{code_of(alice)}/")

    assert response.url == "/accounts/signup/"  # type: ignore[attr-defined]
    cookie = response.cookies[referrals.COOKIE]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (2592000, True, "Lax")
    dora = sign_up(client)
    assert Referral.objects.get().friend_id == dora.pk
    assert Referral.objects.get().referrer_id == alice.pk


def test_signing_up_alone_pays_nobody(client: Client, alice: User) -> None:
    client.get(f"/join/{code_of(alice)}/")
    sign_up(client)

    assert balance(alice) == 10


def test_a_program_names_the_code_in_the_address(client: Client, alice: User) -> None:
    body = {"email": "dora@example.com", "username": "dora", "password": PASSWORD}

    client.post(
        f"/_allauth/app/v1/auth/signup?invitation={code_of(alice)}",
        body,
        content_type="application/json",
    )

    assert Referral.objects.get().friend.user.username == "dora"


@pytest.mark.parametrize("code", ["unknown", "ABC", "%00", "a" * 500, "%F0%9F%98%80", "a'b", "..."])
def test_a_link_that_leads_nowhere_still_leads_to_signing_up(client: Client, code: str) -> None:
    response = client.get(f"/join/{code}/")

    assert response.status_code == 302
    assert referrals.COOKIE not in response.cookies
    sign_up(client)
    assert not Referral.objects.exists()


@pytest.mark.parametrize("value", ["abc", "abc:def:ghi", "", "\x01", "a" * 4000])
def test_a_forged_cookie_counts_for_nothing(client: Client, alice: User, value: str) -> None:
    client.cookies[referrals.COOKIE] = value or code_of(alice)

    sign_up(client)

    assert not Referral.objects.exists()


@pytest.mark.parametrize("code", ["%00", "%F0%9F%98%80", "a" * 5000, "' OR 1=1"])
def test_a_hostile_code_in_the_address_does_not_stop_anybody(client: Client, code: str) -> None:
    body = {"email": "dora@example.com", "username": "dora", "password": PASSWORD}

    client.post(
        f"/_allauth/app/v1/auth/signup?invitation={code}", body, content_type="application/json"
    )

    assert User.objects.filter(username="dora").exists()
    assert not Referral.objects.exists()


def test_a_second_account_on_ones_own_mailbox_is_no_friend(client: Client, alice: User) -> None:
    client.get(f"/join/{code_of(alice)}/")

    sign_up(client, "dora", "Alice+friend@example.com")

    assert not Referral.objects.exists()


def test_somebody_who_is_here_already_is_nobodys_find(
    client: Client, alice: User, bob: User
) -> None:
    client.force_login(bob)

    response = client.get(f"/join/{code_of(alice)}/", follow=True)

    assert "You are here already" in response.content.decode()
    assert referrals.COOKIE not in response.cookies
    assert not Referral.objects.exists()


def test_logging_in_with_the_cookie_makes_no_referral(
    client: Client, alice: User, bob: User
) -> None:
    bob.set_password(PASSWORD)
    bob.save()
    client.get(f"/join/{code_of(alice)}/")

    client.post("/accounts/login/", {"login": bob.email, "password": PASSWORD})

    assert "_auth_user_id" in client.session
    assert not Referral.objects.exists()


def test_the_first_who_brought_somebody_stays(alice: User, bob: User) -> None:
    friend = a_friend_of(alice)

    referrals.note(friend=friend, code=code_of(bob))

    assert Referral.objects.get().referrer_id == alice.pk


def test_the_link_of_a_removed_person_brings_nobody(alice: User) -> None:
    code = code_of(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert referrals.note(friend=a_person("dora"), code=code) is None


def test_the_first_payment_rewards_the_referrer_once(alice: User) -> None:
    friend = a_friend_of(alice)

    entries = [referrals.pay(friend) for _time in range(3)]

    assert balance(alice) == 10 + 20
    assert [bool(each) for each in entries] == [True, False, False]
    assert CreditEntry.objects.get(kind="referral").reference == f"referral:{friend.pk}"
    assert Referral.objects.get().paid_at is not None
    assert list(audit.differences()) == []


def test_a_payment_of_somebody_whom_nobody_brought_rewards_nobody(bob: User) -> None:
    assert referrals.pay(bob) is None


def test_a_payment_that_fails_rewards_nobody(alice: User) -> None:
    friend = a_friend_of(alice)

    with transaction.atomic():
        assert referrals.pay(friend)
        transaction.set_rollback(True)

    assert balance(alice) == 10
    assert Referral.objects.get().paid_at is None


def test_beyond_a_days_limit_it_waits_for_the_next_payment(alice: User) -> None:
    the_reward().update(per_day=1)
    first, second = a_friend_of(alice, "dora"), a_friend_of(alice, "emil")
    referrals.pay(first)

    assert referrals.pay(second) is None
    assert balance(alice) == 30

    the_reward().update(per_day=2)  # as the next day would
    assert referrals.pay(second)
    assert balance(alice) == 50


def test_the_limit_of_all_time_holds(alice: User) -> None:
    the_reward().update(in_total=1)
    referrals.pay(a_friend_of(alice, "dora"))

    assert referrals.pay(a_friend_of(alice, "emil")) is None
    assert balance(alice) == 30


def test_a_returned_payment_takes_the_reward_back_once(alice: User) -> None:
    friend = a_friend_of(alice)
    referrals.pay(friend)
    credits.spend(user=alice, amount=25, reference="generation:1")

    for _time in range(3):
        referrals.take_back(friend)

    assert balance(alice) == 30 - 25 - 20
    told = [statement.sentence(each) for each in CreditEntry.objects.for_user(alice).newest_first()]
    assert told[0] == "Taken back, because the payment of a friend whom you invited was returned."
    assert told[2] == "A friend whom you invited bought something. Thank you!"
    assert referrals.pay(friend) is None  # nor is it earned anew
    assert balance(alice) == -15
    assert list(audit.differences()) == []


def test_where_nothing_was_paid_nothing_is_taken_back(alice: User, bob: User) -> None:
    friend = a_friend_of(alice)

    assert referrals.take_back(friend) is None
    assert referrals.take_back(bob) is None
    assert balance(alice) == 10


def test_the_page_shows_the_link_and_what_came_of_it(client: Client, alice: User) -> None:
    a_friend_of(alice, "dora")
    referrals.pay(a_friend_of(alice, "emil"))
    client.force_login(alice)

    panel = earning.panel(alice)
    page = client.get("/billing/earn/").content.decode()

    assert (panel.joined, panel.bought, panel.referral_credits) == (2, 1, 20)
    assert panel.link.endswith(f"/join/{code_of(alice)}/")
    assert f'value="{panel.link}"' in page
    assert "Joined so far: 2. Of those, rewarded: 1." in page


def test_a_switched_off_reward_hides_the_link(client: Client, alice: User) -> None:
    the_reward().update(is_active=False)
    client.force_login(alice)

    assert "/join/" not in client.get("/billing/earn/").content.decode()
    assert not Invitation.objects.exists()
    assert "Invite friends" not in client.get("/billing/earn/").content.decode()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_payments_confirmed_twice_at_once_reward_once() -> None:
    alice = a_person("alice")
    friend = a_friend_of(alice)

    results = all_at_once([lambda: referrals.pay(friend)] * 6)

    assert balance(alice) == 20
    assert not [each for each in results if isinstance(each, Exception)]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_friends_paying_at_once_stay_within_the_limit() -> None:
    alice = a_person("alice")
    the_reward().update(per_day=2)
    friends = [a_friend_of(alice, f"friend{number}") for number in range(6)]

    all_at_once([lambda each=each: referrals.pay(each) for each in friends])  # type: ignore[misc]

    assert balance(alice) == 2 * 20
    assert Referral.objects.exclude(paid_at=None).count() == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_pages_opened_at_once_make_one_link() -> None:
    alice = a_person("alice")

    results = all_at_once([lambda: code_of(alice)] * 6)

    assert set(results) == {Invitation.objects.get().code}
