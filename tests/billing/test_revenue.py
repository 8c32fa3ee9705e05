"""What came in and what is owed, checked against sums made by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from billing import credits, revenue
from billing.models import CreditEntry, Payment, Reversal
from billing.revenue import Report
from billing.revenue_page import Chart
from tests.billing.shop import Shop
from tests.cast import a_person, balance

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ADDRESS = "/admin/billing/payment/revenue/"
Kind = CreditEntry.Kind
Clock = Callable[[datetime], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the time for all that is written from then on; at first it is NOW."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(NOW)
    return set_to


def days_ago(number: int, **time: int) -> datetime:
    return (NOW - timedelta(days=number)).replace(**time)  # type: ignore[arg-type]


def paid(user: User, cents: int, gave: int, at: datetime, **fields: Any) -> Payment:
    """A pack that was paid for with real dollars, and its credits."""
    payment = Payment.objects.create(
        account=user.credit_account,
        reference=f"in_{Payment.objects.count()}",
        amount=cents,
        credits=gave,
        paid_at=at,
        **{
            "source": "stripe", "livemode": True, "offer": "pack-small", "currency": "usd", **fields
        },
    )  # fmt: skip
    credits.give(user=user, kind=Kind.PURCHASE, amount=gave, reference=payment.reference)
    return payment


def returned(payment: Payment, cents: int, state: str = "taken") -> Reversal:
    return Reversal.objects.create(
        payment=payment,
        kind="refund",
        reference=f"re_{Reversal.objects.count()}",
        amount=cents,
        state=state,
    )


@pytest.fixture
def story(db: None, clock: Clock) -> User:
    """Forty days of one person."""
    clock(days_ago(40))
    eve = a_person("eve", balance=100)
    clock(days_ago(35))
    paid(eve, 500, 50, days_ago(35))
    clock(days_ago(3))
    pack = paid(eve, 1000, 100, days_ago(3))
    paid(eve, 2000, 250, days_ago(3), subscription="sub_1", offer="plan-basic")
    credits.spend(user=eve, amount=30, reference="generation:1")
    credits.refund(user=eve, amount=10, reference="generation:1")
    clock(days_ago(1))
    Payment.objects.filter(pk=pack.pk).update(reversed_amount=400, reversed_credits=40)
    returned(pack, 400)
    returned(pack, 300, state="failed")
    credits.claw_back(user=eve, amount=40, reference="re_0")
    credits.give(user=eve, kind=Kind.DAILY, amount=2, reference=f"{eve.pk}:today")
    credits.grant(user=eve, amount=-5, reason="a slip")
    clock(NOW)
    return eve


def a_report(days: int = 30, currency: str = "usd", *, livemode: bool = True) -> Report:
    return revenue.report(days=days, currency=currency, livemode=livemode)


def test_each_day_has_its_sums(story: User) -> None:
    *_earlier, busy, quiet, bad, _today = a_report().days

    assert busy.date == date(2026, 11, 18)
    assert (busy.payments, busy.packs, busy.plans, busy.paid, busy.net) == (
        2, 1000, 2000, 3000, 3000,
    )  # fmt: skip
    assert (busy.sold, busy.granted, busy.spent) == (350, 0, 20)
    assert (quiet.payments, quiet.net, quiet.sold, quiet.moved) == (0, 0, 0, {})
    assert (bad.returned, bad.net) == (400, -400)
    assert (bad.granted, bad.taken_back) == (2 - 5, 40)
    assert dict(zip(revenue.FREE, bad.granted_by_kind, strict=True))[Kind.DAILY] == 2


def test_what_is_outstanding_is_the_sum_of_all_entries_up_to_the_evening(story: User) -> None:
    first, *_between, busy, quiet, bad, today = a_report().days

    assert first.outstanding == 100 + 50
    assert busy.outstanding == quiet.outstanding == 150 + 350 - 20
    assert bad.outstanding == today.outstanding == 480 - 40 - 3 == balance(story)


def test_outstanding_credits_are_worth_what_credits_brought(story: User) -> None:
    found = a_report()

    # (500 + 1000 + 2000 - 400 cents) / (50 + 100 + 250 - 40 credits)
    assert found.price == Decimal(3100) / 360
    assert found.liability(found.days[-1]) == round(437 * 3100 / 360) == 3763


def test_the_totals_are_those_of_the_days(story: User) -> None:
    month, quarter = a_report().total, a_report(90).total

    assert (month.payments, month.paid, month.returned, month.net) == (2, 3000, 400, 2600)
    assert (month.sold, month.granted, month.spent, month.taken_back) == (350, -3, 20, 40)
    assert (quarter.payments, quarter.net, quarter.granted) == (3, 3100, 97)
    assert month.outstanding == quarter.outstanding == 437


def test_every_day_is_there_and_the_last_is_today(story: User) -> None:
    for span in [30, 90, 365]:
        days = [day.date for day in a_report(span).days]
        assert days == [date(2026, 11, 21) - timedelta(days=n) for n in reversed(range(span))]


def test_a_day_begins_at_midnight_in_utc(db: None, clock: Clock) -> None:
    eve = a_person("eve", balance=1)
    paid(eve, 100, 10, days_ago(2, hour=23, minute=59))
    paid(eve, 200, 20, days_ago(1, hour=0, minute=0))

    with timezone.override("America/New_York"):
        *_earlier, before, after, _today = a_report().days

    assert (before.paid, after.paid) == (100, 200)


def test_practice_and_other_currencies_are_apart(story: User, clock: Clock) -> None:
    paid(story, 77, 1, NOW, livemode=False)
    paid(story, 9000, 1, NOW, currency="jpy")

    assert a_report().days[-1].paid == 0
    assert a_report(livemode=False).days[-1].paid == 77
    assert a_report(currency="jpy").days[-1].paid == 9000
    assert revenue.currencies(livemode=True) == ["usd", "jpy"]
    assert revenue.currencies(livemode=False) == ["usd"]


def test_a_plan_at_google_play_is_a_plan(db: None, clock: Clock) -> None:
    paid(a_person("eve", balance=1), 999, 200, NOW, source="google")

    today = a_report().days[-1]

    assert (today.packs, today.plans) == (0, 999)


def test_without_any_sale_nothing_is_estimated(db: None, clock: Clock) -> None:
    a_person("eve", balance=5)

    found = a_report()

    assert found.total.outstanding == 5
    assert found.liability(found.total) is None
    assert {day.net for day in found.days} == {0}


def test_a_year_costs_as_many_statements_as_a_month(story: User) -> None:
    with CaptureQueriesContext(connection) as month:
        a_report(30)
    for number in range(20):
        paid(story, 100, 10, days_ago(number))
    with CaptureQueriesContext(connection) as year:
        a_report(365)

    # payments, reversals, entries before, entries by day and kind, average price
    assert len(month) == len(year) == 5


def test_a_bar_below_zero_hangs_from_the_line() -> None:
    days = [(date(2026, 1, 1), 300), (date(2026, 1, 2), -100), (date(2026, 1, 3), 0)]

    chart = Chart.of("Net", "200", days, str)

    assert chart.zero == 75
    assert [(bar.x, bar.y, bar.height) for bar in chart.bars] == [
        (0, 0, 75), (10, 75, 25), (20, 75, 0),
    ]  # fmt: skip


def test_what_was_really_bought_and_refunded_is_on_the_page(
    shop: Shop, alice: User, carol: User, client: Client
) -> None:
    bought = shop.buy(alice, "pack-medium")
    shop.buy(alice, "plan-basic")
    shop.stripe.refund(shop.charge(bought)["id"], 250)
    shop.hear()
    client.force_login(carol)

    answer = client.get(ADDRESS, {"mode": "test"})

    today = answer.context["rows"][0]["day"]
    assert (today.payments, today.packs, today.returned) == (2, 1000, 250)
    assert (today.sold, today.taken_back) == (320, 30)
    assert today.outstanding == balance(alice) == 10 + 120 + 200 - 30
    assert "no money moved" in answer.content.decode()
    assert client.get(ADDRESS).context["total"]["day"].payments == 0


def test_the_page_needs_no_script_and_no_style_of_its_own(
    story: User, carol: User, client: Client
) -> None:
    client.force_login(carol)

    page = client.get(ADDRESS, {"days": "90"}).content.decode()

    main = page[page.index('id="content"') :]
    assert main.count('role="img"') == 5
    # 90 days and their sum; then the three days on which credits were given away, and their sum
    assert main.count('scope="row"') == 91 + 3
    assert " style=" not in main
    assert "$31.00" in main


@pytest.mark.parametrize(
    "query", ["days=x", "days=-1", "days=99999999", "currency=%00", "currency=xyz", "mode=what"]
)
def test_a_strange_address_shows_the_usual(
    story: User, carol: User, client: Client, query: str
) -> None:
    client.force_login(carol)

    answer = client.get(f"{ADDRESS}?{query}")

    assert (answer.status_code, answer.context["days"]) == (200, 30)
    assert answer.context["report"].currency == "usd"


def test_the_file_has_the_same_numbers(story: User, carol: User, client: Client) -> None:
    client.force_login(carol)

    answer = client.get(ADDRESS, {"format": "csv"})

    assert answer["Content-Disposition"] == (
        'attachment; filename="revenue-usd-2026-10-23-2026-11-21.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == 30
    busy, bad = rows[-4], rows[-2]
    assert (busy["date"], busy["paid"], busy["credits_sold"]) == ("2026-11-18", "30", "350")
    assert (bad["returned"], bad["net"], bad["granted_daily"]) == ("4", "-4", "2")
    assert (bad["credits_outstanding"], bad["liability"]) == ("437", "37.63")


def test_revenue_is_for_those_who_may_read_payments(
    db: None, alice: User, carol: User, client: Client
) -> None:
    moderator, reader = a_person("dave", is_staff=True), a_person("rita", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_payment"))

    for person, status in [(alice, 302), (moderator, 403), (reader, 200), (carol, 200)]:
        client.force_login(person)
        assert client.get(ADDRESS).status_code == status
        assert client.get(ADDRESS, {"format": "csv"}).status_code == status
        is_linked = ADDRESS in client.get("/admin/").content.decode()
        assert is_linked is (status == 200)

    assert ADDRESS in client.get("/admin/billing/payment/").content.decode()
