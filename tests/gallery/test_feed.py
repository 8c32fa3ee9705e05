"""The home page: pages, filters in the address, likes without a page, and what it costs."""

from __future__ import annotations

import base64
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from gallery import likes, search
from gallery.models import Category, Image
from tests.cast import a_person
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db


def shown(response: Any) -> list[uuid.UUID]:
    return [uuid.UUID(pk) for pk in re.findall(r'data-image="([^"]+)"', response.content.decode())]


def test_the_feed_is_one_page_after_the_other_without_gaps_while_pictures_arrive(
    client: Client, alice: User
) -> None:
    now = timezone.now()
    for number in range(30):
        an_image(alice, ready=False, created_at=now, prompt=str(number))
    Image.objects.update(rendered_at=now)

    first = client.get("/")
    an_image(alice, ready=False, rendered_at=now, prompt="a newcomer")
    second = client.get(first.context["next_url"])

    both = shown(first) + shown(second)
    assert len(both) == len(set(both)) == 30
    assert second.context["next_url"] == ""


@pytest.mark.parametrize("cursor", ["x", "%00", "a" * 5000, "bm90IGEgY3Vyc29y", "MjAyNi0wMS0wMXx4"])
def test_an_altered_cursor_is_the_first_page(client: Client, alice: User, cursor: str) -> None:
    an_image(alice)

    response = client.get("/", {"after": cursor})

    assert response.status_code == 200
    assert len(shown(response)) == 1


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"], ids=["before", "after"]
)
def test_a_cursor_at_the_end_of_time_is_the_first_page(
    client: Client, alice: User, moment: str
) -> None:
    an_image(alice)
    cursor = base64.urlsafe_b64encode(f"{moment}|{uuid.uuid4()}".encode()).decode()

    response = client.get("/", {"after": cursor})

    assert response.status_code == 200
    assert len(shown(response)) == 1


def test_the_feed_costs_the_same_queries_with_few_and_with_many(
    client: Client, django_assert_num_queries: Any
) -> None:
    for number in range(24):
        person = a_person(f"person{number}")
        an_image(person, ready=False, rendered_at=timezone.now())
        if number in (0, 23):
            client.get("/")  # which remembers what filters offer, and draws the tiles
            with django_assert_num_queries(1):  # the pictures with their authors
                client.get("/")


def test_one_signed_in_costs_a_session_a_person_a_page_and_its_likes(
    client: Client, alice: User, django_assert_num_queries: Any
) -> None:
    an_image(alice, ready=False, rendered_at=timezone.now())
    client.force_login(alice)
    client.get("/")
    with django_assert_num_queries(4):  # the person, the page, the likes, the balance
        client.get("/")


def test_filters_stand_in_the_address_and_can_be_taken_away_one_by_one(
    client: Client, alice: User
) -> None:
    sea = Category.objects.create(slug="shore", name="Shore")
    wanted = an_image(alice, prompt="a quiet harbour", category=sea)
    an_image(alice, prompt="a harbour crane")
    an_image(alice, prompt="a meadow", category=sea)

    response = client.get("/?q=harbour&category=shore")

    assert shown(response) == [wanted.pk]
    page = response.content.decode()
    assert 'href="?q=harbour" aria-label="Remove Shore"' in page
    assert 'href="?category=shore" aria-label="Remove “harbour”"' in page
    assert '<option value="shore" selected>' in page


def test_nothing_found_offers_a_way_on(client: Client, alice: User) -> None:
    an_image(alice)

    page = client.get("/?q=zeppelin").content.decode()

    assert "Nothing found" in page
    assert "/generate/?prompt=zeppelin" in page


def test_an_unknown_filter_is_named(client: Client, alice: User) -> None:
    image = an_image(alice)

    response = client.get("/?category=%3Cscript%3E&size=round")

    assert shown(response) == [image.pk]
    assert "left out: size, category" in response.content.decode()
    assert "<script>%" not in response.content.decode()


