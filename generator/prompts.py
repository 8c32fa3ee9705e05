"""The prompts of a person, each once, the one used last first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max, QuerySet

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
    end = ("", 0)
    cursor = after
    for _window in range(MOST_WINDOWS):
        window = paging.page(slim, after=cursor, size=WINDOW)
        if unknown := {row.prompt for row in window.rows} - last_use.keys():
            last_use |= dict(_last_uses(mine, unknown))
        for number, row in enumerate(window.rows, start=1):
            if row.created_at != last_use.get(row.prompt):
                continue
            if len(rows) == size:  # there is one more: the page ends at the last that it shows
                start, length = end
                return PromptPage(rows, paging.page(slim, after=start, size=length).next_cursor)
            # Shown once, even where two were sent at one moment.
            last_use[row.prompt] = NEVER
            rows.append(row)
            end = (cursor, number)
        cursor = window.next_cursor
        if not cursor:
            break
    return PromptPage(rows, cursor)


def _last_uses(mine: GenerationQuerySet, prompts: set[str]) -> QuerySet[Any, Any]:
    """When each of ``prompts`` was used last, found by the index of their beginnings."""
    uses = mine.alias(start=PromptStart("prompt")).filter(
        start__in={prompt[:64] for prompt in prompts}, prompt__in=prompts
    )
    return uses.values_list("prompt").annotate(last=Max("created_at")).order_by()
