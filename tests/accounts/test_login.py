"""Logging in and out, the limits on trying, and how long it lasts."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

WRONG = "The e-mail address or the password is wrong."


@pytest.fixture
def alice(alice: User) -> User:
    alice.set_password(PASSWORD)
    alice.save()
    return alice


def log_in(client: Client, login: str, password: str, **fields: str) -> Any:
    return client.post("/accounts/login/", {"login": login, "password": password, **fields})


@pytest.mark.parametrize("login", ["alice@example.com", "ALICE@Example.com", " alice@example.com "])
def test_the_e_mail_address_and_password_let_in(client: Client, alice: User, login: str) -> None:
    response = log_in(client, login, PASSWORD)

    assert response.status_code == 302
    assert response["Location"] == "/generate/"
    assert client.session["_auth_user_id"] == str(alice.pk)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("alice@example.com", "wrong"),
        ("alice@example.com", PASSWORD.upper()),
        ("nobody@example.com", PASSWORD),
    ],
)
def test_a_wrong_log_in_does_not_say_which_part_was_wrong(
    client: Client, alice: User, login: str, password: str
) -> None:
    response = log_in(client, login, password)

    assert response.status_code == 200
    assert response.context["form"].errors == {"__all__": [WRONG]}
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("login", "password", "field"),
    [
        ("", PASSWORD, "login"),
        ("alice", PASSWORD, "login"),
        ("a\x00@example.com", PASSWORD, "login"),
        ("alice@example.com", "", "password"),
        ("alice@example.com", "p" * 5000, "password"),
    ],
)
def test_what_can_be_no_log_in_is_refused_beside_its_field(
    client: Client, alice: User, login: str, password: str, field: str
) -> None:
    response = log_in(client, login, password)

    assert list(response.context["form"].errors) == [field]


def test_a_page_that_needs_a_person_leads_to_log_in_and_back(client: Client, alice: User) -> None:
    asked = client.get("/billing/?after=7")
    assert asked["Location"] == "/accounts/login/?next=/billing/%3Fafter%3D7"

    page = client.get(asked["Location"]).content.decode()
    assert 'name="next" value="/billing/?after=7"' in page

    response = log_in(client, alice.email, PASSWORD, next="/billing/?after=7")
    assert response["Location"] == "/billing/?after=7"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_logging_in_never_leads_to_another_site(
    client: Client, alice: User, elsewhere: str
) -> None:
    response = log_in(client, alice.email, PASSWORD, next=elsewhere)

    assert response["Location"] == "/generate/"


def test_an_account_that_is_switched_off_gets_a_page_that_says_so(
    client: Client, alice: User
) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    response = log_in(client, alice.email, PASSWORD)

    assert response["Location"] == "/accounts/inactive/"
    assert "switched off" in client.get(response["Location"]).content.decode()
    assert "_auth_user_id" not in client.session


def test_after_five_wrong_guesses_at_one_address_even_the_right_password_must_wait(
    client: Client, alice: User, local_cache: None
) -> None:
    for _guess in range(5):
        log_in(client, alice.email, "wrong")

    response = log_in(client, alice.email, PASSWORD)

    assert response.context["form"].errors == {
        "__all__": ["Too many attempts. Wait a few minutes, then try again."]
    }


def test_a_storm_of_requests_gets_a_page_with_status_429(
    client: Client, alice: User, local_cache: None
) -> None:
    for _attempt in range(30):
        client.post("/accounts/login/", {"login": "", "password": ""})

    response = client.post("/accounts/login/", {"login": "", "password": ""})

    assert response.status_code == 429
    assert "429.html" in [template.name for template in response.templates]


def test_while_the_cache_is_away_people_still_get_in_and_wrong_passwords_do_not(
    client: Client, alice: User, settings: Any
) -> None:
    cache_settings = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "default": cache_settings}

    for _guess in range(7):
        assert log_in(client, alice.email, "wrong").status_code == 200
    response = log_in(client, alice.email, PASSWORD)

    assert response.status_code == 302


def test_logging_in_holds_for_thirty_days(client: Client, alice: User) -> None:
    response = log_in(client, alice.email, PASSWORD)

    cookie = response.cookies["easel_session"]
    assert cookie["max-age"] == 30 * 24 * 60 * 60
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_logging_in_survives_a_restart_of_the_cache(
    client: Client, alice: User, local_cache: None
) -> None:
    log_in(client, alice.email, PASSWORD)

    cache.clear()

    assert client.get("/accounts/profile/").status_code == 200


def test_logging_out_needs_a_post_and_ends_the_session(client: Client, alice: User) -> None:
    log_in(client, alice.email, PASSWORD)
    key = client.session.session_key

    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/accounts/profile/").status_code == 200
    response = client.post("/accounts/logout/")

    assert response["Location"] == "/"
    assert client.get("/accounts/profile/").status_code == 302
    assert not SessionStore(key).exists(str(key))


def test_asking_for_a_new_password_does_not_tell_who_has_an_account(
    client: Client, alice: User
) -> None:
    known = client.post("/accounts/password/reset/", {"email": alice.email}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "x@example.com"}, follow=True)

    assert known.redirect_chain == unknown.redirect_chain
    assert known.content == unknown.content
    assert "/accounts/password/reset/key/" in mail.outbox[0].body
    assert "/accounts/password/reset/key/" not in mail.outbox[1].body


def test_the_link_of_the_mail_sets_a_new_password_once(client: Client, alice: User) -> None:
    client.post("/accounts/password/reset/", {"email": alice.email})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)

    form = client.get(link, follow=True)
    assert 'autocomplete="new-password"' in form.content.decode()
    weak = client.post(form.request["PATH_INFO"], {"password1": "password"})
    assert list(weak.context["form"].errors) == ["password1"]
    client.post(form.request["PATH_INFO"], {"password1": "a quite new pass phrase"})

    assert log_in(Client(), alice.email, "a quite new pass phrase").status_code == 302
    again = Client().get(link, follow=True)
    assert "no longer works" in again.content.decode()


def test_a_new_password_ends_the_sessions_elsewhere(client: Client, alice: User) -> None:
    elsewhere = Client()
    log_in(elsewhere, alice.email, PASSWORD)
    log_in(client, alice.email, PASSWORD)

    change = {"oldpassword": PASSWORD, "password1": "a quite new pass phrase"}
    client.post("/accounts/password/change/", change)

    assert client.get("/accounts/profile/").status_code == 200
    assert elsewhere.get("/accounts/profile/").status_code == 302
    assert "password of your account was changed" in mail.outbox[-1].body


def test_the_way_into_administration_is_the_same_log_in(client: Client, carol: User) -> None:
    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_google_is_offered_only_where_it_is_set_up(client: Client, settings: Any) -> None:
    assert "Continue with" not in client.get("/accounts/login/").content.decode()

    app = {"client_id": "an id", "secret": "a secret"}
    settings.SOCIALACCOUNT_PROVIDERS = {"google": {"APPS": [app]}}

    page = client.get("/accounts/login/?next=/history/").content.decode()
    assert "Continue with Google" in page
    assert 'action="/accounts/google/login/?process=login&amp;next=%2Fhistory%2F"' in page
