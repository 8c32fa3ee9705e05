"""Prove that the ledger is right."""

from __future__ import annotations

import sys
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand

from billing import audit, payment_audit


class Command(BaseCommand):
    help = "Compare balances, entries, payments and Stripe's mirror; exit with 1 on a difference."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for sentence in chain(audit.differences(), payment_audit.differences()):
            found += 1
            self.stderr.write(self.style.ERROR(sentence))
        accounts, entries, outstanding = audit.totals()
        self.stdout.write(
            f"{accounts} accounts, {entries} entries, {outstanding} credits outstanding, "
            f"{found} differences."
        )
        if found:
            sys.exit(1)
