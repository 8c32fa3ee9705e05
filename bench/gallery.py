"""The gallery at a thousand and at a million pictures: each page against a bare view and itself."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image as Pillow

from accounts.models import User
from bench import sites
from bench.browser import Browser
from bench.pages import MOST_BEFORE_PAINT, STATIC, compressed
from bench.processes import free_port
from bench.rounds import Action, Comparison, compare
from bench.sites import Site
from bench.table import Row, at_least, at_most
from gallery import briefly, listing, publishing
from gallery.filters import Filters
from gallery.models import Image, Like
from generator.samples import rows as samples
from generator.samples import words
from generator.samples.people import PROLIFIC

SIZES = (1_000, 100_000, 1_000_000)
DRAWN = 24
FIRST_SCREEN = 24
LATER_PAGES = (500, 20_000)

MOST_GROWTH = 1.10
MOST_OF_LATER_PAGES = 1.05
MOST_OF_A_SEARCH = {"sqlite": 1.25, "postgresql": 2.0}
MOST_BY_RELEVANCE = 5.0
LEAST_OF_BARE = {"sqlite": 25.0, "postgresql": 17.0}
LEAST_REMEMBERED = 80.0
LEAST_LOGGED_IN = 12.0
MOST_QUERIES = {False: 2, True: 4}
MOST_THUMBNAILS = 400.0
MOST_OF_JPEG = 0.65

Fits = Callable[[list[Image]], bool]


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and how one sees that it shows what was asked for and not simply the feed.

    ``grows`` says whether its cost must not grow with the gallery.
    """

    what: str
    path: str
    fits: Fits
    person: bool = False
    grows: bool = False
    search: bool = False

    def browser(self, site: Site) -> Browser:
        return site.person if self.person else site.stranger


def measure(folder: Path, *, quick: bool) -> list[Row]:
    call_command("collectstatic", interactive=False, verbosity=0)
    sizes = SIZES[:2] if quick else SIZES
    drawn = 6 if quick else DRAWN
    with ExitStack() as stack:
        opened = [stack.enter_context(sites.site(folder, size, drawn=drawn)) for size in sizes]
        bench = _Bench(folder, opened, quick=quick)
        return [*bench.pages(), *bench.shares(), *bench.later_pages(), *bench.bytes()]


