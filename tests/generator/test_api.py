"""Pictures by API: log in for a token, ask, follow, and take them as address, file or base64."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from gallery.models import Image
from generator.models import Generation
from tests.cast import PASSWORD, a_generation, balance, do_the_work
from tests.stand_ins.openai import OpenAIStandIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(client: Client, alice: User, settings: Any) -> str:
    settings.SIGNUP_CREDITS = 0
    alice.set_password(PASSWORD)
    alice.save()
    answer = client.post(
        "/_allauth/app/v1/auth/login",
        {"email": alice.email, "password": PASSWORD},
        content_type="application/json",
    )
    return str(answer.json()["meta"]["access_token"])


def call(method: str, path: str, token: str, body: dict[str, Any] | None = None) -> Any:
    return Client().generic(
        method,
        f"/api/v1/{path}",
        json.dumps(body) if body is not None else "",
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_a_picture_is_asked_for_followed_and_taken_home(
    token: str, alice: User, openai: OpenAIStandIn
) -> None:
    wish = {"prompt": "a lighthouse", "count": 2, "watermark": False}
    accepted = call("POST", "generations", token, wish)
    pk = accepted.json()["generation"]["id"]
    do_the_work()

    done = call("GET", f"generations/{pk}?b64=true", token).json()

    assert accepted.status_code == 202
    assert (accepted.json()["credits_used"], accepted.json()["credits_left"]) == (2, 8)
    assert done["success"] is True
    assert done["generation"]["state"] == "succeeded"
    assert done["generation"]["duration_seconds"] is not None
    pictures = [base64.b64decode(image["b64"]) for image in done["generation"]["images"]]
    assert pictures == openai.pictures
    image = done["generation"]["images"][0]
    assert image["url"].endswith(f"/images/{image['id']}/")
    single = call("GET", f"images/{image['id']}", token).json()
    assert single["image"]["sha256"] == image["sha256"]
    assert single["image"]["b64"] is None


def test_the_same_id_twice_is_one_request(token: str, alice: User, openai: OpenAIStandIn) -> None:
    body = {"prompt": "a lighthouse", "id": str(uuid.uuid4())}

    first, second = (call("POST", "generations", token, body).json() for _ in range(2))

    assert first["generation"]["id"] == second["generation"]["id"] == body["id"]
    assert balance(alice) == 9


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"prompt": ""}, 422, "invalid"),
        ({}, 422, "invalid"),
        ({"prompt": "x", "count": 9}, 422, "invalid"),
        ({"prompt": "x", "model": "vanished"}, 422, "invalid"),
        ({"prompt": "x", "quality": "high", "count": 5}, 402, "insufficient_credits"),
    ],
)
def test_what_cannot_be_accepted_has_a_status_a_code_and_a_sentence(
    token: str, alice: User, openai: OpenAIStandIn, body: dict[str, Any], status: int, code: str
) -> None:
    answer = call("POST", "generations", token, body)

    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert answer.json()["error"]["code"] == code
    assert len(answer.json()["error"]["message"]) > 10
    assert not Generation.objects.exists()
    assert balance(alice) == 10


def test_another_persons_things_are_not_there(token: str, bob: User, openai: OpenAIStandIn) -> None:
    his = a_generation(bob)
    do_the_work()

    for method, path in [
        ("GET", f"generations/{his.pk}"),
        ("DELETE", f"generations/{his.pk}"),
        ("GET", f"images/{Image.objects.get().pk}"),
    ]:
        assert call(method, path, token).status_code == 404


def test_what_waits_can_be_cancelled(token: str, alice: User, openai: OpenAIStandIn) -> None:
    generation = a_generation(alice)

    answer = call("DELETE", f"generations/{generation.pk}", token).json()

    assert answer["generation"]["state"] == "cancelled"
    assert (answer["credits_used"], answer["credits_left"]) == (0, 10)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
def test_without_a_valid_token_there_is_nothing(token: str, db: None) -> None:
    answer = call("POST", "generations", token, {"prompt": "x"})

    assert answer.status_code == 401
    assert answer.json()["success"] is False


@pytest.mark.parametrize("body", [{"prompt": "a\ud800"}, {"prompt": "x", "tags": ["\ud800"]}])
def test_half_a_character_is_refused_before_anything_is_paid_for(
    token: str, alice: User, openai: OpenAIStandIn, body: dict[str, Any]
) -> None:
    answer = call("POST", "generations", token, body)

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid"
    assert balance(alice) == 10


def test_a_form_instead_of_json_is_refused(token: str, openai: OpenAIStandIn) -> None:
    answer = Client().post(
        "/api/v1/generations", {"prompt": "x"}, headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code in (415, 422)
    assert answer.json()["success"] is False


@pytest.mark.parametrize("field", ["email", "password"])
def test_half_a_character_at_the_door_is_a_bad_request(db: None, field: str) -> None:
    body = {"email": "a@example.com", "password": "x", field: "\ud800"}

    answer = Client().post(
        "/_allauth/app/v1/auth/login", json.dumps(body), content_type="application/json"
    )

    assert answer.status_code == 400


def test_private_answers_are_not_kept_by_caches(token: str) -> None:
    assert "no-store" in call("GET", "me", token)["Cache-Control"]
