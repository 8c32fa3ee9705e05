"""One thing done to many pictures: only to one's own, said in numbers, and undone."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.models import User
from gallery import collecting, deleting, selecting
from gallery.models import Collection, Image, Visibility
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(alice: User) -> list[Image]:
    return [an_image(alice, ready=False, prompt=f"number {n}") for n in range(3)]


def do(client: Client, action: str, images: list[Any], **fields: Any) -> list[str]:
    """Post the selection; return what the person is told."""
    pks = [str(getattr(image, "pk", image)) for image in images]
    response = client.post("/selection/", {"action": action, "image": pks, **fields})
    assert response.status_code == 302
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(
    ("action", "visibility", "word"),
    [("publish", "public", "public"), ("unlist", "unlisted", "unlisted"), ("hide", "private", "")],
)
def test_visibility_is_set_for_all_that_are_mine(
    client: Client,
    alice: User,
    bob: User,
    mine: list[Image],
    action: str,
    visibility: str,
    word: str,
) -> None:
    start = Visibility.PUBLIC if action == "hide" else Visibility.PRIVATE
    Image.objects.update(visibility=start)
    theirs = an_image(bob, ready=False, visibility=start)
    client.force_login(alice)

    said = do(client, action, [mine[0], mine[1], theirs, uuid.uuid4(), "nonsense"])

    assert said == [f"2 of 5 pictures: {word or 'private'} now."]
    changed = Image.objects.filter(visibility=visibility)
    assert set(changed) == {mine[0], mine[1]}


def test_who_is_not_trusted_publishes_nothing(
    client: Client, alice: User, mine: list[Image], settings: Any
) -> None:
    settings.EMAIL_VERIFICATION = "mandatory"
    Image.objects.update(visibility=Visibility.PRIVATE)
    client.force_login(alice)

    assert do(client, "publish", mine) == ["Confirm your e-mail address before you publish."]
    assert not Image.objects.exclude(visibility=Visibility.PRIVATE).exists()


def test_deleting_hides_at_once_and_is_undone_by_its_moment(
    client: Client, alice: User, bob: User, mine: list[Image]
) -> None:
    theirs = an_image(bob, ready=False)
    client.force_login(alice)
    do(client, "delete", [mine[2]])

    response = client.post(
        "/selection/",
        {"action": "delete", "image": [mine[0].pk, mine[1].pk, theirs.pk]},
        follow=True,
    )

    assert Image.objects.for_user(alice).count() == 0
    assert Image.objects.for_user(bob).count() == 1
    page = response.content.decode()
    assert "2 of 3 pictures: deleted." in page
    moment = Image.objects.get(pk=mine[0].pk).deleted_at
    assert moment
    assert f'name="moment" value="{moment.isoformat()}"' in page.replace("&#x2B;", "+")
    said = do(client, "restore", [], moment=moment.isoformat())
    assert said[-1] == "2 pictures: back."
    assert set(Image.objects.for_user(alice)) == {mine[0], mine[1]}


def test_nobody_undoes_what_another_person_deleted(
    client: Client, alice: User, bob: User, mine: list[Image]
) -> None:
    _done, moment = selecting.delete(user=alice, pks=[mine[0].pk])
    client.force_login(bob)

    assert do(client, "restore", [], moment=moment.isoformat()) == [
        "There is nothing left to undo."
    ]
    assert Image.objects.for_user(alice).count() == 2


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-01-01", "2026-01-01T00:00:00", "\0"])
def test_a_moment_that_is_none_restores_nothing(client: Client, alice: User, moment: str) -> None:
    client.force_login(alice)

    assert do(client, "restore", [], moment=moment) == ["There is nothing left to undo."]


def test_pictures_join_the_end_of_a_collection_once(
    client: Client, alice: User, mine: list[Image]
) -> None:
    sea = Collection.objects.create(user=alice, title="Sea")
    client.force_login(alice)

    do(client, "collect", [mine[0]], collection=sea.pk)
    said = do(client, "collect", mine, collection=sea.pk)

    assert said[-1] == "3 pictures: now in “Sea”."
    items = sea.items.order_by("position").values_list("image_id", flat=True)
    assert list(items) == [image.pk for image in mine]


def test_a_new_collection_is_made_by_its_name(
    client: Client, alice: User, mine: list[Image]
) -> None:
    client.force_login(alice)

    do(client, "collect", mine[:1], title="  The \0 sea ")

    assert Collection.objects.get(user=alice).title == "The sea"


@pytest.mark.parametrize(
    "collection", ["", "nonsense", "00000000-0000-4000-8000-000000000000", "theirs"]
)
def test_a_collection_that_is_not_mine_takes_nothing(
    client: Client, alice: User, bob: User, mine: list[Image], collection: str
) -> None:
    theirs = Collection.objects.create(user=bob, title="Bob's")
    client.force_login(alice)

    said = do(
        client, "collect", mine, collection=theirs.pk if collection == "theirs" else collection
    )

    assert said == ["Choose a collection, or name a new one."]
    assert not theirs.items.exists()


def test_bad_input_gets_a_sentence(client: Client, alice: User, mine: list[Image]) -> None:
    client.force_login(alice)

    assert do(client, "delete", []) == ["Choose some pictures first."]
    assert do(client, "explode", mine)[-1] == "Choose what to do with the pictures."
    many = [uuid.uuid4() for _ in range(selecting.MOST + 1)]
    assert do(client, "delete", many)[-1] == "Choose at most 5000 pictures at once."
    assert Image.objects.for_user(alice).count() == 3
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS > selecting.MOST


@pytest.mark.parametrize(
    ("address", "goes"),
    [
        ("/history/?view=pictures&q=sea", "/history/?view=pictures&q=sea"),
        ("https://evil.example/", "/history/?view=pictures"),
        ("//evil.example/", "/history/?view=pictures"),
        ("", "/history/?view=pictures"),
    ],
)
def test_one_comes_back_to_where_one_was_on_this_site(
    client: Client, alice: User, mine: list[Image], address: str, goes: str
) -> None:
    client.force_login(alice)

    response = client.post("/selection/", {"action": "hide", "image": mine[0].pk, "next": address})

    assert response["Location"] == goes


def test_who_is_not_logged_in_is_asked_to(client: Client, mine: list[Image]) -> None:
    response = client.post("/selection/", {"action": "delete", "image": mine[0].pk})

    assert response["Location"].startswith("/accounts/login/")
    assert Image.objects.filter(deleted_at=None).count() == 3


def test_many_cost_no_more_queries_than_few(
    client: Client, alice: User, mine: list[Image], django_assert_max_num_queries: Any
) -> None:
    client.force_login(alice)
    client.get("/billing/")
    for images in (mine[:1], mine):
        # person, tiers and memberships, one UPDATE, and the search that follows: ids, tags,
        # entries; the session
        with django_assert_max_num_queries(16):
            do(client, "hide", images)


def test_the_search_follows_what_is_done_to_many(client: Client, alice: User) -> None:
    images = [an_image(alice, prompt="a zeppelin") for _ in range(2)]
    client.force_login(alice)

    def found() -> int:
        return Client().get("/?q=zeppelin").content.decode().count("data-image")

    assert found() == 2
    do(client, "hide", images[:1])
    assert found() == 1
    do(client, "publish", images)
    assert found() == 2
    do(client, "delete", images)
    assert found() == 0
    moment = Image.objects.values_list("deleted_at", flat=True)[0]
    assert moment
    assert selecting.restore(user=alice, moment=moment.isoformat()) == 2
    assert found() == 2


def test_what_can_no_longer_be_brought_back_is_not_undone_by_its_moment(alice: User) -> None:
    image = an_image(alice)
    over = timezone.now() - deleting.KEPT
    Image.objects.filter(pk=image.pk).update(deleted_at=over)

    assert selecting.restore(user=alice, moment=over.isoformat()) == 0
    assert Image.objects.get(pk=image.pk).deleted_at == over


def test_a_selection_too_large_for_its_collection_is_refused_whole(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "MOST_PICTURES", 1)
    pks = [an_image(alice).pk for _ in range(2)]

    with pytest.raises(selecting.NotPossible, match="at most 1 pictures"):
        selecting.collect(user=alice, pks=pks, collection="", title="Harbours")

    assert not alice.collections.exists()


def test_pictures_collected_together_leave_room_between_them(alice: User) -> None:
    pks = [an_image(alice).pk for _ in range(2)]

    collection, _done = selecting.collect(user=alice, pks=pks, collection="", title="Harbours")

    first, second = collection.items.order_by("position")
    assert [first.image_id, second.image_id] == pks
    assert second.position - first.position == collecting.STEP
