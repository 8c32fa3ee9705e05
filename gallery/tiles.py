"""Tiles of the feed, drawn once for all readers and kept in the memory of the process.

A row of :mod:`gallery.listing` holds whatever can change on a tile, so the row is the key: no tile
is ever stale, and what nobody asks for any more makes way.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from gallery.listing import Row
from gallery.models import Image

MOST_KEPT = 5000
"""Tiles; about 2 kB each."""

FIRST = 6
"""So many tiles a person sees before scrolling: their pictures are fetched at once."""

_kept: OrderedDict[tuple[Any, ...], SafeString] = OrderedDict()


def html(
    rows: Sequence[Row], *, liked: Collection[UUID] | None, is_first: bool = True
) -> list[SafeString]:
    """The tiles of ``rows``; ``liked`` are those that the reader likes, None for a stranger.

    One statement for the tiles that are not kept, none where all are.
    """
    language = get_language()
    keys = [
        (row, language, is_first and place < FIRST, row.id in (liked or ()), liked is None)
        for place, row in enumerate(rows)
    ]
    missing = [key for key in keys if key not in _kept]
    if missing:
        _draw(missing)
    return [_kept[key] for key in keys if key in _kept]


def forget() -> None:
    """For tests."""
    _kept.clear()


def _draw(keys: Sequence[tuple[Any, ...]]) -> None:
    pks = [UUID(str(key[0].id)) for key in keys]
    images = Image.objects.select_related("user").defer("settings", "sha256").in_bulk(pks)
    for key, pk in zip(keys, pks, strict=True):
        row, _language, is_eager, is_liked, is_stranger = key
        if pk not in images:
            continue  # deleted in this moment
        image = images[pk]
        image.likes = row.likes  # as the key says, even if one has come since
        drawn = render_to_string(
            "gallery/_feed_tile.html",
            {"image": image, "eager": is_eager, "liked": is_liked, "stranger": is_stranger},
        )
        _kept[key] = mark_safe(" ".join(drawn.split("\n")))  # noqa: S308 - our own template
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
