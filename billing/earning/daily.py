"""The bonus that a person may take once a day; days begin at midnight UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from billing import credits
from billing.earning import rewards
from billing.models import CreditEntry


class AlreadyClaimed(rewards.NotEarned):
    """Today's bonus was taken. ``next_at`` is when there is another."""

    def __init__(self, next_at: datetime) -> None:
        super().__init__(f"the next one is due at {next_at:%Y-%m-%d %H:%M}")
        self.next_at = next_at

    @property
    def sentence(self) -> str:
        return _("You have had today's bonus. The next one is ready in %(time)s.") % {
            "time": timeuntil(self.next_at, timezone.now())
        }


@transaction.atomic
def claim(user: User) -> CreditEntry:
    """Today's bonus. Raises AlreadyClaimed, or another NotEarned."""
    if not user.is_trusted:
        raise rewards.NotTrusted
    # Locked before looking, so that of two clicks at once one finds the other's entry.
    account = credits.lock_account(user)
    reference = reference_of_today(user)
    if account.entries.filter(kind=rewards.Kind.DAILY, reference=reference).exists():
        raise AlreadyClaimed(next_at())
    return rewards.pay(user=user, kind=rewards.Kind.DAILY, reference=reference)


def success(entry: CreditEntry) -> str:
    """What to tell whoever took the bonus."""
    return ngettext(
        "%(count)d credit is yours. Come back tomorrow for more.",
        "%(count)d credits are yours. Come back tomorrow for more.",
        entry.delta,
    ) % {"count": entry.delta}


def reference_of_today(user: User) -> str:
    return f"daily:{user.pk}:{rewards.midnight():%Y-%m-%d}"


def next_at() -> datetime:
    """When tomorrow's bonus is ready."""
    return rewards.midnight() + timedelta(days=1)
