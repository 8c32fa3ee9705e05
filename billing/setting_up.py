"""Make Stripe's products, prices, portal and webhook what our catalogue says; again and again.

Prices are never changed: where amount, currency or credits differ, a new price takes over the
lookup key and the old one is retired, so that whoever pays the old one goes on getting its credits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.conf import settings
from djstripe.models import Price, WebhookEndpoint

from billing import gateway, mirror, offers
from billing.gateway import Object
from billing.offers import PACKS, PLANS, Pack, Plan

EVENTS = [
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.refunded",
    "charge.refund.updated",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "invoice.voided",
    "payment_intent.succeeded",
    "price.created",
    "price.updated",
    "product.updated",
    "refund.created",
    "refund.failed",
    "refund.updated",
]
"""What Stripe is asked to tell us; a hint about anything else is stored and leads to nothing."""

WEBHOOK_PATH = "/stripe/webhook/"


class NotSetUp(Exception):
    """Something that `setup_stripe` makes is missing; the text says what."""


def set_up() -> Iterator[str]:
    """Do it, one sentence for each thing. Raises StripeUnavailable or StripeRefused."""
    products = list(_products())
    prices, plans = [], []
    for offer in (*PACKS, *PLANS):
        yield from _product(offer, products)
        price, sentence = _price(offer)
        yield sentence
        prices.append(price["id"])
        if isinstance(offer, Plan):
            plans.append(price)
    # What is mirrored from an account that was used before is not for sale any more.
    mode = Price.objects.filter(livemode=settings.STRIPE_LIVE_MODE, active=True)
    mode.exclude(id__in=prices).update(active=False)
    yield _portal(plans)
    yield _webhook()
    offers.forget()


def check() -> str:
    """For `doctor`: ask Stripe, and look whether everything is there. Raises NotSetUp."""
    sold = offers.current()
    url = _webhook_url()
    endpoint = _endpoint(url)
    if endpoint is None or endpoint["status"] != "enabled":
        raise NotSetUp(f"no webhook leads to {url}")
    if len(sold) < len(PACKS) + len(PLANS):
        raise NotSetUp(f"{len(sold)} of {len(PACKS) + len(PLANS)} packs and plans are for sale")
    mode = "live" if settings.STRIPE_LIVE_MODE else "test"
    return f"{mode} mode, {len(sold)} packs and plans"


def product_id(offer: Pack | Plan) -> str:
    """Our own name for the product at Stripe, so that a second run finds the first one's."""
    return f"easel-{offer.key}"


def portal_configuration() -> str:
    """The id of our portal configuration at Stripe; empty where `setup_stripe` was not run."""
    for each in gateway.every(
        lambda stripe: stripe.v1.billing_portal.configurations.list({"limit": 100})
    ):
        if each["active"] and each["metadata"].get("easel") == "portal":
            return str(each["id"])
    return ""


def _products() -> Iterator[Object]:
    return gateway.every(lambda stripe: stripe.v1.products.list({"limit": 100}))


def _product(offer: Pack | Plan, products: list[Object]) -> Iterator[str]:
    wanted: dict[str, Any] = {
        "name": offers.name(offer),
        "active": True,
        "metadata": {"easel_offer": offer.key},
    }
    found = next((each for each in products if each["id"] == product_id(offer)), None)
    if found is None:
        created = {**wanted, "id": product_id(offer)}
        thing = gateway.call(lambda stripe: stripe.v1.products.create(created))
        yield f"Product {offer.key}: created."
    elif any(found[key] != value for key, value in wanted.items()):
        thing = gateway.call(lambda stripe: stripe.v1.products.update(found["id"], wanted))
        yield f"Product {offer.key}: updated."
    else:
        thing = found
        yield f"Product {offer.key}: as it should be."
    mirror.keep(thing)


