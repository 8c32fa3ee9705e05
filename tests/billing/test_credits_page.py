"""The credits page: what it says, and that it costs the same however long the ledger is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import User
from billing import credits, money, statement
from billing.models import CreditEntry
from tests.billing.shop import Shop


def queries_of(client: Client, path: str = "/billing/") -> int:
    client.get(path)  # what a process remembers
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_a_long_ledger_costs_as_many_queries_as_a_short_one(
    shop: Shop, alice: User, client: Client
) -> None:
    client.force_login(alice)
    shop.buy(alice, "plan-basic")
    few = queries_of(client)
    for _ in range(120):
        credits.spend(user=alice, amount=1, reference=f"generation:{uuid.uuid4()}")

    # ledger, account, memberships, tier, payments, received, balance, rewards, invitation, and the
    # balance in the header; the session and the person
    assert queries_of(client) == few <= 12
    # session and user; the ledger; the balance above
    assert queries_of(client, f"/billing/?after={CreditEntry.objects.latest('pk').pk}") <= 5


def test_the_ledger_is_read_page_by_page(alice: User, client: Client) -> None:
    for number in range(60):
        credits.grant(user=alice, amount=1, reason=f"gift {number}")
    client.force_login(alice)

    first = client.get("/billing/").content.decode()
    after = first.split("?after=")[1].split('"')[0]
    second = client.get(f"/billing/?after={after}").content.decode()

    assert first.count("data-entry=") == 50
    assert "gift 59" in first
    assert "gift 9" in second
    assert "gift 10<" not in second


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30, "١٢", "\x00"])
def test_an_odd_place_in_the_ledger_is_its_beginning(
    alice: User, client: Client, after: str
) -> None:
    client.force_login(alice)

    assert "for the test" in client.get("/billing/", {"after": after}).content.decode()


def test_without_a_key_nothing_is_sold_and_the_tiers_are_explained(
    alice: User, client: Client
) -> None:
    client.force_login(alice)

    page = client.get("/billing/").content.decode()

    assert "Buy credits" not in page
    assert 'data-tier="premium"' in page
    assert "Whoever runs" in page


def test_every_kind_of_entry_has_a_sentence_of_its_own(db: None) -> None:
    references = ["re_1", "dp_1", "in_1", "referral:1", "generation:1", "image:1"]
    told = {
        statement.sentence(CreditEntry(kind=kind, reference=reference, reason="Basic"))
        for kind in CreditEntry.Kind
        for reference in references
    }

    assert "Basic" not in told
    assert len(told) >= len(CreditEntry.Kind) + 6


@pytest.fixture
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.usefixtures("_english")
@pytest.mark.parametrize(
    ("cents", "currency", "text"),
    [(500, "usd", "$5.00"), (1, "eur", "€0.01"), (500, "jpy", "¥500"), (0, "usd", "$0.00")],
)
def test_money_is_written_as_people_write_it(cents: int, currency: str, text: str) -> None:
    assert money.written(cents, currency) == text
