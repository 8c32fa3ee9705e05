"""Handing out files: how long they may be kept, what a lost one looks like, and by whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from accounts.models import User
from gallery import publishing
from gallery.models import Image, Visibility
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db


def grid(image: Image) -> str:
    return f"/images/{image.pk}/grid.webp?v={image.version}"


def test_a_public_rendition_is_kept_for_good_and_asked_for_by_shared_caches(
    client: Client, alice: User
) -> None:
    response = client.get(grid(an_image(alice)))

    assert response["Cache-Control"] == "public, max-age=31536000, s-maxage=60, immutable"
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("query", ["", "?v=", "?v=00000000"])
def test_an_address_without_the_present_version_is_kept_for_a_minute(
    client: Client, alice: User, query: str
) -> None:
    response = client.get(f"/images/{an_image(alice).pk}/grid.webp{query}")

    assert response["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_what_is_not_public_is_asked_for_each_time(
    client: Client, alice: User, visibility: str
) -> None:
    image = an_image(alice, visibility=visibility)
    client.force_login(alice)

    assert client.get(grid(image))["Cache-Control"] == "private, no-cache"


def test_an_unchanged_file_is_not_sent_again(client: Client, alice: User) -> None:
    image = an_image(alice)
    first = client.get(grid(image))

    again = client.get(grid(image), headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert again["Cache-Control"] == first["Cache-Control"]
    assert not again.content


def test_a_known_etag_opens_no_door(client: Client, alice: User) -> None:
    image = an_image(alice)
    tag = client.get(grid(image))["ETag"]
    publishing.show_to(image, Visibility.PRIVATE)

    assert client.get(grid(image), headers={"If-None-Match": tag}).status_code == 404


def test_a_lost_file_is_shown_as_a_placeholder_and_logged(
    client: Client, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    image = an_image(alice)
    default_storage.delete(publishing.rendition_name(image.key, "grid", "webp"))

    response = client.get(grid(image))

    assert response.status_code == 404
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "no-store"
    assert b"script" not in response.content
    assert "missing in storage" in caplog.text


def test_a_lost_original_is_a_404_also_where_a_copy_is_wanted(
    client: Client, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    image = an_image(alice)
    default_storage.delete(image.original_name)

    assert client.get(f"/images/{image.pk}/download/?format=jpeg").status_code == 404
    assert "missing in storage" in caplog.text


def test_the_web_server_in_front_sends_the_file_if_it_is_there(
    client: Client, alice: User, settings: Any
) -> None:
    settings.X_ACCEL_PREFIX = "/_media/"
    image = an_image(alice)
    stored = publishing.rendition_name(image.key, "grid", "webp")

    response = client.get(grid(image))

    assert response["X-Accel-Redirect"] == f"/_media/{stored}"
    assert Path(default_storage.path(stored)).exists()
    assert response["Content-Type"] == "image/webp"
    assert response.content == b""
    default_storage.delete(stored)
    assert client.get(grid(image)).status_code == 404


def test_the_web_server_in_front_is_not_asked_for_what_one_may_not_see(
    client: Client, alice: User, settings: Any
) -> None:
    settings.X_ACCEL_PREFIX = "/_media/"
    image = an_image(alice, visibility="private")

    response = client.get(grid(image))

    assert response.status_code == 404
    assert "X-Accel-Redirect" not in response
