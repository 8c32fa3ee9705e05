"""The database itself refuses to change or delete an entry, whoever asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from billing.models import CreditEntry
from tests.cast import a_person

TRICKS = [
    "UPDATE billing_creditentry SET delta = 99",
    "UPDATE billing_creditentry SET reason = 'other' WHERE account_id IS NOT NULL",
    "DELETE FROM billing_creditentry",
]


@pytest.mark.parametrize("statement", TRICKS)
def test_the_database_refuses_to_touch_an_entry(alice: User, statement: str) -> None:
    before = list(CreditEntry.objects.values())
    assert before

    assert_refused(statement)

    assert list(CreditEntry.objects.values()) == before


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_ledger_cannot_be_truncated() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL can truncate")
    assert_refused("TRUNCATE billing_creditentry")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_refusal_is_back_after_a_flush() -> None:
    """It runs after tests that emptied the tables; what protects must have come back."""
    a_person("dora", balance=3)

    assert_refused("DELETE FROM billing_creditentry")


def assert_refused(statement: str) -> None:
    cursor = connection.cursor()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), cursor:
        cursor.execute(statement)