def _price(offer: Pack | Plan) -> tuple[Object, str]:
    wanted: dict[str, Any] = {
        "product": product_id(offer),
        "currency": settings.CURRENCY,
        "unit_amount": offer.cents,
        "metadata": offers.metadata(offer),
        "lookup_key": f"easel-{offer.key}",
    }
    if isinstance(offer, Plan):
        wanted["recurring"] = {"interval": "month"}
    existing = list(
        gateway.every(lambda stripe: stripe.v1.prices.list({"lookup_keys": [wanted["lookup_key"]]}))
    )
    if existing and existing[0]["active"] and _is_same(existing[0], wanted):
        mirror.keep(existing[0])
        return existing[0], f"Price of {offer.key}: as it should be."
    wanted["transfer_lookup_key"] = True
    price = gateway.call(lambda stripe: stripe.v1.prices.create(wanted))
    mirror.keep(price)
    for old in existing:
        _retire(old)
    return price, f"Price of {offer.key}: {'replaced' if existing else 'created'}."


def _is_same(price: Object, wanted: dict[str, Any]) -> bool:
    interval = (price.get("recurring") or {}).get("interval")
    return interval == (wanted.get("recurring") or {}).get("interval") and all(
        price[key] == wanted[key] for key in ("product", "currency", "unit_amount", "metadata")
    )


def _retire(price: Object) -> None:
    mirror.keep(
        gateway.call(lambda stripe: stripe.v1.prices.update(price["id"], {"active": False}))
    )


def _portal(plans: list[Object]) -> str:
    """Cards, invoices, cancelling at the end of the period; more at once, less at the end."""
    wanted: dict[str, Any] = {
        "business_profile": {"headline": settings.SITE_NAME},
        "default_return_url": f"{settings.SITE_URL}/billing/",
        "metadata": {"easel": "portal"},
        "features": {
            "customer_update": {"enabled": True, "allowed_updates": ["email", "address"]},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
            "subscription_update": {
                "enabled": True,
                "default_allowed_updates": ["price"],
                "proration_behavior": "always_invoice",
                "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
                "products": [
                    {"product": each["product"], "prices": [each["id"]]} for each in plans
                ],
            },
        },
    }
    if found := portal_configuration():
        gateway.call(lambda stripe: stripe.v1.billing_portal.configurations.update(found, wanted))
        return "Customer portal: brought up to date."
    gateway.call(lambda stripe: stripe.v1.billing_portal.configurations.create(wanted))
    return "Customer portal: created."


def _webhook() -> str:
    """The secret of a new endpoint is told once, so it is kept here."""
    url = _webhook_url()
    found = _endpoint(url)
    if found:
        known = WebhookEndpoint.objects.filter(id=found["id"]).exclude(secret="").exists()
        gateway.call(
            lambda stripe: stripe.v1.webhook_endpoints.update(
                found["id"],
                {"enabled_events": EVENTS, "disabled": False},
            )
        )
        if known or settings.STRIPE_WEBHOOK_SECRET:
            return f"Webhook {url}: brought up to date."
        return (
            f"Webhook {url}: it was made elsewhere and its secret is not known here. "
            "Copy it from Stripe's dashboard into STRIPE_WEBHOOK_SECRET."
        )
    created = gateway.call(
        lambda stripe: stripe.v1.webhook_endpoints.create(
            {
                "url": url,
                "enabled_events": EVENTS,
                "api_version": settings.STRIPE_API_VERSION,
            }
        )
    )
    WebhookEndpoint.objects.update_or_create(
        id=created["id"],
        defaults={
            "url": url,
            "secret": created["secret"],
            "livemode": created["livemode"],
            "enabled_events": created["enabled_events"],
            "status": created["status"],
            "api_version": created["api_version"] or "",
            "djstripe_uuid": uuid4(),
        },
    )
    return f"Webhook {url}: created."


def _webhook_url() -> str:
    return f"{settings.SITE_URL}{WEBHOOK_PATH}"


def _endpoint(url: str) -> Object | None:
    """The webhook at Stripe that leads to ``url``."""
    listed = gateway.every(lambda stripe: stripe.v1.webhook_endpoints.list({"limit": 100}))
    return next((each for each in listed if each["url"] == url), None)
