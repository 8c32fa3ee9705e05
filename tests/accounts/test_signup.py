"""Signing up: what is accepted, what is refused and where it says so."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.http import HttpRequest
from django.test import Client

from accounts.forms import SignupForm
from accounts.models import User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def a_sign_up(**fields: str) -> dict[str, str]:
    return {"email": "dora@example.com", "username": "dora", "password1": PASSWORD, **fields}


def errors(response: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def test_signing_up_logs_in_and_leads_to_the_studio(client: Client) -> None:
    response = client.post("/accounts/signup/", a_sign_up())

    assert response.status_code == 302
    assert response["Location"] == "/generate/"
    dora = User.objects.get(username="dora")
    assert client.session["_auth_user_id"] == str(dora.pk)
    assert dora.email == "dora@example.com"


def test_the_password_is_stored_as_argon2(client: Client) -> None:
    client.post("/accounts/signup/", a_sign_up())

    assert User.objects.get(username="dora").password.startswith("argon2$argon2id$")


def test_the_page_asks_for_each_thing_once_and_tells_browsers_what_it_is(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()

    assert page.count('type="password"') == 1
    assert 'autocomplete="email"' in page
    assert 'autocomplete="username"' in page
    assert 'autocomplete="new-password"' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "no address"),
        ("email", "dora@"),
        ("email", "dora@example"),
        ("email", "dora\x00@example.com"),
        ("email", "d" * 250 + "@example.com"),
        ("email", "d" * 5000 + "@example.com"),
        ("username", ""),
        ("username", "   "),
        ("username", "do"),
        ("username", "d" * 31),
        ("username", "d" * 5000),
        ("username", "dora smith"),
        ("username", "dora\u202e"),
        ("username", "d\u043era"),
        ("username", "<script>"),
        ("username", "dora@example.com"),
        ("username", ".dora"),
        ("username", "dora."),
        ("username", "dora\x00"),
        ("username", "Admin"),
        ("password1", ""),
        ("password1", "short"),
        ("password1", "password123"),
        ("password1", "8675309867"),
        ("password1", "dora@example.com"),
        ("password1", "x7#" * 1000),
        ("password1", "correct\x00horse battery"),
    ],
)
def test_bad_input_is_refused_beside_its_field(client: Client, field: str, value: str) -> None:
    response = client.post("/accounts/signup/", a_sign_up(**{field: value}))

    assert response.status_code == 200
    assert list(errors(response)) == [field]
    page = response.content.decode()
    assert f'id="id_{field}_error"' in page
    assert 'aria-invalid="true"' in page
    assert not User.objects.exists()


def test_the_password_is_never_sent_back(client: Client) -> None:
    response = client.post("/accounts/signup/", a_sign_up(username=""))

    assert PASSWORD not in response.content.decode()


@pytest.mark.parametrize("username", ["alice", "Alice", "ALICE"])
def test_a_username_that_is_taken_is_refused_in_any_case(
    client: Client, alice: User, username: str
) -> None:
    response = client.post("/accounts/signup/", a_sign_up(username=username))

    assert errors(response) == {"username": ["Somebody already uses this username."]}


@pytest.mark.parametrize("email", ["alice@example.com", "Alice@Example.COM"])
def test_an_address_that_is_taken_is_refused_where_no_mail_can_tell(
    client: Client, alice: User, email: str
) -> None:
    response = client.post("/accounts/signup/", a_sign_up(email=email))

    assert errors(response) == {"email": ["Somebody already uses this e-mail address."]}


def test_with_verification_nobody_can_find_out_who_has_an_account(
    client: Client, alice: User, verified_mail: None
) -> None:
    known = client.post("/accounts/signup/", a_sign_up(email=alice.email))
    unknown = Client().post("/accounts/signup/", a_sign_up())

    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"] == "/accounts/confirm-email/"
    assert [message.to for message in mail.outbox] == [[alice.email], ["dora@example.com"]]
    assert "already" in mail.outbox[0].body
    assert "/accounts/confirm-email/" in mail.outbox[1].body


def test_with_verification_the_link_in_the_mail_logs_in_and_leads_where_one_was_going(
    client: Client, verified_mail: None
) -> None:
    client.post("/accounts/signup/?next=/history/", a_sign_up(next="/history/"))
    assert "_auth_user_id" not in client.session
    link = next(word for word in mail.outbox[0].body.split() if "/accounts/confirm-email/" in word)

    assert client.get(link).status_code == 200
    response = client.post(link)

    assert response["Location"] == "/history/"
    assert "_auth_user_id" in client.session
    assert EmailAddress.objects.get(email="dora@example.com").verified


def test_a_used_or_invented_link_gets_a_page_with_a_way_on(client: Client, db: None) -> None:
    response = client.get("/accounts/confirm-email/invented/")

    assert response.status_code == 200
    assert 'href="/accounts/login/"' in response.content.decode()


def test_where_sign_up_is_closed_a_page_says_so(client: Client, settings: Any) -> None:
    settings.SIGNUP_ENABLED = False

    shown = client.get("/accounts/signup/")
    sent = client.post("/accounts/signup/", a_sign_up())

    assert "account/signup_closed.html" in [template.name for template in shown.templates]
    assert 'href="/accounts/login/"' in shown.content.decode()
    assert not User.objects.exists()
    assert sent.status_code == 200


def test_next_is_kept_from_page_to_page_and_never_leads_elsewhere(client: Client) -> None:
    page = client.get("/accounts/signup/?next=/billing/").content.decode()

    assert 'name="next" value="/billing/"' in page
    assert "/accounts/login/?next=%2Fbilling%2F" in page
    there = client.post("/accounts/signup/", a_sign_up(next="/billing/"))
    assert there["Location"] == "/billing/"
    away = Client().post(
        "/accounts/signup/",
        a_sign_up(username="emil", email="emil@example.com", next="https://evil.example/"),
    )
    assert away["Location"] == "/generate/"


def test_two_who_take_one_name_in_the_same_moment_both_get_an_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = SignupForm.save

    def save_second(form: SignupForm, request: HttpRequest) -> User:
        User.objects.create(username="dora", email="rival@example.com")
        return save(form, request)

    monkeypatch.setattr(SignupForm, "save", save_second)

    response = client.post("/accounts/signup/", a_sign_up())

    assert response.status_code == 200
    assert "username" in errors(response)
    assert User.objects.get(username="dora").email == "rival@example.com"


def test_a_mail_server_that_is_away_does_not_lose_the_account(
    client: Client, verified_mail: None, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    response = client.post("/accounts/signup/", a_sign_up(), follow=True)

    assert response.status_code == 200
    assert User.objects.filter(username="dora").exists()
    assert "We could not send an e-mail just now" in response.content.decode()
