"""Proof that the ledger is right (invariants M1 to M3), and the name of each account where not."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from billing.models import CreditAccount, CreditEntry


def differences() -> Iterator[str]:
    """One sentence for each account whose balance is not the sum of its entries or is negative.

    Two queries whatever the number of entries; the database adds up, so memory stays flat.
    """
    wrong = CreditAccount.objects.annotate(total=Coalesce(Sum("entries__delta"), 0)).exclude(
        balance=F("total")
    )
    for account in wrong.select_related("user").iterator():
        yield (
            f"{account.user.username}: the balance is {account.balance}, "
            f"the entries sum up to {account.total}"
        )
    negative = CreditAccount.objects.filter(balance__lt=0).select_related("user")
    for indebted in negative.iterator():
        yield f"{indebted.user.username}: the balance is {indebted.balance}"


def totals() -> tuple[int, int, int]:
    """How many accounts and entries there are, and the credits outstanding."""
    outstanding = CreditAccount.objects.aggregate(total=Coalesce(Sum("balance"), 0))["total"]
    return CreditAccount.objects.count(), CreditEntry.objects.count(), outstanding
