"""Turns at packing a zip: one for each person, a few for the whole site.

A zip keeps a web process busy until its last byte is sent, so most processes must stay free for
pages. A turn is a key in the cache that ends by itself soon after its holder died; while the cache
is away everybody gets one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from accounts.models import User

SECONDS = 90
"""How long a turn holds without being renewed; a piece takes no longer, or its process is ended."""

RENEWED = 20


@dataclass(slots=True)
class Turn:
    """The right to pack one zip, until it is given back."""

    keys: tuple[str, ...]

    def give_back(self) -> None:
        for key in self.keys:
            cache.delete(key)

    def keep(self) -> None:
        for key in self.keys:
            cache.touch(key, SECONDS)


def take(user: User) -> Turn | None:
    """A turn, or None while this person has one or the site has none left."""
    own = f"zip:person:{user.pk}"
    if not cache.add(own, 1, SECONDS):
        return None
    for number in range(settings.ZIPS_AT_ONCE):
        place = f"zip:place:{number}"
        if cache.add(place, 1, SECONDS):
            return Turn((own, place))
    cache.delete(own)
    return None


class Held:
    """An iterator that keeps ``turn`` while it is read, and gives it back at its end.

    A class, because a generator that was never begun does not run its ``finally`` when the
    response is closed.
    """

    def __init__(self, pieces: Iterator[bytes], turn: Turn) -> None:
        self._pieces = pieces
        self._turn = turn
        self._renew_at = time.monotonic() + RENEWED

    def __iter__(self) -> Held:
        return self

    def __next__(self) -> bytes:
        if time.monotonic() >= self._renew_at:
            self._turn.keep()
            self._renew_at = time.monotonic() + RENEWED
        return next(self._pieces)

    def close(self) -> None:
        try:
            if close := getattr(self._pieces, "close", None):
                close()
        finally:
            self._turn.give_back()
