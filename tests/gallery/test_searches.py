"""Saved searches: what finds the same is kept once, and what finds nothing is not kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from gallery import searches
from gallery.models import SavedSearch

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_home(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def save(client: Client, query: str, name: str = "") -> Any:
    return client.post("/searches/", {"query": query, "name": name}, follow=True)


def kept() -> list[tuple[str, str]]:
    return list(SavedSearch.objects.order_by("pk").values_list("name", "query"))


def test_a_search_is_kept_under_its_name_and_leads_back(at_home: Client) -> None:
    response = save(at_home, "q=lighthouse+at+dusk&size=portrait", "Lights")

    assert kept() == [("Lights", "q=lighthouse+at+dusk&size=portrait")]
    assert "Saved as “Lights”" in response.content.decode()
    page = at_home.get("/searches/").content.decode()
    assert 'href="/?q=lighthouse+at+dusk&amp;size=portrait"' in page


@pytest.mark.parametrize(
    ("query", "normal"),
    [
        ("sort=new&size=square&q=a", "q=a&size=square"),
        ("size=square&q=+a++&after=xyz&utm=1&page=2", "q=a&size=square"),
        ("q=a&q=b", "q=b"),
        ("tag=Sea&user=ALICE", "tag=sea&user=alice"),
        ("q=%E7%8C%AB&sort=liked", "q=%E7%8C%AB&sort=liked"),
        ("q=%00a%0Ab", "q=a+b"),
        ("from=2026-11-01&to=20261102", "from=2026-11-01&to=2026-11-02"),
        ("ratio=3:2&category=animals&model=flare&style=vivid", None),
    ],
)
def test_searches_that_find_the_same_are_one(
    at_home: Client, query: str, normal: str | None
) -> None:
    save(at_home, query, "first")
    save(at_home, f"{query}&sort=" if "sort" not in query else query, "second")

    wanted = normal or "category=animals&model=flare&style=vivid&ratio=3%3A2"
    assert kept() == [("first", wanted)]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Search for something"),
        ("after=abc&sort=new", "Search for something"),
        ("q=%20%00", "Search for something"),
        ("size=huge", "“huge” is no filter here"),
        ("ratio=7:9", "“7:9” is no filter here"),
        ("sort=worst", "“worst” is no filter here"),
        ("from=yesterday", "“yesterday” is not a day"),
        ("to=2026-02-30", "“2026-02-30” is not a day"),
        (f"q={'a' * 500}", "too long"),
        (f"q={'a' * 20_000}", "Search for something"),
        ("&".join(f"x{n}=1" for n in range(500)), "Search for something"),
    ],
)
def test_what_cannot_be_searched_is_not_kept_and_says_why(
    at_home: Client, query: str, sentence: str
) -> None:
    response = save(at_home, query)

    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert kept() == []


def test_a_search_without_a_name_is_named_for_what_it_asks(at_home: Client) -> None:
    save(at_home, "q=moon&tag=sea&user=bob&sort=liked", "  ")

    assert [name for name, _query in kept()] == ["“moon”, #sea, @bob, liked"]


def test_long_names_are_cut_and_odd_ones_are_harmless(at_home: Client) -> None:
    save(at_home, "q=a", "<script>\x00 " + "x" * 200)

    [(name, _query)] = kept()
    assert len(name) == 80
    assert "<script> x" not in at_home.get("/searches/").content.decode()


def test_a_search_is_renamed_and_forgotten(at_home: Client) -> None:
    save(at_home, "q=a")
    pk = SavedSearch.objects.get().pk

    at_home.post(f"/searches/{pk}/rename/", {"name": " 月 "})
    refused = at_home.post(f"/searches/{pk}/rename/", {"name": " "}, follow=True)

    assert kept() == [("月", "q=a")]
    assert "Give it a name" in refused.content.decode()
    at_home.post(f"/searches/{pk}/delete/")
    assert kept() == []
    assert "Nothing saved yet" in at_home.get("/searches/").content.decode()


def test_nobody_touches_the_searches_of_another(at_home: Client, bob: User) -> None:
    theirs, _new = searches.save(user=bob, name="Bob’s", query="q=secret")

    assert at_home.post(f"/searches/{theirs.pk}/rename/", {"name": "x"}).status_code == 404
    assert at_home.post(f"/searches/{theirs.pk}/delete/").status_code == 404
    assert "secret" not in at_home.get("/searches/").content.decode()
    save(at_home, "q=secret")
    assert len(kept()) == 2


def test_there_is_a_most(at_home: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "MOST", 1)
    save(at_home, "q=a")

    assert "delete one first" in save(at_home, "q=b").content.decode()
    assert "You have saved this" in save(at_home, "q=a").content.decode()


def test_saving_needs_a_person(client: Client) -> None:
    assert "/accounts/login/" in client.post("/searches/", {"query": "q=a"})["Location"]


def test_the_list_costs_the_same_queries_with_few_and_with_many(
    at_home: Client, django_assert_num_queries: Any
) -> None:
    for number in range(30):
        SavedSearch.objects.create(
            user=User.objects.get(username="alice"), name=f"{number}", query=f"q={number}"
        )
        if number in (0, 29):
            with django_assert_num_queries(3):  # me, my balance, the searches
                at_home.get("/searches/")
