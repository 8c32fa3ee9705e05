"""Removing for good: what is left of an account's pictures, in the database and in storage."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import ProtectedError
from django.test import Client

from accounts.models import User
from billing.models import CreditEntry
from gallery import collecting, deleting, likes, removing
from gallery.models import Collection, Image, Like, SavedSearch, SearchEntry, Visibility
from tests.gallery.test_deleting import stored_files
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db


def someone_with_everything(user: User, other: User) -> tuple[list[Image], Image]:
    """Public, private, deleted and hidden pictures; and one of ``other`` that ``user`` likes."""
    mine = [an_image(user), an_image(user, visibility="private"), an_image(user), an_image(user)]
    deleting.delete([mine[2]])
    theirs = an_image(other)
    likes.set_like(user=user, image=theirs, liked=True)
    likes.set_like(user=other, image=theirs, liked=True)
    likes.set_like(user=other, image=mine[0], liked=True)
    collecting.create(
        user=user, title="Mine", description="", visibility=Visibility.PUBLIC, images=[mine[0]]
    )
    SavedSearch.objects.create(user=user, name="boats", query="q=boat")
    return mine, theirs


def test_an_account_goes_with_all_it_made_and_likes(alice: User, bob: User) -> None:
    mine, theirs = someone_with_everything(alice, bob)

    assert removing.remove_account(alice) == 4
    deleting.purge()

    assert list(Image.objects.all()) == [theirs]
    assert not [name for image in mine for name in stored_files(image)]
    assert stored_files(theirs)
    theirs.refresh_from_db()
    assert theirs.likes == Like.objects.count() == 1
    assert SearchEntry.objects.count() == 1
    assert not Collection.objects.exists()
    assert not SavedSearch.objects.exists()
    alice.refresh_from_db()
    assert not alice.is_active
    assert CreditEntry.objects.filter(account_id=alice.pk).exists()
    assert removing.remove_account(alice) == 0


def test_nobody_sees_anything_from_the_first_moment(client: Client, alice: User, bob: User) -> None:
    mine, _theirs = someone_with_everything(alice, bob)
    alices = Client()
    alices.force_login(alice)

    removing.remove_account(alice)

    for image in mine:
        for who in (client, alices):
            assert who.get(f"/images/{image.pk}/").status_code == 404
            assert who.get(f"/images/{image.pk}/grid.webp").status_code == 404
    assert client.get("/u/alice/").status_code == 404
    assert not any(str(image.pk) in client.get("/").content.decode() for image in mine)
    assert deleting.restore(mine) == 0


def test_the_row_of_a_person_with_pictures_cannot_simply_go(alice: User) -> None:
    an_image(alice)

    with pytest.raises(ProtectedError) as refused:
        alice.delete()

    assert any(isinstance(row, Image) for row in refused.value.protected_objects)


def test_pictures_that_the_law_wants_gone_are_gone_now(alice: User) -> None:
    kept, gone = an_image(alice), an_image(alice)

    assert removing.remove_pictures([gone.pk]) == 1
    deleting.purge()

    assert list(Image.objects.all()) == [kept]
    assert not stored_files(gone)
    assert stored_files(kept)


def test_an_administrator_is_asked_first(
    client: Client, alice: User, bob: User, carol: User
) -> None:
    someone_with_everything(alice, bob)
    client.force_login(carol)
    form: dict[str, Any] = {"action": "remove_account", "_selected_action": [alice.pk]}

    asked = client.post("/admin/accounts/user/", form)

    assert "nobody can undo it" in asked.content.decode()
    assert Image.objects.filter(deleted_at=None, user=alice).exists()

    client.post("/admin/accounts/user/", form | {"sure": "yes"})

    assert not Image.objects.filter(deleted_at=None, user=alice).exists()
    assert not User.objects.get(pk=alice.pk).is_active
    assert User.objects.get(pk=bob.pk).is_active


def test_an_administrator_removes_one_picture(client: Client, alice: User, carol: User) -> None:
    image = an_image(alice)
    client.force_login(carol)
    form: dict[str, Any] = {"action": "remove", "_selected_action": [str(image.pk)]}

    assert "nobody can undo it" in client.post("/admin/gallery/image/", form).content.decode()
    client.post("/admin/gallery/image/", form | {"sure": "yes"})

    assert client.get(f"/images/{image.pk}/").status_code == 404


def test_the_command_removes_an_account_and_knows_its_people(
    alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    an_image(alice)

    call_command("remove_account", alice.email.upper(), yes=True)

    assert "1 pictures are being removed" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("remove_account", "nobody@example.com", yes=True)
