"""The log of downloads: each is noted once, and each person sees their own."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from gallery.models import Download, Image, Visibility
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db


def test_each_download_is_noted(client: Client, alice: User, bob: User) -> None:
    address = f"/images/{an_image(alice).pk}/download/"

    client.get(address)
    client.force_login(bob)
    client.get(f"{address}?size=512&format=jpg")
    client.head(address)
    client.get(f"{address}?size=7")

    rows = Download.objects.order_by("id").values_list("user__username", "size", "format")
    assert list(rows) == [(None, "original", "file"), ("bob", "512", "jpeg")]


def test_each_person_sees_their_own_downloads(
    client: Client, alice: User, bob: User, django_assert_max_num_queries: Any
) -> None:
    seen = an_image(alice, ready=False, prompt="a red boat")
    gone = an_image(alice, ready=False, prompt="a secret boat")
    for image, person in [*[(seen, bob)] * 60, (gone, bob), (seen, alice)]:
        Download.objects.create(user=person, image=image, size="original", format="file")
    Image.objects.filter(pk=gone.pk).update(visibility=Visibility.PRIVATE)
    client.force_login(bob)

    # session, user, credits of the header, downloads, their pictures
    with django_assert_max_num_queries(5):
        page = client.get("/downloads/").content.decode()

    assert page.count("a red boat") == 49
    assert "a secret boat" not in page
    assert "A picture that is gone" in page
    assert "Earlier downloads" in page


def test_administrators_read_the_log(client: Client, alice: User, carol: User) -> None:
    Download.objects.create(user=alice, image=an_image(alice), size="512", format="jpeg")
    client.force_login(carol)

    page = client.get("/admin/gallery/download/")

    assert page.status_code == 200
    assert "jpeg" in page.content.decode()
