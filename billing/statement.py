"""The ledger as a person reads it: one sentence for every entry."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from billing import credits
from billing.models import CreditEntry

Kind = CreditEntry.Kind


@dataclass(frozen=True, slots=True)
class Purse:
    """Credits that came, and those that are left; what is missing went into pictures."""

    received: int
    left: int

    @property
    def spent(self) -> int:
        """Net of refunds: the balance is the sum of all entries (invariant M1)."""
        return self.received - self.left


def purse(user: User) -> Purse:
    """Adds up only the few entries that are neither work nor its refund: two short queries."""
    given = CreditEntry.objects.for_user(user).exclude(kind__in=[Kind.SPEND, Kind.REFUND])
    return Purse(received=given.aggregate(sum=Sum("delta"))["sum"] or 0, left=credits.balance(user))


def generation_id(entry: CreditEntry) -> str:
    """The request behind an entry, for a link to it; empty where there is none."""
    kind, _colon, pk = entry.reference.partition(":")
    return pk if kind == "generation" else ""


def sentence(entry: CreditEntry) -> str:
    """What happened, in words that need no explanation."""
    if entry.kind == Kind.WELCOME:
        return _("Welcome! Your first credits, on the house.")
    if entry.kind == Kind.SPEND:
        return _("Spent on pictures.")
    if entry.kind == Kind.REFUND and entry.reference.startswith("image:"):
        return _("Given back for a picture whose file was broken.")
    if entry.kind == Kind.REFUND:
        return _("Given back for what was not delivered.")
    if entry.kind == Kind.GRANT:
        return _("A gift from us: %(reason)s") % {"reason": entry.reason}
    return _("Taken back by us: %(reason)s") % {"reason": entry.reason}
