"""One page of public pictures: filtered, ordered, and in one statement however many there are.

The statements are written by hand: the ORM takes longer to write one than the database to answer
it, and a page of the feed is asked for more often than anything else. What is read is only what
tells one tile from another; :mod:`gallery.tiles` has the rest, once for all readers.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from gallery import facets, filters, search
from gallery.filters import Filters
from gallery.models import Image

SIZE = 24


class Row(NamedTuple):
    """What makes a tile: a change in any of these makes another. ``id`` as the database has it."""

    id: Any
    rendered_at: Any
    likes: int
    username: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows and the cursor after them, empty on the last page.

    ``lost`` says that the cursor asked for was none of this listing, so that this is its beginning.
    """

    rows: list[Row]
    next_cursor: str
    lost: bool = False


# Two lookups by key and no join: with few people PostgreSQL would read them all for each page.
_COLUMNS = "image.id, image.rendered_at, image.likes" + "".join(
    f", (SELECT {column} FROM accounts_user WHERE id = image.user_id)"
    for column in ("username", "display_name")
)

_ORDERS: dict[str, tuple[tuple[str, ...], str]] = {
    "new": (("created_at", "id"), ""),
    "liked": (("likes", "created_at", "id"), " AND image.likes > 0"),
    "trending": (("trend", "id"), " AND image.trend IS NOT NULL"),
}

_FACETS = {
    "user": "user_id",
    "category": "category_id",
    "style": "style",
    "ratio": "ratio",
    "model": "model_slug",
    "size": "shape",
}
"""Column by filter, the one that narrows most first."""


def page(asked: Filters, *, after: str = "", size: int = SIZE) -> Page:
    """The page of ``asked`` that follows the cursor ``after``."""
    query = search.parse(asked.words)
    if asked.words and not query:
        return Page([], "")  # nothing that could be looked for: signs, blanks
    if query or "tag" in asked.values:
        if asked.sort == "new":
            return _newest_hits(asked, query, after, size)
        return _ranked_hits(asked, query, after, size)
    return _plain(asked, after, size)


def _plain(asked: Filters, after: str, size: int) -> Page:
    columns, only = _ORDERS[asked.sort]
    cursor = _decode(after, asked.sort, len(columns))
    where, params = _conditions(asked)
    order = ", ".join(f"image.{column} DESC" for column in columns)
    names = ", ".join(f"image.{column}" for column in columns)
    if cursor:
        where += f" AND ({names}) < ({', '.join(['%s'] * len(columns))})"
        params += cursor
    rows = _fetch(
        f"SELECT {_COLUMNS}, {names} FROM (SELECT * FROM gallery_image AS image"
        f" WHERE image.is_listed{only}{where} ORDER BY {order} LIMIT %s) AS image ORDER BY {order}",
        [*params, size + 1],
    )
    more = len(rows) > size
    found = rows[:size]
    return Page(
        rows=[Row(*row[:5]) for row in found],
        next_cursor=_encode(asked.sort, found[-1][5:]) if more else "",
        lost=bool(after) and cursor is None,
    )


def _newest_hits(asked: Filters, query: search.Query, after: str, size: int) -> Page:
    cursor = _decode(after, "hits", 1)
    before: int | None = cursor[0] if cursor else _serial_of_day(asked)
    sql, params = search.hits(query, _facets(asked), before=before, most=size + 1)
    rows = _hits(asked, sql, params, " ORDER BY hit.serial DESC")
    found = rows[:size]
    # Entries are in the order of their pictures: what is older than the first day ends the list.
    more = len(rows) > size and found[-1].is_young
    return Page(
        rows=[hit.row for hit in found if hit.is_found],
        next_cursor=_encode("hits", [found[-1].serial]) if more else "",
        lost=bool(after) and cursor is None,
    )


def _ranked_hits(asked: Filters, query: search.Query, after: str, size: int) -> Page:
    """By likes, trend or relevance among the newest hits, so that no search sorts them all."""
    cursor = _decode(after, f"best-{asked.sort}", 1)
    start = min(cursor[0], search.RANKED) if cursor else 0
    before = _serial_of_day(asked)
    sql, params = search.hits(query, _facets(asked), before=before, most=search.RANKED)
    if asked.sort == filters.RELEVANT:
        best = search.ranked(query, _fetch(*search.with_words(sql, params)))
        chosen = best[start : start + size + 1]
        rows = _hits(asked, *search.chosen(chosen), "")
        rows.sort(key=lambda hit: chosen.index(hit.serial))
    else:
        column = {"liked": "image.likes", "trending": "COALESCE(image.trend, 0)"}[asked.sort]
        order = f" ORDER BY {column} DESC, hit.serial DESC LIMIT {size + 1} OFFSET {start}"
        rows = _hits(asked, sql, params, order)
    more = len(rows) > size
    return Page(
        rows=[hit.row for hit in rows[:size] if hit.is_found],
        next_cursor=_encode(f"best-{asked.sort}", [start + size]) if more else "",
        lost=bool(after) and cursor is None,
    )


