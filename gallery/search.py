"""Full text over prompt, title and tags: FTS5 on SQLite, a GIN-indexed vector on PostgreSQL.

Words and filters are tokens of one index, so any combination of them is one lookup, newest first.
FTS5 walks its lists in the order of rows and stops when a page is full. GIN has no order, so on
PostgreSQL a page is collected from the newest to the oldest: the last few hundred pictures are
looked through; then two buckets of 16,384 are asked, for which each token is indexed a second time;
then, if that was not enough, the word is so rare that all of its pictures can be sorted.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.expressions import RawSQL

from gallery import words
from gallery.models import Image, SearchEntry, Tag

T = TypeVar("T")

LONGEST_QUERY = 300
MOST_TERMS = 12

BUCKET = 14
"""Two to this power are the pictures of a bucket; as in the migration."""

LOOKED_THROUGH = 1024
REMEMBERED_SECONDS = 10
RANKED = 1000
"""How many of the newest hits are compared where the order is not the newest first."""

_ENTRY_COLUMNS = ("prompt", "user_id", "model_slug", "style", "category_id", "created_at")

LISTED = "=listed"
"""The facet of pictures that the feed shows."""

_LARGEST = 2**62
_QUOTES = str.maketrans("“”„«»", '"' * 5)
_CHUNK = re.compile(r'-?"[^"]*"?\*?|\S+')


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that stand side by side; the last may be the beginning of a word."""

    tokens: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a person typed: everything in ``wanted``, nothing in ``unwanted``."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)


def parse(text: str) -> Query:
    """Words, prefix*, "quoted phrases" and -exclusion; anything else counts as white space."""
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for chunk in _CHUNK.findall(text[:LONGEST_QUERY].translate(_QUOTES)):
        if found := words.asked(chunk):
            (unwanted if chunk.startswith("-") else wanted).append(Term(*found))
    return Query(tuple(wanted[:MOST_TERMS]), tuple(unwanted[:MOST_TERMS]))


def hits(
    query: Query, facets: Sequence[str], *, before: int | None, most: int
) -> tuple[str, list[object]]:
    """A SELECT of ``serial`` and ``image_id``, newest first, and its parameters.

    ``facets`` as :func:`facets_of` makes them; ``before`` is the serial after which to go on.
    """
    make = _fts5 if connection.vendor == "sqlite" else _gin
    return make(query, facets, before, most)


def pictures_of(user_pk: int, text: str, *, most: int) -> RawSQL:
    """The ids of one person's pictures, private ones too, that the words find: for ``pk__in``.

    The newest ``most`` of them; none where there is nothing to look for.
    """
    query = parse(text)
    if not query:
        return RawSQL("SELECT image_id FROM gallery_searchentry WHERE serial IS NULL", [])
    sql, params = hits(query, [facet("user", user_pk)], before=None, most=most)
    return RawSQL(f"SELECT image_id FROM ({sql}) AS hit", params)  # noqa: S611 - our own words


def with_words(sql: str, params: list[object]) -> tuple[str, list[object]]:
    """The same hits as ``serial`` and ``words``, for :func:`ranked`."""
    return (
        f"SELECT hit.serial, entry.words FROM ({sql}) AS hit"
        " JOIN gallery_searchentry AS entry ON entry.serial = hit.serial",
        params,
    )


def chosen(serials: Sequence[int]) -> tuple[str, list[object]]:
    """A SELECT like that of :func:`hits` of just these entries."""
    marks = ", ".join(["%s"] * len(serials)) or "NULL"
    return f"SELECT serial, image_id FROM gallery_searchentry WHERE serial IN ({marks})", [*serials]


def ranked(query: Query, entries: Iterable[tuple[int, str]]) -> list[int]:
    """Serials of ``(serial, words)`` by relevance, the newer first among equals.

    A term counts more the oftener it stands in a text, the earlier, and the shorter the text is:
    what a picture is of stands at the beginning of its prompt.
    """
    needles = [_as_written(term) for term in query.wanted]

    def score(text: str) -> float:
        length = 1 + text.count(" ") / 20
        found = ((text.count(needle), text.find(needle)) for needle in needles)
        return sum(count / length + 2 / (2 + at / 20) for count, at in found if count)

    scored = [(score(text), serial) for serial, text in entries]
    return [serial for _score, serial in sorted(scored, reverse=True)]


