"""Make pictures searchable that are not yet: after an upgrade, or from a backup without entries."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from gallery import search
from gallery.models import SearchEntry


class Command(BaseCommand):
    help = "Make pictures searchable that are not yet, as after an upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for entries in search.missing():
            done += len(SearchEntry.objects.bulk_create(entries, ignore_conflicts=True))
        self.stdout.write(f"{done} pictures made searchable.")
