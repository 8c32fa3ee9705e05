"""How PostgreSQL finds a page of each listing: by an index that has its order, and nothing else.

The gallery is filled by the seed, so that the planner's statistics look as they do in life.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from gallery import facets, filters, listing, paging, search
from gallery.models import Category, Image, ImageQuerySet, Like, SearchEntry
from generator.samples import filling
from generator.samples.people import PROLIFIC
from generator.samples.rows import RARE_CATEGORY
from generator.samples.words import ABSENT_WORD, COMMON_WORD, RARE_WORD

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

PICTURES = 40_000
PAGE = 25
FEW = 100
TABLES = (Image._meta.db_table, SearchEntry._meta.db_table)
GROWING = {"Sort", "Incremental Sort", "Bitmap Heap Scan", "Hash", "HashAggregate"}
"""Steps that read all there is before they give the first row."""

Listing = Callable[[], object]
"""Reads one page. Whatever it asks of the table of pictures is looked at."""

FACETS: dict[str, Callable[[], dict[str, Any]]] = {
    "category": lambda: {"category": Category.objects.get(slug="landscape")},
    "rare category": lambda: {"category": Category.objects.get(slug=RARE_CATEGORY)},
    "model": lambda: {"model_slug": "flare"},
    "style": lambda: {"style": "vivid"},
    "shape": lambda: {"shape": "landscape"},
    "ratio": lambda: {"ratio": "2:3"},
    "busy person": lambda: {"user": User.objects.get(username=PROLIFIC)},
    "quiet person": lambda: {"user": User.objects.filter(images__is_listed=True).last()},
}

ORDERS: dict[str, Callable[[ImageQuerySet], ImageQuerySet]] = {
    "newest": lambda images: images.newest_first(),
    "liked": lambda images: images.filter(likes__gt=0).order_by("-likes", "-created_at", "-id"),
    "trending": lambda images: images.filter(trend__isnull=False).order_by("-trend", "-id"),
}

PAIRS = list(combinations(["category", "model", "style", "shape", "ratio", "busy person"], 2))


@pytest.fixture(scope="module", autouse=True)
def _full_gallery(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Tens of thousands of pictures for all tests of this module, and gone afterwards.

    They are committed, because an index may be of no use to the transaction that made it.
    """
    if connection.vendor != "postgresql":
        pytest.skip("these are PostgreSQL's plans")
    with django_db_blocker.unblock():
        list(filling.fill(PICTURES, drawn=3))
        _wait_for_indexes()
        yield
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE gallery_image, generator_generation, gallery_tag CASCADE")
        Category.objects.filter(slug=RARE_CATEGORY).delete()
        User.objects.all().delete()


def _wait_for_indexes() -> None:
    """An index on rows that were just changed is used once all older transactions have ended, even
    those of other databases, which is where the tests of other processes run
    (https://www.postgresql.org/docs/current/catalog-pg-index.html, indcheckxmin)."""
    until = time.monotonic() + 60
    newest = Image.objects.public().newest_first()
    while problems(lambda: list(newest[:PAGE])) and time.monotonic() < until:
        time.sleep(0.2)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def plans_of(listing: Listing) -> list[list[dict[str, Any]]]:
    """The plan of each query on the table of pictures, as a flat list of its steps."""
    with CaptureQueriesContext(connection) as captured:
        listing()
    table = Image._meta.db_table
    found = []
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if query["sql"].startswith(("SELECT", "WITH")) and table in query["sql"]:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql']}")
                [[plan]] = cursor.fetchall()
                plan = json.loads(plan) if isinstance(plan, str) else plan
                found.append(list(nodes(plan[0]["Plan"])))
    return found


def problems(listing: Listing) -> list[str]:
    """What in the plans would cost more, the more pictures there are.

    Of a rare category PostgreSQL rather fetches all and sorts them: that is no harm.
    """
    plans = plans_of(listing)
    assert plans, "no query on the table of pictures"
    return [
        f"{step['Node Type']} of {step.get('Relation Name', 'rows')}"
        for plan in plans
        for step in plan
        if (step["Node Type"] in GROWING and step["Plan Rows"] > FEW)
        or (step["Node Type"] == "Seq Scan" and step["Relation Name"] in TABLES)
    ]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("facet", ["", *FACETS])
