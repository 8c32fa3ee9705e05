"""Make Stripe's products, prices, portal and webhook what the catalogue says."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import gateway, setting_up


class Command(BaseCommand):
    help = "Create or update Stripe's products, prices, portal and webhook; harmless to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        if not gateway.is_configured():
            raise CommandError("Set STRIPE_SECRET_KEY first: the guide is docs/payments.md.")
        try:
            for sentence in setting_up.set_up():
                self.stdout.write(sentence)
        except (gateway.StripeUnavailable, gateway.StripeRefused) as error:
            raise CommandError(f"Stripe did not do this: {error}") from error