class _Bench:
    """Sites from the smallest to the largest, and what is measured on them."""

    def __init__(self, folder: Path, opened: Sequence[Site], *, quick: bool) -> None:
        self._folder, self._sites = folder, opened
        self._small, self._large = opened[0], opened[-1]
        self._rounds, self._calls = (2, 20) if quick else (7, 40)

    def pages(self) -> list[Row]:
        """A line a page: what it costs in the largest gallery against the smallest."""
        rows, queries = [], {False: (0, ""), True: (0, "")}
        for page in _all_pages():
            if why := self._missing(page):
                rows.append(Row(self._name(page.what), "–", how=why))
                continue
            count = self._queries(page)
            queries[page.person] = max(queries[page.person], (count, page.what))
            rows.append(self._growth(page, count))
            if page.search:
                rows.append(self._against_feed(page))
        for person, (count, what) in queries.items():
            name = "logged in" if person else "nobody logged in"
            most = MOST_QUERIES[person]
            rows.append(
                at_most(self._name(f"Most queries, {name}"), count, most, unit="", how=what)
            )
        return rows

    def shares(self) -> list[Row]:
        """Requests a second of a bare view's, on the same server and with the same middleware."""
        url = f"http://127.0.0.1:{free_port()}"
        stranger = Browser(url=url)
        least = LEAST_OF_BARE[connection.vendor]
        rows = [
            self._share("Feed, read at each request", self._large.stranger, least),
            self._share("Feed, logged in with own likes", self._large.person, LEAST_LOGGED_IN),
        ]
        with sites.served(self._folder, self._large, url):
            rows.append(self._share("Feed, remembered for a second", stranger, LEAST_REMEMBERED))
        return rows

    def later_pages(self) -> list[Row]:
        rows = []
        first = _visit(self._large.stranger, "/")
        for number in LATER_PAGES:
            what = self._name(f"Page {number:,} of the feed, against page 1")
            path, why = self._later(number)
            if not path:
                rows.append(Row(what, "–", how=why))
                continue
            result = self._compare(first, _visit(self._large.stranger, path))
            rows.append(at_most(what, result.ratio, MOST_OF_LATER_PAGES, how=_how(result)))
        return rows

    def bytes(self) -> list[Row]:
        html = compressed(self._large.stranger.get("/").body)
        css = compressed((STATIC / "css" / "app.css").read_bytes())
        with self._large.in_use():
            ids = _ids(self._large.stranger.get("/").body)[:FIRST_SCREEN]
            images = Image.objects.in_bulk(ids)
            ours = sum(_thumbnail(image)["bytes"] for image in images.values()) / 1000
            jpeg = sum(_as_jpeg(image) for image in images.values()) / 1000
        return [
            at_most(
                self._name("Feed: HTML and CSS, compressed"),
                (html + css) / 1000,
                MOST_BEFORE_PAINT,
                unit="kB",
                how=f"HTML {html / 1000:.1f} kB, CSS {css / 1000:.1f} kB",
            ),
            at_most(
                self._name(f"The first {len(images)} thumbnails"), ours, MOST_THUMBNAILS, unit="kB"
            ),
            at_most(
                self._name("– against JPEG of quality 82"),
                ours / jpeg,
                MOST_OF_JPEG,
                how=f"JPEG {jpeg:.0f} kB",
            ),
        ]

    def _missing(self, page: Page) -> str:
        """Why a page cannot be measured; empty where it shows what was asked for."""
        answer = page.browser(self._large).get(page.path)
        if answer.status != 200:
            return f"skipped: {page.path} answers {answer.status}"
        with self._large.in_use():
            found = Image.objects.in_bulk(_ids(answer.body))
            shown = [found[pk] for pk in _ids(answer.body) if pk in found]
            return "" if page.fits(shown) else f"skipped: {page.path} shows something else"

    def _queries(self, page: Page) -> int:
        """Once the process knows what filters there are, which it asks once a minute, and has drawn
        the tiles, which it does once for each."""
        with self._large.in_use():
            client = Client(headers={"Host": "127.0.0.1"})
            if page.person:
                client.force_login(User.objects.get(username=PROLIFIC))
            client.get(page.path)
            briefly.forget()
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page.path).status_code == 200
        return len(queries)

    def _growth(self, page: Page, queries: int) -> Row:
        """Against the smallest gallery in which as many pictures are shown."""
        visits = {site.size: _visit(page.browser(site), page.path) for site in self._sites}
        shown = {
            site.size: len(_ids(page.browser(site).get(page.path).body)) for site in self._sites
        }
        large = self._large.size
        bare = self._compare(_visit(self._large.stranger, "/bench/bare/"), visits[large])
        cost = f"{100 / bare.ratio:.0f} % of a bare view's requests; {queries} queries"
        small, *others = [size for size in visits if shown[size] == shown[large]]
        if not others:
            few = f"{shown[large]} pictures, fewer in smaller galleries; {cost}; {_how(bare)}"
            return Row(self._name(f"{page.what}: {large:,}"), "–", how=few)
        results = {size: self._compare(visits[small], visits[size]) for size in others}
        between = "".join(
            f"{result.ratio:.2f} × at {size:,}; "
            for size, result in results.items()
            if size != large
        )
        what = self._name(f"{page.what}: {large:,} against {small:,}")
        how = f"{between}{cost}; {_how(results[large])}"
        if page.grows:
            return Row(what, f"{results[large].ratio:.2f} ×", how=how)
        return at_most(what, results[large].ratio, MOST_GROWTH, how=how)

    def _against_feed(self, page: Page) -> Row:
        feed = _visit(self._large.stranger, "/")
        result = self._compare(feed, _visit(page.browser(self._large), page.path))
        by_relevance = "relevant" in page.path
        most = MOST_BY_RELEVANCE if by_relevance else MOST_OF_A_SEARCH[connection.vendor]
        what = self._name(f"{page.what}: against a page of the feed")
        return at_most(what, result.ratio, most, how=_how(result))

    def _share(self, what: str, browser: Browser, least: float) -> Row:
        result = self._compare(_visit(browser, "/bench/bare/"), _visit(browser, "/"))
        name = self._name(f"{what}, in requests a second of a bare view's")
        return at_least(name, 100 / result.ratio, least, unit="%", how=_how(result))

    def _later(self, number: int) -> tuple[str, str]:
        """The address of a page of the feed; or nothing, and why."""
        with self._large.in_use():
            public = Image.objects.public().newest_first().only("pk", "created_at")
            start = (number - 1) * FIRST_SCREEN
            expected = list(public.values_list("pk", flat=True)[start : start + FIRST_SCREEN])
            if not expected:
                return "", f"skipped: {self._large.size:,} pictures have no page {number:,}"
            cursor = _cursor(start)
        path = f"/?{urlencode({'after': cursor})}"
        if _ids(self._large.stranger.get(path).body) != expected:
            return "", "skipped: its cursor leads to another page"
        return path, ""

    def _compare(self, floor: Action, whole: Action) -> Comparison:
        return compare(floor, whole, rounds=self._rounds, calls=self._calls)

    def _name(self, what: str) -> str:
        return f"{what}, {connection.vendor}"