def index(pks: Iterable[UUID]) -> None:
    """Write what a search compares of these pictures; for those that are gone, forget it.

    To be called in the transaction that changes what is found: its words, or who may find it.
    """
    wanted = list(pks)
    images = Image.objects.filter(pk__in=wanted).prefetch_related("tags")
    found = [image for image in images if image.rendered_at and not image.deleted_at]
    with transaction.atomic():
        SearchEntry.objects.filter(image__in=set(wanted) - {image.pk for image in found}).delete()
        SearchEntry.objects.bulk_create(
            [entry(image, list(image.tags.all())) for image in found],
            update_conflicts=True,
            unique_fields=["image"],
            update_fields=["words", "facets"],
        )


def missing(*, chunk: int = 5000) -> Iterator[list[SearchEntry]]:
    """Unsaved entries of all pictures that have none yet, in the order of their creation."""
    without = Image.objects.filter(search_entry=None, deleted_at=None, rendered_at__isnull=False)
    columns = (*_ENTRY_COLUMNS, "rendered_at", "is_listed", "shape", "ratio")
    images = without.only(*columns).order_by("created_at", "id").iterator(chunk_size=chunk)
    through = Image.tags.through.objects.select_related("tag")
    for some in _batched(images, chunk):
        tags: defaultdict[UUID, list[Tag]] = defaultdict(list)
        for pks in _batched((image.pk for image in some), 500):
            for link in through.filter(image_id__in=pks):
                tags[link.image_id].append(link.tag)
        yield [entry(image, tags[image.pk]) for image in some]


def entry(image: Image, tags: Sequence[Tag]) -> SearchEntry:
    """An unsaved entry. Lines of text are kept apart by a mark that no token holds."""
    texts = [image.prompt, *(tag.name for tag in tags)]
    tokens = " | ".join(" ".join(words.tokens(text)) for text in texts)
    facets = " ".join(facets_of(image, tags))
    return SearchEntry(image=image, words=f" {tokens} ", facets=f" {facets} ")


def facets_of(image: Image, tags: Sequence[Tag] = ()) -> list[str]:
    """The filters that a picture passes, each as a token that no word can be."""
    found = [
        facet("user", image.user_id),
        facet("model", image.model_slug),
        facet("size", image.shape),
        facet("ratio", image.ratio),
        *(facet("tag", tag.pk) for tag in tags),
    ]
    if image.is_listed:
        found.append(LISTED)
    if image.category_id:
        found.append(facet("category", image.category_id))
    if image.style:
        found.append(facet("style", image.style))
    return found


def facet(name: str, value: object) -> str:
    return f"={name}:{value}"


