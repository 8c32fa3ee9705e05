"""What is for sale: one declarative catalogue, and how it is found again in Stripe's mirror.

`manage.py setup_stripe` makes products and prices of it (billing/setting_up.py). What is shown and
what is granted is read from the mirrored prices and their metadata: a price says in Stripe what it
gives, so it grants the same for as long as anybody pays it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from djstripe.models import Price

from billing.models import Tier

REMEMBER_SECONDS = 5.0
"""How long a process goes on with the offers that it read."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Credits for sale once. ``cents`` in the smallest unit of the currency."""

    key: str
    name: str
    credits: int
    cents: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A tier by the month. Its credits are `Tier.monthly_credits`."""

    key: str
    tier: str
    cents: int


PACKS = (
    Pack("pack-small", "50 credits", credits=50, cents=500),
    Pack("pack-medium", "120 credits", credits=120, cents=1_000),
    Pack("pack-large", "350 credits", credits=350, cents=2_500),
)
PLANS = (
    Plan("plan-basic", tier="basic", cents=900),
    Plan("plan-premium", tier="premium", cents=2_900),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A price at Stripe that is ours. ``tier`` is empty for a pack."""

    price_id: str
    key: str
    name: str
    credits: int
    cents: int
    currency: str
    tier: str
    livemode: bool

    @property
    def is_plan(self) -> bool:
        return bool(self.tier)


class UnknownOffer(Exception):
    """No pack or plan of this name is for sale."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.sentence = _("This is not for sale any more. Choose another one.")


_remembered: tuple[float, bool, list[Offer]] = (0.0, False, [])


def current() -> list[Offer]:
    """What can be bought now, the cheapest first: packs and plans."""
    global _remembered
    read_at, livemode, offers = _remembered
    fresh = time.monotonic() - read_at < REMEMBER_SECONDS
    if not read_at or not fresh or livemode != settings.STRIPE_LIVE_MODE:
        prices = Price.objects.filter(
            active=True, product__active=True, livemode=settings.STRIPE_LIVE_MODE
        )
        found = [_offer(price) for price in prices.select_related("product")]
        known = {pack.key for pack in PACKS} | {plan.key for plan in PLANS}
        offers = [offer for offer in found if offer and offer.key in known]
        offers.sort(key=lambda offer: offer.cents)
        _remembered = (time.monotonic(), settings.STRIPE_LIVE_MODE, offers)
    return offers


def packs() -> list[Offer]:
    return [offer for offer in current() if not offer.is_plan]


def plans() -> list[Offer]:
    return [offer for offer in current() if offer.is_plan]


def for_sale(key: str) -> Offer:
    """The offer of this key. Raises UnknownOffer."""
    for offer in current():
        if offer.key == key:
            return offer
    raise UnknownOffer(key)


def of_price(price_id: str) -> Offer | None:
    """The offer of a price, also of one that is not sold any more; None if it is not ours."""
    price = Price.objects.filter(id=price_id).select_related("product").first()
    return _offer(price) if price else None


def forget() -> None:
    """Read the offers anew at the next request."""
    global _remembered
    _remembered = (0.0, False, [])


def metadata(offer: Pack | Plan) -> dict[str, str]:
    """What a price carries in Stripe, by which it is ours and says what it gives."""
    if isinstance(offer, Pack):
        return {"easel_offer": offer.key, "easel_credits": str(offer.credits)}
    tier = Tier.objects.get(slug=offer.tier)
    return {
        "easel_offer": offer.key,
        "easel_credits": str(tier.monthly_credits),
        "easel_tier": offer.tier,
    }


def name(offer: Pack | Plan) -> str:
    return offer.name if isinstance(offer, Pack) else Tier.objects.get(slug=offer.tier).name


def _offer(price: Any) -> Offer | None:
    data = price.stripe_data
    notes = data.get("metadata") or {}
    credits = str(notes.get("easel_credits", ""))
    if not notes.get("easel_offer") or not credits.isascii() or not credits.isdigit():
        return None
    if not data.get("unit_amount") or not int(credits):
        return None
    return Offer(
        price_id=price.id,
        key=notes["easel_offer"],
        name=price.product.name,
        credits=int(credits),
        cents=data["unit_amount"],
        currency=data["currency"],
        tier=notes.get("easel_tier", ""),
        livemode=bool(price.livemode),
    )
