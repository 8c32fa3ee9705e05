"""Using another picture's settings: what one may see, and nothing else."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from accounts.models import User
from gallery.models import Category, Image, Tag
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db


def test_the_studio_begins_with_the_settings_of_a_picture(
    client: Client, alice: User, bob: User
) -> None:
    sea = Category.objects.create(slug="shore", name="Shore")
    image = an_image(
        alice,
        prompt="a long story of the sea " * 200,
        category=sea,
        settings={"requested": {"quality": "high", "seed": 0}},
    )
    image.tags.add(Tag.objects.create(name="salt"))
    Image.objects.filter(pk=image.pk).update(model_slug="demo")
    client.force_login(bob)

    response = client.get(f"/generate/?image={image.pk}")

    initial = response.context["form"].initial
    assert initial["prompt"].strip() == image.prompt.strip()
    assert (initial["model"], initial["category"], initial["tags"]) == ("demo", "shore", "salt")
    assert "These are the settings of" in response.content.decode()


def test_a_retired_model_is_replaced_and_that_is_said(client: Client, alice: User) -> None:
    image = an_image(alice)
    Image.objects.filter(pk=image.pk).update(model_slug="dall-e-3", model_name="DALL·E 3")
    client.force_login(alice)

    response = client.get(f"/generate/?image={image.pk}")

    assert response.context["form"].chosen.slug != "dall-e-3"
    assert "DALL·E 3 is retired" in response.content.decode()


@pytest.mark.parametrize("kind", ["private", "unknown", "nonsense", "deleted"])
def test_what_one_may_not_see_tells_nothing(
    client: Client, alice: User, bob: User, kind: str
) -> None:
    image = an_image(alice, prompt="a secret", visibility="private")
    if kind == "deleted":
        Image.objects.update(visibility="public", deleted_at=image.created_at)
    asked = {"unknown": uuid.UUID(int=1), "nonsense": "x' OR 1=1"}.get(kind, image.pk)
    client.force_login(bob)

    response = client.get("/generate/", {"image": str(asked)})

    assert response.status_code == 200
    assert "a secret" not in response.content.decode()
    assert "That picture is not there any more" in response.content.decode()


def test_a_stranger_comes_back_to_it_after_logging_in(client: Client, alice: User) -> None:
    image = an_image(alice)

    response = client.get(f"/generate/?image={image.pk}")

    assert response.status_code == 302
    assert f"image%3D{image.pk}" in response["Location"]
