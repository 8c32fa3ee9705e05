"""Likes: one for each person and picture, counted exactly, whatever is repeated or at once."""

from __future__ import annotations

import uuid
from functools import partial

import pytest
from django.test import Client

from accounts.models import User
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
