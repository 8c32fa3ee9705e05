"""The API's door: who is let in, for how long, and how it says no."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from config import api
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

ME = "/api/v1/me"


@pytest.fixture
def alice(alice: User) -> User:
    alice.set_password(PASSWORD)
    alice.save()
    return alice


def log_in(client: Client, user: User) -> dict[str, Any]:
    response = client.post(
        "/_allauth/app/v1/auth/login",
        {"email": user.email, "password": PASSWORD},
        content_type="application/json",
    )
    assert response.status_code == 200
    meta: dict[str, Any] = response.json()["meta"]
    return meta


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def refusal(response: Any) -> tuple[int, str]:
    """Status and code of a refusal, after a look at its shape."""
    body = response.json()
    assert set(body) == {"success", "error"}
    assert body["success"] is False
    assert body["error"]["message"]
    return response.status_code, body["error"]["code"]


def test_me_tells_who_i_am_and_what_is_left(client: Client, alice: User) -> None:
    alice.display_name = "Alice"
    alice.save()
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)

    response = Client().get(ME, headers=bearer(log_in(client, alice)["access_token"]))

    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "user": {
            "id": alice.pk,
            "username": "alice",
            "email": "alice@example.com",
            "display_name": "Alice",
            "verified": True,
            "avatar_url": "",
        },
        "credits": 10 + 3,  # logging in for the first time brought the welcome credits
    }


def test_each_token_shows_its_own_person_only(client: Client, alice: User, bob: User) -> None:
    bob.set_password(PASSWORD)
    bob.save()
    tokens = [log_in(Client(), person)["access_token"] for person in (alice, bob)]

    names = [Client().get(ME, headers=bearer(t)).json()["user"]["username"] for t in tokens]

    assert names == ["alice", "bob"]


def test_a_browser_that_is_logged_in_needs_no_token(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.get(ME).json()["user"]["username"] == "alice"


def test_without_anything_one_is_asked_to_log_in(client: Client) -> None:
    response = client.get(ME)

    assert refusal(response) == (401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer ", "Bearer a.b.c", "Bearer \x00", "Bearer x y"]
)
def test_nonsense_is_no_token(client: Client, header: str) -> None:
    assert refusal(client.get(ME, headers={"Authorization": header})) == (401, "token_invalid")


def test_another_scheme_is_no_log_in(client: Client) -> None:
    response = client.get(ME, headers={"Authorization": "Basic YWxpY2U6eA=="})

    assert refusal(response) == (401, "not_authenticated")


def test_a_token_lives_as_long_as_the_setting_says(
    client: Client, alice: User, settings: Any
) -> None:
    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 77

    claims = jwt.decode(log_in(client, alice)["access_token"], options={"verify_signature": False})

    assert claims["exp"] - claims["iat"] == 77
    assert abs(claims["iat"] - time.time()) < 10


def test_an_expired_token_is_told_so_and_can_be_renewed(
    client: Client, alice: User, settings: Any
) -> None:
    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = -1
    meta = log_in(client, alice)
    response = Client().get(ME, headers=bearer(meta["access_token"]))
    assert refusal(response) == (401, "token_expired")
    assert "expired" in response.json()["error"]["message"]

    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 60
    renewed = Client().post(
        "/_allauth/app/v1/tokens/refresh",
        {"refresh_token": meta["refresh_token"]},
        content_type="application/json",
    )

    token = renewed.json()["data"]["access_token"]
    assert Client().get(ME, headers=bearer(token)).status_code == 200


def test_a_token_signed_with_another_key_or_with_none_is_refused(
    client: Client, alice: User
) -> None:
    claims = jwt.decode(log_in(client, alice)["access_token"], options={"verify_signature": False})
    forged = jwt.encode(claims, "k" * 64, algorithm="HS256")
    unsigned = jwt.encode(claims, "", algorithm="none")

    for token in (forged, unsigned):
        assert refusal(Client().get(ME, headers=bearer(token))) == (401, "token_invalid")


def test_a_refresh_token_is_no_access_token(client: Client, alice: User) -> None:
    token = log_in(client, alice)["refresh_token"]

    assert refusal(Client().get(ME, headers=bearer(token))) == (401, "token_invalid")


def test_logging_out_ends_the_token_at_once(client: Client, alice: User) -> None:
    headers = bearer(log_in(client, alice)["access_token"])

    client.delete("/_allauth/app/v1/auth/session", headers=headers)

    assert refusal(Client().get(ME, headers=headers)) == (401, "token_invalid")


@pytest.mark.parametrize("change", ["password", "is_active"])
def test_a_new_password_or_a_switched_off_account_ends_the_token_at_once(
    client: Client, alice: User, change: str
) -> None:
    headers = bearer(log_in(client, alice)["access_token"])

    if change == "password":
        alice.set_password("another pass phrase")
    else:
        alice.is_active = False
    alice.save()

    assert refusal(Client().get(ME, headers=headers)) == (401, "token_invalid")


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(
    client: Client, alice: User
) -> None:
    answers = [
        client.post(
            "/_allauth/app/v1/auth/login",
            {"email": email, "password": "wrong"},
            content_type="application/json",
        )
        for email in (alice.email, "nobody@example.com")
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/", "/api/v2/me", "/api/v1/me/"])
def test_an_address_that_is_none_answers_in_the_same_shape(client: Client, path: str) -> None:
    assert refusal(client.get(path)) == (404, "not_found")


def test_a_method_that_is_none_answers_in_the_same_shape(client: Client) -> None:
    assert refusal(client.post(ME)) == (405, "method_not_allowed")


def test_a_fault_of_ours_shows_no_traceback(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def fail(user: User) -> None:
        raise RuntimeError("the secret inside")

    settings.DEBUG = True
    monkeypatch.setattr(api, "person", fail)
    client.force_login(alice)

    response = client.get(ME)

    assert refusal(response) == (500, "failed")
    assert "secret" not in response.content.decode()


def test_the_description_names_every_way_in(client: Client) -> None:
    schema = client.get("/api/v1/openapi.json").json()

    assert schema["openapi"].startswith("3.")
    assert "/api/v1/me" in schema["paths"]
    schemes = schema["components"]["securitySchemes"]
    assert schemes["TokenAuth"] == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def test_the_documentation_runs_under_our_content_security_policy(client: Client) -> None:
    response = client.get("/api/v1/docs")

    assert response.status_code == 200
    assert "unsafe" not in response["Content-Security-Policy"]
    page = response.content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert page.count("<script") == page.count("<script src=") + page.count(
        '<script type="application/json"'
    )
