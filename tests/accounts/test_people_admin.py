"""People in the administration: found, filtered and changed without counting anybody."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/user/"


@pytest.fixture
def at_desk(client: Client, carol: User) -> Client:
    client.force_login(carol)
    return client


def found(client: Client, **query: str) -> list[str]:
    return [user.username for user in client.get(LIST, query).context["cl"].result_list]


@pytest.mark.parametrize(
    "term", ["alice", "ALICE", "ali", "alice@example.com", "Alice@Example.com", "alice@ex"]
)
def test_people_are_found_by_name_and_address(
    at_desk: Client, alice: User, bob: User, term: str
) -> None:
    assert found(at_desk, q=term) == ["alice"]


def test_people_who_typed_capitals_in_the_terminal_are_found_too(at_desk: Client) -> None:
    User.objects.create(username="Dora", email="Dora@Example.com")

    assert found(at_desk, q="dora") == ["Dora"]
    assert found(at_desk, q="dora@example.com") == ["Dora"]


def test_the_list_tells_who_is_verified_and_filters_who_is_switched_off(
    at_desk: Client, alice: User, bob: User
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    assert found(at_desk, is_active__exact="0") == ["bob"]
    rows = at_desk.get(LIST).context["cl"].result_list
    assert {user.username: user.is_verified for user in rows} == {
        "alice": True,
        "bob": False,
        "carol": False,
    }


def test_addresses_are_found_by_their_beginning(at_desk: Client, alice: User, bob: User) -> None:
    for user in (alice, bob):
        EmailAddress.objects.create(user=user, email=user.email)

    page = at_desk.get("/admin/account/emailaddress/?q=ALICE@").content.decode()

    assert "alice@example.com" in page
    assert "bob@example.com" not in page


@pytest.mark.parametrize("path", [LIST, "/admin/account/emailaddress/"])
def test_the_lists_count_nothing_and_ask_no_more_for_more_rows(at_desk: Client, path: str) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert at_desk.get(path).status_code == 200
        return [query["sql"] for query in captured.captured_queries]

    people = [User(username=f"p{n}", email=f"p{n}@example.com") for n in range(60)]
    people = User.objects.bulk_create(people)
    few = queries()
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True) for user in people
    )
    many = queries()

    assert len(many) <= len(few)
    assert not [sql for sql in many if "COUNT(" in sql.upper()]


def test_an_administrator_adds_a_person_who_can_log_in(at_desk: Client) -> None:
    fields = {
        "email": "new@example.com",
        "username": "newcomer",
        "usable_password": "true",
        "password1": "a quite new pass phrase",
        "password2": "a quite new pass phrase",
    }

    assert at_desk.post(LIST + "add/", fields).status_code == 302

    login = {"login": "new@example.com", "password": "a quite new pass phrase"}
    assert Client().post("/accounts/login/", login)["Location"] == "/generate/"


def person_form(user: User, **fields: Any) -> dict[str, Any]:
    return {
        "username": user.username,
        "email": user.email,
        "display_name": user.display_name,
        "is_active": "on",
        **fields,
    }


def test_an_administrator_changes_an_address_and_it_counts_as_not_verified(
    at_desk: Client, alice: User
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)

    at_desk.post(f"{LIST}{alice.pk}/change/", person_form(alice, email="New@example.com"))

    alice.refresh_from_db()
    assert alice.email == "new@example.com"
    rows = EmailAddress.objects.filter(user=alice).values_list("email", "primary", "verified")
    assert list(rows) == [("new@example.com", True, False)]


@pytest.mark.parametrize(("field", "value"), [("email", "BOB@example.com"), ("username", "Bob")])
def test_two_people_cannot_be_given_one_name(
    at_desk: Client, alice: User, bob: User, field: str, value: str
) -> None:
    response = at_desk.post(f"{LIST}{alice.pk}/change/", person_form(alice, **{field: value}))

    assert response.status_code == 200
    assert "Somebody already uses this" in str(response.context["errors"])


def test_nobody_is_deleted_here(at_desk: Client, alice: User) -> None:
    assert at_desk.post(f"{LIST}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()


def test_the_administration_is_closed_to_everybody_else(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.get(LIST).status_code in {302, 403}
