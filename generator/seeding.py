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

PROMPTS = [
    "a mountain lake at sunset",
    "northern lights over a fjord",
    "a cat watching the moon",
    "misty woods at golden hour",
    "cherry blossom at dusk",
    "hot air balloons over the hills",
    "a lighthouse above a stormy sea, blue hour",
    "saturn and its rings",
    "the city from across the river, on a rainy night",
    "dunes under a wide sky, soft morning light",
    "a sunflower in warm light",
    "a pine forest in the snow",
    "flow of music, abstract",
    "a sailing boat on a quiet sea at dawn",
    "a galaxy with two arms",
    "an autumn tree on a hill",
    "mountains above a sea of fog",
    "a small cabin by a frozen lake, starry night",
    "gradient curves in emerald and gold",
    "a dahlia, deep red",
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
        yield draw(
            Generation(
                user=chance.choice(people),
                model=model,
                prompt=PROMPTS[number % len(PROMPTS)],
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


def draw(generation: Generation) -> Image:
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
    return Image.objects.get(pk=image.pk)


def _person(name: str) -> User:
    user, created = User.objects.get_or_create(
        username=name,
        defaults={"email": f"{name}@example.com", "display_name": name.capitalize()},
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