def _all_pages() -> list[Page]:
    """Every listing; ``grows`` where more pictures mean more hits to look through."""
    filters = {
        "size": _all(lambda image: image.shape == "landscape"),
        "category": _all(lambda image: image.category and image.category.slug == "landscape"),
        "model": _all(lambda image: image.model_slug == "flare"),
        "style": _all(lambda image: image.style == "vivid"),
        "ratio": _all(lambda image: image.ratio == "3:2"),
        "user": _all(lambda image: image.user.username == PROLIFIC),
        "tag": _all(lambda image: image.tags.filter(name=words.TAGS[0]).exists()),
    }
    values = dict.fromkeys(filters, "landscape") | {
        "model": "flare",
        "style": "vivid",
        "ratio": "3:2",
        "user": PROLIFIC,
        "tag": words.TAGS[0],
    }
    pairs = [("category", "size"), ("category", "model"), ("model", "style"), ("style", "size")]
    pairs += [("user", "category"), ("tag", "category")]
    common = _all(lambda image: words.COMMON_WORD in image.prompt)
    rare = _all(lambda image: words.RARE_WORD in image.prompt)
    in_category = _all(
        lambda image: image.category and image.category.slug == samples.RARE_CATEGORY
    )
    return [
        Page("Feed", "/", bool),
        Page("Feed, logged in", "/", bool, person=True),
        *(
            Page(f"Filter {name}", _path({name: values[name]}), fits)
            for name, fits in filters.items()
        ),
        Page(
            "Filter category, the rarest", _path({"category": samples.RARE_CATEGORY}), in_category
        ),
        *(
            Page(
                f"Filters {one} and {other}",
                _path({one: values[one], other: values[other]}),
                _both(filters[one], filters[other]),
            )
            for one, other in pairs
        ),
        Page("Most liked", _path({"sort": "liked"}), _falling(lambda image: image.likes)),
        Page("Trending", _path({"sort": "trending"}), _falling(lambda image: image.trend or 0)),
        Page(
            "Most liked of a category",
            _path({"sort": "liked", "category": "landscape"}),
            _both(filters["category"], _falling(lambda image: image.likes)),
        ),
        _search("Search, a common word", {"q": words.COMMON_WORD}, common),
        _search("Search, a rare word", {"q": words.RARE_WORD}, rare),
        _search("Search, no hit", {"q": words.ABSENT_WORD}, lambda shown: not shown),
        _search(
            "Search, three words",
            {"q": f"{words.COMMON_WORD} highly detailed"},
            _all(lambda image: "highly detailed" in image.prompt),
        ),
        _search(
            "Search, two Chinese characters",
            {"q": "日落"},
            _all(lambda image: "日落" in image.prompt),
        ),
        _search(
            "Search, a common word in a category",
            {"q": words.COMMON_WORD, "category": "landscape"},
            _both(common, filters["category"]),
        ),
        _search(
            "Search, a rare word in a category it is not in",
            {"q": words.RARE_WORD, "category": samples.RARE_CATEGORY},
            lambda shown: not shown,
        ),
        _search(
            "Search by relevance, a common word",
            {"q": words.COMMON_WORD, "sort": "relevant"},
            common,
        ),
        Page("History of a busy person", "/history/", lambda shown: True, person=True),
        Page("Likes of a busy person", "/likes/", _liked, person=True),
        Page("A busy person's page", f"/u/{PROLIFIC}/", filters["user"]),
    ]


def _search(what: str, query: dict[str, str], fits: Fits) -> Page:
    return Page(what, _path(query), fits, grows=True, search=True)


def _path(query: dict[str, str]) -> str:
    return f"/?{urlencode(query)}"


def _all(fits: Callable[[Image], object]) -> Fits:
    """Something is shown, and all of it fits."""
    return lambda shown: bool(shown) and all(fits(image) for image in shown)


def _both(one: Fits, other: Fits) -> Fits:
    return lambda shown: one(shown) and other(shown)


def _falling(key: Callable[[Image], float]) -> Fits:
    return lambda shown: (
        bool(shown) and all(key(one) >= key(other) > 0 for one, other in itertools.pairwise(shown))
    )


def _liked(shown: list[Image]) -> bool:
    likes = Like.objects.filter(user__username=PROLIFIC, image__in=shown)
    return bool(shown) and likes.count() == len(shown)


def _visit(browser: Browser, path: str) -> Action:
    def visit() -> None:
        answer = browser.get(path)
        assert answer.status == 200, (path, answer.status, answer.body[:2000])

    return visit


def _ids(html: bytes) -> list[UUID]:
    """The pictures that a page shows, in its order."""
    found = re.findall(rb'data-image="([0-9a-f-]{36})"', html)
    return [UUID(pk.decode()) for pk in dict.fromkeys(found)]


def _cursor(skipped: int) -> str:
    """The cursor after so many pictures of the feed, as the site itself would give it."""
    cursor = ""
    while skipped:
        step = min(skipped, 10_000)
        cursor = listing.page(Filters(), after=cursor, size=step).next_cursor
        skipped -= step
    return cursor


def _thumbnail(image: Image) -> dict[str, int]:
    facts = image.rendition("grid", "avif") or image.rendition("grid", "webp")
    assert facts is not None, image.renditions
    return facts


def _as_jpeg(image: Image) -> int:
    """Bytes of the same thumbnail as JPEG of quality 82."""
    facts = _thumbnail(image)
    with default_storage.open(publishing.rendition_name(image.key, "page", "webp")) as file:
        picture = Pillow.open(file).convert("RGB").resize((facts["width"], facts["height"]))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True)
    return len(out.getvalue())


def _how(result: Comparison) -> str:
    return (
        f"{result.whole:.2f} ms against {result.floor:.2f} ms; "
        f"median of {result.rounds} rounds of {result.calls}"
    )
