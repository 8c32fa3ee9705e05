"""The profile: one's own names, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts import profiles
from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_home(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def save(client: Client, **fields: str) -> Any:
    names = {"display_name": "Alice", "username": "alice", **fields}
    return client.post("/accounts/profile/", names)


def test_the_page_shows_who_i_am_and_the_ways_on(at_home: Client) -> None:
    page = at_home.get("/accounts/profile/").content.decode()

    assert "alice@example.com" in page
    assert 'href="/accounts/email/"' in page
    assert 'href="/accounts/password/change/"' in page


def test_names_are_saved_and_shown_as_typed(at_home: Client, alice: User) -> None:
    response = save(at_home, display_name="  <b>Älice</b> 艺术 👩‍🎨 ", username="Alice_2")

    assert response["Location"] == "/accounts/profile/"
    alice.refresh_from_db()
    assert alice.display_name == "<b>Älice</b> 艺术 👩‍🎨"
    assert alice.username == "alice_2"
    page = at_home.get("/accounts/profile/").content.decode()
    assert "&lt;b&gt;Älice&lt;/b&gt;" in page
    assert "<b>Älice" not in page


def test_the_display_name_may_be_empty_and_then_the_username_is_shown(
    at_home: Client, alice: User
) -> None:
    save(at_home, display_name="")

    alice.refresh_from_db()
    assert alice.name == "alice"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("display_name", "a" * 61),
        ("display_name", "a\x00b"),
        ("display_name", "a\nb"),
        ("display_name", "\u202eecila"),
        ("display_name", "\u200d"),
        ("username", ""),
        ("username", "al"),
        ("username", "a" * 31),
        ("username", "a b c"),
        ("username", "al\x00ice"),
        ("username", "support"),
        ("username", "bob"),
        ("username", "BOB"),
    ],
)
def test_bad_names_are_refused_beside_their_field_and_change_nothing(
    at_home: Client, alice: User, bob: User, field: str, value: str
) -> None:
    response = save(at_home, **{field: value})

    assert response.status_code == 200
    assert list(response.context["profile_form"].errors) == [field]
    assert f'id="id_{field}_error"' in response.content.decode()
    alice.refresh_from_db()
    assert (alice.display_name, alice.username) == ("", "alice")


def test_two_who_take_one_username_in_the_same_moment_do_not_share_it(
    alice: User, bob: User
) -> None:
    with pytest.raises(profiles.UsernameTaken):
        profiles.change(user=alice, display_name="Alice", username="bob")

    assert (alice.display_name, alice.username) == ("", "alice")


def test_strangers_are_led_to_log_in(client: Client) -> None:
    assert client.get("/accounts/profile/")["Location"].startswith("/accounts/login/")
    assert client.post("/accounts/profile/", {"username": "mallory"}).status_code == 302
    assert client.get("/accounts/profile/avatar/").status_code == 403


def test_nobody_sees_or_changes_another_persons_profile(
    client: Client, alice: User, bob: User
) -> None:
    client.force_login(bob)

    fields = {"id": str(alice.pk), "user": str(alice.pk), "email": "mallory@example.com"}
    save(client, username="bobby", display_name="Bobby", **fields)

    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.username, alice.display_name) == ("alice", "")
    assert (bob.username, bob.email) == ("bobby", "bob@example.com")
    assert "alice" not in client.get(f"/accounts/profile/?user={alice.pk}").content.decode()


def test_no_form_gives_rights(at_home: Client, alice: User) -> None:
    save(at_home, is_staff="on", is_superuser="on", is_active="")

    alice.refresh_from_db()
    assert alice.is_active
    assert not alice.is_staff
    assert not alice.is_superuser
