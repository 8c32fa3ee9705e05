"""Switch an account off and remove all of its pictures for good."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from gallery import removing


class Command(BaseCommand):
    help = "Switch an account off and remove its pictures, likes and collections for good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, email: str, yes: bool, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        if not yes and input(f"Remove all pictures of {user.username} for good? [y/N] ") != "y":
            raise CommandError("Nothing was removed.")
        count = removing.remove_account(user)
        self.stdout.write(f"{user.username} is switched off; {count} pictures are being removed.")
