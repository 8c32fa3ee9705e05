"""Which tier a person is in: the highest of the memberships that are paid for."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import User
from billing.models import Membership, Tier

GRACE = timedelta(days=3)
"""How long a tier stays after what was paid for: a renewal takes a while to be confirmed."""

REMEMBER_SECONDS = 5.0
"""How long a process goes on with the tiers that it read."""

_remembered: tuple[float, list[Tier]] = (0.0, [])


def offered() -> list[Tier]:
    """All tiers, the lowest first. Not to be changed."""
    global _remembered
    read_at, tiers = _remembered
    if not tiers or time.monotonic() - read_at > REMEMBER_SECONDS:
        tiers = list(Tier.objects.order_by("rank")) or [_unlimited()]
        _remembered = (time.monotonic(), tiers)
    return tiers


def of(user: User) -> Tier:
    """The person's tier now. One query; the lowest tier for whoever pays for none."""
    # By hand, because each submission asks it twice: the ORM takes longer to write this.
    since = connection.ops.adapt_datetimefield_value(timezone.now() - GRACE)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tier_id FROM billing_membership"
            " WHERE account_id = %s AND state <> %s AND paid_until > %s",
            [user.pk, Membership.State.ENDED.value, since],
        )
        ids = {pk for (pk,) in cursor.fetchall()}
    return max((tier for tier in offered() if tier.pk in ids), key=_rank, default=offered()[0])


def forget() -> None:
    """Read the tiers anew at the next request."""
    global _remembered
    _remembered = (0.0, [])


def _rank(tier: Tier) -> int:
    return tier.rank


def _unlimited() -> Tier:
    """What holds where an administrator removed every tier: the limits of the house alone."""
    return Tier(
        slug="everybody",
        name="Everybody",
        rank=0,
        images_per_request=10,
        jobs_at_once=10_000,
        max_pixels=10**8,
    )
