"""Nothing is forgotten: rings again for work that nobody took, and hands on what was dropped."""

from __future__ import annotations

import logging
import shutil
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts import bells
from gallery.models import Image
from generator import settling, tasks
from generator.models import Generation

logger = logging.getLogger(__name__)

RING_AGAIN = timedelta(seconds=40)
"""A queued row whose bell is older than this may have lost it (with a broker's restart)."""

MOST = 1000
"""Rows of one kind that one sweep touches; the oldest first."""

LEFTOVER_SECONDS = 3 * 60 * 60
"""Age of a temporary file that nobody can need: no call takes longer than an hour."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """How many Generations were rung for, handed on and corrected."""

    rung: int
    handed_on: int
    corrected: int


def sweep() -> Sweep:
    """Ring for due and abandoned work, and refund pictures withdrawn for a broken file."""
    now = timezone.now()
    waiting = _unheard(now)
    abandoned = Generation.objects.abandoned(now)
    dropped = list(abandoned.order_by("lease_until").values_list("pk", flat=True)[:MOST])
    handed_on = sum(tasks.ring(pk, urgent=True) for pk in dropped)
    rung = [pk for pk in waiting if tasks.ring(pk)]
    # What was not heard is rung for again at the next sweep.
    Generation.objects.filter(pk__in=rung).update(rung_at=now)
    _remove_leftovers()
    return Sweep(rung=len(rung), handed_on=handed_on, corrected=_correct_withdrawn())


def _unheard(now: datetime) -> list[uuid.UUID]:
    """Due work whose bell may be lost; none while as many bells hang as there is due work.

    Without that look each sweep would add to a queue of hours, and so make it longer.
    """
    due = Generation.objects.due(now)
    late = due.filter(Q(rung_at=None) | Q(rung_at__lt=now - RING_AGAIN))
    waiting = list(late.order_by("created_at").values_list("pk", flat=True)[:MOST])
    return waiting if waiting and bells.hanging(tasks.render) < due.count() else []


def _remove_leftovers() -> None:
    """What killed workers left in this machine's folder for temporary files."""
    long_ago = time.time() - LEFTOVER_SECONDS
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        with suppress(OSError):  # another sweep was faster
            if path.lstat().st_mtime > long_ago:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


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
