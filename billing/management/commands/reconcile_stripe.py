"""Compare with Stripe and apply what a lost webhook should have done."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing import gateway, reconciling


class Command(BaseCommand):
    help = "Apply what lost webhooks should have done; exit with 1 where something stays open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=3, help="How far to look back.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not gateway.is_configured():
            raise CommandError("Set STRIPE_SECRET_KEY first: the guide is docs/payments.md.")
        if not 1 <= options["days"] <= 3650:
            raise CommandError("--days must be from 1 to 3650.")
        try:
            found = reconciling.run(timezone.now() - timedelta(days=options["days"]))
        except (gateway.StripeUnavailable, gateway.StripeRefused) as error:
            raise CommandError(f"Stripe could not be asked: {error}") from error
        for difference in found:
            style = self.style.WARNING if difference.settled else self.style.ERROR
            self.stdout.write(style(difference.sentence))
        still_open = sum(not difference.settled for difference in found)
        self.stdout.write(f"{len(found)} differences, {still_open} not settled.")
        if still_open:
            sys.exit(1)
