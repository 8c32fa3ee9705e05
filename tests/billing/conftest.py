"""Stripe, replaced at the wire, and a worker that follows what it tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from billing import gateway, offers
from tests.billing.shop import Shop
from tests.stand_ins.stripe import StripeStandIn


@pytest.fixture
def stripe(settings: Any) -> Iterator[StripeStandIn]:
    """An empty account at Stripe, and our settings for it."""
    with StripeStandIn() as stand_in:
        settings.STRIPE_SECRET_KEY = stand_in.api_key
        settings.STRIPE_LIVE_MODE = False
        settings.STRIPE_API_HOST = stand_in.base_url
        yield stand_in
    gateway._client.cache_clear()
    offers.forget()


@pytest.fixture
def shop(db: None, stripe: StripeStandIn) -> Shop:
    """The account after `setup_stripe`: packs, plans, portal and webhook are there."""
    return Shop(stripe)
