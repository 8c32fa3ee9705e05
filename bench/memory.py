"""Memory of another process over time."""

from __future__ import annotations

import threading
import time
from typing import Self

import psutil

EVERY_SECONDS = 0.05


class Memory:
    """Resident bytes of a process, noted many times a second while the context is open."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._notes: list[tuple[float, int]] = []
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._note, daemon=True)
        self.before: int = self._process.memory_info().rss

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ends.set()
        self._thread.join()

    def growth(self, *, since: float = 0, until: float = float("inf")) -> int:
        """The most bytes above those at the beginning, between two moments of ``time.time``."""
        return (
            max((rss for at, rss in self._notes if since <= at <= until), default=0) - self.before
        )

    def _note(self) -> None:
        while not self._ends.wait(EVERY_SECONDS):
            self._notes.append((time.time(), self._process.memory_info().rss))
