"""Saved searches: what of the feed's address is worth keeping, told apart by what it finds."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models import RATIOS, SavedSearch, Shape

MOST = 100
LONGEST_NAME = 80
LONGEST_QUERY = 2000
LONGEST_VALUE = 200

SORTS = ("new", "liked", "trending")


class NotSaved(Exception):
    """Nothing was saved; ``sentence`` says why."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved search as the page lists it, with what it asks for in words."""

    pk: int
    name: str
    query: str
    parts: list[str]


def of(user: User) -> list[Kept]:
    """All of a person, newest first."""
    found = user.saved_searches.order_by("-created_at", "-id").values_list("pk", "name", "query")
    return [Kept(pk, name, query, _parts(query)) for pk, name, query in found]


def save(*, user: User, name: str, query: str) -> tuple[SavedSearch, bool]:
    """Keep the search ``query``, the feed's query string; the row, and whether it is new.

    One that finds the same as an earlier one is that one. Raises NotSaved.
    """
    query = normalised(query)
    with transaction.atomic():
        known = user.saved_searches.filter(query=query).first()
        if known is None and user.saved_searches.count() >= MOST:
            raise NotSaved(
                _("You have %(most)d saved searches; delete one first.") % {"most": MOST}
            )
        defaults = {"name": _name(name) or described(query)}
        # Two clicks at once find no earlier one; the constraint lets only one of them in.
        return (
            (known, False)
            if known
            else user.saved_searches.get_or_create(query=query, defaults=defaults)
        )


def rename(*, search: SavedSearch, name: str) -> None:
    """Raises NotSaved where nothing is left of the name."""
    search.name = _name(name)
    if not search.name:
        raise NotSaved(_("Give it a name."))
    search.save(update_fields=["name"])


def normalised(query: str) -> str:
    """``query`` with the known parameters alone, in one order and spelling.

    Raises NotSaved for a value that no search can have, and where nothing is asked for.
    """
    try:
        sent = dict(parse_qsl(query, max_num_fields=100)) if len(query) <= 4 * LONGEST_QUERY else {}
    except ValueError:
        sent = {}
    kept = {}
    for name, clean in PARAMETERS.items():
        value = clean(" ".join(_seen(sent.get(name, "")).split()))
        if len(value) > LONGEST_VALUE:
            raise NotSaved(_("This search is too long to keep."))
        if value:
            kept[name] = value
    if kept.get("sort") == SORTS[0]:
        del kept["sort"]  # what the feed does by itself
    if not kept:
        raise NotSaved(_("Search for something or choose a filter first."))
    normal = urlencode(kept)
    if len(normal) > LONGEST_QUERY:
        raise NotSaved(_("This search is too long to keep."))
    return normal


def described(query: str) -> str:
    """A name for a search that was given none, such as “lighthouse, portrait”."""
    return _name(", ".join(_parts(query))) or gettext("Search")


MARKS = {"tag": "#{}", "user": "@{}", "q": "“{}”", "from": "{} →", "to": "→ {}"}


def _parts(query: str) -> list[str]:
    return [MARKS.get(name, "{}").format(value) for name, value in parse_qsl(query)]


def _one_of(*known: str) -> Callable[[str], str]:
    def clean(value: str) -> str:
        if value and value not in known:
            raise NotSaved(_("“%(value)s” is no filter here.") % {"value": value[:40]})
        return value

    return clean


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise NotSaved(_("“%(value)s” is not a day.") % {"value": value[:40]}) from None


PARAMETERS: dict[str, Callable[[str], str]] = {
    "q": str,
    "size": _one_of(*Shape.values),
    "category": str,
    "model": str,
    "style": str,
    "tag": str.casefold,
    "user": str.lower,
    "ratio": _one_of(*RATIOS),
    "from": _day,
    "to": _day,
    "sort": _one_of(*SORTS),
}
"""What a search may say, in the order it is kept; each with what makes equal values the same.

Categories, models, styles and people come and go, so their names are kept as they are.
"""


def _name(name: str) -> str:
    return " ".join(_seen(name).split())[:LONGEST_NAME].strip()


def _seen(text: str) -> str:
    """Without controls, which a database may refuse, and half surrogate pairs."""
    return "".join(
        " " if unicodedata.category(character) in {"Cc", "Cs"} else character for character in text
    )
