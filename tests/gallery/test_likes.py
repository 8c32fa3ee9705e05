"""Likes: one for each person and picture, counted exactly, whatever is repeated or at once."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from functools import partial
from math import log10
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from gallery import likes
from gallery.likes import set_like
from gallery.models import Image, Like
from tests.cast import a_person, all_at_once
from tests.gallery.test_views import an_image


@pytest.mark.django_db
def test_liking_twice_counts_once_and_can_be_taken_back(
    client: Client, alice: User, bob: User
) -> None:
    image = an_image(alice, ready=False)
    client.force_login(bob)
    counts = []

    for liked in ("1", "1", "0", "0", "1"):
        client.post(f"/images/{image.pk}/like/", {"liked": liked})
        counts.append(Image.objects.get().likes)

    assert counts == [1, 1, 0, 0, 1]
    assert Like.objects.get().user == bob


@pytest.mark.django_db
def test_the_button_changes_in_place_and_says_what_it_will_do_next(
    client: Client, alice: User
) -> None:
    image = an_image(alice, ready=False)
    client.force_login(alice)

    fragment = client.post(
        f"/images/{image.pk}/like/", {"liked": "1"}, headers={"HX-Request": "true"}
    ).content.decode()

    assert 'aria-pressed="true"' in fragment
    assert 'name="liked" value="0"' in fragment


@pytest.mark.django_db
def test_what_one_may_not_see_one_cannot_like(client: Client, alice: User, bob: User) -> None:
    image = an_image(alice, ready=False, visibility="private")
    client.force_login(bob)

    assert client.post(f"/images/{image.pk}/like/").status_code == 404
    assert client.post(f"/images/{uuid.uuid4()}/like/").status_code == 404
    assert not Like.objects.exists()


@pytest.mark.django_db
def test_liking_needs_a_person(client: Client, alice: User) -> None:
    image = an_image(alice, ready=False)

    assert "/accounts/login/" in client.post(f"/images/{image.pk}/like/")["Location"]
    assert client.get(f"/images/{image.pk}/like/").status_code in (302, 405)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_fifty_likes_at_once_by_ten_people_are_ten() -> None:
    image = an_image(a_person("alice"), ready=False)
    people = [a_person(f"person{number}") for number in range(10)] * 5

    def like(user: User) -> int:
        return set_like(user=user, image=Image.objects.get(pk=image.pk), liked=True)

    results = all_at_once([partial(like, user) for user in people])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Image.objects.get().likes == Like.objects.count() == 10


@pytest.mark.django_db
def test_a_picture_that_is_removed_while_it_is_liked_is_not_found(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = an_image(alice, ready=False)
    client.force_login(alice)
    count = likes._count

    def count_too_late(image: Image, change: int) -> None:
        Like.objects.all().delete()
        Image.objects.filter(pk=image.pk).delete()
        count(image, change)

    monkeypatch.setattr(likes, "_count", count_too_late)

    assert client.post(f"/images/{image.pk}/like/").status_code == 404


@pytest.mark.django_db
def test_the_trend_weighs_likes_against_age_and_is_empty_without_likes(
    alice: User, bob: User
) -> None:
    now = timezone.now()
    young = an_image(alice, ready=False, created_at=now)
    old = an_image(alice, ready=False, created_at=now - timedelta(seconds=45_000))
    people = [a_person(f"person{number}") for number in range(10)]

    for person in people:
        set_like(user=person, image=old, liked=True)
    set_like(user=bob, image=young, liked=True)
    set_like(user=bob, image=young, liked=True)

    young.refresh_from_db()
    old.refresh_from_db()
    assert young.trend == pytest.approx(now.timestamp() / 45_000)
    assert old.trend == pytest.approx(young.trend)  # ten times the likes for 12.5 hours of age

    set_like(user=bob, image=young, liked=False)
    set_like(user=people[0], image=old, liked=False)

    young.refresh_from_db()
    old.refresh_from_db()
    assert young.trend is None
    assert old.trend == pytest.approx(log10(9) + old.created_at.timestamp() / 45_000)


@pytest.mark.django_db
def test_the_page_shows_what_i_liked_last_first_and_only_what_i_may_see(
    client: Client, alice: User, bob: User
) -> None:
    images = [an_image(alice, ready=False, prompt=f"no. {number}") for number in range(6)]
    for image in images:
        set_like(user=bob, image=image, liked=True)
    set_like(user=alice, image=images[0], liked=True)
    now = timezone.now()
    gone: list[dict[str, Any]] = [
        {"visibility": "private"},
        {"hidden_at": now},
        {"deleted_at": now},
        {"withdrawn_at": now},
    ]
    for image, fields in zip(images[1:5], gone, strict=True):
        Image.objects.filter(pk=image.pk).update(**fields)
    client.force_login(bob)

    response = client.get("/likes/")

    assert response.context["images"] == [images[5], images[0]]
    page = response.content.decode()
    assert [str(image.pk) in page for image in images] == [True, *[False] * 4, True]
    assert page.count('aria-pressed="true"') == 2


@pytest.mark.django_db
def test_the_likes_are_pages_without_gaps_while_more_are_liked_and_others_vanish(
    client: Client, alice: User
) -> None:
    images = [an_image(alice, ready=False, prompt=f"no. {number}") for number in range(40)]
    for image in images:
        set_like(user=alice, image=image, liked=True)
    Image.objects.filter(pk__in=[image.pk for image in images[10:14]]).update(
        deleted_at=timezone.now()
    )
    client.force_login(alice)

    first = client.get("/likes/")
    set_like(user=alice, image=an_image(alice, ready=False), liked=True)
    set_like(user=alice, image=images[39], liked=False)
    second = client.get(first.context["next_url"], headers={"HX-Request": "true"})

    shown = [image.prompt for page in (first, second) for image in page.context["images"]]
    assert shown == [f"no. {number}" for number in [*range(39, 13, -1), *range(9, -1, -1)]]
    assert second.context["next_url"] == ""
    assert "<html" not in second.content.decode()


@pytest.mark.django_db
def test_the_likes_page_costs_the_same_queries_with_few_and_with_many(
    client: Client, alice: User, django_assert_num_queries: Any
) -> None:
    client.force_login(alice)
    for number in range(20):
        image = an_image(a_person(f"person{number}"), ready=False)
        set_like(user=alice, image=image, liked=True)
        if number in (0, 19):
            with django_assert_num_queries(3):  # me, my balance, the likes with their pictures
                client.get("/likes/")


@pytest.mark.django_db
def test_the_likes_are_mine_alone(client: Client, alice: User, bob: User) -> None:
    set_like(user=bob, image=an_image(alice, ready=False), liked=True)

    assert "/accounts/login/" in client.get("/likes/")["Location"]
    client.force_login(alice)
    page = client.get("/likes/")
    assert page.context["images"] == []
    assert "Nothing liked yet" in page.content.decode()
    client.force_login(bob)
    for after in ("nonsense", "9" * 30, "%00", "-"):
        assert len(client.get(f"/likes/?after={after}").context["images"]) == 1


@pytest.mark.django_db
def test_the_likes_of_a_person_who_goes_leave_the_counts(alice: User, bob: User) -> None:
    both, one = an_image(alice, ready=False), an_image(alice, ready=False)
    set_like(user=alice, image=both, liked=True)
    for image in (both, one):
        set_like(user=bob, image=image, liked=True)

    assert likes.take_back_all(user=bob) == 2
    assert likes.take_back_all(user=bob) == 0

    assert [fresh(image).likes for image in (both, one)] == [1, 0]
    assert fresh(both).trend == pytest.approx(both.created_at.timestamp() / 45_000)
    assert fresh(one).trend is None
    assert Like.objects.get().user == alice


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_hundred_likes_at_once_are_a_hundred_and_so_is_the_trend() -> None:
    image = an_image(a_person("alice"), ready=False)
    people = [a_person(f"person{number}") for number in range(50)]
    jobs = [partial(set_like, user=user, image=fresh(image), liked=True) for user in people] * 2

    results = all_at_once(list(jobs))

    assert [result for result in results if isinstance(result, Exception)] == []
    image.refresh_from_db()
    assert image.likes == Like.objects.count() == 50
    assert image.trend == pytest.approx(log10(50) + image.created_at.timestamp() / 45_000)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_number_that_is_read_and_written_back_loses_likes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that the race is real, and so that the test above can fail."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has a single writer and so no such race")
    image = an_image(a_person("alice"), ready=False)
    people = [a_person(f"person{number}") for number in range(20)]

    def unguarded(image: Image, change: int) -> None:
        number = Image.objects.values_list("likes", flat=True).get(pk=image.pk)
        time.sleep(0.05)
        Image.objects.filter(pk=image.pk).update(likes=number + change)

    monkeypatch.setattr(likes, "_count", unguarded)
    all_at_once([partial(set_like, user=user, image=fresh(image), liked=True) for user in people])

    image.refresh_from_db()
    assert Like.objects.count() == 20
    assert image.likes < 20


def fresh(image: Image) -> Image:
    return Image.objects.get(pk=image.pk)
