"""What a listing is narrowed to and how it is ordered, as it stands in an address.

Every filter is a query parameter, so each view can be shared, bookmarked and saved. What is not
known is left out and named, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from gallery import facets
from gallery.models import RATIOS, Shape

NAMES = ("q", "size", "ratio", "category", "model", "style", "tag", "user", "from", "to", "sort")
"""The parameters, in the order in which an address has them."""

SORTS = ("new", "liked", "trending")
RELEVANT = "relevant"
"""A fourth order, offered where words are looked for."""

LONGEST_VALUE = 80
LONGEST_WORDS = 300
_SLUG = re.compile(r"[\w.-]{1,50}")


@dataclass(frozen=True, slots=True)
class Filters:
    """Valid values by parameter, each as text; ``unknown`` are the parameters left out."""

    values: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return self.values.get("q", "")

    @property
    def sort(self) -> str:
        return self.values.get("sort", SORTS[0])

    @property
    def narrowing(self) -> dict[str, str]:
        """All but the order."""
        return {name: value for name, value in self.values.items() if name != "sort"}

    def query(self, **changes: str) -> str:
        """The query string with ``changes``; an empty value takes a parameter out."""
        values = {**self.values, **changes}
        return urlencode([(name, values[name]) for name in NAMES if values.get(name)])


def read(parameters: Mapping[str, str]) -> Filters:
    """The filters that an address asks for."""
    values: dict[str, str] = {}
    unknown: list[str] = []
    for name in NAMES:
        text = parameters.get(name, "").replace("\x00", "").strip()
        if name == "q":
            text = " ".join(text[:LONGEST_WORDS].split())
        if not text:
            continue
        if _is_known(name, text, values):
            values[name] = text
        else:
            unknown.append(name)
    if values.get("sort") == SORTS[0] and "q" not in values:
        del values["sort"]  # one address for one view
    return Filters(values, tuple(unknown))


def sentence(filters: Filters) -> str:
    """What was left out and why; empty where nothing was."""
    if not filters.unknown:
        return ""
    return _("Not known here and left out: %(names)s.") % {"names": ", ".join(filters.unknown)}


def day(text: str) -> date | None:
    """A day as YYYY-MM-DD, of a time that pictures may have."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 3000 else None


def _is_known(name: str, text: str, others: Mapping[str, str]) -> bool:
    match name:
        case "q":
            return True
        case "size":
            return text in Shape.values
        case "ratio":
            return text in RATIOS
        case "category":
            return facets.category_id(text) is not None
        case "tag":
            return len(text) <= LONGEST_VALUE and facets.tag_id(text) is not None
        case "user":
            return len(text) <= LONGEST_VALUE * 2 and facets.user_id(text) is not None
        case "from" | "to":
            return day(text) is not None
        case "sort":
            return text in SORTS or (text == RELEVANT and "q" in others)
    return bool(_SLUG.fullmatch(text))
