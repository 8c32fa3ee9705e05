"""Deleting: gone at once, undone for thirty days, then every file is removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from gallery import deleting, publishing
from gallery.models import SHARED_FILES, Image, Like, SearchEntry
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=31)


def deleted_image(user: User, *, ago: timedelta = LONG_AGO, **fields: Any) -> Image:
    image = an_image(user, **fields)
    deleting.delete([image])
    Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now() - ago)
    return image


def stored_files(image: Image) -> set[str]:
    folder = publishing.rendition_name(image.key, "", "").rpartition("/")[0]
    try:
        names = set(default_storage.listdir(folder)[1])
    except FileNotFoundError:
        names = set()
    return names | ({"original"} if default_storage.exists(image.original_name) else set())


def test_deleting_hides_at_once_and_undo_brings_it_back(client: Client, alice: User) -> None:
    image = an_image(alice)
    client.force_login(alice)

    answer = client.post(f"/images/{image.pk}/delete/", follow=True)

    deleted_at = Image.objects.values_list("deleted_at", flat=True).get(pk=image.pk)
    assert deleted_at
    assert f'name="moment" value="{deleted_at.isoformat()}"' in answer.content.decode()
    assert "Undo" in answer.content.decode()
    assert client.get(f"/images/{image.pk}/").status_code == 404
    assert str(image.pk) not in client.get("/").content.decode()
    assert not SearchEntry.objects.exists()

    answer = client.post(f"/images/{image.pk}/restore/", follow=True)

    assert answer.redirect_chain == [(f"/images/{image.pk}/", 302)]
    assert "The picture is back." in answer.content.decode()
    assert str(image.pk) in client.get("/").content.decode()
    assert SearchEntry.objects.exists()


def test_deleting_returns_to_where_one_was_on_this_site_only(client: Client, alice: User) -> None:
    client.force_login(alice)

    for back, expected in [("/history/", "/history/"), ("https://evil.example/", "/deleted/")]:
        answer = client.post(f"/images/{an_image(alice).pk}/delete/", {"next": back})
        assert answer["Location"] == expected


def test_what_one_deleted_is_listed_with_the_days_that_are_left(
    client: Client, alice: User, bob: User
) -> None:
    deleted_image(alice, ago=timedelta(days=10, hours=1), prompt="a red boat")
    deleted_image(alice, ago=timedelta(days=30, minutes=1), prompt="an old boat")
    deleted_image(bob, ago=timedelta(days=1), prompt="a boat of bob")
    client.force_login(alice)

    page = client.get("/deleted/").content.decode()

    assert "a red boat" in page
    assert "20 days left" in page
    assert "an old boat" not in page
    assert "a boat of bob" not in page


def test_a_page_of_deleted_pictures_costs_the_same_for_one_and_for_many(
    client: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(alice)
    for _ in range(26):
        deleted_image(alice, ago=timedelta(days=1), ready=False)

    # session, user, credits of the header, pictures
    with django_assert_max_num_queries(4):
        page = client.get("/deleted/").content.decode()

    assert page.count("/restore/") == 24
    assert "More pictures" in page


def test_the_notice_of_one_deleted_picture_undoes_it(client: Client, alice: User) -> None:
    image = an_image(alice)
    client.force_login(alice)
    page = client.post(f"/images/{image.pk}/delete/", follow=True).content.decode()
    moment = page.split('name="moment" value="')[1].split('"')[0]

    client.post("/selection/", {"action": "restore", "moment": moment})

    assert client.get(f"/images/{image.pk}/").status_code == 200


def test_after_thirty_days_it_cannot_be_undone(client: Client, alice: User) -> None:
    image = deleted_image(alice, ago=timedelta(days=30, minutes=1))
    client.force_login(alice)

    assert client.post(f"/images/{image.pk}/restore/").status_code == 404
    assert Image.objects.get().deleted_at is not None


def test_purging_removes_the_row_and_every_file(client: Client, alice: User, bob: User) -> None:
    image = an_image(alice)
    Like.objects.create(user=bob, image=image)
    response = client.get(f"/images/{image.pk}/download/?size=512&format=jpeg")
    b"".join(response.streaming_content)  # type: ignore[attr-defined]
    stray = publishing.rendition_name(image.key, "download-512_x7Fa", "jpeg")
    default_storage.save(stray, ContentFile(b"from two requests at once"))
    assert {"original", "download-512.jpeg", "grid.webp"} <= stored_files(image)
    Image.objects.update(deleted_at=timezone.now() - LONG_AGO)

    call_command("purge_deleted")
    call_command("purge_deleted")

    assert not Image.objects.exists()
    assert stored_files(image) == set()


def test_purging_leaves_what_can_still_be_undone(alice: User) -> None:
    image = deleted_image(alice, ago=timedelta(days=29))
    kept = stored_files(image)

    assert deleting.purge() == 0
    assert Image.objects.exists()
    assert stored_files(image) == kept


def test_while_the_storage_is_away_the_row_stays_and_the_next_run_finishes(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    image = deleted_image(alice)

    def away(name: str) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", away)
        assert deleting.purge() == 0
    assert Image.objects.exists()
    assert "could not be removed" in caplog.text

    assert deleting.purge() == 1
    assert stored_files(image) == set()


def test_files_that_other_pictures_show_too_are_kept(alice: User) -> None:
    image = deleted_image(alice)
    shared = stored_files(image)
    Image.objects.filter(pk=image.pk).update(key=f"{image.key}{SHARED_FILES}1")

    assert deleting.purge() == 1
    assert stored_files(image) == shared


@pytest.mark.parametrize("action", ["delete", "restore"])
def test_nobody_deletes_or_restores_what_another_owns(
    client: Client, alice: User, bob: User, carol: User, action: str
) -> None:
    image = an_image(alice)
    if action == "restore":
        deleting.delete([image])
    before = Image.objects.get().deleted_at

    for person in (bob, carol):
        client.force_login(person)
        assert client.post(f"/images/{image.pk}/{action}/").status_code == 404
    client.force_login(alice)
    assert client.get(f"/images/{image.pk}/{action}/").status_code == 405
    assert Image.objects.get().deleted_at == before


def test_what_was_deleted_last_comes_first(client: Client, alice: User) -> None:
    images = [an_image(alice) for _number in range(3)]
    for image, hours in zip(images, (2, 3, 1), strict=True):
        deleting.delete([image])
        moment = timezone.now() - timedelta(hours=hours)
        Image.objects.filter(pk=image.pk).update(deleted_at=moment)
    client.force_login(alice)

    shown = [image for image, _days in client.get("/deleted/").context["pictures"]]

    assert shown == [images[2], images[0], images[1]]
