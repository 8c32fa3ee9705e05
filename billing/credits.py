"""The only writer of the ledger: charge first, refund what was not delivered.

Every function is idempotent by ``(kind, reference)``: called again with the same reference it
returns the entry that is there and moves nothing.
"""

from __future__ import annotations

import hashlib
import uuid

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from billing.models import CreditAccount, CreditEntry

Kind = CreditEntry.Kind

LARGEST_GRANT = 1_000_000
"""Credits in one grant; more is a slip of the finger."""


class InsufficientCredits(Exception):
    """The balance does not cover the price. ``needed`` and ``available`` are credits."""

    def __init__(self, *, needed: int, available: int) -> None:
        super().__init__(f"needs {needed} credits, has {available}")
        self.needed = needed
        self.available = available

    @property
    def missing(self) -> int:
        return self.needed - self.available

    @property
    def sentence(self) -> str:
        if self.available < 0:
            return _(
                "A payment of yours was returned after its credits were spent, so your balance "
                "is %(available)d. This costs %(needed)d: %(missing)d missing."
            ) % {"needed": self.needed, "available": self.available, "missing": self.missing}
        return ngettext(
            "This costs %(needed)d credit and you have %(available)d: %(missing)d missing.",
            "This costs %(needed)d credits and you have %(available)d: %(missing)d missing.",
            self.needed,
        ) % {"needed": self.needed, "available": self.available, "missing": self.missing}


class AccountFrozen(Exception):
    """A bank looks into one of the person's payments; until it is done nothing can be spent."""

    @property
    def sentence(self) -> str:
        return _(
            "Your credits are frozen, because a payment of yours is disputed. "
            "They can be used again when your bank has decided."
        )


class InvalidGrant(ValueError):
    """An administrator moved no credits, too many, or did not say why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def balance(user: User) -> int:
    """The person's credits; 0 for somebody who never had any."""
    # By hand, because each page asks it: the ORM takes longer to write this than all else.
    with connection.cursor() as cursor:
        cursor.execute("SELECT balance FROM billing_creditaccount WHERE user_id = %s", [user.pk])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def lock_account(user: User) -> CreditAccount:
    """The person's account, locked until the transaction ends: one movement at a time.

    Create it where it is missing. SQLite has no row locks and needs none, because a
    transaction there is the only one that writes.
    """
    locked = CreditAccount.objects.select_for_update().filter(pk=user.pk)
    account = locked.first()
    if account is None:
        CreditAccount.objects.get_or_create(pk=user.pk)
        account = locked.get()
    return account


