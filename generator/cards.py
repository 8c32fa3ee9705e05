"""The part of a page that follows the work, and the tag that says whether it has changed.

A tag is a digest of all that the card shows. While it stands in the cache, a poll that holds the
same one is answered without session or database: it learns nothing that it did not know.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gallery import likes
from gallery.models import Image
from generator import failures, previews
from generator.models import Generation, State

TAG_SECONDS = 2
"""How long a tag is believed without a look at the row; it bounds how stale a position can be,
and how late a page learns that its renditions are there."""

RUNNING_TAG_SECONDS = 10
"""The same while work runs: whatever happens then to what the card shows calls ``changed``."""

MOST_AHEAD = 1000
"""The queue is counted no further than this."""


@dataclass(slots=True)
class Card:
    """One Generation as a page shows it. Times in seconds."""

    generation: Generation
    pictures: list[Image] = field(default_factory=list)
    liked: set[uuid.UUID] = field(default_factory=set)
    position: int | None = None
    preview_number: int = 0
    credits_left: int | None = None
    again_id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def state(self) -> str:
        return self.generation.state

    @property
    def is_active(self) -> bool:
        """Whether the page should go on asking."""
        return self.generation.is_active or not self.settled_pictures

    @property
    def settled_pictures(self) -> bool:
        """False while renditions are still being made."""
        return all(picture.is_ready for picture in self.pictures)

    @property
    def elapsed_seconds(self) -> int:
        """Since work began, or since the click while it waits."""
        start = self.generation.started_at or self.generation.created_at
        end = self.generation.finished_at or timezone.now()
        return max(0, int((end - start).total_seconds()))

    @property
    def expected_seconds(self) -> int:
        return self.generation.model.usual_seconds

    @property
    def percent(self) -> int | None:
        """Elapsed against the model's median: even until 90, then ever slower, never 100."""
        if self.state != State.RUNNING:
            return None
        share = self.elapsed_seconds / max(1, self.expected_seconds)
        return round(90 * share) if share <= 1 else min(99, round(100 - 10 / share))

    @property
    def preview_url(self) -> str:
        if not self.preview_number or self.state != State.RUNNING:
            return ""
        url = reverse("generation_preview", args=[self.generation.pk])
        return f"{url}?n={self.preview_number}"

    @property
    def undelivered(self) -> int:
        """Asked for and never come; what the owner deleted since did come."""
        return 0 if self.generation.is_active else self.generation.count - self.generation.delivered

    @property
    def sentence(self) -> str:
        """Why it did not end as asked, in one sentence; empty when it did."""
        return failures.sentence(self.generation)

    @property
    def refunded(self) -> int:
        return self.generation.refunded

    @property
    def credits_used(self) -> int:
        return self.generation.credits_used

    @property
    def can_cancel(self) -> bool:
        return self.state == State.QUEUED

    @property
    def tag(self) -> str:
        """A keyed digest of everything that the card shows except the running clock."""
        shown = (
            self.state,
            self.position,
            self.preview_number,
            self.generation.error_code,
            self.generation.refunded,
            [(str(picture.pk), picture.is_ready) for picture in self.pictures],
        )
        return salted_hmac("card", f"{self.generation.pk}{shown}").hexdigest()[:20]


def cards_for(generations: Iterable[Generation]) -> list[Card]:
    """Cards of several Generations of one person: one query for all their pictures, which also
    tells which of them the person likes."""
    generations = list(generations)
    pictures = _pictures([one for one in generations if not one.is_active])
    return [
        Card(
            generation=generation,
            pictures=[picture for picture, _liked in pictures[generation.pk]],
            liked={picture.pk for picture, liked in pictures[generation.pk] if liked},
            position=_position(generation),
            preview_number=(
                previews.newest_number(generation.pk) if generation.state == State.RUNNING else 0
            ),
        )
        for generation in generations
    ]


def card_for(generation: Generation) -> Card:
    """The card of one Generation, remembered so that the next polls cost nothing."""
    pk = generation.pk
    [card] = cards_for([generation])
    if generation.is_active:
        previews.watch(pk)
    if card.is_active:
        running = card.state == State.RUNNING
        # Adding fails just after a change: this row may have been read just before it.
        cache.add(_key(pk), card.tag, RUNNING_TAG_SECONDS if running else TAG_SECONDS)
    return card


def is_unchanged(pk: uuid.UUID, seen: str) -> bool:
    """Whether ``seen`` is the tag that the cache holds: the cheap answer to most polls."""
    return bool(seen) and cache.get(_key(pk)) == seen


def changed(pk: uuid.UUID) -> None:
    """The next poll must look at the row."""
    cache.set(_key(pk), "", TAG_SECONDS)


def _key(pk: uuid.UUID) -> str:
    return f"card:{pk}"


def _pictures(generations: Sequence[Generation]) -> dict[uuid.UUID, list[tuple[Image, bool]]]:
    """By Generation, its pictures in order, each with whether its owner likes it."""
    found: dict[uuid.UUID, list[tuple[Image, bool]]] = defaultdict(list)
    if generations:
        images = Image.objects.filter(
            generation_id__in=[one.pk for one in generations], withdrawn_at=None, deleted_at=None
        )
        liked = likes.that(generations[0].user_id)
        for image in images.annotate(liked=liked).order_by("generation_id", "position"):
            if image.generation_id:
                found[image.generation_id].append((image, image.liked))  # type: ignore[attr-defined]
    return found


def _position(generation: Generation) -> int | None:
    """1 for the next in line; None for what does not wait."""
    if generation.state != State.QUEUED:
        return None
    ahead = Generation.objects.queued().filter(created_at__lt=generation.created_at)
    return ahead.order_by("created_at").values("pk")[:MOST_AHEAD].count() + 1
