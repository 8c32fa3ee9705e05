"""A person's page: what they show to everybody, and nothing else."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from gallery import collecting
from gallery.models import Collection, Image
from tests.cast import a_person
from tests.gallery.test_views import an_image, as_

pytestmark = pytest.mark.django_db


def a_picture(user: User, **fields: Any) -> Image:
    return an_image(user, ready=False, rendered_at=timezone.now(), **fields)


def shown(page: str) -> list[uuid.UUID]:
    """The pictures of a page, in its order."""
    found = re.findall(r'data-image="([0-9a-f-]{36})"', page.rpartition('aria-label="Pictures')[2])
    return [uuid.UUID(pk) for pk in found]


@pytest.mark.parametrize("viewer", ["anonymous", "bob", "alice", "carol"])
def test_everybody_sees_the_same_public_pictures(
    client: Client, alice: User, bob: User, carol: User, viewer: str
) -> None:
    public = a_picture(alice)
    secret = [
        a_picture(alice, visibility="unlisted"),
        a_picture(alice, visibility="private"),
        a_picture(alice, hidden_at=timezone.now()),
        a_picture(alice, deleted_at=timezone.now()),
        a_picture(bob),
    ]

    response = as_(client, viewer, alice, bob, carol).get("/u/alice/")

    page = response.content.decode()
    assert shown(page) == [public.pk]
    assert not [image for image in secret if str(image.pk) in page]
    assert "alice@example.com" not in page.partition("<main")[2]


def test_public_collections_are_shown_with_what_is_public_in_them(
    client: Client, alice: User, bob: User
) -> None:
    public, private = a_picture(alice), a_picture(alice, visibility="private")
    theirs = a_picture(bob)

    def a_collection(title: str, *images: Image, visibility: str = "public") -> Collection:
        return collecting.create(user=alice, title=title, visibility=visibility, images=images)

    a_collection("Shown", private, public, theirs)
    a_collection("Nothing for others", private)
    a_collection("By address", public, visibility="unlisted")
    a_collection("Mine", public, visibility="private")

    for address in ("/u/alice/", "/u/alice/collections/"):
        response = client.get(address)
        [collection] = response.context["collections"]
        assert (collection.title, collection.number) == ("Shown", 2)
        assert collection.front == public


def test_many_collections_have_a_page_of_their_own(client: Client, alice: User) -> None:
    image = a_picture(alice)
    for number in range(30):
        collecting.create(user=alice, title=f"{number}", visibility="public", images=[image])

    person = client.get("/u/alice/")
    first = client.get("/u/alice/collections/")
    second = client.get(first.context["next_url"], headers={"HX-Request": "true"})

    assert len(person.context["collections"]) == 6
    assert 'href="/u/alice/collections/"' in person.content.decode()
    titles = [found.title for page in (first, second) for found in page.context["collections"]]
    assert titles == [str(number) for number in range(29, -1, -1)]


def test_the_name_is_found_in_any_case_and_leads_to_the_right_one(client: Client) -> None:
    a_person("Dora.B_1-x")

    assert client.get("/u/Dora.B_1-x/").status_code == 200
    assert client.get("/u/dORA.b_1-X/")["Location"] == "/u/Dora.B_1-x/"
    assert client.get("/u/DORA.B_1-X/collections/")["Location"] == "/u/Dora.B_1-x/collections/"


@pytest.mark.parametrize("name", ["nobody", "a%00b", "x" * 200, "%", "艺术", "a%2Fb", "sleeper"])
def test_who_is_not_here_is_not_found(client: Client, db: None, name: str) -> None:
    a_person("sleeper", is_active=False)

    assert client.get(f"/u/{name}/").status_code == 404
    assert client.get(f"/u/{name}/collections/").status_code == 404


def test_pages_go_on_to_the_last_picture(client: Client, alice: User) -> None:
    for number in range(30):
        a_picture(alice, prompt=str(number))

    first = client.get("/u/alice/")
    second = client.get(first.context["next_url"], headers={"HX-Request": "true"})

    found = [pk for page in (first, second) for pk in shown(page.content.decode())]
    prompts = dict(Image.objects.values_list("pk", "prompt"))
    assert [prompts[pk] for pk in found] == [str(number) for number in range(29, -1, -1)]
    assert "<html" not in second.content.decode()


def test_a_person_costs_the_same_queries_with_few_and_with_many(
    client: Client, alice: User, django_assert_num_queries: Any
) -> None:
    for number in range(8):
        image = a_picture(alice)
        collecting.create(user=alice, title=str(number), visibility="public", images=[image])
        if number in (0, 7):
            client.get("/u/alice/")
            with django_assert_num_queries(4):  # the person, pictures, collections, covers
                client.get("/u/alice/")


def test_a_picture_leads_to_its_author(client: Client, alice: User) -> None:
    assert 'href="/u/alice/"' in client.get(f"/images/{a_picture(alice).pk}/").content.decode()
