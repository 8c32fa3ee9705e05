"""Prices: credits by model, quality, size and count; dollars from the provider's usage."""

from __future__ import annotations

from decimal import Decimal

import pytest

from generator import pricing
from generator.models import ImageModel

pytestmark = pytest.mark.django_db


def flare() -> ImageModel:
    return ImageModel.objects.get(slug="flare")


@pytest.mark.parametrize(
    ("quality", "size", "count", "credits"),
    [
        ("medium", (1024, 1024), 1, 1),
        ("medium", (1024, 1024), 4, 4),
        ("medium", (3840, 2160), 1, 2),
        ("high", (1024, 1024), 2, 6),
        ("high", (2560, 1440), 1, 6),
    ],
)
def test_the_price_grows_with_quality_size_and_count(
    quality: str, size: tuple[int, int], count: int, credits: int
) -> None:
    quote = pricing.quote(
        model=flare(), quality=quality, width=size[0], height=size[1], count=count
    )

    assert quote.credits == credits
    assert quote.seconds == flare().usual_seconds


def test_a_scaled_size_says_so() -> None:
    quote = pricing.quote(model=flare(), quality="low", width=512, height=512, count=1)

    assert quote.scaled
    assert (quote.render_width, quote.render_height) == (816, 816)


def test_a_combination_without_a_price_is_no_bargain() -> None:
    with pytest.raises(pricing.NoPrice):
        pricing.quote(model=flare(), quality="max", width=1024, height=1024, count=1)


def test_dollars_come_from_the_tokens_to_four_decimals() -> None:
    usage = {"input_text": 1_000, "input_image": 2_000, "output": 1_056}

    # 1,000 × $5 + 2,000 × $8 + 1,056 × $30, a million each
    assert pricing.provider_cost(flare(), usage) == Decimal("0.0527")
    assert pricing.provider_cost(flare(), {}) is None


def test_a_call_is_shared_out_to_the_last_ten_thousandth() -> None:
    parts = pricing.shares(Decimal("0.1000"), 3)

    assert parts == [Decimal("0.0334"), Decimal("0.0333"), Decimal("0.0333")]
    assert sum(parts) == Decimal("0.1000")