def charge(*, user: User, amount: int, reference: str) -> None:
    """Take ``amount`` credits for work that is accepted in the same transaction.

    The fast way for a ``reference`` that is new beyond doubt, because its row is inserted in this
    transaction too: one conditional UPDATE locks the account, checks and takes. From then on this
    person's other movements wait until the transaction ends. Raises InsufficientCredits or
    AccountFrozen.

    By hand, because the ORM takes longer to write the two statements than the database to obey.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_creditaccount SET balance = balance - %s"
            " WHERE user_id = %s AND balance >= %s AND NOT is_frozen",
            [amount, user.pk, amount],
        )
        if not cursor.rowcount:
            raise _refusal(user, amount)
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute(
            "INSERT INTO billing_creditentry"
            " (account_id, kind, delta, reference, reason, created_at)"
            " VALUES (%s, %s, %s, %s, '', %s)",
            [user.pk, Kind.SPEND.value, -amount, reference, now],
        )


def spend(*, user: User, amount: int, reference: str) -> CreditEntry:
    """Take ``amount`` credits, once for a ``reference`` however often it is called.

    Raises InsufficientCredits or AccountFrozen and changes nothing.
    """
    return _post(user=user, kind=Kind.SPEND, delta=-amount, reference=reference)


def refund(*, user: User, amount: int, reference: str, reason: str = "") -> CreditEntry:
    """Give back ``amount`` credits for what was not delivered."""
    return _post(user=user, kind=Kind.REFUND, delta=amount, reference=reference, reason=reason)


def grant(
    *, user: User, amount: int, reason: str, by: User | None = None, reference: str = ""
) -> CreditEntry:
    """An administrator's gift, or with a negative ``amount`` a correction downwards.

    Raises InvalidGrant without a reason or an amount, and InsufficientCredits when more would be
    taken back than is there. ``reference`` makes a repeated call harmless.
    """
    if not reason.strip():
        raise InvalidGrant(_("Say why: a grant needs a reason."))
    if not 0 < abs(amount) <= LARGEST_GRANT:
        raise InvalidGrant(
            _("The amount must be from 1 to %(most)d, or negative to take back.")
            % {"most": LARGEST_GRANT}
        )
    return _post(
        user=user,
        kind=Kind.GRANT if amount > 0 else Kind.TAKE_BACK,
        delta=amount,
        reference=reference or f"grant:{uuid.uuid4()}",
        reason=reason.strip()[:200],
        by=by,
    )


def welcome(user: User) -> CreditEntry | None:
    """The free credits of a new person: once per person and once per mailbox.

    None where the operator gives none, where the e-mail address is not verified yet, or where
    this mailbox had them before under another account.
    """
    if not settings.SIGNUP_CREDITS or not user.email or not user.is_trusted:
        return None
    if CreditEntry.objects.filter(account__user_id=user.pk, kind=Kind.WELCOME).exists():
        return None
    try:
        return _post(
            user=user,
            kind=Kind.WELCOME,
            delta=settings.SIGNUP_CREDITS,
            reference=f"mailbox:{mailbox_digest(user.email)}",
        )
    except IntegrityError:
        return None


def give(*, user: User, kind: Kind, amount: int, reference: str, reason: str = "") -> CreditEntry:
    """Credits that were paid for or earned: once for a ``(kind, reference)``, forever.

    ``reason`` is shown to the person: the pack's or plan's name, the code. Raises IntegrityError
    where another person has an entry for the same fact.
    """
    return _post(user=user, kind=kind, delta=amount, reference=reference, reason=reason)


def claw_back(*, user: User, amount: int, reference: str, reason: str = "") -> CreditEntry:
    """Take back credits whose payment was returned, even those that are spent (invariant M3)."""
    return _post(user=user, kind=Kind.CLAWBACK, delta=-amount, reference=reference, reason=reason)


def freeze(*, user: User, is_frozen: bool) -> None:
    """Stop all spending of this person, or allow it again."""
    CreditAccount.objects.filter(pk=user.pk).update(is_frozen=is_frozen)


def mailbox_digest(address: str) -> str:
    """A hash that is equal for all spellings of one mailbox.

    Case and a ``+tag`` do not matter anywhere we know of; Gmail also ignores dots
    (https://support.google.com/mail/answer/7436150).
    """
    name, _at, domain = address.strip().lower().rpartition("@")
    name = name.split("+", 1)[0]
    if domain in {"gmail.com", "googlemail.com"}:
        name, domain = name.replace(".", ""), "gmail.com"
    return hashlib.sha256(f"{name}@{domain}".encode()).hexdigest()


@transaction.atomic
def _post(
    *,
    user: User,
    kind: Kind,
    delta: int,
    reference: str,
    reason: str = "",
    by: User | None = None,
) -> CreditEntry:
    # Lock the account row: every movement for one person happens one at a time.
    account = lock_account(user)

    # A repeated form or a retried task finds its earlier entry and changes nothing.
    if entry := account.entries.filter(kind=kind, reference=reference).first():
        return entry

    if kind == Kind.SPEND and account.is_frozen:
        raise AccountFrozen
    if delta < 0 and account.balance + delta < 0 and kind != Kind.CLAWBACK:
        raise InsufficientCredits(needed=-delta, available=account.balance)

    account.balance += delta
    account.save(update_fields=["balance"])
    return account.entries.create(
        kind=kind, delta=delta, reference=reference, reason=reason, created_by=by
    )


def _refusal(user: User, amount: int) -> InsufficientCredits | AccountFrozen:
    account = CreditAccount.objects.filter(pk=user.pk).first()
    if account and account.is_frozen:
        return AccountFrozen()
    return InsufficientCredits(needed=amount, available=account.balance if account else 0)
