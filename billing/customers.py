"""Whom Stripe knows a person as. Our own table says it, never an event."""

from __future__ import annotations

import hashlib
import logging

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from billing import gateway, mirror
from billing.models import CreditAccount, StripeCustomer

logger = logging.getLogger(__name__)


def of(user: User) -> str:
    """The person's customer id at Stripe, made if need be; two tabs at once get the same one.

    Raises what the gateway raises.
    """
    CreditAccount.objects.get_or_create(pk=user.pk)
    mine = StripeCustomer.objects.filter(account_id=user.pk, livemode=settings.STRIPE_LIVE_MODE)
    if existing := mine.filter(deleted_at=None).first():
        return existing.customer_id
    # Not all rows: another tab may add one between these two questions, and the key would differ.
    gone = mine.exclude(deleted_at=None).count()
    customer = gateway.call(
        lambda stripe: stripe.v1.customers.create(
            {"email": user.email, "name": user.username, "metadata": {"easel_user": str(user.pk)}},
            {"idempotency_key": key("customer", user.pk, gone, user.email, user.username)},
        )
    )
    try:
        with transaction.atomic():
            StripeCustomer.objects.create(
                account_id=user.pk, customer_id=customer["id"], livemode=customer["livemode"]
            )
    except IntegrityError:
        # Another tab was faster.
        return mine.get(deleted_at=None).customer_id
    mirror.try_to_keep(customer)
    return str(customer["id"])


def account_of(customer_id: str | None) -> CreditAccount | None:
    """Whose customer this is, also of one that was deleted; None for somebody else's."""
    found = StripeCustomer.objects.filter(
        customer_id=customer_id or "", livemode=settings.STRIPE_LIVE_MODE
    )
    row = found.select_related("account__user").first()
    return row.account if row else None


def follow(customer_id: str) -> None:
    """Look at Stripe whether the customer is still there; forget one that was deleted."""
    row = StripeCustomer.objects.filter(customer_id=customer_id, deleted_at=None).first()
    if row is None:
        return
    customer = gateway.find(lambda stripe: stripe.v1.customers.retrieve(customer_id))
    if customer is None or customer.get("deleted"):
        forget(customer_id)


def forget(customer_id: str) -> None:
    """The next purchase makes a new customer."""
    gone = StripeCustomer.objects.filter(customer_id=customer_id, deleted_at=None)
    if gone.update(deleted_at=timezone.now()):
        logger.warning("Customer %s was deleted at Stripe.", customer_id)


def key(*parts: object) -> str:
    """An idempotency key of this site: equal for equal parts, and for no other installation."""
    text = "\0".join(str(part) for part in (settings.SITE_URL, *parts))
    return f"easel-{parts[0]}-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
