"""Collections: an order of one's own, and no picture shown to whom it is not meant for."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from gallery import collecting
from gallery.models import Collection, CollectionItem, Image, Visibility
from gallery.views import collections as views
from tests.cast import a_person, all_at_once
from tests.gallery.test_views import an_image, as_

pytestmark = pytest.mark.django_db

PEOPLE = ["anonymous", "bob", "alice", "carol"]


def some_images(user: User, number: int, **fields: Any) -> list[Image]:
    return [
        an_image(user, ready=False, rendered_at=timezone.now(), prompt=f"no. {n}", **fields)
        for n in range(number)
    ]


def a_collection(user: User, images: list[Image] | None = None, **fields: Any) -> Collection:
    values = {"title": "Dusk", "visibility": Visibility.PUBLIC, **fields}
    return collecting.create(user=user, images=images or [], **values)


def order(collection: Collection) -> list[str]:
    places = collection.items.order_by("position").select_related("image")
    return [place.image.prompt.removeprefix("no. ") for place in places]


def shown(client: Client, collection: Collection, query: str = "") -> list[uuid.UUID]:
    response = client.get(f"/collections/{collection.pk}/{query}")
    assert response.status_code == 200
    return [image.pk for image in response.context["images"]]


@pytest.mark.parametrize("viewer", PEOPLE)
@pytest.mark.parametrize(
    ("visibility", "seen_by"),
    [("public", set(PEOPLE)), ("unlisted", set(PEOPLE)), ("private", {"alice", "carol"})],
)
def test_a_collection_is_seen_by_whom_its_visibility_says(
    client: Client,
    alice: User,
    bob: User,
    carol: User,
    viewer: str,
    visibility: str,
    seen_by: set[str],
) -> None:
    collection = a_collection(alice, visibility=visibility)

    answer = as_(client, viewer, alice, bob, carol).get(f"/collections/{collection.pk}/")

    assert answer.status_code == (200 if viewer in seen_by else 404)


PICTURES: dict[str, dict[str, Any]] = {
    "public": {"visibility": "public"},
    "unlisted": {"visibility": "unlisted"},
    "private": {"visibility": "private"},
    "hidden": {"hidden_at": timezone.now()},
    "deleted": {"deleted_at": timezone.now()},
    "withdrawn": {"withdrawn_at": timezone.now()},
}


@pytest.mark.parametrize(
    ("viewer", "visibility", "seen"),
    [
        ("anonymous", "public", {"public"}),
        ("bob", "public", {"public"}),
        ("anonymous", "unlisted", {"public", "unlisted"}),
        ("bob", "unlisted", {"public", "unlisted"}),
        ("alice", "public", {"public", "unlisted", "private", "hidden"}),
        ("alice", "private", {"public", "unlisted", "private", "hidden"}),
        ("carol", "private", {"public", "unlisted", "private", "hidden"}),
    ],
)
def test_a_collection_makes_no_picture_easier_to_find(
    client: Client,
    alice: User,
    bob: User,
    carol: User,
    viewer: str,
    visibility: str,
    seen: set[str],
) -> None:
    images = {kind: some_images(alice, 1)[0] for kind in PICTURES}
    collection = a_collection(alice, list(images.values()), visibility=visibility)
    for kind, fields in PICTURES.items():
        Image.objects.filter(pk=images[kind].pk).update(**fields)
    as_(client, viewer, alice, bob, carol)

    response = client.get(f"/collections/{collection.pk}/")

    assert {image.pk for image in response.context["images"]} == {images[kind].pk for kind in seen}
    assert response.context["collection"].number == len(seen)
    page = response.content.decode()
    assert {kind for kind in images if str(images[kind].pk) in page} == seen


def test_unlisted_pictures_of_others_are_not_passed_on(
    client: Client, alice: User, bob: User
) -> None:
    [theirs] = some_images(bob, 1, visibility="unlisted")
    collection = a_collection(alice, [theirs], visibility="unlisted")

    assert shown(client, collection) == []
    client.force_login(alice)
    assert shown(client, collection) == [theirs.pk]


def test_a_cover_that_one_may_not_see_gives_way_to_the_first_that_one_may(
    client: Client, alice: User
) -> None:
    first, second = some_images(alice, 2)
    collection = a_collection(alice, [first, second])
    collecting.set_cover(collection=collection, image_pk=second.pk)

    def cover() -> Any:
        return client.get(f"/collections/{collection.pk}/").context["collection"].front

    assert cover() == second
    Image.objects.filter(pk=second.pk).update(visibility="private")
    assert cover() == first
    Image.objects.filter(pk=second.pk).update(visibility="public")
    assert cover() == second


def test_a_deleted_picture_drops_out_and_comes_back_to_its_place(
    client: Client, alice: User
) -> None:
    images = some_images(alice, 3)
    collection = a_collection(alice, images)

    Image.objects.filter(pk=images[1].pk).update(deleted_at=timezone.now())
    without = shown(client, collection)
    Image.objects.filter(pk=images[1].pk).update(deleted_at=None)

    assert without == [images[0].pk, images[2].pk]
    assert shown(client, collection) == [image.pk for image in images]


def test_pages_follow_the_order_without_gaps_while_pictures_come_and_go(
    client: Client, alice: User
) -> None:
    images = some_images(alice, 30)
    collection = a_collection(alice, images)

    first = client.get(f"/collections/{collection.pk}/")
    collecting.remove(collection=collection, image_pk=images[0].pk)
    collecting.add(collection=collection, images=some_images(alice, 1))
    second = client.get(first.context["next_url"], headers={"HX-Request": "true"})

    pages = [image.pk for page in (first, second) for image in page.context["images"]]
    assert pages[:30] == [image.pk for image in images]
    assert len(pages) == 31
    assert second.context["next_url"] == ""
    assert "<html" not in second.content.decode()


@pytest.mark.parametrize("after", ["x", "9" * 30, "--1", "%00", "٣"])
def test_an_altered_cursor_is_the_first_page(client: Client, alice: User, after: str) -> None:
    images = some_images(alice, 2)

    assert len(shown(client, a_collection(alice, images), f"?after={after}")) == 2


def test_one_is_made_renamed_and_deleted_and_its_pictures_stay(client: Client, alice: User) -> None:
    client.force_login(alice)
    [image] = some_images(alice, 1)

    made = client.post("/collections/", {"title": " Sea  ", "visibility": "unlisted"})
    collection = Collection.objects.get()
    collecting.add(collection=collection, images=[image])
    assert made["Location"] == f"/collections/{collection.pk}/"
    assert (collection.title, collection.visibility) == ("Sea", "unlisted")

    client.post(
        f"/collections/{collection.pk}/edit/",
        {"title": "海", "description": "Waves", "visibility": "public"},
    )
    collection.refresh_from_db()
    assert (collection.title, collection.description) == ("海", "Waves")
    assert collection.visibility == "public"

    client.post(f"/collections/{collection.pk}/delete/")
    assert not Collection.objects.exists()
    assert Image.objects.get() == image


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": ""}, "Give it a title"),
        ({"title": "   "}, "Give it a title"),
        ({"title": "a" * 81}, "at most 80"),
        ({"title": "a\x00b"}, "Null characters"),
        ({"title": "Sea", "description": "a" * 501}, "at most 500"),
        ({"title": "Sea", "visibility": "everyone"}, "not one of"),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_typed_is_lost(
    client: Client, alice: User, fields: dict[str, str], sentence: str
) -> None:
    client.force_login(alice)
    collection = a_collection(alice)

    for address in ("/collections/", f"/collections/{collection.pk}/edit/"):
        response = client.post(address, {"description": "kept words", **fields})

        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert fields.get("description", "kept words") in response.content.decode()
    assert [found.title for found in Collection.objects.all()] == ["Dusk"]


def test_the_unverified_keep_theirs_to_themselves(
    client: Client, alice: User, settings: Any
) -> None:
    settings.EMAIL_VERIFICATION = "optional"
    client.force_login(alice)

    refused = client.post("/collections/", {"title": "Sea", "visibility": "public"})
    client.post("/collections/", {"title": "Mine"})

    assert "Confirm your e-mail address" in refused.content.decode()
    collection = Collection.objects.get()
    assert (collection.title, collection.visibility) == ("Mine", "private")
    answer = client.post(
        f"/collections/{collection.pk}/edit/", {"title": "Mine", "visibility": "public"}
    )
    assert answer.status_code == 422
    assert Collection.objects.get().visibility == "private"


def test_nobody_changes_the_collection_of_another(client: Client, alice: User, bob: User) -> None:
    [image] = some_images(alice, 1)
    collection = a_collection(alice, [image])
    client.force_login(bob)
    base = f"/collections/{collection.pk}/"

    answers = [
        client.get(f"{base}edit/"),
        client.post(f"{base}edit/", {"title": "Bob’s"}),
        client.post(f"{base}delete/"),
        client.post(f"{base}{image.pk}/remove/"),
        client.post(f"{base}{image.pk}/cover/"),
        client.post(f"{base}{image.pk}/move/", {"step": "on"}),
        client.post(f"/images/{image.pk}/collections/", {"collection": str(collection.pk)}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
    assert client.get(f"{base}?arrange=1").context["arranging"] is False
    assert (Collection.objects.get().title, order(collection)) == ("Dusk", ["0"])


def test_a_picture_is_put_in_and_taken_out_from_its_own_page(
    client: Client, alice: User, bob: User
) -> None:
    [image] = some_images(bob, 1)
    collection = a_collection(alice)
    client.force_login(alice)
    address = f"/images/{image.pk}/collections/"

    def choose(**fields: str) -> str:
        return client.post(address, fields, headers={"HX-Request": "true"}).content.decode()

    assert 'aria-pressed="false"' in client.get(address).content.decode()
    assert 'aria-pressed="true"' in choose(collection=str(collection.pk), chosen="1")
    assert 'aria-pressed="true"' in choose(collection=str(collection.pk), chosen="1")
    assert order(collection) == ["0"]
    assert 'aria-pressed="false"' in choose(collection=str(collection.pk), chosen="0")
    assert order(collection) == []
    assert "New one" in choose(title="New one")
    assert order(Collection.objects.get(title="New one")) == ["0"]
    assert "Give it a title" in choose(title="  ")
    assert client.post(address, {"collection": "nonsense"}).status_code == 404
    assert client.post(address, {"title": "Plain"})["Location"] == address


def test_what_one_may_not_see_one_cannot_collect(client: Client, alice: User, bob: User) -> None:
    [image] = some_images(alice, 1, visibility="private")
    collection = a_collection(bob)
    client.force_login(bob)
    address = f"/images/{image.pk}/collections/"

    assert client.get(address).status_code == 404
    assert client.post(address, {"collection": str(collection.pk)}).status_code == 404
    assert not CollectionItem.objects.exists()


def test_collecting_needs_a_person(client: Client, alice: User) -> None:
    [image] = some_images(alice, 1)
    address = f"/images/{image.pk}/collections/"

    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 403
    assert "/accounts/login/" in client.get("/collections/")["Location"]


def test_the_order_is_changed_step_by_step_and_by_dragging(client: Client, alice: User) -> None:
    images = some_images(alice, 4)
    collection = a_collection(alice, images)
    client.force_login(alice)

    def move(number: int, **where: str) -> int:
        address = f"/collections/{collection.pk}/{images[number].pk}/move/"
        return client.post(address, where).status_code

    assert move(2, step="back") == 302
    assert order(collection) == ["0", "2", "1", "3"]
    assert move(0, step="on") == 302
    assert order(collection) == ["2", "0", "1", "3"]
    assert move(2, step="back") == move(3, step="on") == 302
    assert order(collection) == ["2", "0", "1", "3"]
    assert move(3, before=str(images[2].pk)) == 204
    assert order(collection) == ["3", "2", "0", "1"]
    assert move(3, after=str(images[1].pk)) == 204
    assert order(collection) == ["2", "0", "1", "3"]


def test_one_stays_with_the_picture_that_moves_to_another_page(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "ARRANGED_PAGE", 2)
    images = some_images(alice, 4)
    collection = a_collection(alice, images)
    client.force_login(alice)
    first = client.get(f"/collections/{collection.pk}/?arrange=1")
    second = client.get(first.context["next_url"])
    assert second.context["images"] == images[2:]

    answer = client.post(
        f"/collections/{collection.pk}/{images[2].pk}/move/",
        {"step": "back", "from": second.wsgi_request.GET["after"]},
    )

    assert answer["Location"].endswith(f"#place-{images[2].pk}")
    assert images[2] in client.get(answer["Location"]).context["images"]
    odd = client.post(f"/collections/{collection.pk}/{images[2].pk}/cover/", {"from": "٣x"})
    assert odd["Location"] == f"/collections/{collection.pk}/?arrange=1"


@pytest.mark.parametrize(
    "where", [{}, {"step": "sideways"}, {"before": "x"}, {"after": str(uuid.uuid4())}]
)
def test_a_move_to_nowhere_changes_nothing(
    client: Client, alice: User, where: dict[str, str]
) -> None:
    images = some_images(alice, 2)
    collection = a_collection(alice, images)
    client.force_login(alice)

    answer = client.post(f"/collections/{collection.pk}/{images[1].pk}/move/", where)

    assert answer.status_code in (302, 409)
    assert order(collection) == ["0", "1"]


def test_a_step_passes_over_what_is_deleted(alice: User) -> None:
    images = some_images(alice, 3)
    collection = a_collection(alice, images)
    Image.objects.filter(pk=images[1].pk).update(deleted_at=timezone.now())

    collecting.step(collection=collection, image_pk=images[2].pk, back=True)

    assert order(collection) == ["2", "0", "1"]


def test_places_are_spread_again_when_no_number_is_left_between_two(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "STEP", 2)
    images = some_images(alice, 5)
    collection = a_collection(alice, images)

    for image in images[2:]:
        collecting.move(collection=collection, image_pk=image.pk, beside=images[1].pk, before=True)

    assert order(collection) == ["0", "2", "3", "4", "1"]
    positions = list(collection.items.values_list("position", flat=True))
    assert len(set(positions)) == 5


def test_taking_the_cover_out_takes_it_off_the_cover(client: Client, alice: User) -> None:
    images = some_images(alice, 2)
    collection = a_collection(alice, images)
    client.force_login(alice)
    base = f"/collections/{collection.pk}/{images[1].pk}/"

    client.post(f"{base}cover/")
    chosen = Collection.objects.get().cover
    client.post(f"{base}remove/")
    client.post(f"{base}cover/")

    assert chosen == images[1]
    assert Collection.objects.get().cover is None
    assert order(collection) == ["0"]


def test_there_is_a_most_of_everything(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "MOST_PICTURES", 2)
    monkeypatch.setattr(collecting, "MOST_COLLECTIONS", 1)
    images = some_images(alice, 3)
    collection = a_collection(alice, images[:2])

    assert collecting.add(collection=collection, images=images[:2]) == 0
    with pytest.raises(collecting.NotCollected, match="at most 2 pictures"):
        collecting.add(collection=collection, images=images)
    with pytest.raises(collecting.NotCollected, match="1 collections"):
        a_collection(alice)


def test_the_shelf_costs_the_same_queries_with_few_and_with_many(
    client: Client, alice: User, django_assert_num_queries: Any
) -> None:
    client.force_login(alice)
    image = some_images(alice, 1)[0]
    for number in range(24):
        a_collection(alice, [image], title=str(number))
        if number in (0, 23):
            with django_assert_num_queries(4):  # me, my balance, the collections, the covers
                page = client.get("/collections/")
    assert {found.number for found in page.context["collections"]} == {1}
    assert client.get("/collections/?after=nonsense").status_code == 200


def test_a_collection_costs_the_same_queries_with_few_and_with_many(
    client: Client, alice: User, bob: User, django_assert_num_queries: Any
) -> None:
    collection = a_collection(alice)
    for number in range(3):
        person = a_person(f"person{number}")
        collecting.add(collection=collection, images=some_images(person, 8))
        if number in (0, 2):
            with django_assert_num_queries(4):  # it, its number, its cover, its pictures
                client.get(f"/collections/{collection.pk}/")
            client.force_login(bob)
            with django_assert_num_queries(6):  # and the person and the balance
                client.get(f"/collections/{collection.pk}/")
            client.logout()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_adding_one_picture_twenty_times_at_once_adds_it_once() -> None:
    alice = a_person("alice")
    image, *others = some_images(alice, 6)
    collection = a_collection(alice)
    jobs = [partial(collecting.add, collection=collection, images=[image])] * 15
    jobs += [partial(collecting.add, collection=collection, images=[other]) for other in others]

    results = all_at_once(list(jobs))

    assert sorted(map(str, results)) == ["0"] * 14 + ["1"] * 6
    positions = list(collection.items.values_list("position", flat=True))
    assert len(positions) == len(set(positions)) == 6
