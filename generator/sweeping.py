"""Nothing is forgotten: rings again for work that nobody took, and hands on what was dropped."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from gallery.models import Image
from generator import settling, tasks
from generator.models import Generation

logger = logging.getLogger(__name__)

RING_AGAIN = timedelta(seconds=40)
"""A queued row whose bell is older than this may have lost it (with a broker's restart)."""

MOST = 1000
"""Rows of one kind that one sweep touches; the oldest first."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """How many Generations were rung for, handed on and corrected."""

    rung: int
    handed_on: int
    corrected: int


def sweep() -> Sweep:
    """Ring for due and abandoned work, and refund pictures withdrawn for a broken file."""
    now = timezone.now()
    due = Generation.objects.due(now).filter(Q(rung_at=None) | Q(rung_at__lt=now - RING_AGAIN))
    waiting = list(due.order_by("created_at").values_list("pk", flat=True)[:MOST])
    abandoned = Generation.objects.abandoned(now)
    dropped = list(abandoned.order_by("lease_until").values_list("pk", flat=True)[:MOST])
    Generation.objects.filter(pk__in=waiting).update(rung_at=now)
    for pk in waiting + dropped:
        tasks.ring(pk)
    return Sweep(rung=len(waiting), handed_on=len(dropped), corrected=_correct_withdrawn())


def _correct_withdrawn() -> int:
    """Generations that count a withdrawn picture as delivered."""
    recent = timezone.now() - timedelta(days=2)
    withdrawn = Image.objects.filter(withdrawn_at__gt=recent).values_list("generation_id")
    corrected = 0
    for pk in set(withdrawn.values_list("generation_id", flat=True)):
        if pk is None:
            continue
        remaining = Image.objects.filter(generation_id=pk, withdrawn_at=None).count()
        if Generation.objects.filter(pk=pk).exclude(delivered=remaining).exists():
            settling.settle_withdrawn(pk)
            corrected += 1
    return corrected
