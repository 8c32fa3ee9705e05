"""Remove pictures for good that were deleted more than thirty days ago."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from gallery import deleting


class Command(BaseCommand):
    help = "What the scheduler does once a day: remove what was deleted over 30 days ago."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Removed {deleting.purge()} pictures and their files.")
