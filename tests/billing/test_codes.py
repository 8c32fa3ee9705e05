"""Codes: each person once, never by more people than allowed, and nobody finds one by guessing."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import audit, credits
from billing.earning import codes, rewards
from billing.models import CreditEntry, RedeemCode
from tests.cast import a_person, all_at_once, balance

pytestmark = pytest.mark.django_db


def a_code(code: str = "SPRING2026", **fields: Any) -> RedeemCode:
    return RedeemCode.objects.create(code=code, **{"credits": 5, **fields})


def redeemed_by(user: User, code: str = "SPRING2026") -> CreditEntry:
    return codes.redeem(user=user, code=code)


def test_a_code_gives_its_credits_and_the_ledger_names_it(client: Client, alice: User) -> None:
    a_code()
    client.force_login(alice)

    response = client.post("/billing/redeem/", {"code": "SPRING2026"}, follow=True)

    assert balance(alice) == 15
    page = response.content.decode()
    assert "The code gave you 5 credits." in page
    assert "You entered the code SPRING2026." in page
    assert RedeemCode.objects.get().used == 1
    assert list(audit.differences()) == []


@pytest.mark.parametrize(
    "typed",
    [
        "spring2026",
        "  Spring-2026\n",
        "S P R I N G 2 0 2 6",
        "spring\u20132026",
        "\uff33\uff30\uff32\uff29\uff2e\uff27\uff12\uff10\uff12\uff16",
    ],
)
def test_how_it_is_typed_does_not_matter(alice: User, typed: str) -> None:
    a_code()

    redeemed_by(alice, typed)

    assert balance(alice) == 15


def test_each_person_may_use_it_once(alice: User, bob: User) -> None:
    a_code(uses=5)
    redeemed_by(alice)

    with pytest.raises(codes.CodeUsedByYou):
        redeemed_by(alice)
    redeemed_by(bob)

    assert (balance(alice), balance(bob)) == (15, 15)
    assert RedeemCode.objects.get().used == 2


def test_the_last_use_was_the_last(alice: User, bob: User) -> None:
    a_code(uses=1)
    redeemed_by(alice)

    with pytest.raises(codes.CodeUsedUp):
        redeemed_by(bob)

    assert balance(bob) == 10


def test_a_code_expires(alice: User, bob: User) -> None:
    a_code(expires_at=timezone.now() + timedelta(minutes=1), uses=2)
    redeemed_by(alice)
    RedeemCode.objects.update(expires_at=timezone.now())

    with pytest.raises(codes.CodeExpired):
        redeemed_by(bob)

    assert balance(bob) == 10


def test_a_code_that_was_switched_off_is_as_unknown_as_one_that_never_was(alice: User) -> None:
    a_code(is_active=False)
    sentences = set()

    for code in ("SPRING2026", "NEVERWAS"):
        with pytest.raises(codes.UnknownCode) as refusal:
            redeemed_by(alice, code)
        sentences.add(refusal.value.sentence)

    assert sentences == {"We do not know this code. Check it for slips and try again."}


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        " - ",
        "\x00",
        "SPRING\x002026",
        "SPRING2026" * 1000,
        "A" * 41,
        "' OR 1=1 --",
        "<script>",
        "\U0001f600",
        "\u0661\u0662\u0663",
    ],
)
def test_whatever_is_typed_is_answered_beside_the_field(
    client: Client, alice: User, hostile: str
) -> None:
    a_code()
    client.force_login(alice)

    response = client.post("/billing/redeem/", {"code": hostile})

    assert response.status_code == 200
    page = response.content.decode()
    assert "We do not know this code." in page
    assert "<script>" not in page.replace('<script type="module"', "")
    assert balance(alice) == 10


def test_a_post_without_a_code_is_answered_too(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert "We do not know" in client.post("/billing/redeem/").content.decode()


def test_the_eleventh_guess_is_not_looked_at(client: Client, alice: User, bob: User) -> None:
    a_code(uses=2)
    client.force_login(alice)
    for number in range(10):
        client.post("/billing/redeem/", {"code": f"GUESS{number}"})

    response = client.post("/billing/redeem/", {"code": "SPRING2026"})

    assert response.status_code == 429
    assert "Try again in an hour." in response.content.decode()
    assert balance(alice) == 10
    redeemed_by(bob)  # others may go on
    assert balance(bob) == 15


def test_codes_that_work_are_no_guesses(alice: User) -> None:
    for number in range(12):
        a_code(f"CODE{number}")
        redeemed_by(alice, f"CODE{number}")

    assert balance(alice) == 10 + 12 * 5


def test_whoever_did_not_confirm_an_address_gets_nothing(alice: User, settings: Any) -> None:
    settings.EMAIL_VERIFICATION = "optional"
    a_code()

    with pytest.raises(rewards.NotTrusted):
        redeemed_by(alice)

    assert RedeemCode.objects.get().used == 0


def test_only_a_post_of_somebody_who_is_logged_in_counts(client: Client, alice: User) -> None:
    a_code()
    assert client.post("/billing/redeem/", {"code": "SPRING2026"}).status_code == 302
    client.force_login(alice)

    assert client.get("/billing/redeem/?code=SPRING2026").status_code == 405
    assert RedeemCode.objects.get().used == 0


def test_what_the_form_says_of_amounts_counts_for_nothing(client: Client, alice: User) -> None:
    a_code()
    client.force_login(alice)

    client.post("/billing/redeem/", {"code": "SPRING2026", "credits": "999", "amount": "999"})

    assert balance(alice) == 15


def test_made_codes_are_found_again_as_they_were_written_down(alice: User, carol: User) -> None:
    made = codes.make(count=50, credits=7, uses=1, expires_at=None, note="fair", by=carol)

    assert len({each.code for each in made}) == 50
    assert all(codes.normal(each.code.lower()) == each.code for each in made)
    redeemed_by(alice, made[-1].code)
    assert balance(alice) == 17


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_eight_people_at_once_share_three_uses() -> None:
    code = a_code(uses=3)
    crowd = [a_person(f"person{number}") for number in range(8)]

    results = all_at_once([lambda each=each: redeemed_by(each) for each in crowd])  # type: ignore[misc]

    code.refresh_from_db()
    assert code.used == 3
    assert sorted(balance(each) for each in crowd) == [0] * 5 + [5] * 3
    assert sum(isinstance(each, codes.CodeUsedUp) for each in results) == 5


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_person_clicking_many_times_uses_one() -> None:
    code = a_code(uses=8)
    alice = a_person("alice")

    results = all_at_once([lambda: redeemed_by(alice)] * 8)

    code.refresh_from_db()
    assert (code.used, balance(alice)) == (1, 5)
    assert sum(isinstance(each, codes.CodeUsedByYou) for each in results) == 7


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_guesses_at_once_are_counted_too() -> None:
    alice = a_person("alice")

    results = all_at_once([lambda: redeemed_by(alice, "WRONG")] * 16)

    assert sum(isinstance(each, codes.UnknownCode) for each in results) == 10
    assert sum(isinstance(each, codes.TooManyTries) for each in results) == 6


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_looking_before_counting_would_give_too_many() -> None:
    """The race that one conditional statement prevents: all look before anybody counts."""
    code = a_code(uses=2)
    crowd = [a_person(f"person{number}") for number in range(4)]
    everybody_has_looked = threading.Barrier(4)

    def look_then_count(found: RedeemCode) -> bool:
        is_left = RedeemCode.objects.filter(pk=found.pk, used__lt=F("uses")).exists()
        everybody_has_looked.wait(timeout=10)
        return is_left

    with mock.patch.object(codes, "_take_use", look_then_count):
        all_at_once([lambda each=each: redeemed_by(each) for each in crowd])  # type: ignore[misc]

    assert CreditEntry.objects.filter(kind=credits.Kind.CODE).count() == 4 > code.uses
