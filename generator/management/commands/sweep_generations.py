"""Ring for work that nobody took and hand on what a dead worker dropped."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from gallery import publishing
from generator import sweeping


class Command(BaseCommand):
    help = "What the scheduler does every 30 seconds, once, by hand."

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweeping.sweep()
        rendering = publishing.sweep()
        self.stdout.write(
            f"Rang for {swept.rung} waiting, handed on {swept.handed_on} abandoned, "
            f"corrected {swept.corrected}, rang for {rendering} pictures without renditions."
        )
