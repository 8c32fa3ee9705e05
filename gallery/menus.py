"""The filters of a listing as a page shows them: menus, what is chosen, and the orders."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery import facets
from gallery.filters import RELEVANT, SORTS, Filters
from gallery.models import RATIOS, Shape

Label = str | Promise

SORT_LABELS: dict[str, Label] = {
    "new": gettext_lazy("New"),
    "liked": gettext_lazy("Most liked"),
    "trending": gettext_lazy("Trending"),
    RELEVANT: gettext_lazy("Relevant"),
}


@dataclass(frozen=True, slots=True)
class Menu:
    """One filter with what it offers."""

    name: str
    label: str
    value: str
    choices: list[tuple[str, Label]]


@dataclass(frozen=True, slots=True)
class Link:
    """A choice that is a link: an order, or a filter to take away."""

    label: Label
    url: str
    is_current: bool = False


def of(asked: Filters) -> list[Menu]:
    """The menus; one with nothing to choose from is left out."""
    offered = facets.offered()
    menus: list[tuple[str, str, list[tuple[str, Label]]]] = [
        ("category", _("Category"), [*offered.categories]),
        ("size", _("Shape"), list(Shape.choices)),
        ("ratio", _("Ratio"), [(name, name) for name in RATIOS]),
        ("model", _("Model"), [*offered.models]),
        ("style", _("Style"), [*offered.styles]),
    ]
    return [
        Menu(name, label, asked.values.get(name, ""), choices)
        for name, label, choices in menus
        if choices
    ]


def chosen(asked: Filters) -> list[Link]:
    """Each active filter with the address without it."""
    marks = {"q": "“{}”", "tag": "#{}", "user": "@{}", "from": "{} →", "to": "→ {}"}
    labels = {(menu.name, value): label for menu in of(asked) for value, label in menu.choices}
    return [
        Link(
            labels.get((name, value)) or marks.get(name, "{}").format(value),
            f"?{asked.query(**{name: ''})}",
        )
        for name, value in asked.narrowing.items()
    ]


def orders(asked: Filters) -> list[Link]:
    offered = (*SORTS, RELEVANT) if asked.words else SORTS
    return [
        Link(SORT_LABELS[sort], f"?{asked.query(sort=sort)}", sort == asked.sort)
        for sort in offered
    ]


def hidden(asked: Filters) -> list[tuple[str, str]]:
    """What the form must send along though it has no menu for it."""
    return [
        (name, value) for name, value in asked.values.items() if name in ("tag", "user", "sort")
    ]
