"""What people see when something is wrong: a sentence and a way on, never a traceback."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.models import User
from config import errors


@pytest.fixture(params=[True, False], ids=["debug", "production"])
def _debug(request: pytest.FixtureRequest, settings: Any) -> None:
    settings.DEBUG = request.param


def shown(response: Any, status: int) -> str:
    page: str = response.content.decode()
    assert response.status_code == status
    assert "Traceback" not in page
    assert "DEBUG" not in page
    assert 'href="/"' in page
    return page


@pytest.mark.usefixtures("_debug")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/nothing/here/", "/images/00000000-0000-0000-0000-000000000000/"]
)
def test_what_is_not_there_has_a_friendly_page(client: Client, path: str) -> None:
    assert "There is nothing here" in shown(client.get(path), 404)


@pytest.mark.usefixtures("_debug")
@pytest.mark.django_db
def test_a_form_from_an_old_page_is_told_how_to_go_on(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    page = shown(client.post("/accounts/profile/", {"username": "alice"}), 403)

    assert "Go back: what you typed is still there" in page
    alice.refresh_from_db()
    assert alice.username == "alice"


@pytest.mark.usefixtures("_debug")
@pytest.mark.django_db
def test_more_than_can_be_taken_in_is_refused_with_a_sentence(client: Client) -> None:
    page = shown(client.post("/accounts/login/", {"login": "é" * 3_000_000}), 400)

    assert "This was too much to send at once" in page


@pytest.mark.usefixtures("_debug")
@pytest.mark.django_db
def test_a_body_of_gigabytes_is_refused_before_it_is_read(client: Client) -> None:
    response = client.generic(
        "POST",
        "/accounts/profile/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(errors.LARGEST_REQUEST + 1),
    )

    assert "too much to send" in shown(response, 413)


@pytest.mark.usefixtures("_debug")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=" + "x" * 300, b"a long one"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(6100))),
    ],
)
def test_a_garbled_form_is_refused_with_a_sentence(
    client: Client, content_type: str, body: bytes
) -> None:
    response = client.generic("POST", "/accounts/login/", body, content_type=content_type)

    shown(response, 400)


def test_the_pages_need_neither_session_nor_database() -> None:
    request = RequestFactory().get("/somewhere/")

    pages = {
        400: errors.bad_request(request),
        403: errors.permission_denied(request),
        404: errors.not_found(request),
        500: errors.server_error(request),
    }

    for status, response in pages.items():
        shown(response, status)


@pytest.mark.django_db
def test_an_unknown_fault_gives_a_page_without_its_traceback(
    monkeypatch: pytest.MonkeyPatch, settings: Any, alice: User
) -> None:
    def fail(request: HttpRequest) -> None:
        raise RuntimeError("the secret inside")

    settings.DEBUG = False
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    monkeypatch.setattr("accounts.views._upload", fail)

    page = shown(client.get("/accounts/profile/"), 500)

    assert "secret" not in page
    assert "Something went wrong here" in page
