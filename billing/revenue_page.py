"""The page of revenue for administrators: charts, a table, and the same as a file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from billing import money, revenue
from billing.revenue import FREE, Day, Report

SPANS = [30, 90, 365]


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a chart, in the units of its view box: a day is ten wide, the whole a hundred."""

    x: int
    y: float
    height: float
    date: date
    value: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one figure over the days; what is below zero hangs from the line."""

    title: str
    total: str
    bars: list[Bar]
    zero: float

    @classmethod
    def of(
        cls, title: str, total: str, figures: list[tuple[date, int]], say: Callable[[int], str]
    ) -> Chart:
        values = [value for _day, value in figures]
        most, least = max(0, *values), min(0, *values)
        unit = 100 / ((most - least) or 1)
        bars = [
            Bar(
                x=10 * number,
                y=round((most - max(0, value)) * unit, 2),
                height=round(abs(value) * unit, 2),
                date=day,
                value=say(value),
            )
            for number, (day, value) in enumerate(figures)
        ]
        return cls(title, total, bars, round(most * unit, 2))

    @property
    def width(self) -> int:
        return 10 * len(self.bars)


def show(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """The page, or with ``format=csv`` the file."""
    found = _asked_for(request)
    if request.GET.get("format") == "csv":
        return _as_csv(found)
    context = {
        **site.each_context(request),
        "title": _("Revenue"),
        "report": found,
        "charts": _charts(found),
        "head": _head(),
        "kinds": [kind.label for kind in FREE],
        "rows": [_row(found, day) for day in reversed(found.days)],
        "total": _row(found, found.total),
        "spans": SPANS,
        "days": len(found.days),
        "currencies": revenue.currencies(livemode=found.livemode),
        "mode": "live" if found.livemode else "test",
    }
    return render(request, "admin/billing/payment/revenue.html", context)


def _asked_for(request: HttpRequest) -> Report:
    """What the address asks for; what it does not say, or says wrongly, is the usual."""
    days = request.GET.get("days", "")
    livemode = request.GET.get("mode") != "test"
    known = revenue.currencies(livemode=livemode)
    currency = request.GET.get("currency", "").lower()
    return revenue.report(
        days=int(days) if days in {str(span) for span in SPANS} else SPANS[0],
        currency=currency if currency in known else next(iter(known), "usd"),
        livemode=livemode,
    )


def _head() -> list[str]:
    return [
        _("Day"), _("Payments"), _("Packs"), _("Plans"), _("Paid"), _("Returned"), _("Net"),
        _("Sold"), _("Granted free"), _("Taken back"), _("Spent"), _("Outstanding"),
        _("Worth about"),
    ]  # fmt: skip


def _row(found: Report, day: Day) -> dict[str, Any]:
    liability = found.liability(day)
    return {"day": day, "liability": "–" if liability is None else _written(found, liability)}


def _written(found: Report, cents: int) -> str:
    return money.written(cents, found.currency)


def _charts(found: Report) -> list[Chart]:
    total = found.total

    def of_money(cents: int) -> str:
        return _written(found, cents)

    def of_credits(count: int) -> str:
        return number_format(count, use_l10n=True, force_grouping=True)

    def chart(title: str, name: str, say: Callable[[int], str]) -> Chart:
        figures = [(day.date, int(getattr(day, name))) for day in found.days]
        return Chart.of(title, say(getattr(total, name)), figures, say)

    return [
        chart(_("Net revenue"), "net", of_money),
        chart(_("Credits sold"), "sold", of_credits),
        chart(_("Credits granted free"), "granted", of_credits),
        chart(_("Credits spent"), "spent", of_credits),
        chart(_("Credits outstanding"), "outstanding", of_credits),
    ]


HEAD = [
    "date", "currency", "payments", "packs", "plans", "paid", "returned", "net", "credits_sold",
    "credits_granted", *(f"granted_{kind}" for kind in FREE), "credits_taken_back",
    "credits_spent", "credits_outstanding", "liability",
]  # fmt: skip


def _as_csv(found: Report) -> HttpResponse:
    mode = "" if found.livemode else "-test"
    name = f"revenue-{found.currency}-{found.days[0].date}-{found.days[-1].date}{mode}.csv"
    answer = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    writer = csv.writer(answer)
    writer.writerow(HEAD)
    writer.writerows(_lines(found))
    return answer


def _lines(found: Report) -> Iterable[list[Any]]:
    def amount(cents: int | None) -> Any:
        return "" if cents is None else money.decimal(cents, found.currency)

    for day in found.days:
        yield [
            day.date, found.currency, day.payments,
            *map(amount, [day.packs, day.plans, day.paid, day.returned, day.net]),
            day.sold, day.granted, *day.granted_by_kind, day.taken_back, day.spent,
            day.outstanding, amount(found.liability(day)),
        ]  # fmt: skip
