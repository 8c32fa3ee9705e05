"""Partial pictures while the provider still draws: the newest one, in the cache only.

They are as heavy as pictures, and hundreds may come at once. So they are kept only while somebody
looks, few are handled at a time, and they go when the work ends.
"""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.core.cache import cache
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from generator import cards

logger = logging.getLogger(__name__)

KEEP_SECONDS = 600
MOST_BYTES = 4 * 1024 * 1024

WATCHED_SECONDS = 30
"""How long after a look at the card partial pictures are worth keeping. Longer than a page that is
open goes without one, which is ``cards.RUNNING_TAG_SECONDS``."""

_hands = threading.BoundedSemaphore(4)
"""How many a process holds in memory at a time."""


@dataclass(frozen=True, slots=True)
class Preview:
    number: int
    content_type: str
    data: bytes


def keep(generation_pk: uuid.UUID, path: Path) -> None:
    """Keep a partial picture, if anybody looks, and it is one and not too large.

    Never stops the work.
    """
    if not are_wanted(generation_pk):
        return
    with _hands:
        _keep(generation_pk, path)


def _keep(generation_pk: uuid.UUID, path: Path) -> None:
    try:
        if path.stat().st_size > MOST_BYTES:
            return
        with PillowImage.open(path, formats=["PNG", "JPEG", "WEBP"]) as picture:
            content_type = PillowImage.MIME[picture.format or ""]
    except (UnidentifiedImageError, OSError, ValueError, PillowImage.DecompressionBombError):
        logger.info("A partial picture of %s was not one", generation_pk)
        return
    number = newest_number(generation_pk) + 1
    preview = Preview(number, content_type, path.read_bytes())
    cache.set_many({_key(generation_pk): preview, _number_key(generation_pk): number}, KEEP_SECONDS)
    cards.changed(generation_pk)


def watch(generation_pk: uuid.UUID) -> None:
    """Somebody looks at the work: its next partial pictures are worth keeping."""
    cache.set(_watched_key(generation_pk), True, WATCHED_SECONDS)


def are_wanted(generation_pk: uuid.UUID) -> bool:
    """Whether somebody looked lately."""
    return bool(cache.get(_watched_key(generation_pk)))


def newest(generation_pk: uuid.UUID) -> Preview | None:
    """The newest partial picture, while it is remembered."""
    found = cache.get(_key(generation_pk))
    return found if isinstance(found, Preview) else None


def newest_number(generation_pk: uuid.UUID) -> int:
    """How many partial pictures have come; 0 for none."""
    return int(cache.get(_number_key(generation_pk), 0))


def forget(generation_pk: uuid.UUID) -> None:
    """The work has ended."""
    cache.delete_many([_key(generation_pk), _number_key(generation_pk)])


def _key(generation_pk: uuid.UUID) -> str:
    return f"preview:{generation_pk}"


def _number_key(generation_pk: uuid.UUID) -> str:
    return f"preview-number:{generation_pk}"


def _watched_key(generation_pk: uuid.UUID) -> str:
    return f"preview-watched:{generation_pk}"
