"""What ways of earning give, and how often: amounts and limits come from the Reward rows alone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing import credits
from billing.models import CreditAccount, CreditEntry, Reward

Kind = CreditEntry.Kind


class NotEarned(Exception):
    """Nothing was given. ``sentence`` says why, to the person."""

    @property
    def sentence(self) -> str:
        return _("There is nothing to earn here at the moment.")


class NotOffered(NotEarned):
    """An administrator switched this way of earning off."""


class NotTrusted(NotEarned):
    """The e-mail address is not verified yet, and free credits are for those who did that."""

    @property
    def sentence(self) -> str:
        return _("Confirm your e-mail address first: free credits are for people we can reach.")


class EnoughEarned(NotEarned):
    """The person has had all that this way of earning gives in a day, or in all."""

    @property
    def sentence(self) -> str:
        return _("You have had all of these credits that there are for now.")


@transaction.atomic
def pay(*, user: User, kind: Kind, reference: str) -> CreditEntry:
    """Give the reward of this ``kind`` once for ``reference``; a repeated call returns that entry.

    Raises NotOffered, or EnoughEarned beyond the limits of a day or of all time. The limits are
    exact: the account is locked while its entries are counted.
    """
    account = credits.lock_account(user)
    if entry := account.entries.filter(kind=kind, reference=reference).first():
        return entry
    reward = Reward.objects.filter(kind=kind, is_active=True).first()
    if reward is None:
        raise NotOffered
    if not _is_within_limits(account, reward):
        raise EnoughEarned
    return credits.give(user=user, kind=kind, amount=reward.credits, reference=reference)


def midnight() -> datetime:
    """When the present day of rewards began; it is the same for everybody (UTC)."""
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


def _is_within_limits(account: CreditAccount, reward: Reward) -> bool:
    had = account.entries.filter(kind=reward.kind).aggregate(
        today=Count("pk", filter=Q(created_at__gte=midnight())), ever=Count("pk")
    )
    if reward.in_total is not None and had["ever"] >= reward.in_total:
        return False
    return bool(had["today"] < reward.per_day)