def test_the_feed_and_each_filter_in_each_order_are_a_range_of_an_index(
    facet: str, order: str
) -> None:
    narrowed = FACETS[facet]() if facet else {}
    images = ORDERS[order](Image.objects.public().filter(**narrowed))

    assert problems(lambda: list(images[:PAGE])) == []


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_filters_walk_the_index_of_one_of_them(pair: tuple[str, str]) -> None:
    narrowed = {**FACETS[pair[0]](), **FACETS[pair[1]]()}
    images = Image.objects.public().filter(**narrowed).newest_first()

    assert problems(lambda: list(images[:PAGE])) == []


@pytest.mark.parametrize("facet", ["", "category", "rare category", "busy person"])
def test_a_page_far_down_starts_in_the_middle_of_the_index(facet: str) -> None:
    images = Image.objects.public().filter(**(FACETS[facet]() if facet else {}))
    skipped = min(24 * 400, images.count() // 2)
    cursor = paging.page(images, after="", size=skipped).next_cursor
    assert cursor

    assert problems(lambda: paging.page(images.for_feed(), after=cursor, size=24)) == []
    [steps] = plans_of(lambda: paging.page(images, after=cursor, size=24))
    assert any("created_at" in step.get("Index Cond", "") for step in steps)


@pytest.mark.parametrize("person", ["busy person", "quiet person"])
def test_the_history_of_a_person_is_a_range_of_an_index(person: str) -> None:
    user = FACETS[person]()["user"]

    assert problems(lambda: list(Image.objects.for_user(user).newest_first()[:PAGE])) == []


def test_the_likes_of_a_person_are_read_newest_first_and_each_picture_by_its_key() -> None:
    user = User.objects.get(username=PROLIFIC)
    liked = Like.objects.filter(user=user, image__is_listed=True).order_by("-id")

    with CaptureQueriesContext(connection) as captured:
        found = list(liked.select_related("image")[:PAGE])

    assert len(found) == PAGE
    plan = liked.select_related("image")[:PAGE].explain(format="json")
    [top] = json.loads(plan)
    kinds = {step["Node Type"] for step in nodes(top["Plan"])}
    assert not kinds & {"Sort", "Seq Scan", "Bitmap Heap Scan", "Hash Join"}, kinds
    assert len(captured) == 1


ASKED = {
    "": {},
    "category": {"category": "landscape"},
    "rare category": {"category": RARE_CATEGORY},
    "model": {"model": "flare"},
    "style": {"style": "vivid"},
    "size": {"size": "landscape"},
    "ratio": {"ratio": "2:3"},
    "user": {"user": PROLIFIC},
    "category and size": {"category": "landscape", "size": "landscape"},
    "model and style": {"model": "flare", "style": "vivid"},
}


@pytest.mark.parametrize("sort", filters.SORTS)
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_the_statements_of_the_listing_are_ranges_too(asked: dict[str, str], sort: str) -> None:
    facets.forget()
    wanted = filters.read({**asked, "sort": sort})
    first = listing.page(wanted)
    assert first.rows

    assert problems(lambda: listing.page(wanted)) == []
    if first.next_cursor:
        assert problems(lambda: listing.page(wanted, after=first.next_cursor)) == []


@pytest.mark.parametrize("words", [COMMON_WORD, RARE_WORD, ABSENT_WORD, f"{COMMON_WORD} sketch"])
@pytest.mark.parametrize("asked", [{}, {"category": "landscape"}, {"tag": "landscape"}])
def test_a_search_walks_no_table(asked: dict[str, str], words: str) -> None:
    facets.forget()
    search._memory.clear()
    wanted = filters.read({**asked, "q": words})

    assert [one for one in problems(lambda: listing.page(wanted)) if "Seq Scan" in one] == []


def test_what_no_index_has_would_be_found() -> None:
    unordered = Image.objects.public().order_by("bytes")[:PAGE]
    unfound = Image.objects.filter(provider="nobody")[:PAGE]

    assert "Sort of rows" in problems(lambda: list(unordered))
    assert "Seq Scan of gallery_image" in problems(lambda: list(unfound))
