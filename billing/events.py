"""What an event of Stripe is a hint to look at: only what is read again there is believed."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from billing import (
    checkout,
    customers,
    gateway,
    memberships,
    mirror,
    offers,
    payments,
    reversals,
)
from billing.gateway import Object
from billing.models import Membership

PAID = {"invoice.paid", "invoice.payment_succeeded"}


def follow(event: Object) -> None:
    """Look at what the event is about. Raises what the gateway raises, and NotYetPaid.

    An event of the other mode, of another object or of somebody else's leads to nothing.
    """
    thing = (event.get("data") or {}).get("object")
    if event.get("livemode") != settings.STRIPE_LIVE_MODE or not isinstance(thing, dict):
        return
    way = WAYS.get(str(thing.get("object")))
    if way and isinstance(thing.get("id"), str):
        way(str(event.get("type")), thing)


def _session(kind: str, thing: Object) -> None:
    if kind == "checkout.session.async_payment_failed":
        checkout.fail(thing["id"])
    else:
        checkout.follow(thing["id"])


def _invoice(kind: str, thing: Object) -> None:
    payments.settle(thing["id"], said_to_be_paid=kind in PAID)
    if subscription := payments.subscription_of(thing):
        memberships.follow(subscription)


def _subscription(kind: str, thing: Object) -> None:
    memberships.follow(thing["id"])


def _intent(kind: str, thing: Object) -> None:
    if kind == "payment_intent.succeeded":
        payments.settle_intent(thing["id"])


def _charge(kind: str, thing: Object) -> None:
    if kind == "charge.refunded":
        reversals.follow_charge(thing["id"])


def _refund(kind: str, thing: Object) -> None:
    reversals.follow_refund(thing["id"])


def _dispute(kind: str, thing: Object) -> None:
    reversals.follow_dispute(thing["id"])


def _customer(kind: str, thing: Object) -> None:
    customers.follow(thing["id"])
    account = customers.account_of(thing["id"])
    running = Membership.objects.running().filter(source=Membership.Source.STRIPE, account=account)
    if account and kind == "customer.deleted":
        for membership in running:
            memberships.follow(membership.reference)


def _price(kind: str, thing: Object) -> None:
    if "easel_offer" not in (thing.get("metadata") or {}):
        return
    mirror.keep_price(thing["id"])
    offers.forget()


def _product(kind: str, thing: Object) -> None:
    product = gateway.find(lambda stripe: stripe.v1.products.retrieve(thing["id"]))
    if product and "easel_offer" in product["metadata"]:
        mirror.keep(product)
        offers.forget()


WAYS: dict[str, Callable[[str, Object], None]] = {
    "charge": _charge,
    "checkout.session": _session,
    "customer": _customer,
    "dispute": _dispute,
    "invoice": _invoice,
    "payment_intent": _intent,
    "price": _price,
    "product": _product,
    "refund": _refund,
    "subscription": _subscription,
}
