"""Filling a database with sample pictures: a few are drawn, the rest are rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

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

    Measured on two cores, a million rows: 80 s on PostgreSQL (250 s with the indexes kept), two
    minutes on SQLite; and a second for each picture that is drawn.
    """
    many = [
        rows.drawn(image, subject=number % len(seeding.PROMPTS))
        for number, image in enumerate(_draw(min(drawn, count)))
    ]
    yield f"drew {len(many)} pictures"
    _share_files(many)
    there = Image.objects.count()
    wanted = count - len(many)
    tables = [table._meta.db_table for table in (Image, Image.tags.through, Like, Generation)]
    # New indexes at the end cost less than old ones kept up to date, unless there is much already.
    with loading.hurried(tables, rebuild=wanted > max(there // 2, CHUNK)):
        samples = rows.Samples(many, count=wanted, seed=f"{seed} {there}")
        for start in range(0, wanted, CHUNK):
            end = min(start + CHUNK, wanted)
            _insert(samples.chunk(start, end))
            yield f"{end + len(many):,} of {count:,} pictures"
    yield "made the indexes"
    _analyze(tables)
    for done in _make_searchable():
        yield f"made {done:,} searchable"
    _analyze([SearchEntry._meta.db_table])


def _draw(count: int) -> Iterator[Image]:
    """Public pictures of each subject in turn, in different ratios, by ``prolific``."""
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
                created_at=timezone.now() - rows.SPAN * ((number + 0.5) / count),
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


def _make_searchable() -> Iterator[int]:
    """In the order of creation, which is that of results."""
    table = SearchEntry._meta.db_table
    done = 0
    with loading.hurried([table], rebuild=not SearchEntry.objects.exists()):
        for entries in search.missing(chunk=CHUNK):
            values = [[_as_text(one.image_id), one.words, one.facets] for one in entries]
            loading.insert(table, ["image_id", "words", "facets"], values)
            done += len(values)
            yield done


def _as_text(pk: uuid.UUID) -> str:
    return pk.hex if connection.vendor == "sqlite" else str(pk)


def _analyze(tables: list[str]) -> None:
    """Tell the database what is in its tables now, rather than when it finds the time."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
