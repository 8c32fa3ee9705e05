"""What the part of a page about earning shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from billing.earning import daily, referrals, rewards
from billing.models import CreditAccount, CreditEntry, Reward

Kind = Reward.Kind


@dataclass(frozen=True, slots=True)
class Panel:
    """Ways to earn, as they stand for one person. Amounts are credits; 0 where a way is closed."""

    is_trusted: bool
    daily_credits: int
    is_claimed: bool
    next_at: datetime
    referral_credits: int
    link: str
    joined: int
    bought: int


def panel(user: User) -> Panel:
    """Two queries; a few more when the person's invitation is made."""
    gives = dict(Reward.objects.filter(is_active=True).values_list("kind", "credits"))
    facts = _facts(user)
    code = facts["invitation__code"] if facts else None
    if user.is_trusted and Kind.REFERRAL in gives:
        code = code or referrals.invitation(user).code
    return Panel(
        is_trusted=user.is_trusted,
        daily_credits=gives.get(Kind.DAILY, 0),
        is_claimed=bool(facts and facts["is_claimed"]),
        next_at=daily.next_at(),
        referral_credits=gives.get(Kind.REFERRAL, 0),
        link=referrals.link(code) if code else "",
        joined=facts["joined"] if facts else 0,
        bought=facts["bought"] if facts else 0,
    )


def _facts(user: User) -> Any:
    """None for a person who has no account yet."""
    todays = CreditEntry.objects.filter(
        account=OuterRef("pk"), kind=rewards.Kind.DAILY, reference=daily.reference_of_today(user)
    )
    accounts = CreditAccount.objects.filter(pk=user.pk)
    facts = accounts.values("invitation__code").annotate(
        is_claimed=Exists(todays),
        joined=Count("referrals"),
        bought=Count("referrals", filter=Q(referrals__paid_at__isnull=False)),
    )
    return facts.order_by("pk").first()
