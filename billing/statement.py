"""The ledger as a person reads it: one sentence for every entry."""

from __future__ import annotations

from django.utils.translation import gettext as _

from billing.models import CreditEntry

Kind = CreditEntry.Kind


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
