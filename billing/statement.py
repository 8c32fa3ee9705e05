"""The ledger as a person reads it: one sentence for every entry, and what it adds up to."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
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
    """Adds up only the few entries that are neither work nor its refund: two short queries.

    By hand, because SQLite takes the small index ``entry_received`` only where the kinds stand in
    the statement itself; the ORM sends them beside it, and every entry of the person would be read.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(SUM(delta), 0) FROM billing_creditentry"
            " WHERE account_id = %s AND NOT (kind IN ('spend', 'refund'))",
            [user.pk],
        )
        (received,) = cursor.fetchone()
    return Purse(received=int(received), left=credits.balance(user))


def generation_id(entry: CreditEntry) -> str:
    """The request behind an entry, for a link to it; empty where there is none."""
    kind, _colon, pk = entry.reference.partition(":")
    return pk if kind == "generation" else ""


def sentence(entry: CreditEntry) -> str:
    """What happened, in words that need no explanation."""
    match entry.kind:
        case Kind.WELCOME:
            return _("Welcome! Your first credits, on the house.")
        case Kind.SPEND:
            return _("Spent on pictures.")
        case Kind.REFUND if entry.reference.startswith("image:"):
            return _("Given back for a picture whose file was broken.")
        case Kind.REFUND:
            return _("Given back for what was not delivered.")
        case Kind.GRANT:
            return _("A gift from us: %(reason)s") % {"reason": entry.reason}
        case Kind.TAKE_BACK:
            return _("Taken back by us: %(reason)s") % {"reason": entry.reason}
        case Kind.PURCHASE:
            return _("You bought “%(name)s”.") % {"name": entry.reason}
        case Kind.SUBSCRIPTION if "→" in entry.reason:
            return _(
                "Your plan changed, %(change)s: the credits for the rest of the month, less "
                "those of the time that you did not use."
            ) % {"change": entry.reason}
        case Kind.SUBSCRIPTION:
            return _("The credits of your plan “%(name)s”.") % {"name": entry.reason}
        case Kind.CLAWBACK:
            return _clawback(entry)
        case Kind.REINSTATED:
            return _reinstated(entry)
        case Kind.DAILY:
            return _("Your daily bonus.")
        case Kind.CODE:
            return _("You entered the code %(code)s.") % {"code": entry.reason}
        case Kind.REFERRAL:
            return _("A friend whom you invited bought something. Thank you!")
        case Kind.AD:
            return _("You watched an advertisement.")
    return entry.reason


def _clawback(entry: CreditEntry) -> str:
    name = {"name": entry.reason}
    if _is_dispute(entry):
        return _("Taken back, because the payment for “%(name)s” was disputed at your bank.") % name
    if entry.reference.startswith("referral:"):
        return _("Taken back, because the payment of a friend whom you invited was returned.")
    if entry.reference.startswith("in_"):
        return _("Taken back for the unused part of the month: your plan changed to less.")
    return _("Taken back, because the money for “%(name)s” was refunded to you.") % name


def _reinstated(entry: CreditEntry) -> str:
    name = {"name": entry.reason}
    if entry.reference.startswith("referral:"):
        return _("Given back: the payment of a friend whom you invited stands after all.")
    if _is_dispute(entry):
        return _("Given back: the dispute over “%(name)s” is over and the payment stands.") % name
    return _("Given back: the refund for “%(name)s” did not go through.") % name


def _is_dispute(entry: CreditEntry) -> bool:
    return entry.reference.startswith(("dp_", "du_"))
