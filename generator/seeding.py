"""Believable people and pictures for a fresh installation, drawn by the demo model."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from gallery import publishing
from gallery.models import Category, Image
from generator import deliveries, rendering, sizes
from generator.models import Generation, ImageModel
from generator.providers.demo import DemoProvider

PEOPLE = ["ada", "benoit", "chiyo", "dimitra", "emeka", "freya"]

SUBJECTS = [
    "mountains above a sea of fog",
    "a quiet harbour",
    "dunes under a wide sky",
    "a pine forest after rain",
    "the city from across the river",
    "an island with a lighthouse",
    "northern lights over a frozen lake",
    "a field of flowers",
    "waves of colour, abstract",
    "a galaxy with two moons",
]
MOODS = [
    "at sunset, gold and rose",
    "on a starry night",
    "in the blue hour",
    "in soft morning light",
    "in the snow",
    "before a thunderstorm",
    "in emerald and teal",
    "in red and orange",
]


def seed(count: int) -> Iterator[Image]:
    """Draw ``count`` public pictures by six people, spread over the last month; yield each.

    The same call on an empty installation makes the same pictures.
    """
    model = ImageModel.objects.prefetch_related("prices").get(slug="demo")
    chance = random.Random(2026)  # noqa: S311 - sample data, no secret
    people = [_person(name) for name in PEOPLE]
    categories = list(Category.objects.all())
    now = timezone.now()
    for number in range(count):
        width, height = sizes.parse(chance.choice(model.sizes)) or (1024, 1024)
        yield _draw(
            Generation(
                user=chance.choice(people),
                model=model,
                prompt=f"{chance.choice(SUBJECTS)} {chance.choice(MOODS)}",
                width=width,
                height=height,
                render_width=width,
                render_height=height,
                quality=model.default_quality,
                seed=number,
                category=chance.choice(categories),
                created_at=now - timedelta(minutes=chance.randrange(30 * 24 * 60)),
            )
        )


def _person(name: str) -> User:
    user, created = User.objects.get_or_create(
        username=name,
        defaults={"email": f"{name}@example.com", "display_name": name.capitalize()},
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def _draw(generation: Generation) -> Image:
    """Draw, store and publish as for a real request; it costs nobody a credit."""
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        order = rendering.order_for(generation, Path(folder))
        delivery = DemoProvider(seconds=0).generate(order, on_preview=lambda path: None)
        pictures = deliveries.accepted(delivery, generation)
        [image] = deliveries.store(generation, delivery, pictures, cost=None)
    image.generation_id = None
    image.created_at = generation.created_at
    image.save(force_insert=True)
    publishing.publish(image.pk)
    return image
