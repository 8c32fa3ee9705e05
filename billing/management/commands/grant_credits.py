"""Give a person credits, or take some back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from billing import credits


class Command(BaseCommand):
    help = "Give a person credits, or with a negative amount take some back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("amount", type=int)
        parser.add_argument("--reason", required=True, help="Shown to the person in the ledger.")
        parser.add_argument(
            "--reference", default="", help="Makes a repeated call harmless, such as ticket:123."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"Nobody has the e-mail address {options['email']}.")
        try:
            credits.grant(
                user=user,
                amount=options["amount"],
                reason=options["reason"],
                reference=options["reference"] and f"command:{options['reference']}",
            )
        except (credits.InsufficientCredits, credits.InvalidGrant) as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"{user.username} has {credits.balance(user)} credits now.")
