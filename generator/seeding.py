"""Believable people and pictures for a fresh installation, drawn by the demo model."""

from __future__ import annotations

import importlib
import importlib.util
import random
import tempfile
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from gallery import publishing
from gallery.models import SHARED_FILES, Category, Image, Like
from generator import deliveries, rendering, sizes
from generator.models import Generation, ImageModel
from generator.providers.demo import DemoProvider
from generator.samples import loading, people, rows

DRAWN = 40
"""Pictures that are drawn for a large number of samples, which share their files."""

CHUNK = 20_000

SIZES = ["1024x1024", "1024x1536", "1536x1024", "960x1280", "1280x960", "1792x1008", "1008x1792"]
SIZES += ["1024x1280", "1280x1024", "1536x768", "1536x656"]
"""Of the drawn pictures in turn: all usual ratios, the commonest first."""

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
        yield _draw(
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


def seed_many(count: int, *, drawn: int = DRAWN, seed: int = 2026) -> Iterator[str]:
    """Add ``count`` pictures by many people over two years, quickly; say each step that is done.

    Only ``drawn`` of them are really drawn, and the others show the same files under prompts and
    facts of their own. All come at once, or on an error none but the drawn. The same call on an
    empty installation makes the same rows, but for ids of the drawn and the time of day.
    """
    many = [
        rows.drawn(image, subject=number % len(PROMPTS))
        for number, image in enumerate(_draw_varied(min(drawn, count)))
    ]
    yield f"drew {len(many)} pictures"
    there = Image.objects.count()
    wanted = count - len(many)
    tables = [table._meta.db_table for table in (Image, Image.tags.through, Like, Generation)]
    _share_files(many)
    # New indexes at the end cost less than old ones kept up to date, unless there is much already.
    with loading.hurried(tables, rebuild=wanted > max(there // 2, CHUNK)):
        samples = rows.Samples(many, count=wanted, seed=f"{seed} {there}")
        for start in range(0, wanted, CHUNK):
            end = min(start + CHUNK, wanted)
            _insert(samples.chunk(start, end))
            yield f"{end + len(many):,} of {count:,} pictures"
    _analyze(tables)


def _draw_varied(count: int) -> Iterator[Image]:
    """Public pictures of each subject in turn, in different ratios, by ``prolific``."""
    model = ImageModel.objects.prefetch_related("prices").get(slug="demo")
    [author, *_others] = people.people_for(1)
    for number in range(count):
        width, height = sizes.parse(SIZES[number % len(SIZES)]) or (1024, 1024)
        yield _draw(
            Generation(
                user_id=author,
                model=model,
                prompt=PROMPTS[number % len(PROMPTS)],
                width=width,
                height=height,
                render_width=width,
                render_height=height,
                quality=model.default_quality,
                seed=number,
                created_at=timezone.now(),
            )
        )


def _share_files(drawn: list[rows.Drawn]) -> None:
    """Mark the drawn pictures as what the others will be: none of them owns its files."""
    for picture in drawn:
        Image.objects.filter(pk=picture.pk).update(key=f"{picture.key}{SHARED_FILES}0")


def _insert(chunk: rows.Chunk) -> None:
    for model, made in ((Generation, chunk.generations), (Image, chunk.images)):
        if made:
            values = [list(row.values()) for row in made]
            loading.insert(model._meta.db_table, list(made[0]), values)
    loading.insert(Image.tags.through._meta.db_table, ["image_id", "tag_id"], chunk.tags)
    loading.insert(Like._meta.db_table, ["user_id", "image_id", "created_at"], chunk.likes)
    _make_searchable([uuid.UUID(str(row["id"])) for row in chunk.images])


def _make_searchable(pks: list[uuid.UUID]) -> None:
    if importlib.util.find_spec("gallery.search"):
        importlib.import_module("gallery.search").index_many(pks)


def _analyze(tables: list[str]) -> None:
    """Tell the database what is in its tables now, rather than when it finds the time."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")


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
    return Image.objects.get(pk=image.pk)
