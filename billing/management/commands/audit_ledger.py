"""Prove that the ledger is right."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from billing import audit


class Command(BaseCommand):
    help = "Compare every balance with the sum of its entries; exit with 1 on a difference."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for sentence in audit.differences():
            found += 1
            self.stderr.write(self.style.ERROR(sentence))
        accounts, entries, outstanding = audit.totals()
        self.stdout.write(
            f"{accounts} accounts, {entries} entries, {outstanding} credits outstanding, "
            f"{found} differences."
        )
        if found:
            sys.exit(1)
