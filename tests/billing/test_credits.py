"""The ledger: what moves credits, and what never does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing import audit, credits, statement
from billing.models import CreditAccount, CreditEntry, EntryIsFinal
from tests.cast import a_person, balance

pytestmark = pytest.mark.django_db


def test_the_balance_is_the_sum_of_the_entries(alice: User) -> None:
    credits.spend(user=alice, amount=4, reference="generation:1")
    credits.refund(user=alice, amount=1, reference="generation:1")

    assert balance(alice) == 10 - 4 + 1
    assert sum(CreditEntry.objects.for_user(alice).values_list("delta", flat=True)) == 7
    assert list(audit.differences()) == []


def test_somebody_without_an_account_has_nothing(db: None) -> None:
    assert balance(a_person("dora")) == 0


def test_spending_more_than_there_is_says_how_much_is_missing(alice: User) -> None:
    with pytest.raises(credits.InsufficientCredits) as caught:
        credits.spend(user=alice, amount=12, reference="generation:1")

    assert (caught.value.needed, caught.value.available, caught.value.missing) == (12, 10, 2)
    assert "2 missing" in caught.value.sentence
    assert balance(alice) == 10


@pytest.mark.parametrize("repeat", [2, 5])
def test_the_same_reference_moves_credits_once(alice: User, repeat: int) -> None:
    entries = {
        credits.spend(user=alice, amount=3, reference="generation:1").pk for _ in range(repeat)
    }
    refunds = {
        credits.refund(user=alice, amount=3, reference="generation:1").pk for _ in range(repeat)
    }

    assert len(entries) == len(refunds) == 1
    assert balance(alice) == 10


def test_an_entry_can_be_neither_changed_nor_deleted(alice: User) -> None:
    entry = CreditEntry.objects.for_user(alice).get()

    entry.delta = 1000
    with pytest.raises(EntryIsFinal):
        entry.save()
    with pytest.raises(EntryIsFinal):
        entry.delete()
    with pytest.raises(EntryIsFinal):
        CreditEntry.objects.for_user(alice).update(delta=1000)
    with pytest.raises(EntryIsFinal):
        CreditEntry.objects.for_user(alice).delete()

    assert CreditEntry.objects.for_user(alice).get().delta == 10


def test_the_database_refuses_two_entries_for_one_fact(alice: User, bob: User) -> None:
    credits.spend(user=alice, amount=1, reference="generation:1")

    with pytest.raises(IntegrityError), transaction.atomic():
        credits.spend(user=bob, amount=1, reference="generation:1")

    assert balance(bob) == 10


@pytest.mark.parametrize(
    ("kind", "delta"), [("spend", 5), ("refund", -5), ("welcome", -1), ("grant", 0)]
)
def test_the_database_refuses_an_entry_whose_sign_is_wrong(
    alice: User, kind: str, delta: int
) -> None:
    account = CreditAccount.objects.get(user=alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        account.entries.create(kind=kind, delta=delta, reference="x", reason="x")


def test_a_grant_needs_a_reason(alice: User) -> None:
    with pytest.raises(credits.InvalidGrant):
        credits.grant(user=alice, amount=5, reason="  ")

    assert balance(alice) == 10


@pytest.mark.parametrize("amount", [0, 1_000_001, -1_000_001])
def test_a_grant_of_nothing_or_of_a_slipped_finger_is_refused(alice: User, amount: int) -> None:
    with pytest.raises(credits.InvalidGrant):
        credits.grant(user=alice, amount=amount, reason="oops")


def test_taking_back_stops_at_nothing(alice: User) -> None:
    credits.grant(user=alice, amount=-10, reason="a mistake")
    with pytest.raises(credits.InsufficientCredits):
        credits.grant(user=alice, amount=-1, reason="a mistake")

    assert balance(alice) == 0


def test_the_audit_names_the_account_that_was_tampered_with(alice: User, bob: User) -> None:
    CreditAccount.objects.filter(user=bob).update(balance=99)

    assert list(audit.differences()) == ["bob: the balance is 99, the entries sum up to 10"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alice@example.com", "ALICE@Example.com"),
        ("alice@example.com", "alice+free@example.com"),
        ("a.lice@gmail.com", "alice@googlemail.com"),
    ],
)
def test_one_mailbox_is_welcomed_once_however_it_is_spelled(db: None, one: str, other: str) -> None:
    first = User.objects.create(username="one", email=one)
    second = User.objects.create(username="two", email=f"x{other}")
    second.email = other

    assert credits.welcome(first)
    assert credits.welcome(second) is None
    assert (balance(first), balance(second)) == (3, 0)


def test_dots_matter_outside_of_gmail(db: None) -> None:
    assert credits.mailbox_digest("a.b@example.com") != credits.mailbox_digest("ab@example.com")


def test_a_person_is_welcomed_once_also_with_a_new_address(db: None) -> None:
    dora = a_person("dora")
    credits.welcome(dora)

    dora.email = "elsewhere@example.com"
    dora.save()

    assert credits.welcome(dora) is None
    assert balance(dora) == 3


def test_what_was_received_is_added_up_without_reading_the_work(alice: User) -> None:
    credits.spend(user=alice, amount=4, reference="generation:1")
    credits.refund(user=alice, amount=1, reference="generation:1")

    with CaptureQueriesContext(connection) as queries, plans() as found:
        purse = statement.purse(alice)

    assert (purse.received, purse.left, purse.spent) == (10, 7, 3)
    assert len(queries) == 2
    if connection.vendor == "sqlite":
        assert "entry_received" in found[0]


@contextmanager
def plans() -> Iterator[list[str]]:
    """How SQLite answers each statement, with its values beside it as they are sent."""
    found: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if connection.vendor == "sqlite":
            rows = context["connection"].connection.execute(
                f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", params
            )
            found.append(" ".join(str(row[3]) for row in rows))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found
