"""Who gets the watermark: as the tier says, as the person wishes, and as it was before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from billing import tiers
from billing.models import Tier
from gallery.models import Image
from generator.models import Generation
from tests.cast import a_request, do_the_work
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db
ALWAYS, ON, OFF = Tier.Watermark.ALWAYS, Tier.Watermark.ON, Tier.Watermark.OFF


def set_watermark(how: str) -> None:
    Tier.objects.filter(slug="free").update(watermark=how)
    tiers.forget()


@pytest.fixture
def studio(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.mark.parametrize(
    ("how", "sent", "marked"),
    [
        (ALWAYS, {}, True),
        (ALWAYS, {"watermark": "false"}, True),
        (ON, {}, False),
        (ON, {"watermark": "on"}, True),
        (OFF, {}, False),
        (OFF, {"watermark": "on"}, True),
    ],
)
def test_the_form_asks_for_it_and_the_tier_may_force_it(
    studio: Client, how: str, sent: dict[str, str], marked: bool
) -> None:
    set_watermark(how)

    studio.post("/generate/", a_request(**sent))
    do_the_work()

    assert Generation.objects.get().watermark is marked
    assert Image.objects.get().watermark is marked


@pytest.mark.parametrize(
    ("how", "sent", "marked"),
    [
        (ALWAYS, {"watermark": False}, True),
        (ON, {}, True),
        (ON, {"watermark": False}, False),
        (OFF, {}, False),
        (OFF, {"watermark": True}, True),
    ],
)
def test_the_api_does_as_usual_for_the_tier_unless_told(
    studio: Client, how: str, sent: dict[str, Any], marked: bool
) -> None:
    set_watermark(how)

    body = json.dumps({"prompt": "a fox", **sent})
    studio.post("/api/v1/generations", body, content_type="application/json")

    assert Generation.objects.get().watermark is marked


@pytest.mark.parametrize(
    ("how", "shown"),
    [(ALWAYS, "checked disabled"), (ON, "checked"), (OFF, "")],
)
def test_the_studio_shows_how_it_is_with_the_tier(studio: Client, how: str, shown: str) -> None:
    set_watermark(how)

    assert tick(studio.get("/generate/")) == shown


def test_it_stays_unticked_when_the_form_is_redrawn(studio: Client) -> None:
    set_watermark(ON)

    assert tick(studio.get("/generate/options/", {"price": "1"})) == ""
    assert tick(studio.get("/generate/options/", {"price": "1", "watermark": "on"})) == "checked"
    assert tick(studio.post("/generate/", a_request(price="1", refresh="1"))) == ""
    assert tick(studio.post("/generate/", a_request(count="77"))) == ""


def test_again_and_remix_carry_it(studio: Client, alice: User) -> None:
    set_watermark(OFF)
    studio.post("/generate/", a_request(watermark="on"))
    first = Generation.objects.get()
    image = an_image(alice, watermark=True)

    studio.post(f"/generations/{first.pk}/again/")

    assert [one.watermark for one in Generation.objects.all()] == [True, True]
    assert tick(studio.get(f"/generate/?image={image.pk}")) == "checked"


def test_pictures_of_before_stay_as_they_are(studio: Client, alice: User) -> None:
    image = an_image(alice)
    set_watermark(ALWAYS)

    download = studio.get(f"/images/{image.pk}/download/")

    assert b"".join(download) == image.original.open("rb").read()


def tick(page: Any) -> str:
    """What stands in the box's tag after its name and description."""
    text = page.content.decode()
    _before, _name, rest = text.partition('aria-describedby="id_watermark_helptext"')
    return str(rest.partition(">")[0].strip())
