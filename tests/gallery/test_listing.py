"""Finding pictures: filters, orders, words and pages, the same on both databases."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from gallery import facets, filters, listing, search
from gallery.models import Category, Image, Tag, Visibility
from tests.cast import a_person

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    facets.forget()
    search.forget()
    yield
    facets.forget()
    search.forget()


@pytest.fixture
def ada(db: None) -> User:
    return a_person("ada")


_clock = itertools.count()


def an_image(
    user: User, prompt: str = "a lighthouse", *, tags: tuple[str, ...] = (), **values: Any
) -> Image:
    """A listed picture without files, a minute younger than the one before."""
    image = Image.objects.create(
        user=user,
        prompt=prompt,
        provider="openai",
        model_slug=values.pop("model_slug", "flare"),
        model_name="Flare",
        content_type="image/png",
        bytes=1,
        sha256="0" * 64,
        width=values.pop("width", 1024),
        height=values.pop("height", 1024),
        created_at=values.pop("created_at", START + timedelta(minutes=next(_clock))),
        rendered_at=START,
        **values,
    )
    for name in tags:
        image.tags.add(Tag.objects.get_or_create(name=name)[0])
    search.index([image.pk])
    search.forget()
    return image


def found(query: str = "", *, after: str = "", size: int = 24) -> list[uuid.UUID]:
    return ids(listing.page(filters.read(QueryDict(query)), after=after, size=size))


def ids(page: listing.Page) -> list[uuid.UUID]:
    return [uuid.UUID(str(row.id)) for row in page.rows]


def words(text: str) -> list[uuid.UUID]:
    asked = QueryDict(mutable=True)
    asked["q"] = text
    return ids(listing.page(filters.read(asked)))


def test_each_filter_and_each_pair_finds_what_it_names(ada: User) -> None:
    eve, cats = a_person("eve"), Category.objects.create(slug="cats", name="Cats")
    plain = an_image(ada)
    other = an_image(
        eve,
        "a cat",
        category=cats,
        model_slug="sunburst",
        style="vivid",
        width=1920,
        height=1080,
        tags=("fur",),
    )
    chosen = {
        "category": "cats",
        "model": "sunburst",
        "style": "vivid",
        "size": "landscape",
        "ratio": "16:9",
        "user": "EVE",
        "tag": "Fur",
        "q": "cat",
    }

    for name, value in chosen.items():
        assert found(f"{name}={value}") == [other.pk], name
    for (one, first), (two, second) in itertools.combinations(chosen.items(), 2):
        assert found(f"{one}={first}&{two}={second}") == [other.pk], (one, two)
        assert found(f"{one}={first}&{two}={second}&sort=liked") == (
            [other.pk] if {"q", "tag"} & {one, two} else []
        )
    assert found("size=square") == [plain.pk]
    assert found() == [other.pk, plain.pk]


def test_days_count_from_their_beginning_to_their_end(ada: User) -> None:
    days = [an_image(ada, created_at=START + timedelta(days=day)) for day in range(4)]

    assert found("from=2026-03-02&to=2026-03-03") == [days[2].pk, days[1].pk]
    assert found("q=lighthouse&from=2026-03-02&to=2026-03-03") == [days[2].pk, days[1].pk]
    assert found("to=2026-03-01&q=lighthouse") == [days[0].pk]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "size=square",
        "q=lighthouse",
        "tag=sea",
        "sort=liked",
        "sort=trending",
        "q=lighthouse&sort=liked",
        "q=lighthouse&sort=relevant",
    ],
)
def test_pages_join_without_gap_or_copy_while_new_pictures_arrive(ada: User, query: str) -> None:
    for number in range(11):
        an_image(ada, tags=("sea",), likes=number % 4 + 1, trend=number % 3)
    whole = found(query, size=50)
    seen: list[uuid.UUID] = []
    after = ""
    while True:
        page = listing.page(filters.read(QueryDict(query)), after=after, size=3)
        seen += ids(page)
        if not page.next_cursor:
            break
        after = page.next_cursor
        if "sort" not in query:
            an_image(ada, tags=("sea",), likes=9, trend=9)

    assert len(whole) == 11
    assert seen == whole


def test_orders(ada: User) -> None:
    old = an_image(ada, likes=5, trend=1.0)
    young = an_image(ada, likes=2, trend=3.0)
    unloved = an_image(ada)

    assert found() == [unloved.pk, young.pk, old.pk]
    assert found("sort=liked") == [old.pk, young.pk]
    assert found("sort=trending") == [young.pk, old.pk]
    assert found("sort=liked&q=lighthouse") == [old.pk, young.pk, unloved.pk]


def test_relevance_prefers_what_a_picture_is_of(ada: User) -> None:
    of_it = an_image(ada, "a cat, cat portrait")
    beside = an_image(ada, "a very long evening in the harbour with boats, nets, gulls and one cat")

    assert words("cat") == [beside.pk, of_it.pk]
    assert found("q=cat&sort=relevant") == [of_it.pk, beside.pk]


@pytest.mark.parametrize(
    ("prompt", "queries", "misses"),
    [
        (
            "Two cats on a blue-green boat, Café Zürich",
            [
                "cat",
                "CATS",
                "boat cats",
                "blue-green",
                '"blue green boat"',
                "caf*",
                "cafe",
                "zurich",
                "Zürich",
                "cat -dog",
                '"two cats" boat',
                "ＢＯＡＴ",
            ],
            ["ca", '"cats boat"', "cat -boat", "cat -bo*", '"green blue"', "dog", "-cats"],
        ),
        (
            "一只猫坐在屋顶上看月亮",
            ["猫", "屋顶", "猫坐", "看月亮", '"屋顶上"', "亮", "一只猫 月亮"],
            ["狗", "顶屋", "猫看", "猫 -月亮"],
        ),
        ("夕焼けの海とカモメ", ["海", "カモメ", "夕焼け", "の海"], ["カメ", "山"]),
        ("ماء ازرق", ["ماء", "ازرق"], ["نار"]),
        ("голубая Ёлка в лесу", ["ёлка", "ЛЕСУ"], ["ёл"]),
        ("हिन्दी में चित्र", ["हिन्दी", "चित्र"], ["हिंसा"]),
    ],
)
def test_words_in_any_language(
    ada: User, prompt: str, queries: list[str], misses: list[str]
) -> None:
    image = an_image(ada, prompt)

    assert {query: words(query) for query in queries} == {query: [image.pk] for query in queries}
    assert {query: words(query) for query in misses} == {query: [] for query in misses}


@pytest.mark.parametrize(
    "text",
    [
        "%",
        '"',
        "'",
        "*",
        "(",
        ")",
        "-",
        '-"',
        "a OR",
        "NOT",
        "a AND (",
        "🐈",
        "a:b",
        "words:cat",
        "^a",
        "a^2",
        "\\",
        "a\\",
        "{a b}",
        "NEAR(a b)",
        "=listed",
        "'; DROP TABLE",
        "\x00",
        "a\x00b",
        "x" * 10_000,
        "a " * 5_000,
        '"' * 999,
        "字" * 2_000,
        "\ud83d",
        "cat''s",
        "a&b|!c",
        "<->",
        ":*",
    ],
)
def test_odd_input_finds_or_does_not_and_never_fails(ada: User, text: str) -> None:
    an_image(ada)
    for sort in ("new", "liked", "relevant"):
        asked = filters.read({"q": text, "sort": sort})
        listing.page(asked)


def test_only_what_is_listed_is_found(ada: User) -> None:
    image = an_image(ada, "a secret garden", tags=("secret",))
    for change in (
        {"visibility": Visibility.PRIVATE},
        {"visibility": Visibility.UNLISTED},
        {"hidden_at": START},
        {"withdrawn_at": START},
        {"deleted_at": START},
    ):
        Image.objects.filter(pk=image.pk).update(**change)
        lagging = (words("secret"), found("tag=secret"), found("user=ada"), found())
        search.index([image.pk])
        assert lagging == ([], [], [], [])
        assert words("secret") == []

        back = {name: Visibility.PUBLIC if name == "visibility" else None for name in change}
        Image.objects.filter(pk=image.pk).update(**back)
        search.index([image.pk])
        assert words("secret") == [image.pk]


@pytest.mark.parametrize(
    "cursor",
    ["x", "=", "é", "W10", "e30", "bnVsbA", "WyJuZXciXQ", "WyJuZXciLDEsMl0", "a" * 5000],
)
@pytest.mark.parametrize(
    "query", ["", "sort=liked", "sort=trending", "q=lighthouse", "q=lighthouse&sort=liked"]
)
def test_a_cursor_that_is_none_is_the_beginning(ada: User, cursor: str, query: str) -> None:
    image = an_image(ada, likes=1, trend=1.0)

    page = listing.page(filters.read(QueryDict(query)), after=cursor)

    assert ids(page) == [image.pk]
    assert page.lost


def test_a_cursor_of_another_order_is_the_beginning(ada: User) -> None:
    for _ in range(3):
        an_image(ada, likes=2, trend=2.0)
    cursors = {
        query: listing.page(filters.read(QueryDict(query)), size=1).next_cursor
        for query in ("", "sort=liked", "sort=trending", "q=lighthouse", "q=lighthouse&sort=liked")
    }
    for (one, cursor), (other, _theirs) in itertools.permutations(cursors.items(), 2):
        assert listing.page(filters.read(QueryDict(other)), after=cursor).lost, (one, other)


def test_unknown_values_are_named_and_left_out(ada: User) -> None:
    asked = filters.read(
        QueryDict(
            "size=round&category=gone&user=nobody&tag=none&ratio=7:1&from=yesterday&sort=best&model=%27"
        )
    )

    assert not asked.values
    assert set(asked.unknown) == {
        "size",
        "category",
        "user",
        "tag",
        "ratio",
        "from",
        "sort",
        "model",
    }
    assert "category" in filters.sentence(asked)


def test_an_address_names_a_view_in_one_way() -> None:
    asked = filters.read(QueryDict("sort=new&size=square&q=+a++b+"))

    assert parse_qs(asked.query()) == {"q": ["a b"], "size": ["square"], "sort": ["new"]}
    assert asked.query(size="", sort="") == "q=a+b"


@pytest.mark.parametrize(
    "query",
    ["", "size=square&model=flare", "q=lighthouse", "sort=liked", "q=lighthouse&sort=trending"],
)
def test_a_page_is_one_statement_however_many_there_are(ada: User, query: str) -> None:
    asked = filters.read(QueryDict(query))
    search.newest()
    for size in (1, 30):
        for _ in range(size):
            an_image(ada, likes=1, trend=1.0)
        search.newest()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            listing.page(asked)
        assert len(queries) == 1, [query["sql"] for query in queries]


def test_hits_are_collected_over_the_edges_of_buckets(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL looks in four places, one after the other; nothing is lost between them."""
    monkeypatch.setattr(search, "LOOKED_THROUGH", 3)
    common, rare = [], []
    for number in range(20):
        image = an_image(ada, "sand" + (" gold" if number in (0, 9) else ""))
        common.append(image.pk)
        if number in (0, 9):
            rare.append(image.pk)

    assert words("sand") == common[::-1]
    assert words("gold") == rare[::-1]
    page = listing.page(filters.read({"q": "gold"}), size=1)
    assert ids(page) == [rare[1]]
    assert found("q=gold", after=page.next_cursor) == [rare[0]]
