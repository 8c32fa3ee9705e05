"""The prompts of a person: each once, the one used last first, however often it was used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generator import prompts
from generator.models import Generation, ImageModel
from tests.generator.test_history import many_rows

pytestmark = pytest.mark.django_db


def use(user: User, words: list[str]) -> None:
    """Use each prompt once, in this order, a minute apart."""
    start = timezone.now() - timedelta(days=1)
    model = ImageModel.objects.get(slug="flare")
    Generation.objects.bulk_create(
        Generation(
            user=user,
            model=model,
            prompt=word,
            width=1,
            height=1,
            render_width=1,
            render_height=1,
            unit_price=1,
            created_at=start + timedelta(minutes=number),
        )
        for number, word in enumerate(words)
    )


def walk(user: User, *, size: int) -> list[list[str]]:
    pages, after = list[list[str]](), ""
    while True:
        page = prompts.page(user=user, after=after, size=size)
        pages.append([row.prompt for row in page.rows])
        after = page.next_cursor
        if not after:
            return pages


def test_each_prompt_stands_once_by_its_last_use(alice: User, bob: User) -> None:
    use(alice, ["a", "b", "a", "c", "b", "b"])
    use(bob, ["bob's", "a"])

    assert walk(alice, size=10) == [["b", "c", "a"]]


@pytest.mark.parametrize("window", [1, 2, 3, 250])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_no_page_repeats_or_loses_a_prompt(
    alice: User, monkeypatch: pytest.MonkeyPatch, window: int, size: int
) -> None:
    monkeypatch.setattr(prompts, "WINDOW", window)
    words = list("abcabdaceafgahbiajkalma")
    use(alice, words)

    pages = walk(alice, size=size)

    assert [word for page in pages for word in page] == list(dict.fromkeys(reversed(words)))
    assert max(map(len, pages)) <= size


def test_one_prompt_used_very_often_costs_a_page_only_so_much(
    alice: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(prompts, "WINDOW", 5)
    use(alice, ["first", *["again"] * 100])

    # for each of eight windows its Generations; for the first also the last use of its prompt
    with django_assert_max_num_queries(9):
        page = prompts.page(user=alice, after="", size=10)

    assert [row.prompt for row in page.rows] == ["again"]
    assert page.next_cursor
    assert [word for words in walk(alice, size=10) for word in words] == ["again", "first"]


def test_two_uses_at_one_moment_are_one_prompt(alice: User) -> None:
    use(alice, ["a", "a"])
    Generation.objects.update(created_at=timezone.now())

    assert walk(alice, size=10) == [["a"]]


def test_long_prompts_with_one_beginning_are_told_apart(alice: User) -> None:
    use(alice, ["海" * 100 + "一", "海" * 100 + "二", "海" * 100 + "一"])

    assert walk(alice, size=1) == [["海" * 100 + "一"], ["海" * 100 + "二"]]


def test_the_page_offers_each_prompt_to_use_again(client: Client, alice: User, bob: User) -> None:
    use(alice, ["a <b> & c", "longer than any address\n" * 500])
    use(bob, ["bob's own"])
    client.force_login(alice)

    page = client.get("/prompts/").content.decode()

    assert "a &lt;b&gt; &amp; c" in page
    assert "bob" not in page
    again = client.post("/generate/", {"prompt": "a <b> & c", "refresh": "1"})
    assert again.context["form"]["prompt"].value() == "a <b> & c"


def test_more_comes_as_a_fragment_and_a_bad_cursor_is_the_first_page(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.views.mine.PROMPTS_PAGE", 1)
    use(alice, ["a", "b"])
    client.force_login(alice)
    first = client.get("/prompts/")

    more = client.get(first.context["next_url"], headers={"HX-Request": "true"})

    assert [row.prompt for row in first.context["generations"]] == ["b"]
    assert [row.prompt for row in more.context["generations"]] == ["a"]
    assert "<html" not in more.content.decode()
    for cursor in ("nonsense", "%00", "a" * 5000):
        assert client.get(f"/prompts/?after={cursor}").status_code == 200


def test_the_page_costs_the_same_queries_with_few_and_with_many(
    client: Client, alice: User, django_assert_num_queries: Any
) -> None:
    client.force_login(alice)
    client.get("/billing/")
    for many in (3, 30):
        use(alice, [f"{many} {number}" for number in range(many)])
        # person, a window of Generations, the last uses of their prompts, balance
        with django_assert_num_queries(4):
            client.get("/prompts/")


@pytest.mark.postgresql
def test_last_uses_are_looked_up_in_the_index_of_beginnings(alice: User, bob: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("reads the plans of PostgreSQL")
    many_rows(alice, bob, 12_000)

    plan = prompts._last_uses(Generation.objects.for_user(alice), {"number 7", "number 8"})

    assert "generation_of_user_prompt" in plan.explain()
