"""Fill an installation with believable pictures."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generator import seeding


class Command(BaseCommand):
    help = "Draw public pictures by six sample people, so that the gallery is not empty."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--images", type=int, default=24, help="How many; 24 by default.")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["images"]
        if not 1 <= wanted <= 10_000:
            raise CommandError("--images must be from 1 to 10,000.")
        for number, image in enumerate(seeding.seed(wanted), 1):
            self.stdout.write(f"{number}/{wanted} {image.title}")
