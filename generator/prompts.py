"""The prompts of a person, each once, the one used last first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Max

from accounts.models import User
from gallery import paging
from generator.models import Generation, GenerationQuerySet, PromptStart

WINDOW = 250
"""Generations that are read at a time."""

MOST_WINDOWS = 8
"""A page reads no further than this many windows, so that somebody who used one prompt fifty
thousand times waits no longer than others. Such a page is short, and the next goes on behind it."""

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PromptPage:
    """The newest Generation of each prompt, and the cursor of the page after them."""

    rows: list[Generation]
    next_cursor: str


def page(*, user: User, after: str, size: int) -> PromptPage:
    """At most ``size`` prompts whose last use is older than the cursor, newest use first.

    Walks the person's Generations in windows, each a range of one index, and passes over every use
    of a prompt but its last. Nothing is sorted and nothing is remembered between pages.
    """
    mine = Generation.objects.for_user(user)
    slim = mine.only("prompt", "created_at")
    rows: list[Generation] = []
    last_use: dict[str, datetime] = {}
    cursor = after
    for _window in range(MOST_WINDOWS):
        window = paging.page(slim, after=cursor, size=WINDOW)
        last_use |= _last_uses(mine, {row.prompt for row in window.rows} - set(last_use))
        for number, row in enumerate(window.rows, start=1):
            if row.created_at != last_use.get(row.prompt):
                continue
            # Shown once, even where two were sent at one moment.
            last_use[row.prompt] = NEVER
            rows.append(row)
            if len(rows) == size:
                end = paging.page(slim, after=cursor, size=number)
                return PromptPage(rows, end.next_cursor)
        cursor = window.next_cursor
        if not cursor:
            break
    return PromptPage(rows, cursor)


def _last_uses(mine: GenerationQuerySet, prompts: Iterable[str]) -> dict[str, datetime]:
    """When each of ``prompts`` was used last, read from the index of their beginnings."""
    prompts = set(prompts)
    if not prompts:
        return {}
    uses = mine.alias(start=PromptStart("prompt")).filter(
        start__in={prompt[:64] for prompt in prompts}, prompt__in=prompts
    )
    return dict(uses.values_list("prompt").annotate(last=Max("created_at")).order_by())
