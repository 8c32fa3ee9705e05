"""Filling a database with sample pictures: a few are drawn, the rest are rows."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from gallery import search
from gallery.models import SHARED_FILES, Image, Like, SearchEntry
from generator import seeding, sizes
from generator.models import Generation, ImageModel
from generator.samples import loading, people, rows

DRAWN = 32
"""Pictures that are drawn; all others show their files."""

CHUNK = 20_000

SIZES = ["1024x1024", "1024x1536", "1536x1024", "960x1280", "1280x960", "1792x1008", "1008x1792"]
SIZES += ["1024x1280", "1280x1024", "1536x768", "1536x656"]
"""Of the drawn pictures in turn: all usual ratios, the commonest first."""


def fill(count: int, *, drawn: int = DRAWN, seed: int = 2026) -> Iterator[str]:
    """Add ``count`` pictures by many people over two years, quickly; say each step that is done.

    Only ``drawn`` of them are really drawn, and the others show the same files under prompts and
    facts of their own. All come at once, or on an error none but the drawn. The same call on an
    empty installation makes the same rows, but for ids of the drawn and the time of day.

    Measured on two cores, a million with their search index: 135 s on PostgreSQL and four minutes
    on SQLite, and a second for each that is drawn. PostgreSQL took three times as long for the
    rows of pictures where the indexes were kept.
    """
    many = [
        rows.drawn(image, subject=number % len(seeding.PROMPTS))
        for number, image in enumerate(_draw(min(drawn, count)))
    ]
    yield f"drew {len(many)} pictures"
    _share_files(many)
    search.index([picture.image.pk for picture in many])
    there = Image.objects.count()
    wanted = count - len(many)
    models = (Image, Image.tags.through, Like, SearchEntry, Generation)
    tables = [model._meta.db_table for model in models]
    # New indexes at the end cost less than old ones kept up to date, unless there is much already.
    with loading.hurried(tables, rebuild=wanted > max(there // 2, CHUNK)):
        samples = rows.Samples(many, count=wanted, seed=f"{seed} {there}")
        done = len(many)
        for chunk in _chunks(samples, wanted):
            _insert(chunk)
            done += len(chunk.images)
            yield f"{done:,} of {count:,} pictures"
    yield "made the indexes"
    _analyze(tables)


def _draw(count: int) -> Iterator[Image]:
    """Public pictures of each subject in turn, in different ratios, by ``prolific``.

    They are a little older than the samples: a search lists pictures in the order of their coming.
    """
    model = ImageModel.objects.prefetch_related("prices").get(slug="demo")
    [author, *_others] = people.people_for(1)
    for number in range(count):
        width, height = sizes.parse(SIZES[number % len(SIZES)]) or (1024, 1024)
        yield seeding.draw(
            Generation(
                user_id=author,
                model=model,
                prompt=seeding.PROMPTS[number % len(seeding.PROMPTS)],
                width=width,
                height=height,
                render_width=width,
                render_height=height,
                quality=model.default_quality,
                seed=number,
                created_at=timezone.now() - rows.SPAN - timedelta(hours=count - number),
            )
        )


def _share_files(drawn: list[rows.Drawn]) -> None:
    """Mark the drawn pictures as what the others will be: none of them owns its files."""
    for picture in drawn:
        key = picture.row["key"]
        Image.objects.filter(pk=picture.image.pk).update(key=f"{key}{SHARED_FILES}0")


def _chunks(samples: rows.Samples, wanted: int) -> Iterator[rows.Chunk]:
    """Each is made while the database takes the one before it."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming: Future[rows.Chunk] | None = None
        for start in range(0, wanted, CHUNK):
            following = thread.submit(samples.chunk, start, min(start + CHUNK, wanted))
            if coming:
                yield coming.result()
            coming = following
        if coming:
            yield coming.result()


def _insert(chunk: rows.Chunk) -> None:
    for model, made in ((Generation, chunk.generations), (Image, chunk.images)):
        if made:
            values = [list(row.values()) for row in made]
            loading.insert(model._meta.db_table, list(made[0]), values)
    loading.insert(Image.tags.through._meta.db_table, ["image_id", "tag_id"], chunk.tags)
    loading.insert(Like._meta.db_table, ["user_id", "image_id", "created_at"], chunk.likes)
    columns = ["image_id", "words", "facets"]
    loading.insert(SearchEntry._meta.db_table, columns, chunk.entries)


def _analyze(tables: list[str]) -> None:
    """Tell the database what is in its tables now, rather than when it finds the time."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
