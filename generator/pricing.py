"""What a picture costs: credits for the person, dollars for the operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from generator import sizes
from generator.models import ImageModel, ModelPrice


class NoPrice(Exception):
    """The catalogue names no price for this quality and size; an administrator must add it."""

    @property
    def sentence(self) -> str:
        return _("This combination has no price yet. Choose another size or quality.")


@dataclass(frozen=True, slots=True)
class Quote:
    """The price in credits, and what will be rendered for it. Sizes in pixels."""

    unit: int
    count: int
    seconds: int
    width: int
    height: int
    render_width: int
    render_height: int

    @property
    def credits(self) -> int:
        return self.unit * self.count

    @property
    def scaled(self) -> bool:
        return (self.width, self.height) != (self.render_width, self.render_height)


def quote(*, model: ImageModel, quality: str, width: int, height: int, count: int) -> Quote:
    """The price of ``count`` pictures. Raises SizeNotOffered or NoPrice."""
    render_width, render_height = sizes.fit(model, width, height)
    price = price_for(model, quality, render_width * render_height)
    return Quote(
        unit=price.credits,
        count=count,
        seconds=model.usual_seconds,
        width=width,
        height=height,
        render_width=render_width,
        render_height=render_height,
    )


def price_for(model: ImageModel, quality: str, pixels: int) -> ModelPrice:
    """The price row of ``quality`` with the lowest limit that covers ``pixels``."""
    fitting = [
        price
        for price in model.prices.all()
        if price.quality == quality and price.up_to_pixels >= pixels
    ]
    if not fitting:
        raise NoPrice(f"{model.slug} {quality or '-'} {pixels} pixels")
    return min(fitting, key=lambda price: price.up_to_pixels)


def provider_cost(model: ImageModel, usage: Mapping[str, int]) -> Decimal | None:
    """US dollars to 4 decimals from the provider's token counts; None when it told none."""
    if not usage:
        return None
    dollars = (
        model.text_rate * usage.get("input_text", 0)
        + model.image_rate * usage.get("input_image", 0)
        + model.output_rate * usage.get("output", 0)
    ) / Decimal(1_000_000)
    return dollars.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def shares(total: Decimal, parts: int) -> list[Decimal]:
    """``total`` dollars split over ``parts`` pictures to 4 decimals; the sum stays exact."""
    share = (total / parts).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
    return [total - share * (parts - 1), *[share] * (parts - 1)]