def _batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """``items`` in lists of ``size``; itertools has it from Python 3.12 on."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _fts5(
    query: Query, facets: Sequence[str], before: int | None, most: int
) -> tuple[str, list[object]]:
    wanted = " AND ".join([*(f'"{one}"' for one in facets), *map(_fts5_term, query.wanted)])
    unwanted = "".join(f" NOT {_fts5_term(term)}" for term in query.unwanted)
    return (
        "SELECT found.rowid AS serial, entry.image_id FROM gallery_search AS found"
        " JOIN gallery_searchentry AS entry ON entry.serial = found.rowid"
        " WHERE found.gallery_search MATCH %s AND found.rowid < %s"
        " ORDER BY found.rowid DESC LIMIT %s",
        [f"({wanted}){unwanted}", _LARGEST if before is None else before, most],
    )


def _fts5_term(term: Term) -> str:
    return f'"{" ".join(term.tokens)}"' + ("*" if term.is_prefix else "")


def _gin(
    query: Query, facets: Sequence[str], before: int | None, most: int
) -> tuple[str, list[object]]:
    end = newest() + 1 if before is None else before
    near = max(end - LOOKED_THROUGH, 0)
    here = near >> BUCKET
    checks, values = _gin_checks(query)
    seen, needles = _gin_sight(query, facets)

    def within(bucket: int | None) -> str:
        return _gin_match(query, facets, "" if bucket is None else f"{bucket:x}.")

    rows = "gallery_searchentry"
    # OFFSET 0 keeps the planner from asking GIN for all; texts are faster to look through than
    # vectors, which are stored compressed.
    latest = (
        f"SELECT * FROM {rows} WHERE serial >= %s AND serial < %s ORDER BY serial DESC OFFSET 0"
    )
    parts = [
        f"SELECT serial, image_id FROM ({latest}) AS latest WHERE TRUE{seen}{checks}"
        f" ORDER BY serial DESC LIMIT {most}"
    ]
    params: list[object] = [near, _LARGEST if before is None else end, *needles, *values]
    for match, low, high in (
        (within(here), here << BUCKET, near),
        (within(here - 1), (here - 1) << BUCKET, here << BUCKET),
        (within(None), 0, (here - 1) << BUCKET),
    ):
        # Each part is asked only while those before it have not filled the page. The sum keeps the
        # planner from walking the primary key in the hope of many hits: there are few.
        full = " + ".join(f"(SELECT COUNT(*) FROM part{number})" for number in range(len(parts)))
        parts.append(
            f"SELECT serial, image_id FROM {rows} WHERE vector @@ %s::tsquery"
            f" AND serial >= %s AND serial < %s{checks} AND {full} < {most}"
            f" ORDER BY serial + 0 DESC LIMIT {most}"
        )
        params += [match, low, high, *values]
    named = ", ".join(f"part{number} AS MATERIALIZED ({part})" for number, part in enumerate(parts))
    together = " UNION ALL ".join(f"SELECT * FROM part{number}" for number in range(len(parts)))
    return f"WITH {named} {together} ORDER BY serial DESC LIMIT {most}", params


def _gin_sight(query: Query, facets: Sequence[str]) -> tuple[str, list[object]]:
    """The same as :func:`_gin_match`, looked for in the texts of an entry."""
    single = [_as_written(term) for term in query.wanted if len(term.tokens) == 1]
    return (
        " AND position(%s IN facets) > 0" * len(facets)
        + " AND position(%s IN words) > 0" * len(single),
        [*(f" {one} " for one in facets), *single],
    )


def _gin_match(query: Query, facets: Sequence[str], bucket: str) -> str:
    """The vector's part: every token is there. Order and exclusion are checked in the row."""
    found = [f"'{bucket}{one}'" for one in facets]
    for term in query.wanted:
        *whole, last = term.tokens
        found += [f"'{bucket}{token}'" for token in whole]
        found.append(f"'{bucket}{last}'" + (":*" if term.is_prefix else ""))
    return " & ".join(found)


def _gin_checks(query: Query) -> tuple[str, list[object]]:
    sql = ""
    values: list[object] = []
    for term in query.wanted:
        if len(term.tokens) > 1:
            sql += " AND position(%s IN words) > 0"
            values.append(_as_written(term))
    for term in query.unwanted:
        sql += " AND position(%s IN words) = 0"
        values.append(_as_written(term))
    return sql, values


def _as_written(term: Term) -> str:
    return f" {' '.join(term.tokens)}" + ("" if term.is_prefix else " ")


_memory: dict[str, tuple[float, int]] = {}


def forget() -> None:
    """For tests."""
    _memory.clear()


def newest() -> int:
    """The serial of the newest entry, some seconds old: what came since is found all the same,
    because the first part of a page has no upper end."""
    until, serial = _memory.get(connection.alias, (0.0, 0))
    if time.monotonic() >= until:
        serial = SearchEntry.objects.aggregate(newest=Max("serial"))["newest"] or 0
        _memory[connection.alias] = (time.monotonic() + REMEMBERED_SECONDS, serial)
    return serial
