"""Stripe's objects in our database, kept by dj-stripe: for looking up prices, and for the audit.

No credits depend on what stands here. dj-stripe would store the account and with it the secret key
in clear; `_no_owner` keeps it from that.
"""

from __future__ import annotations

import logging
from typing import Any

import stripe
from django.conf import settings
from djstripe import models as mirrored
from djstripe.models.base import StripeModel

from billing import gateway
from billing.gateway import TIMEOUT, Object

logger = logging.getLogger(__name__)

KEPT: dict[str, type[StripeModel]] = {
    "product": mirrored.Product,
    "price": mirrored.Price,
    "customer": mirrored.Customer,
    "subscription": mirrored.Subscription,
    "invoice": mirrored.Invoice,
    "charge": mirrored.Charge,
    "refund": mirrored.Refund,
}


def keep(thing: Object) -> None:
    """Mirror an object that was just read at Stripe. Raises what dj-stripe raises."""
    model = KEPT[thing["object"]]
    data = stripe.convert_to_stripe_object(thing, api_key=settings.STRIPE_SECRET_KEY)
    model.sync_from_stripe_data(data)


def try_to_keep(thing: Object) -> None:
    """Mirror it if dj-stripe can; the ledger does not wait for that."""
    try:
        keep(thing)
    except Exception:
        logger.exception("dj-stripe could not mirror %s", thing.get("id"))


def keep_price(price_id: str) -> None:
    """Read a price with its product at Stripe and mirror both, if the price is ours."""
    price = gateway.find(
        lambda stripe: stripe.v1.prices.retrieve(price_id, {"expand": ["product"]})
    )
    if price and "easel_offer" in (price.get("metadata") or {}):
        keep(price["product"])
        keep({**price, "product": price["product"]["id"]})


def prepare() -> None:
    """Once at start: the limits of our own client for what dj-stripe asks by itself."""
    stripe.default_http_client = stripe.RequestsClient(timeout=TIMEOUT)
    stripe.max_network_retries = 1
    stripe.api_version = settings.STRIPE_API_VERSION
    StripeModel._find_owner_account = classmethod(_no_owner)
    mirrored.Product._sync_product_features = _no_features


def _no_owner(cls: type[StripeModel], data: Any, api_key: str = "") -> None:
    """There is one account, and its row would hold the key."""


def _no_features(self: mirrored.Product, api_key: str = "") -> None:
    """We use none, and dj-stripe would ask for them within a transaction."""
