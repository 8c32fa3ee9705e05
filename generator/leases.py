"""Who works on what: a lease on the row, a fencing token, and one heartbeat for a process.

The row is the truth and the message only a bell (invariants W1, W2): exactly one caller wins a
claim, a silent worker loses it after ``LEASE_SECONDS``, and a worker that lost it can end nothing.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import close_old_connections, connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from generator.models import Generation, State

logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker has taken over; what this one holds must not be written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one Generation, for as long as ``token`` stands in its row."""

    generation_id: uuid.UUID
    token: uuid.UUID

    def held(self) -> QuerySet[Generation]:
        """The row, if this lease still holds it; update it in one statement or not at all."""
        return Generation.objects.filter(
            pk=self.generation_id, state=State.RUNNING, lease_token=self.token
        )


def claim(pk: uuid.UUID) -> Lease | None:
    """Take the work if it is due and nobody has it, or if its worker fell silent."""
    now = timezone.now()
    lease = Lease(generation_id=pk, token=uuid.uuid4())
    due = Q(state=State.QUEUED) & (Q(not_before=None) | Q(not_before__lte=now))
    abandoned = Q(state=State.RUNNING, lease_until__lt=now)
    taken = Generation.objects.filter(due | abandoned, pk=pk).update(
        state=State.RUNNING,
        lease_token=lease.token,
        lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
        attempts=F("attempts") + 1,
        started_at=Coalesce(F("started_at"), now),
        not_before=None,
    )
    return lease if taken else None


@contextmanager
def keep(lease: Lease) -> Iterator[None]:
    """Renew ``lease`` in the background until the block ends."""
    _keeper.add(lease)
    try:
        yield
    finally:
        _keeper.remove(lease)


class _Keeper:
    """Renews every lease of this process with one UPDATE each quarter of their life."""

    def __init__(self) -> None:
        self._tokens: set[uuid.UUID] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, lease: Lease) -> None:
        with self._lock:
            self._tokens.add(lease.token)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._beat, name="leases", daemon=True)
                self._thread.start()

    def remove(self, lease: Lease) -> None:
        with self._lock:
            self._tokens.discard(lease.token)

    def _beat(self) -> None:
        while True:
            self._wake.wait(settings.LEASE_SECONDS / 4)
            with self._lock:
                tokens = list(self._tokens)
                if not tokens:
                    self._thread = None
                    return
            self._renew(tokens)

    def _renew(self, tokens: list[uuid.UUID]) -> None:
        until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
        try:
            close_old_connections()
            Generation.objects.filter(state=State.RUNNING, lease_token__in=tokens).update(
                lease_until=until
            )
        except Exception:
            # Whatever it is, giving up would give all work of this process to others, who would
            # pay for it again. The lease outlives three missed beats; the next one may succeed.
            logger.exception("Leases could not be renewed")
        finally:
            connection.close()


_keeper = _Keeper()
