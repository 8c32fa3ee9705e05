"""Friends: whoever brings somebody that buys is rewarded for it."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.signals import user_signed_up
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import User
from billing import credits
from billing.earning import rewards
from billing.models import CreditAccount, CreditEntry, Invitation, Payment, Referral

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 10

COOKIE = "easel_invitation"
COOKIE_SECONDS = 30 * 24 * 3600

Kind = rewards.Kind


def invitation(user: User) -> Invitation:
    """The person's own invitation, made when it is first asked for."""
    account = _account(user)
    fresh = {"code": get_random_string(CODE_LENGTH, LETTERS)}
    return Invitation.objects.get_or_create(account=account, defaults=fresh)[0]


def link(code: str) -> str:
    """The address to send to friends."""
    return f"{settings.SITE_URL}{reverse('join', args=[code])}"


def found(code: str) -> Invitation | None:
    """The invitation behind a code from outside."""
    if not re.fullmatch(r"[a-z0-9]{1,16}", code):
        return None
    return Invitation.objects.select_related("account__user").filter(code=code).first()


def remember(response: HttpResponse, code: str) -> None:
    """Let the browser bring the code along when its owner signs up within a month."""
    response.set_signed_cookie(
        COOKIE,
        code,
        salt=COOKIE,
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@receiver(user_signed_up)
def on_signup(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Programs that have no cookies add ``?invitation=<code>`` to the address of their call."""
    remembered = request.get_signed_cookie(COOKIE, "", salt=COOKIE, max_age=COOKIE_SECONDS)
    note(friend=user, code=remembered or request.GET.get("invitation", ""))


def note(*, friend: User, code: str) -> Referral | None:
    """Write down who brought this new person; None where nobody did, or the person themselves."""
    by = found(code)
    if by is None or not by.account.user.is_active or _is_same(by.account.user, friend):
        return None
    return Referral.objects.get_or_create(
        friend=_account(friend), defaults={"referrer": by.account}
    )[0]


@transaction.atomic
def pay(friend: User) -> CreditEntry | None:
    """The referrer's reward, once, because ``friend`` has paid for something.

    To be called in the transaction that records the payment, after the friend's own entry. None
    where there is nothing to pay. A referrer who is beyond the limits gets it at the friend's
    next payment. The referrer's account is older than the friend's, and accounts are locked in
    this order everywhere, so that no two payments wait for each other.
    """
    referral = _unpaid(friend)
    if referral is None:
        return None
    try:
        entry = rewards.pay(
            user=referral.referrer.user, kind=Kind.REFERRAL, reference=_reference(friend)
        )
    except rewards.NotEarned:
        return None
    Referral.objects.filter(pk=referral.pk).update(paid_at=timezone.now())
    return entry


def take_back(friend: User) -> CreditEntry | None:
    """Undo ``pay``, once, because the friend's payment was returned. None where it paid nothing.

    ``paid_at`` stays: a friend who pays and takes back by turns earns nobody a second reward.
    """
    paid = (
        CreditEntry.objects.select_related("account__user")
        .filter(kind=Kind.REFERRAL, reference=_reference(friend))
        .first()
    )
    if paid is None:
        return None
    return credits.claw_back(
        user=paid.account.user, amount=paid.delta, reference=_reference(friend)
    )


def settle(friend: User) -> CreditEntry | None:
    """After money of the friend went back or came back: take the reward, or return it, once.

    The reward stands while anything that the friend paid does.
    """
    paid = Payment.objects.filter(account_id=friend.pk, amount__gt=0)
    if not paid.filter(amount__gt=F("reversed_amount")).exists():
        return take_back(friend)
    taken = (
        CreditEntry.objects.select_related("account__user")
        .filter(kind=Kind.CLAWBACK, reference=_reference(friend))
        .first()
    )
    if taken is None:
        return None
    return credits.give(
        user=taken.account.user,
        kind=Kind.REINSTATED,
        amount=-taken.delta,
        reference=_reference(friend),
    )


def _unpaid(friend: User) -> Referral | None:
    waiting = Referral.objects.filter(friend_id=friend.pk, paid_at=None)
    active = waiting.filter(referrer__user__is_active=True)
    return active.select_related("referrer__user").first()


def _reference(friend: User) -> str:
    return f"referral:{friend.pk}"


def _account(user: User) -> CreditAccount:
    return CreditAccount.objects.get_or_create(pk=user.pk)[0]


def _is_same(referrer: User, friend: User) -> bool:
    """One person with two accounts, as far as one can tell by the mailbox."""
    mailboxes = {credits.mailbox_digest(each.email) for each in (referrer, friend)}
    return referrer.pk == friend.pk or len(mailboxes) == 1
