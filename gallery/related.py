"""Pictures like a picture: of the same things, else of its category, else by its author."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from gallery import listing, words
from gallery.filters import Filters
from gallery.listing import Row
from gallery.models import Image

MOST = 12
SUBJECT = 2
"""So many words at the beginning of a prompt are taken for what the picture is of."""

_FUNCTION_WORDS = """
a an the of in on at by to and or with without from for into over under above below behind beside
between near through across around after before during is are as its his her their one two three
some many very photo picture image der die das ein eine einen am im auf mit und
"""
_SAY_LITTLE = frozenset(_FUNCTION_WORDS.split())


def like(image: Image, *, but: set[uuid.UUID]) -> list[Row]:
    """At most ``MOST`` public pictures, none of ``but``, for :func:`gallery.tiles.html`.

    Each kind of likeness is one page of the feed's own listing, and is asked for only while those
    before it were too few.
    """
    found: dict[uuid.UUID, Row] = {}
    for asked in _kinds(image):
        rows = listing.page(asked, size=MOST + len(but) + 1).rows
        ids = [(uuid.UUID(str(row.id)), row) for row in rows]
        found |= {pk: row for pk, row in ids if pk not in but and pk not in found}
        if len(found) >= MOST:
            break
    return list(found.values())[:MOST]


def query(image: Image) -> str:
    """The query string of the feed's page that shows the same, without a script."""
    return next(_kinds(image)).query()


def subject(prompt: str) -> list[str]:
    """The first tokens that say what a picture is of."""
    telling = (word for word in words.tokens(prompt) if word not in _SAY_LITTLE)
    return [word for _place, word in zip(range(SUBJECT), telling, strict=False)]


def _kinds(image: Image) -> Iterator[Filters]:
    of = subject(image.prompt)
    for count in range(len(of), 0, -1):
        yield Filters({"q": " ".join(of[:count])})
    if image.category:
        yield Filters({"category": image.category.slug})
    yield Filters({"user": image.user.username})
