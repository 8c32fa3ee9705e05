"""What the credits page shows, read in a few statements whatever the length of the ledger."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing import comparison, gateway, offers, statement, tiers
from billing.models import CreditAccount, CreditEntry, Membership, Payment

PAGE = 50
"""Entries of the ledger at a time."""

INVOICES = 12


@dataclass(frozen=True, slots=True)
class Ledger:
    """A page of the ledger, newest first, and the address of the earlier ones."""

    entries: list[CreditEntry]
    next_after: int | None


def ledger(user: User, *, before: str = "") -> Ledger:
    """Entries before the one of this number; from the newest where it is none."""
    entries = CreditEntry.objects.for_user(user).newest_first()
    if before.isascii() and before.isdigit() and len(before) < 19:
        entries = entries.filter(pk__lt=int(before))
    rows = list(entries[: PAGE + 1])
    for entry in rows:
        entry.sentence = statement.sentence(entry)  # type: ignore[attr-defined]
        entry.generation_id = statement.generation_id(entry)  # type: ignore[attr-defined]
    return Ledger(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)


def page(user: User) -> dict[str, Any]:
    """Everything above the ledger."""
    account = CreditAccount.objects.filter(pk=user.pk).first()
    memberships = list(
        Membership.objects.for_user(user).running().select_related("tier", "next_tier")
    )
    tier = tiers.of(user)
    payments = list(Payment.objects.for_user(user).newest_first()[: INVOICES + 1])
    return {
        "account": account,
        "purse": statement.purse(user),
        "tier": tier,
        "comparison": comparison.with_mine(tier),
        "memberships": [Standing(each) for each in memberships],
        "subscribed": any(each.source == Membership.Source.STRIPE for each in memberships),
        "packs": offers.packs(),
        "plans": _plans(tier.rank),
        "payments": payments[:INVOICES],
        "can_buy": gateway.is_configured() and bool(offers.current()),
        "is_practice": settings.STRIPE_PRACTICE,
        "has_customer": any(each.source == Membership.Source.STRIPE for each in payments),
        "form_id": uuid.uuid4(),
    }


def _plans(rank: int) -> list[dict[str, Any]]:
    by_slug = {tier.slug: tier for tier in tiers.offered()}
    return [
        {"offer": offer, "tier": by_slug[offer.tier], "is_more": by_slug[offer.tier].rank > rank}
        for offer in offers.plans()
        if offer.tier in by_slug
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """A membership and the sentence that says how it stands."""

    membership: Membership

    @property
    def is_in_trouble(self) -> bool:
        return self.membership.state == Membership.State.PAST_DUE

    @property
    def sentence(self) -> str:
        mine = self.membership
        day = timezone.localtime(mine.paid_until).strftime("%-d %B %Y")
        words = {"tier": mine.tier.name, "day": day}
        if self.is_in_trouble and mine.source == Membership.Source.GOOGLE:
            return (
                _("The last payment for %(tier)s failed. Mend it in Google Play to keep the plan.")
                % words
            )
        if self.is_in_trouble:
            return (
                _("The last payment for %(tier)s failed. Update your card to keep the plan.")
                % words
            )
        if mine.next_tier:
            return _("%(tier)s until %(day)s, then %(next)s.") % {
                **words,
                "next": mine.next_tier.name,
            }
        if not mine.renews:
            return _("%(tier)s until %(day)s; it does not renew.") % words
        return _("%(tier)s, renews on %(day)s.") % words
