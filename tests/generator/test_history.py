"""One's own history: as requests and as pictures, narrowed by links that can be kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from gallery import likes, mine, search
from gallery.models import Category, Image, Tag, Visibility
from generator import history
from generator.models import Generation, ImageModel, State
from tests.cast import a_generation
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def me(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def a_picture(user: User, word: str, **fields: Any) -> Image:
    """One that the search knows, without files."""
    image = an_image(user, ready=False, prompt=word, **{"created_at": DAY, **fields})
    Image.objects.filter(pk=image.pk).update(rendered_at=DAY)
    search.index([image.pk])
    return image


def shown(client: Client, query: str) -> set[str]:
    response = client.get(f"/history/?view=pictures&{query}")
    assert response.status_code == 200
    return {image.prompt for image in response.context["images"]}


def asked(client: Client, query: str) -> set[str]:
    response = client.get(f"/history/?{query}")
    assert response.status_code == 200
    return {card.generation.prompt for card in response.context["cards"]}


@pytest.fixture
def pictures(alice: User, bob: User) -> None:
    category = Category.objects.get(slug="fantasy")
    a_picture(alice, "wide sea", wanted_width=800, wanted_height=400, style="vivid")
    a_picture(alice, "tall tree", wanted_width=400, wanted_height=800, category=category)
    tagged = a_picture(alice, "old house", created_at=DAY + timedelta(days=1))
    Image.objects.filter(pk=tagged.pk).update(model_slug="sunburst")
    tagged.tags.add(Tag.objects.create(name="blue hour"))
    before = DAY - timedelta(days=9)
    a_picture(alice, "secret sea", visibility=Visibility.PRIVATE, created_at=before)
    a_picture(alice, "gone sea", deleted_at=timezone.now())
    a_picture(bob, "bob's sea", category=category, style="vivid")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"wide sea", "tall tree", "old house", "secret sea"}),
        ("size=portrait", {"tall tree"}),
        ("category=fantasy", {"tall tree"}),
        ("model=sunburst", {"old house"}),
        ("style=vivid", {"wide sea"}),
        ("tag=blue+hour", {"old house"}),
        ("tag=Blue++HOUR", {"old house"}),
        ("visibility=private", {"secret sea"}),
        ("q=sea", {"wide sea", "secret sea"}),
        ("q=SEA+wide", {"wide sea"}),
        ("from=2026-03-02", {"old house"}),
        ("to=2026-02-28", {"secret sea"}),
        ("from=2026-03-01&to=2026-03-01", {"wide sea", "tall tree"}),
        ("q=sea&visibility=public", {"wide sea"}),
        ("size=portrait&style=vivid", set()),
    ],
)
def test_pictures_are_narrowed_by_each_filter_and_by_several(
    me: Client, pictures: None, query: str, found: set[str]
) -> None:
    assert shown(me, query) == found


@pytest.mark.parametrize(
    "query",
    [
        "size=round",
        "category=gone",
        "model=nope",
        "style=%00",
        "tag=unknown",
        "tag=%00",
        f"tag={'x' * 500}",
        "visibility=everyone",
        "from=yesterday",
        "from=2026-13-45",
        "to=9999-12-31",
        "to=0001-01-01",
        "from=2026-03-02&to=2026-03-01",
        "after=nonsense",
        "per=a+million",
        "q=%00",
        "unknown=1",
    ],
)
def test_what_is_not_understood_is_left_out(me: Client, pictures: None, query: str) -> None:
    response = me.get(f"/history/?view=pictures&{query}")

    assert response.status_code == 200
    quiet = query.startswith(("after", "per", "q", "unknown"))
    assert len(response.context["images"]) == 4 or "from=2026-03-02" in query
    if not quiet:
        assert "was left out" in response.content.decode()


def test_odd_words_find_nothing_and_break_nothing(me: Client, pictures: None) -> None:
    for words in ("%25", "_", "'", '"', "\\", "(", "🦊", "x" * 10_000, "a " * 500, "%ED%A0%80"):
        assert shown(me, f"q={words}") <= {"wide sea", "tall tree", "old house", "secret sea"}
    assert shown(me, "q=%25") == set()


def test_what_is_active_is_shown_and_removable_one_by_one(me: Client, pictures: None) -> None:
    response = me.get("/history/?view=pictures&q=sea&size=landscape&visibility=public&after=x")

    chips = {chip.label: (chip.value, chip.query) for chip in response.context["filters"].chips}
    assert chips == {
        "Words": ("sea", "view=pictures&size=landscape&visibility=public"),
        "Shape": ("Landscape", "view=pictures&q=sea&visibility=public"),
        "Seen by": ("Public", "view=pictures&q=sea&size=landscape"),
    }
    assert "Looked for among your newest five thousand." in response.content.decode()


def test_a_sent_form_becomes_an_address_worth_keeping(me: Client, pictures: None) -> None:
    sent = "view=pictures&q=+sea+&size=&visibility=&category=&model=&style=&from=&to="

    response = me.get(f"/history/?{sent}")

    assert response.status_code == 302
    assert response["Location"] == "/history/?view=pictures&q=sea"
    assert me.get("/history/?state=&q=&model=&from=&to=")["Location"] == "/history/"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"one", "two", "three sea"}),
        ("state=failed", {"two"}),
        ("model=sunburst", {"three sea"}),
        ("q=sea", {"three sea"}),
        ("from=2026-03-02", {"one"}),
        ("to=2026-03-01&state=failed", {"two"}),
        ("state=dreaming", {"one", "two", "three sea"}),
    ],
)
def test_requests_are_narrowed_by_state_model_words_and_days(
    me: Client, alice: User, bob: User, query: str, found: set[str]
) -> None:
    sunburst = ImageModel.objects.get(slug="sunburst")
    a_generation(alice, prompt="one", created_at=DAY + timedelta(days=1))
    a_generation(alice, prompt="two", created_at=DAY, state=State.FAILED, finished_at=DAY)
    a_generation(alice, prompt="three sea", created_at=DAY, model=sunburst)
    a_generation(bob, prompt="bob's sea", created_at=DAY)

    assert asked(me, query) == found


def test_only_the_newest_are_searched_for_words(
    alice: User, me: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        moment = DAY + timedelta(minutes=number)
        a_picture(alice, f"sea {number}", created_at=moment)
        a_generation(alice, prompt=f"sea {number}", created_at=moment)
    monkeypatch.setattr(mine, "SEARCHED", 2)
    monkeypatch.setattr(history, "SEARCHED", 2)

    assert shown(me, "q=sea") == asked(me, "q=sea") == {"sea 2", "sea 3"}


def test_deleted_pictures_leave_their_request_and_are_not_called_undelivered(
    me: Client, alice: User
) -> None:
    generation = a_generation(
        alice, count=2, state=State.SUCCEEDED, delivered=2, finished_at=timezone.now()
    )
    kept = a_picture(alice, "kept", generation_id=generation.pk)
    a_picture(alice, "gone", generation_id=generation.pk, position=1, deleted_at=timezone.now())

    [card] = me.get("/history/").context["cards"]

    assert card.pictures == [kept]
    assert card.undelivered == 0


def test_pages_follow_each_other_without_gaps(
    me: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.views.mine.PICTURES_PAGE", 2)
    for number in range(5):
        a_picture(alice, str(number), created_at=DAY + timedelta(minutes=number))
    url, seen = "/history/?view=pictures&size=landscape", list[str]()
    while url:
        response = me.get(url, headers={"HX-Request": "true"} if "after" in url else {})
        assert ("<html" in response.content.decode()) == ("after" not in url)
        seen += [image.prompt for image in response.context["images"]]
        url = response.context["next_url"]

    assert seen == ["4", "3", "2", "1", "0"]


def test_many_more_come_at_once_for_who_selects_hundreds(
    me: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.views.mine.PICTURES_PAGE", 1)
    monkeypatch.setattr("generator.views.mine.MANY_PICTURES", 3)
    for number in range(6):
        a_picture(alice, str(number), created_at=DAY + timedelta(minutes=number))
    first = me.get("/history/?view=pictures")

    many = me.get(f"{first.context['next_url']}&per=many")

    assert "per=many" in first.content.decode()
    assert [image.prompt for image in many.context["images"]] == ["4", "3", "2"]
    assert "per=many" in many.context["next_url"]


def test_who_has_nothing_is_told_what_to_do(me: Client, alice: User) -> None:
    assert "No pictures yet" in me.get("/history/?view=pictures").content.decode()
    assert "Nothing made yet" in me.get("/history/").content.decode()
    a_picture(alice, "sea")
    assert "Nothing fits" in me.get("/history/?view=pictures&q=house").content.decode()


@pytest.mark.parametrize("path", ["/history/?view=pictures", "/prompts/", "/dashboard/"])
def test_only_who_is_logged_in_has_a_history(client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/accounts/login/")
    if path != "/dashboard/":
        assert client.get(path, headers={"HX-Request": "true"}).status_code == 403


# -- Plans, with as many rows as make an index worth it ----------------------------------------


def many_rows(user: User, other: User, number: int) -> None:
    flare, sunburst = (ImageModel.objects.get(slug=slug) for slug in ("flare", "sunburst"))
    fantasy = Category.objects.get(slug="fantasy")
    images, generations = [], []
    for n in range(number):
        owner = other if n % 10 else user
        moment = DAY + timedelta(minutes=n)
        # What is rare with this person is common with others, as statistics never know.
        rare = owner == other or n % 500 == 0
        images.append(
            Image(
                user=owner,
                prompt=f"number {n}",
                provider="openai",
                model_slug="sunburst" if rare else "flare",
                model_name="Flare",
                content_type="image/png",
                bytes=1,
                sha256="0" * 64,
                width=1024,
                height=2048 if rare else 1024,
                category=fantasy if rare else None,
                style="vivid" if rare else "",
                visibility="private" if rare else "public",
                original=f"originals/{n}.png",
                created_at=moment,
            )
        )
        generations.append(
            Generation(
                user=owner,
                model=sunburst if rare else flare,
                prompt=f"number {n % 1000}",
                width=1,
                height=1,
                render_width=1,
                render_height=1,
                unit_price=1,
                state=State.FAILED if rare else State.SUCCEEDED,
                finished_at=moment,
                created_at=moment,
            )
        )
    Image.objects.bulk_create(images, batch_size=1000)
    Generation.objects.bulk_create(generations, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE gallery_image")
        cursor.execute("ANALYZE generator_generation")


@pytest.mark.postgresql
def test_each_filter_is_one_range_of_the_owner_s_index(alice: User, bob: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("reads the plans of PostgreSQL")
    many_rows(alice, bob, 12_000)
    queries = [
        "",
        "size=portrait",
        "model=sunburst",
        "category=fantasy",
        "style=vivid",
        "visibility=private",
        "from=2026-03-01&to=2026-03-02",
        "size=portrait&model=sunburst",
    ]
    plans = {}
    for query in queries:
        filters = history.picture_filters(QueryDict(query), kept={})
        images = filters.narrow(mine.pictures_of(alice), user=alice).newest_first()[:49]
        plans[query] = images.explain()
    for query in ("", "state=failed", "model=sunburst", "to=2026-03-02"):
        requests = history.RequestFilters(QueryDict(query)).narrow(
            Generation.objects.for_user(alice), user=alice
        )
        plans[f"requests {query}"] = requests.newest_first()[:21].explain()

    for query, plan in plans.items():
        assert "of_user_newest" in plan, (query, plan)
        assert "Sort" not in plan, (query, plan)
        assert "Seq Scan" not in plan, (query, plan)
        assert "Filter:" not in plan or "withdrawn" in plan, (query, plan)


def test_no_page_counts_all_rows(me: Client, alice: User) -> None:
    a_picture(alice, "sea")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        me.get("/history/?view=pictures&q=sea&size=landscape")
        me.get("/history/?q=sea")
        me.get("/prompts/")

    # The parts of a search count what the parts before them found: at most a page.
    counting = re.compile(r"COUNT\((?!\*\) FROM part\d)")
    assert not [query for query in queries.captured_queries if counting.search(query["sql"])]


def test_words_find_pictures_however_old_they_are(
    alice: User, me: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_picture(alice, "zeppelin over the sea", created_at=DAY - timedelta(days=900))
    for number in range(4):
        a_picture(alice, f"sea {number}", created_at=DAY + timedelta(minutes=number))
    monkeypatch.setattr(mine, "SEARCHED", 2)

    assert shown(me, "q=zeppelin") == {"zeppelin over the sea"}
    assert shown(me, 'q="over the" -tree') == {"zeppelin over the sea"}


def test_a_request_is_found_by_its_pictures_and_without_any(alice: User, me: Client) -> None:
    made = a_generation(alice, prompt="a red boat", created_at=DAY)
    a_picture(alice, "a red boat", generation_id=made.pk)
    a_generation(alice, prompt="a red barn", created_at=DAY, state=State.FAILED, finished_at=DAY)

    assert asked(me, "q=red") == {"a red boat", "a red barn"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/likes/",
        "/history/",
        "/history/?state=succeeded&q=sea",
        "/history/?view=pictures",
        "/history/?view=pictures&q=sea&size=landscape&visibility=public",
    ],
)
def test_my_pages_ask_the_database_four_times_however_much_there_is(
    alice: User, me: Client, path: str
) -> None:
    counts = []
    for number in (1, 8):
        for place in range(number):
            made = a_generation(
                alice, prompt="sea", created_at=DAY, state=State.SUCCEEDED, finished_at=DAY
            )
            picture = a_picture(alice, f"sea {place}", generation_id=made.pk)
            likes.set_like(user=alice, image=picture, liked=True)
        me.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert me.get(path).status_code == 200
        counts.append(len(queries))

    assert max(counts) <= 4, counts
