"""What came in and what is owed, day by day: a few sums that the database makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, Sum, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from billing.models import CreditEntry, Membership, Payment, Reversal

Kind = CreditEntry.Kind

WORK = [Kind.SPEND, Kind.REFUND]
SOLD = [Kind.PURCHASE, Kind.SUBSCRIPTION]
RETURNED = [Kind.CLAWBACK, Kind.REINSTATED]
FREE = [kind for kind in Kind if kind not in {*WORK, *SOLD, *RETURNED}]
"""What nobody paid for; what an administrator took back counts against it."""

COUNTS = [Reversal.State.OPEN, Reversal.State.TAKEN]


@dataclass(slots=True)
class Day:
    """One day in UTC. Money in the currency's smallest unit, everything else in credits."""

    date: date
    payments: int = 0
    packs: int = 0
    plans: int = 0
    returned: int = 0
    sold: int = 0
    moved: dict[str, int] = field(default_factory=dict)
    outstanding: int = 0

    @property
    def paid(self) -> int:
        return self.packs + self.plans

    @property
    def net(self) -> int:
        return self.paid - self.returned

    @property
    def granted(self) -> int:
        return sum(self.moved.get(kind, 0) for kind in FREE)

    @property
    def granted_by_kind(self) -> list[int]:
        return [self.moved.get(kind, 0) for kind in FREE]

    @property
    def is_granting(self) -> bool:
        return any(self.granted_by_kind)

    @property
    def spent(self) -> int:
        """Net of what was given back for work that was not delivered."""
        return -sum(self.moved.get(kind, 0) for kind in WORK)

    @property
    def taken_back(self) -> int:
        """With money that was returned; below zero where it came back."""
        return -sum(self.moved.get(kind, 0) for kind in RETURNED)


@dataclass(frozen=True, slots=True)
class Report:
    """Days, the earliest first, in one currency and one of Stripe's modes.

    The credits come from the one ledger, which knows no currency; only what was sold is of it.
    """

    currency: str
    livemode: bool
    days: list[Day]
    price: Decimal | None

    @property
    def total(self) -> Day:
        """Everything added up, and what is outstanding at the end."""
        whole = Day(self.days[-1].date, outstanding=self.days[-1].outstanding)
        for name in ["payments", "packs", "plans", "returned", "sold"]:
            setattr(whole, name, sum(getattr(day, name) for day in self.days))
        for day in self.days:
            for kind, delta in day.moved.items():
                whole.moved[kind] = whole.moved.get(kind, 0) + delta
        return whole

    def liability(self, day: Day) -> int | None:
        """The credits that are out, at the average price of one; None if none was ever sold."""
        return None if self.price is None else round(day.outstanding * self.price)


def currencies(*, livemode: bool) -> list[str]:
    """Those that somebody paid in, the most used first."""
    paid = Payment.objects.filter(livemode=livemode, amount__gt=0)
    rows = paid.values("currency").annotate(count=Count("pk")).order_by("-count", "currency")
    return [row["currency"] for row in rows]


def report(*, days: int, currency: str, livemode: bool) -> Report:
    """The last ``days`` days up to now: five statements, whatever was sold in them."""
    today = timezone.now().astimezone(UTC).date()
    dates = [today - timedelta(days=number) for number in reversed(range(days))]
    by_date = {each: Day(each) for each in dates}
    since = datetime.combine(dates[0], time.min, UTC)
    paid = Payment.objects.filter(currency=currency, livemode=livemode)
    _add_payments(by_date, paid.filter(paid_at__gte=since))
    _add_reversals(by_date, since, currency=currency, livemode=livemode)
    _add_entries(by_date, since)
    return Report(currency, livemode, list(by_date.values()), _price(paid))


def _add_payments(by_date: dict[date, Day], paid: Any) -> None:
    is_plan = Case(
        When(~Q(subscription="") | Q(source=Membership.Source.GOOGLE), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    rows = (
        paid.values(day=TruncDate("paid_at", tzinfo=UTC), is_plan=is_plan)
        .annotate(count=Count("pk"), cents=Sum("amount"), gave=Sum("credits"))
        .order_by()
    )
    for row in rows:
        if day := by_date.get(row["day"]):
            day.payments += row["count"]
            day.sold += row["gave"]
            day.plans += row["cents"] if row["is_plan"] else 0
            day.packs += 0 if row["is_plan"] else row["cents"]


def _add_reversals(
    by_date: dict[date, Day], since: datetime, *, currency: str, livemode: bool
) -> None:
    mine = Reversal.objects.filter(payment__currency=currency, payment__livemode=livemode)
    rows = (
        mine.filter(state__in=COUNTS, created_at__gte=since)
        .values(day=TruncDate("created_at", tzinfo=UTC))
        .annotate(cents=Sum("amount"))
        .order_by()
    )
    for row in rows:
        if day := by_date.get(row["day"]):
            day.returned = row["cents"]


def _add_entries(by_date: dict[date, Day], since: datetime) -> None:
    before = CreditEntry.objects.filter(created_at__lt=since).aggregate(sum=Sum("delta"))
    rows = (
        CreditEntry.objects.filter(created_at__gte=since)
        .values("kind", day=TruncDate("created_at", tzinfo=UTC))
        .annotate(sum=Sum("delta"))
        .order_by()
    )
    for row in rows:
        if day := by_date.get(row["day"]):
            day.moved[row["kind"]] = row["sum"]
    outstanding = before["sum"] or 0
    for day in by_date.values():
        outstanding += sum(day.moved.values())
        day.outstanding = outstanding


def _price(paid: Any) -> Decimal | None:
    """What one credit brought on the average, of all that were ever sold and stayed sold."""
    sums = paid.aggregate(
        cents=Sum("amount") - Sum("reversed_amount"),
        credits=Sum("credits") - Sum("reversed_credits"),
    )
    if not sums["credits"] or sums["credits"] < 0:
        return None
    return Decimal(sums["cents"]) / Decimal(sums["credits"])
