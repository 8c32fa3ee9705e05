"""A person's work in figures. Everything is a range of an index that belongs to the person; what
cannot be had so is told for the last thirty days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from billing import statement
from gallery import downloads, likes
from gallery.mine import pictures_of
from gallery.models import Image
from generator.models import ACTIVE, Generation, State

DAYS = 30
NEWEST = 12


@dataclass(frozen=True, slots=True)
class Day:
    """What a person made on one day."""

    date: date
    pictures: int = 0
    credits: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a chart, in the units of its view box: a day is ten wide, the highest bar a
    hundred high."""

    x: int
    y: float
    height: float
    date: date
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one figure over the days."""

    bars: list[Bar]
    most: int

    @classmethod
    def of(cls, figures: list[tuple[date, int]]) -> Chart:
        # Refunds can weigh more than what a day cost; a bar has no depth.
        most = max(1, *(value for _day, value in figures))
        heights = [100 * max(0, value) / most for _day, value in figures]
        return cls(
            bars=[
                Bar(10 * number, round(100 - height, 2), round(height, 2), day, value)
                for number, ((day, value), height) in enumerate(zip(figures, heights, strict=True))
            ],
            most=most,
        )


@dataclass(frozen=True, slots=True)
class Month:
    """The last thirty days, the earliest first, and what they add up to."""

    days: list[Day]
    ended: int
    succeeded: int
    seconds: float

    @property
    def pictures(self) -> int:
        return sum(day.pictures for day in self.days)

    @property
    def credits(self) -> int:
        return sum(day.credits for day in self.days)

    @property
    def picture_chart(self) -> Chart:
        return Chart.of([(day.date, day.pictures) for day in self.days])

    @property
    def credit_chart(self) -> Chart:
        return Chart.of([(day.date, day.credits) for day in self.days])

    @property
    def success_percent(self) -> int | None:
        """Requests that brought pictures, of those that ended by themselves; None without any."""
        return round(100 * self.succeeded / self.ended) if self.ended else None

    @property
    def seconds_each(self) -> float | None:
        return self.seconds / self.pictures if self.pictures else None


def open_for(user: User) -> dict[str, Any]:
    """All that the page shows, in nine queries however much there is."""
    return {
        "made": Image.objects.for_user(user).count(),
        "liked": likes.received_by(user),
        "purse": statement.purse(user),
        "month": month_of(user),
        "newest": list(pictures_of(user).newest_first()[:NEWEST]),
        "downloads": downloads.recent(user),
    }


def month_of(user: User) -> Month:
    """One aggregate over the person's requests of the last thirty days."""
    today = timezone.localdate()
    first = today - timedelta(days=DAYS - 1)
    since = timezone.make_aware(datetime.combine(first, time.min))
    lasted = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    ended = ~Q(state__in=[*ACTIVE, State.CANCELLED])
    rows = (
        Generation.objects.for_user(user)
        .filter(created_at__gte=since)
        .values(day=TruncDate("created_at"))
        .annotate(
            pictures=Sum("delivered"),
            credits=Sum(F("unit_price") * F("count") - F("refunded")),
            lasted=Sum(lasted),
            ended=Count("pk", filter=ended),
            succeeded=Count("pk", filter=Q(state__in=[State.SUCCEEDED, State.PARTLY])),
        )
        .order_by()
    )
    by_day = {row["day"]: row for row in rows}
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return Month(
        days=[
            Day(day, by_day[day]["pictures"], by_day[day]["credits"]) if day in by_day else Day(day)
            for day in days
        ],
        ended=sum(row["ended"] for row in by_day.values()),
        succeeded=sum(row["succeeded"] for row in by_day.values()),
        seconds=sum(row["lasted"].total_seconds() for row in by_day.values() if row["lasted"]),
    )
