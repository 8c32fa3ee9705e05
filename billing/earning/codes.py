"""Codes that people enter for credits: each person once, and never by more people than allowed."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from billing import credits
from billing.earning.rewards import Kind, NotEarned, NotTrusted
from billing.models import CreditEntry, RedeemCode

LONGEST = 40

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Those that nobody takes for one another."""

MADE_LENGTH = 12
"""Of codes that we make: 59 bits, which nobody guesses."""

WRONG_TRIES = 10
TRIES_SECONDS = 3600


class UnknownCode(NotEarned):
    """There is no such code, or it was switched off; the two are not told apart."""

    @property
    def sentence(self) -> str:
        return _("We do not know this code. Check it for slips and try again.")


class CodeExpired(NotEarned):
    @property
    def sentence(self) -> str:
        return _("This code has expired.")


class CodeUsedUp(NotEarned):
    @property
    def sentence(self) -> str:
        return _("This code has been used by as many people as it was made for.")


class CodeUsedByYou(NotEarned):
    @property
    def sentence(self) -> str:
        return _("You have used this code already; its credits are in your balance.")


class TooManyTries(NotEarned):
    @property
    def sentence(self) -> str:
        return _("That were many codes that did not work. Try again in an hour.")


def redeem(*, user: User, code: str) -> CreditEntry:
    """The credits behind ``code`` as somebody typed it. Raises a NotEarned with a sentence.

    Only tries that fail count towards TooManyTries.
    """
    if not user.is_trusted:
        raise NotTrusted
    try_ = _take_try(user)
    entry = _redeem(user, normal(code))
    cache.delete(try_)
    return entry


def normal(code: str) -> str:
    """A code as it is kept: capital letters and digits. Empty for what cannot be a code.

    >>> normal(" spring–2026 ")
    'SPRING2026'
    """
    plain = unicodedata.normalize("NFKC", code[: 4 * LONGEST]).upper()
    plain = "".join(each for each in plain if not each.isspace() and not _is_dash(each))
    return plain if plain.isascii() and plain.isalnum() and len(plain) <= LONGEST else ""


def make(
    *, count: int, credits: int, uses: int, expires_at: datetime | None, note: str, by: User
) -> list[RedeemCode]:
    """So many new codes, alike but for their letters."""
    return RedeemCode.objects.bulk_create(
        RedeemCode(
            code=get_random_string(MADE_LENGTH, LETTERS),
            credits=credits,
            uses=uses,
            expires_at=expires_at,
            note=note,
            created_by=by,
        )
        for _number in range(count)
    )


def success(entry: CreditEntry) -> str:
    """What to tell whoever redeemed a code."""
    return ngettext(
        "The code gave you %(count)d credit.", "The code gave you %(count)d credits.", entry.delta
    ) % {"count": entry.delta}


@transaction.atomic
def _redeem(user: User, code: str) -> CreditEntry:
    found = RedeemCode.objects.filter(code=code, is_active=True).first() if code else None
    if found is None:
        raise UnknownCode
    # The account first and then the code, always: whoever holds a code waits for nobody.
    account = credits.lock_account(user)
    reference = f"code:{found.pk}:{user.pk}"
    if account.entries.filter(kind=Kind.CODE, reference=reference).exists():
        raise CodeUsedByYou
    if not _take_use(found):
        raise CodeExpired if _is_expired(found) else CodeUsedUp
    return credits.give(
        user=user, kind=Kind.CODE, amount=found.credits, reference=reference, reason=found.code
    )


def _take_use(code: RedeemCode) -> bool:
    """One statement that looks and counts, so that two people never get the last use."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    usable = RedeemCode.objects.filter(lasting, pk=code.pk, is_active=True, used__lt=F("uses"))
    return bool(usable.update(used=F("used") + 1))


def _is_expired(code: RedeemCode) -> bool:
    return code.expires_at is not None and code.expires_at <= timezone.now()


def _is_dash(character: str) -> bool:
    return unicodedata.category(character) == "Pd"


def _take_try(user: User) -> str:
    """One of the person's tries, which comes back after an hour. Each is a key that only one
    request can add, so many requests at once have no more of them."""
    for number in range(WRONG_TRIES):
        key = f"code-try:{user.pk}:{number}"
        if cache.add(key, 1, TRIES_SECONDS):
            return key
    raise TooManyTries
