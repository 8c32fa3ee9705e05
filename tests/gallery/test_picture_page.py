"""What lies around a picture: others like it, its neighbours, its versions, its facts as links."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from gallery import neighbours, related, search
from gallery.models import Category, Image, Tag
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


def alike(image: Image) -> list[uuid.UUID]:
    return [uuid.UUID(str(row.id)) for row in related.like(image, but={image.pk})]


def at(user: User, minutes: int, **fields: Any) -> Image:
    return an_image(user, created_at=timezone.now() - timedelta(minutes=minutes), **fields)


@pytest.mark.parametrize(
    ("prompt", "subject"),
    [
        ("a lighthouse above a stormy sea", ["lighthouse", "stormy"]),
        ("The three cats", ["cat"]),
        ("夕暮れの桜", ["夕暮", "暮れ"]),
        ("of the and", []),
        ("", []),
    ],
)
def test_a_prompt_is_of_its_first_telling_words(prompt: str, subject: list[str]) -> None:
    assert related.subject(prompt) == subject


def test_others_of_the_same_things_come_before_others_of_the_author(alice: User, bob: User) -> None:
    image = an_image(alice, prompt="a red boat at sea")
    hers = an_image(alice, prompt="a mountain")
    red = an_image(bob, prompt="one red boat in the harbour")
    some_red = an_image(bob, prompt="a red barn")

    assert alike(image) == [red.pk, some_red.pk, hers.pk]


def test_nothing_is_related_that_the_feed_does_not_show(alice: User, bob: User) -> None:
    image = an_image(alice, prompt="a red boat")
    an_image(bob, prompt="a red boat", visibility="private")
    an_image(bob, prompt="a red boat", visibility="unlisted")

    assert alike(image) == []


def test_there_are_never_more_than_twelve(alice: User) -> None:
    image = an_image(alice, prompt="a red boat")
    for _number in range(14):
        an_image(alice, prompt="a red boat")

    found = alike(image)

    assert len(set(found)) == 12
    assert image.pk not in found


def test_neighbours_are_those_in_the_feed(client: Client, alice: User, bob: User) -> None:
    newest, image, hidden, oldest = (
        at(alice, 1),
        at(bob, 2),
        at(alice, 3, visibility="private"),
        at(alice, 4),
    )

    assert neighbours.of(image, is_owner=False) == neighbours.Neighbours(newest.pk, oldest.pk)
    assert neighbours.of(newest, is_owner=True) == neighbours.Neighbours(None, image.pk)
    assert neighbours.of(hidden, is_owner=False) == neighbours.Neighbours()
    page = client.get(image.get_absolute_url()).content.decode()
    assert f'rel="prev" href="/images/{newest.pk}/"' in page
    assert f'rel="next" href="/images/{oldest.pk}/"' in page


def test_a_private_picture_has_its_owners_neighbours(alice: User, bob: User) -> None:
    older, image, newer = (at(alice, minutes, visibility="private") for minutes in (3, 2, 1))
    at(bob, 2, visibility="private")

    assert neighbours.of(image, is_owner=True) == neighbours.Neighbours(newer.pk, older.pk)


def test_pictures_of_one_moment_are_all_passed(alice: User) -> None:
    moment = timezone.now()
    images = {an_image(alice, created_at=moment).pk for _number in range(4)}

    at_hand = Image.objects.in_bulk()
    place = Image.objects.public().newest_first().values_list("pk", flat=True).first()
    seen = []
    while place:
        seen.append(place)
        place = neighbours.of(at_hand[place], is_owner=False).older

    assert len(seen) == 4
    assert set(seen) == images


def test_versions_show_to_others_only_what_they_find_anyway(client: Client, alice: User) -> None:
    one = uuid.uuid4()
    image, secret = (
        an_image(alice, generation_id=one, position=place, visibility=visibility)
        for place, visibility in enumerate(("unlisted", "private"))
    )
    path = image.get_absolute_url()

    assert str(secret.pk) not in client.get(path).content.decode()
    client.force_login(alice)
    page = client.get(path).content.decode()
    assert f'href="/images/{secret.pk}/"' in page
    assert 'aria-current="true"' in page


def test_facts_lead_to_others_like_it(client: Client, alice: User) -> None:
    category, _new = Category.objects.get_or_create(slug="animals", defaults={"name": "Animals"})
    image = an_image(alice, category=category, style="vivid")
    image.tags.add(Tag.objects.create(name="red & blue"))
    search.index([image.pk])

    page = client.get(image.get_absolute_url()).content.decode()

    for query in ("model=flare", "category=animals", "ratio=4%3A3", "tag=red%20%26%20blue"):
        assert f'href="/?{query}"' in page
        assert str(image.pk) in client.get(f"/?{query}").content.decode()


def test_a_long_prompt_folds_and_is_copied_whole(client: Client, alice: User) -> None:
    prompt = " ".join(f"word{number}" for number in range(1500))
    image = an_image(alice, prompt=prompt)

    page = client.get(image.get_absolute_url()).content.decode()

    assert "Show all" in page
    assert f'id="prompt" dir="auto">{prompt}</p>' in page


def test_the_page_costs_no_more_queries_with_more_pictures(
    client: Client, alice: User, bob: User
) -> None:
    image = an_image(alice, prompt="a red boat")
    client.force_login(bob)
    counts = []
    for _round in range(2):
        client.get(image.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            client.get(image.get_absolute_url())
        counts.append(len(queries))
        for _number in range(13):
            an_image(alice, prompt="a red boat")

    assert counts[1] <= counts[0] <= MOST_QUERIES


def test_related_pictures_come_in_a_part_of_their_own(client: Client, alice: User) -> None:
    image, other = (an_image(alice, prompt=f"a red boat {number}") for number in range(2))

    page = client.get(image.get_absolute_url()).content.decode()
    part = client.get(f"/images/{image.pk}/related/").content.decode()

    assert f'hx-get="/images/{image.pk}/related/"' in page
    assert 'href="/?q=red+boat"' in page
    assert str(other.pk) in client.get("/?q=red+boat").content.decode()
    assert str(other.pk) in part
    assert f'data-image="{image.pk}"' not in part
    assert "<html" not in part


def test_a_lonely_picture_says_so(client: Client, alice: User) -> None:
    image = an_image(alice)

    assert "Nothing like it yet" in client.get(f"/images/{image.pk}/related/").content.decode()
