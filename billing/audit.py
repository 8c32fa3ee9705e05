"""Proof that the ledger is right (invariants M1 to M3), and the name of each account where not."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from billing.models import CreditAccount, CreditEntry

RETURNING = [CreditEntry.Kind.CLAWBACK, CreditEntry.Kind.REINSTATED]


def differences() -> Iterator[str]:
    """One sentence for each account whose balance is not the sum of its entries, or is below zero
    for another reason than payments that were returned.

    Two queries whatever the number of entries; the database adds up, so memory stays flat.
    """
    total = Coalesce(Sum("entries__delta"), 0)
    wrong = CreditAccount.objects.annotate(total=total).exclude(balance=F("total"))
    for account in wrong.select_related("user").iterator():
        yield (
            f"{account.user.username}: the balance is {account.balance}, "
            f"the entries sum up to {account.total}"
        )
    returned = Coalesce(Sum("entries__delta", filter=Q(entries__kind__in=RETURNING)), 0)
    indebted = CreditAccount.objects.filter(balance__lt=0).annotate(returned=returned)
    for debtor in indebted.filter(balance__lt=F("returned")).select_related("user").iterator():
        yield (
            f"{debtor.user.username}: the balance is {debtor.balance}, "
            f"but only {-debtor.returned} credits of returned payments were taken back"
        )


def totals() -> tuple[int, int, int]:
    """How many accounts and entries there are, and the credits outstanding."""
    outstanding = CreditAccount.objects.aggregate(total=Coalesce(Sum("balance"), 0))["total"]
    return CreditAccount.objects.count(), CreditEntry.objects.count(), outstanding
