"""Fill an installation with believable pictures."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from generator import seeding
from generator.deliveries import StorageDown
from generator.models import ImageModel
from generator.samples import filling

DRAW_UP_TO = 60
MOST = 10_000_000


class Command(BaseCommand):
    help = (
        "Add sample pictures, so that the gallery is not empty: up to 60 are drawn, by six people. "
        "Of more, a few dozen are drawn and the rest are rows that show the same files, by many "
        "people over two years; meanwhile the gallery waits. Each call adds to what is there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--images", type=int, default=24, help="How many; 24 by default.")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["images"]
        if not 1 <= wanted <= MOST:
            raise CommandError(f"--images must be from 1 to {MOST:,}.")
        try:
            if wanted <= DRAW_UP_TO:
                self._few(wanted)
            else:
                self._many(wanted)
        except ImageModel.DoesNotExist:
            raise CommandError(
                "The catalogue has no model “demo”, which draws the samples."
            ) from None
        except StorageDown as error:
            raise CommandError(f"The storage took no picture: {error}") from error
        except DatabaseError as error:
            raise CommandError(
                f"The database refused: {error} At most the drawn pictures were added."
            ) from error

    def _few(self, wanted: int) -> None:
        for number, image in enumerate(seeding.seed(wanted), 1):
            self.stdout.write(f"{number}/{wanted} {image.title}")

    def _many(self, wanted: int) -> None:
        started = time.monotonic()
        for step in filling.fill(wanted):
            self.stdout.write(f"{time.monotonic() - started:4.0f} s  {step}")
        self.stdout.write(
            f"Added {wanted:,} pictures in {time.monotonic() - started:.0f} s. "
            "Likes have rows for some of them only; another call adds as many again."
        )
