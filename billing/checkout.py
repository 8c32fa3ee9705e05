"""The way to Stripe's till and what came of it. Nothing here grants anything."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing import customers, gateway, memberships, offers, payments, setting_up
from billing.gateway import Object
from billing.models import Checkout, CreditAccount, Membership
from billing.offers import Offer

logger = logging.getLogger(__name__)

State = Checkout.State

TILLS_AN_HOUR = 30
"""For each person; every one of them is an object at Stripe."""


class AlreadySubscribed(Exception):
    """There is a subscription; it is changed in the portal and not bought a second time."""

    @property
    def sentence(self) -> str:
        return _("You have a plan already. Change it under “Manage plan”.")


class TooManyTills(Exception):
    """More than :data:`TILLS_AN_HOUR` were opened: a script, or somebody who is stuck."""

    @property
    def sentence(self) -> str:
        return _("You opened the till very often within the last hour. Try again later.")


def start(*, user: User, key: str, form_id: uuid.UUID) -> str:
    """The address of Stripe's page where the person pays for the offer ``key``.

    A second call with the same ``form_id`` (a double click) leads to the same page. Raises
    UnknownOffer, AlreadySubscribed, TooManyTills, and what the gateway raises.
    """
    offer = offers.for_sale(key)
    if offer.is_plan and has_subscription(user):
        # The news of its end may still be on its way.
        for membership in _subscriptions(user):
            memberships.follow(membership.reference)
        if has_subscription(user):
            raise AlreadySubscribed
    if offer.is_plan:
        _close_tills(user, except_for=form_id)
    checkout = _checkout(user, offer, form_id)
    if checkout.session_id:
        # The form was sent before. Stripe would repeat its first answer even if that till is shut.
        session = gateway.find(
            lambda stripe: stripe.v1.checkout.sessions.retrieve(checkout.session_id)
        )
        if session and session["url"]:
            return str(session["url"])
        _write(checkout, State.EXPIRED)
        checkout = _checkout(user, offer, uuid.uuid4())
    session = _as_customer(user, lambda customer: _create(checkout, offer, customer))
    Checkout.objects.filter(pk=checkout.pk, session_id=None).update(session_id=session["id"])
    return str(session["url"])


def portal(user: User) -> str:
    """The address of Stripe's page for cards, invoices and the plan."""
    parameters: dict[str, Any] = {"return_url": f"{settings.SITE_URL}/billing/"}
    if configuration := setting_up.portal_configuration():
        parameters["configuration"] = configuration

    def create(customer: str) -> Object:
        full = {**parameters, "customer": customer}
        return gateway.call(lambda stripe: stripe.v1.billing_portal.sessions.create(full))

    return str(_as_customer(user, create)["url"])


def _close_tills(user: User, *, except_for: uuid.UUID) -> None:
    """Two tabs must not sell two plans: the till of the other tab is shut."""
    plans = [offer.key for offer in offers.plans()]
    others = Checkout.objects.for_user(user).filter(state=State.OPEN, offer__in=plans)
    for other in others.exclude(pk=except_for).exclude(session_id=None):
        _close_till(other, other.session_id or "")


def _close_till(other: Checkout, session_id: str) -> None:
    try:
        gateway.find(lambda stripe: stripe.v1.checkout.sessions.expire(session_id))
    except gateway.StripeRefused:
        # It was paid, or ran out; what came of it is read now.
        follow(session_id)
    else:
        _write(other, State.EXPIRED)


def _as_customer(user: User, create: Callable[[str], Object]) -> Object:
    """What ``create`` makes for the customer; for a new one, where Stripe has deleted the old."""
    customer = customers.of(user)
    try:
        return create(customer)
    except gateway.StripeRefused:
        customers.follow(customer)
        if (fresh := customers.of(user)) == customer:
            raise
        return create(fresh)


def has_subscription(user: User) -> bool:
    return _subscriptions(user).exists()


def follow(session_id: str) -> Checkout | None:
    """Read the session at Stripe and write down how it stands; None if it is not ours.

    A paid one leads to its invoice, and the invoice grants.
    """
    checkout = Checkout.objects.filter(session_id=session_id).select_related("account").first()
    session = gateway.find(lambda stripe: stripe.v1.checkout.sessions.retrieve(session_id))
    if session is None:
        return None
    checkout = checkout or _ours(session)
    if checkout is None or not _fits(session, checkout):
        return None
    state = _state(session)
    if state != State.PAID:
        _write(checkout, state)
    elif session["invoice"]:
        Checkout.objects.filter(pk=checkout.pk).update(invoice=session["invoice"])
        payments.settle(session["invoice"])
    checkout.refresh_from_db()
    return checkout