class _Hit(NamedTuple):
    """A row that a search found; ``is_found`` says whether it is to be shown, too."""

    row: Row
    serial: int
    is_found: bool
    is_young: bool


def _hits(asked: Filters, sql: str, params: Sequence[Any], order: str) -> list[_Hit]:
    first, last = (_day_condition(asked, name) for name in ("from", "to"))
    rows = _fetch(
        f"SELECT {_COLUMNS}, hit.serial, image.is_listed{last[0]}, image.is_listed{first[0]}"
        f" FROM ({sql}) AS hit JOIN gallery_image AS image ON image.id = hit.image_id{order}",
        [*last[1], *first[1], *params],
    )
    # An entry that lags behind its picture shows nothing that may not be seen.
    return [_Hit(Row(*row[:5]), row[5], bool(row[6] and row[7]), bool(row[7])) for row in rows]


def _serial_of_day(asked: Filters) -> int | None:
    """The serial before which the pictures of the last day asked for lie; None without one."""
    condition, params = _day_condition(asked, "to")
    if not condition:
        return None
    [[serial]] = _fetch(
        "SELECT MAX(entry.serial) FROM (SELECT image.id FROM gallery_image AS image"
        f" WHERE image.is_listed{condition} ORDER BY image.created_at DESC, image.id DESC LIMIT 100"
        ") AS newest JOIN gallery_searchentry AS entry ON entry.image_id = newest.id",
        params,
    )
    return (serial or 0) + 1


def _conditions(asked: Filters) -> tuple[str, list[Any]]:
    """Conditions on ``image`` for all filters but words and tags, and their parameters.

    SQLite gathers no statistics by itself and would as soon walk all squares as the twenty
    pictures of a rare category. A plus sign keeps all but the narrowest filter away from its index
    (https://www.sqlite.org/optoverview.html#uplus).
    """
    sql = ""
    params: list[Any] = []
    for name, column in _FACETS.items():
        if name in asked.values:
            plus = "+" if sql and connection.vendor == "sqlite" else ""
            sql += f" AND {plus}image.{column} = %s"
            params.append(_value(name, asked.values[name]))
    days = [_day_condition(asked, name) for name in ("from", "to")]
    sql += "".join(condition for condition, _values in days)
    return sql, [*params, *(value for _condition, values in days for value in values)]


def _day_condition(asked: Filters, name: str) -> tuple[str, list[Any]]:
    """That a picture is not older than ``from``, or not younger than ``to``; both days count."""
    found = filters.day(asked.values.get(name, ""))
    if found is None:
        return "", []
    start = timezone.make_aware(datetime.combine(found, time()))
    if name == "from":
        return " AND image.created_at >= %s", [_moment(start)]
    return " AND image.created_at < %s", [_moment(start + timedelta(days=1))]


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _facets(asked: Filters) -> list[str]:
    """The same as :func:`_conditions`, as tokens of the search."""
    names = [name for name in (*_FACETS, "tag") if name in asked.values]
    return [
        search.LISTED,
        *(search.facet(name, _value(name, asked.values[name])) for name in names),
    ]


def _value(name: str, text: str) -> Any:
    match name:
        case "user":
            return facets.user_id(text)
        case "category":
            return facets.category_id(text)
        case "tag":
            return facets.tag_id(text)
    return text


def _fetch(sql: str, params: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _encode(sort: str, values: Sequence[Any]) -> str:
    """An opaque cursor: the order it belongs to, and where in it a page ended."""
    text = json.dumps([sort, *values], default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, sort: str, length: int) -> list[Any] | None:
    """The values of a cursor of ours, made for this order; otherwise None."""
    if not cursor or len(cursor) > 300:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        kind, *values = json.loads(text)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None
    if kind != sort or len(values) != length:
        return None
    try:
        return [
            _compared(column, value) for column, value in zip(_parts(sort), values, strict=True)
        ]
    except (TypeError, ValueError, OverflowError):
        return None


def _parts(sort: str) -> tuple[str, ...]:
    """What the values of a cursor are compared with; a hit's cursor is one whole number."""
    return _ORDERS[sort][0] if sort in _ORDERS else ("serial",)


def _compared(column: str, value: Any) -> Any:
    """A value as the database compares it, made anew from what was read: nothing else goes there.

    Raises TypeError, ValueError or OverflowError for what is none.
    """
    match column:
        case "created_at":
            moment = datetime.fromisoformat(value)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return _moment(aware.astimezone(UTC))
        case "id":
            return Image._meta.pk.get_db_prep_value(UUID(str(value)), connection)
        case "trend":
            if not _is_number(value):
                raise ValueError(value)
            return value
    if not _is_count(value):
        raise ValueError(value)
    return value


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
