"""The values that filters offer, and the rows behind their names, remembered for a moment.

A page asks for them at each request, and they change seldom; a process believes them for a minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection

from accounts.models import User
from gallery.models import Category, Tag

REMEMBERED_SECONDS = 60.0
MOST_REMEMBERED = 10_000

Found = TypeVar("Found")

_memory: dict[Hashable, tuple[float, object]] = {}


@dataclass(frozen=True, slots=True)
class Offered:
    """Choices as (value, label); a model or style is offered once a listed picture has it."""

    categories: list[tuple[str, str]]
    models: list[tuple[str, str]]
    styles: list[tuple[str, str]]


def offered() -> Offered:
    return _remembered("offered", _read_offered)


def category_id(slug: str) -> int | None:
    """None for a category that there is not, or not any more."""
    return _remembered("categories", _read_categories).get(slug)


def tag_id(name: str) -> int | None:
    name = name.casefold()
    return _remembered(
        ("tag", name),
        lambda: Tag.objects.filter(name=name).values_list("pk", flat=True).first(),
    )


def user_id(username: str) -> int | None:
    return _remembered(
        ("user", username.lower()),
        lambda: (
            User.objects.filter(username__iexact=username, is_active=True)
            .values_list("pk", flat=True)
            .first()
        ),
    )


def forget() -> None:
    """For tests, and for whoever has just changed what is offered."""
    _memory.clear()


def _remembered(key: Hashable, read: Callable[[], Found]) -> Found:
    now = time.monotonic()
    until, found = _memory.get(key, (0.0, None))
    if now < until:
        return found  # type: ignore[return-value]
    if len(_memory) >= MOST_REMEMBERED:
        _memory.clear()
    found = read()
    _memory[key] = (now + REMEMBERED_SECONDS, found)
    return found


def _read_categories() -> dict[str, int]:
    return dict(Category.objects.values_list("slug", "pk"))


def _read_offered() -> Offered:
    models = _distinct("model_slug", "model_name")
    return Offered(
        categories=[(one.slug, one.name) for one in Category.objects.all()],
        models=models,
        styles=[(style, style.capitalize()) for style, _label in _distinct("style", "style")],
    )


def _distinct(column: str, label: str) -> list[tuple[str, str]]:
    """The values of an indexed column among listed pictures, each with the newest label.

    One step of the index for each value, however many pictures there are
    (https://wiki.postgresql.org/wiki/Loose_indexscan).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE steps (value) AS (
                SELECT MIN({column}) FROM gallery_image WHERE is_listed AND {column} > ''
                UNION ALL
                SELECT (
                    SELECT MIN({column}) FROM gallery_image
                    WHERE is_listed AND {column} > steps.value
                ) FROM steps WHERE steps.value IS NOT NULL
            )
            SELECT value, (
                SELECT {label} FROM gallery_image WHERE is_listed AND {column} = steps.value
                ORDER BY created_at DESC, id DESC LIMIT 1
            ) FROM steps WHERE value IS NOT NULL
            """
        )
        return [(str(value), str(name)) for value, name in cursor.fetchall()]