def _subscriptions(user: User) -> QuerySet[Membership]:
    stripe = Membership.Source.STRIPE
    return Membership.objects.for_user(user).running().filter(source=stripe)


def _checkout(user: User, offer: Offer, form_id: uuid.UUID) -> Checkout:
    CreditAccount.objects.get_or_create(pk=user.pk)
    values = {
        "account_id": user.pk,
        "offer": offer.key,
        "name": offer.name,
        "cents": offer.cents,
        "currency": offer.currency,
        "livemode": offer.livemode,
    }
    same = Checkout.objects.filter(pk=form_id, account_id=user.pk, offer=offer.key)
    if earlier := same.filter(state=State.OPEN, cents=offer.cents).first():
        return earlier
    an_hour_ago = timezone.now() - timedelta(hours=1)
    recent = Checkout.objects.for_user(user).filter(created_at__gt=an_hour_ago)
    if recent.count() >= TILLS_AN_HOUR:
        raise TooManyTills
    try:
        with transaction.atomic():
            return Checkout.objects.create(pk=form_id, **values)
    except IntegrityError:
        # The form was used up, or the id is somebody else's.
        return same.filter(state=State.OPEN).first() or Checkout.objects.create(**values)


def _create(checkout: Checkout, offer: Offer, customer: str) -> Object:
    notes = {
        "easel_checkout": str(checkout.pk),
        "easel_user": str(checkout.account_id),
        "easel_offer": offer.key,
    }
    parameters: dict[str, Any] = {
        "mode": "subscription" if offer.is_plan else "payment",
        "customer": customer,
        "client_reference_id": str(checkout.pk),
        "line_items": [{"price": offer.price_id, "quantity": 1}],
        "metadata": notes,
        "success_url": f"{settings.SITE_URL}{checkout.get_absolute_url()}",
        "cancel_url": f"{settings.SITE_URL}/billing/?left={offer.key}",
    }
    if offer.is_plan:
        parameters["subscription_data"] = {"metadata": notes}
    else:
        parameters["payment_intent_data"] = {"metadata": notes}
        parameters["invoice_creation"] = {"enabled": True, "invoice_data": {"metadata": notes}}
    key = customers.key("checkout", checkout.pk, customer)
    return gateway.call(
        lambda stripe: stripe.v1.checkout.sessions.create(parameters, {"idempotency_key": key})
    )


def _ours(session: Object) -> Checkout | None:
    """The row of a session whose creation was accepted while its answer was lost."""
    notes = session.get("metadata") or {}
    try:
        pk = uuid.UUID(notes.get("easel_checkout", ""))
    except ValueError:
        return None
    row = Checkout.objects.filter(pk=pk, session_id=None).select_related("account").first()
    if row and _fits(session, row):
        Checkout.objects.filter(pk=pk, session_id=None).update(session_id=session["id"])
        return row
    return None


def _fits(session: Object, checkout: Checkout) -> bool:
    """Is it the session that we began: this person's, this price, this mode?"""
    account = customers.account_of(session["customer"])
    fits = (
        account is not None
        and account.pk == checkout.account_id
        and session["livemode"] == checkout.livemode == settings.STRIPE_LIVE_MODE
        and session["amount_total"] == checkout.cents
        and session["currency"] == checkout.currency
    )
    if not fits:
        logger.warning("Session %s is not what checkout %s began.", session["id"], checkout.pk)
    return fits


def _state(session: Object) -> str:
    if session["payment_status"] in {"paid", "no_payment_required"}:
        return State.PAID
    if session["status"] == "expired":
        return State.EXPIRED
    if session["status"] != "complete":
        return State.OPEN
    return State.CONFIRMING


def _write(checkout: Checkout, state: str) -> None:
    """What is paid stays paid, whatever was read before that."""
    Checkout.objects.filter(pk=checkout.pk).exclude(state=State.PAID).update(state=state)


def fail(session_id: str) -> None:
    """A payment that took its time came to nothing: Stripe keeps the session as complete."""
    checkout = follow(session_id)
    if checkout and checkout.state == State.CONFIRMING:
        _write(checkout, State.FAILED)
