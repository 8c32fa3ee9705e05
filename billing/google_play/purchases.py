"""Purchases in Google Play become memberships and credits: read at Google, followed once.

Only monthly plans are sold: each order that was paid grants the tier's credits of one month.
"""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing import credits
from billing.earning import referrals
from billing.google_play import client, identity, reading
from billing.google_play.client import PlayUnavailable, PurchaseGone, PurchaseUnknown
from billing.google_play.reading import NothingOfOurs, Subscription
from billing.models import CreditAccount, CreditEntry, Membership, Payment, PlayPurchase, Tier

logger = logging.getLogger(__name__)

GOOGLE = Membership.Source.GOOGLE
TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,1000}")
GONE = "GONE"
OVER = [GONE, "EXPIRED", "PENDING_PURCHASE_CANCELED"]
"""States from which nothing follows; who subscribes again gets another token."""
DAILY = timedelta(days=1)
HOURLY = timedelta(minutes=50)
CLAIM = timedelta(minutes=10)
"""After so long an acknowledgement that Google does not know of was lost on its way."""
MOST = 500
"""Purchases in one sweep."""


class PurchaseRefused(Exception):
    """Nothing is given for this purchase: a word for programs and a sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


def redeem(*, user: User, token: str, product: str) -> PlayPurchase:
    """Give ``user`` what the purchase pays for, once however often it is called.

    Raises PurchaseRefused, PlayUnavailable or NotConfigured.
    """
    if not client.is_configured():
        raise client.NotConfigured
    if product not in settings.GOOGLE_PLAY_PRODUCTS:
        raise _wrong_product()
    if not TOKEN.fullmatch(token):
        raise _unknown()
    if PlayPurchase.objects.filter(token=token).exclude(account_id=user.pk).exists():
        raise _not_yours()
    read_at = timezone.now()
    try:
        subscription = _read(token)
    except (PurchaseUnknown, PurchaseGone):
        raise _unknown() from None
    except NothingOfOurs:
        raise _wrong_product() from None
    if subscription.product != product:
        raise _wrong_product()
    if identity.owner(subscription.account_id) != user:
        raise _not_yours()
    return _follow(user, subscription, read_at)


def check(token: str) -> PlayPurchase | None:
    """Read a purchase again and follow; None where it is nobody's or Google does not know it.

    An unknown one is bound to the person whom its account id names.
    """
    known = PlayPurchase.objects.filter(token=token).select_related("account__user").first()
    read_at = timezone.now()
    try:
        subscription = _read(token)
        user = known.account.user if known else identity.owner(subscription.account_id)
        if user:
            return _follow(user, subscription, read_at)
        logger.warning("Purchase %s is nobody's.", client.digest(token)[:12])
    except PurchaseGone:
        _forget(token, read_at)
    except (PurchaseUnknown, NothingOfOurs, PurchaseRefused) as error:
        logger.error("Purchase %s: %s", client.digest(token)[:12], type(error).__name__)
        PlayPurchase.objects.filter(token=token).update(checked_at=read_at)
    except PlayUnavailable:
        PlayPurchase.objects.filter(token=token).update(checked_at=None)
        raise
    return None


def sweep() -> int:
    """Check what may have changed without our hearing of it; stop while Google is away."""
    tokens = list(due(timezone.now()).values_list("token", flat=True)[:MOST])
    for number, token in enumerate(tokens):
        try:
            check(token)
        except PlayUnavailable:
            return number
    return len(tokens)


def due(now: datetime) -> QuerySet[PlayPurchase]:
    """All once a day; each hour those that ran out, wait for money, or were not acknowledged."""
    waits = Q(membership__paid_until__lt=now) | Q(acknowledged_at=None) | Q(state="PENDING")
    return (
        PlayPurchase.objects.exclude(state__in=OVER)
        .filter(
            Q(checked_at=None)
            | Q(checked_at__lt=now - DAILY)
            | (waits & Q(checked_at__lt=now - HOURLY))
        )
        .order_by("checked_at")
    )


def _read(token: str) -> Subscription:
    return reading.understood(token, client.subscription(token))


def _follow(user: User, subscription: Subscription, read_at: datetime) -> PlayPurchase:
    if subscription.is_test and not settings.GOOGLE_PLAY_TEST_PURCHASES:
        raise PurchaseRefused("test_purchase", _("Test purchases do not count here."))
    tier = Tier.objects.filter(slug=subscription.tier).first()
    if tier is None:
        logger.error(
            "GOOGLE_PLAY_PRODUCTS names the tier %r, which is not there.", subscription.tier
        )
        raise _wrong_product()
    purchase = _write(user, subscription, tier, read_at)
    if subscription.is_paid and not subscription.is_acknowledged:
        _acknowledge(purchase)
    return purchase


@transaction.atomic
def _write(user: User, subscription: Subscription, tier: Tier, read_at: datetime) -> PlayPurchase:
    # One movement at a time for each person: the second of two copies waits here.
    account = credits.lock_account(user)
    purchase, _created = PlayPurchase.objects.get_or_create(
        token=subscription.token, defaults={"account": account, "product": subscription.product}
    )
    if purchase.account_id != account.pk:
        raise _not_yours()
    if purchase.checked_at and purchase.checked_at > read_at:
        return purchase
    purchase.checked_at = read_at
    is_paid = subscription.is_paid and not _is_returned(subscription.order_id)
    if is_paid:
        _end_replaced(subscription.replaces)
        _grant(account, subscription, tier)
    purchase.membership = _membership(purchase, subscription, tier, is_paid=is_paid)
    purchase.product, purchase.state = subscription.product, subscription.state[:64]
    purchase.order_id = subscription.order_id or purchase.order_id
    # Not all fields: somebody else may just have claimed the acknowledgement.
    purchase.save(update_fields=["membership", "product", "state", "order_id", "checked_at"])
    if subscription.is_acknowledged:
        own = PlayPurchase.objects.filter(pk=purchase.pk, acknowledged_at=None)
        own.update(acknowledged_at=read_at)
    return purchase


def _grant(account: CreditAccount, subscription: Subscription, tier: Tier) -> None:
    """The credits of one paid month. What was free so far grants nothing (invariant M5)."""
    order = subscription.order_id
    if not order or subscription.is_free:
        return
    if Payment.objects.filter(source=GOOGLE, reference=order).exists():
        return
    Payment.objects.create(
        account=account,
        source=GOOGLE,
        reference=order,
        number=order[:64],
        livemode=not subscription.is_test,
        subscription=client.digest(subscription.token),
        offer=tier.slug,
        description=tier.name,
        currency=subscription.currency,
        amount=subscription.amount,
        credits=tier.monthly_credits,
        paid_at=timezone.now(),
    )
    if tier.monthly_credits:
        credits.give(
            user=account.user,
            kind=CreditEntry.Kind.SUBSCRIPTION,
            amount=tier.monthly_credits,
            reference=f"google:{order}",
            reason=tier.name,
        )
    if subscription.amount:
        referrals.pay(account.user)


def _membership(
    purchase: PlayPurchase, subscription: Subscription, tier: Tier, *, is_paid: bool
) -> Membership | None:
    membership = purchase.membership
    if membership is None and not is_paid:
        return None
    membership = membership or Membership(
        account=purchase.account,
        source=GOOGLE,
        reference=client.digest(subscription.token),
        paid_until=subscription.expires_at,
    )
    if is_paid:
        in_grace = subscription.state == "IN_GRACE_PERIOD"
        membership.state = Membership.State.PAST_DUE if in_grace else Membership.State.ACTIVE
        membership.tier, membership.paid_until = tier, subscription.expires_at
    else:
        membership.state = Membership.State.ENDED
    membership.renews = is_paid and subscription.renews
    membership.read_at = purchase.checked_at
    membership.save()
    return membership


def _is_returned(order: str) -> bool:
    own = Payment.objects.filter(source=GOOGLE, reference=order)
    return own.filter(reversals__state="taken").exists()


def _end_replaced(token: str) -> None:
    """A change of plan or a new start: what was bought before ends, whatever it said last."""
    if token:
        end(Membership.objects.filter(source=GOOGLE, reference=client.digest(token)))


def end(memberships: QuerySet[Membership]) -> None:
    memberships.update(state=Membership.State.ENDED, renews=False, next_tier=None)


def _forget(token: str, read_at: datetime) -> None:
    PlayPurchase.objects.filter(token=token).update(state=GONE, checked_at=read_at)
    end(Membership.objects.filter(source=GOOGLE, reference=client.digest(token)))


def _acknowledge(purchase: PlayPurchase) -> None:
    """Exactly one of several at once does it. What fails is done by the next check."""
    now, own = timezone.now(), PlayPurchase.objects.filter(pk=purchase.pk)
    unclaimed = Q(acknowledged_at=None) | Q(acknowledged_at__lt=now - CLAIM)
    if not own.filter(unclaimed).update(acknowledged_at=now):
        return
    try:
        client.acknowledge(token=purchase.token, product=purchase.product)
    except (PlayUnavailable, PurchaseUnknown, PurchaseGone):
        own.update(acknowledged_at=None)
        logger.warning("Purchase %s was not acknowledged.", client.digest(purchase.token)[:12])


def _unknown() -> PurchaseRefused:
    return PurchaseRefused("purchase_unknown", _("Google Play knows no such purchase in this app."))


def _wrong_product() -> PurchaseRefused:
    return PurchaseRefused("wrong_product", _("This purchase is not for that plan."))


def _not_yours() -> PurchaseRefused:
    return PurchaseRefused(
        "wrong_account",
        _("This purchase belongs to another account. Log in there, or subscribe with this one."),
    )