def test_a_tile_shows_each_like_at_once_and_to_each_reader_their_own(
    client: Client, alice: User
) -> None:
    image, bob = an_image(alice), a_person("bob")
    client.force_login(bob)
    assert 'aria-pressed="false"' in client.get("/").content.decode()

    button = client.post(
        f"/images/{image.pk}/like/", {"liked": "1", "in": "feed"}, headers={"HX-Request": "true"}
    ).content.decode()

    assert button.startswith("<button")
    assert 'aria-pressed="true"' in button
    assert 'aria-pressed="true"' in client.get("/").content.decode()
    client.force_login(alice)
    page = client.get("/").content.decode()
    assert 'aria-pressed="false"' in page
    assert "Like, 1 so far" in page


def test_liking_without_javascript_leads_back_to_the_place(client: Client, alice: User) -> None:
    image = an_image(alice)
    client.force_login(alice)

    there = client.post(f"/images/{image.pk}/like/", {"liked": "1", "next": "/?size=landscape"})
    away = client.post(f"/images/{image.pk}/like/", {"liked": "0", "next": "//evil.example/"})

    assert there["Location"] == f"/?size=landscape#picture-{image.pk}"
    assert away["Location"] == image.get_absolute_url()


def test_a_new_name_of_the_author_shows_at_once(client: Client, alice: User) -> None:
    an_image(alice)
    client.get("/")
    User.objects.filter(pk=alice.pk).update(display_name="Alice the Great")

    assert "Alice the Great" in client.get("/").content.decode()


def test_more_is_a_link_that_also_brings_only_the_next_tiles(client: Client, alice: User) -> None:
    for number in range(25):
        an_image(alice, ready=False, rendered_at=timezone.now(), prompt=f"sea {number}")
    search.index(Image.objects.values_list("pk", flat=True))

    for address in ("/", "/?q=sea", "/?size=landscape"):
        first = client.get(address)
        more = first.context["next_url"]
        fragment = client.get(more, headers={"HX-Request": "true"})
        assert len(shown(first)) == 24
        assert len(shown(fragment)) == 1
        assert "<html" not in fragment.content.decode()
        assert shown(client.get(more)) == shown(fragment)


def test_every_way_to_appear_or_vanish_is_followed_by_the_search(
    client: Client, alice: User, carol: User
) -> None:
    image = an_image(alice, prompt="a zeppelin")

    def is_found() -> bool:
        return shown(Client().get("/?q=zeppelin")) == [image.pk]

    assert is_found()
    client.force_login(alice)
    client.post(f"/images/{image.pk}/visibility/", {"visibility": "private"})
    assert not is_found()
    client.post(f"/images/{image.pk}/visibility/", {"visibility": "public"})
    assert is_found()
    client.force_login(carol)
    for action, outcome in (("hide", False), ("show_again", True)):
        chosen = {"action": action, "_selected_action": [str(image.pk)]}
        client.post("/admin/gallery/image/", chosen)
        assert is_found() is outcome


def test_likes_among_a_page_are_those_of_the_reader(alice: User) -> None:
    one, other = an_image(alice), an_image(alice)
    likes.set_like(user=alice, image=one, liked=True)

    found = likes.among(alice.pk, [one.pk.hex, other.pk.hex])

    assert {uuid.UUID(str(pk)) for pk in found} == {one.pk}


def test_strangers_share_a_page_for_a_moment_and_nobody_else_does(
    client: Client, alice: User, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.FEED_CACHE_SECONDS = 60
    first = an_image(alice)
    page = client.get("/")
    second = an_image(alice)

    with django_assert_num_queries(0):
        again = Client().get("/")
    assert shown(again) == shown(page) == [first.pk]
    assert {"Cookie", "Accept-Language"} <= set(again["Vary"].split(", "))
    assert again["Content-Security-Policy"] == page["Content-Security-Policy"]
    assert shown(Client().get("/?size=landscape")) == [second.pk, first.pk]
    client.force_login(alice)
    mine = client.get("/")
    assert shown(mine) == [second.pk, first.pk]
    assert "data-credits" in mine.content.decode()
    assert "data-credits" not in Client().get("/").content.decode()
