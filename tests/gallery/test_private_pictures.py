"""Keeping pictures private where the tier allows it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from billing import tiers
from billing.models import Tier
from gallery.models import Image, Visibility
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def nobody_private(db: None) -> None:
    Tier.objects.filter(slug="free").update(private_pictures=False)
    tiers.forget()


def make_private(client: Client, image: Image, *, by: str) -> str:
    """Ask for it; return what the next page says."""
    if by == "its page":
        address, data = f"/images/{image.pk}/visibility/", {"visibility": "private"}
    else:
        address, data = "/selection/", {"action": "hide", "image": str(image.pk)}
    return client.post(address, data, follow=True).content.decode()


@pytest.mark.parametrize("by", ["its page", "a selection"])
def test_it_is_allowed_to_every_tier_at_first(client: Client, alice: User, by: str) -> None:
    image = an_image(alice)
    client.force_login(alice)

    make_private(client, image, by=by)

    image.refresh_from_db()
    assert image.visibility == Visibility.PRIVATE


@pytest.mark.usefixtures("nobody_private")
@pytest.mark.parametrize("by", ["its page", "a selection"])
def test_a_tier_without_says_which_has_it(client: Client, alice: User, by: str) -> None:
    image = an_image(alice)
    client.force_login(alice)

    text = make_private(client, image, by=by)

    image.refresh_from_db()
    assert image.visibility == Visibility.PUBLIC
    assert "Free allows no private pictures. Basic allows private pictures." in text
    assert 'href="/billing/#plans"' in text


@pytest.mark.usefixtures("nobody_private")
def test_what_is_private_stays_so_and_may_be_unlisted(client: Client, alice: User) -> None:
    image = an_image(alice, visibility=Visibility.PRIVATE)
    client.force_login(alice)

    make_private(client, image, by="its page")
    image.refresh_from_db()
    assert image.visibility == Visibility.PRIVATE

    client.post(f"/images/{image.pk}/visibility/", {"visibility": "unlisted"})
    image.refresh_from_db()
    assert image.visibility == Visibility.UNLISTED


@pytest.mark.usefixtures("nobody_private")
def test_who_may_not_publish_may_keep_private(client: Client, alice: User, settings: Any) -> None:
    settings.EMAIL_VERIFICATION = "optional"
    image = an_image(alice)
    client.force_login(alice)

    make_private(client, image, by="its page")

    image.refresh_from_db()
    assert image.visibility == Visibility.PRIVATE
