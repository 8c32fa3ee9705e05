"""What a person's tier allows of one request, and of all that is in the making.

The studio asks beforehand, to explain; submission asks again, inside its transaction, and decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from billing import allowances
from billing.allowances import BeyondTier
from billing.models import Tier
from gallery.models import Visibility

FIELDS = {
    "images_per_request": "count",
    "images_per_day": "count",
    "max_pixels": "size",
    "private_pictures": "visibility",
}
"""Beside which field of the form a limit is explained."""

GENERAL = "general"
"""Stands for the field of the limits that concern the whole form."""


def broken(
    tier: Tier, *, user: User, count: int, pixels: int, visibility: str
) -> Iterator[BeyondTier]:
    """The limits that one request goes beyond."""
    if not allowances.allows(tier, "images_per_request", count):
        yield BeyondTier(tier, "images_per_request", asked=count)
    if not allowances.allows(tier, "max_pixels", pixels):
        yield BeyondTier(tier, "max_pixels", asked=pixels)
    # Who is not trusted may not do otherwise than keep pictures private.
    if visibility == Visibility.PRIVATE and user.is_trusted and not tier.private_pictures:
        yield BeyondTier(tier, "private_pictures", asked=1)


def check_active(tier: Tier, active: int) -> None:
    """Raise BeyondTier where ``active`` requests are as many as the tier allows at once."""
    if not allowances.allows(tier, "jobs_at_once", active + 1):
        advice = _("Wait until one is done.")
        raise BeyondTier(tier, "jobs_at_once", asked=active + 1, advice=advice)


def check_day(tier: Tier, *, made: int, count: int) -> None:
    """Raise BeyondTier where ``count`` more than the ``made`` of 24 hours are too many."""
    if not allowances.allows(tier, "images_per_day", made + count):
        left = max(0, (tier.images_per_day or 0) - made)
        advice = ngettext(
            "You have %(left)d picture left for now.",
            "You have %(left)d pictures left for now.",
            left,
        ) % {"left": left}
        raise BeyondTier(tier, "images_per_day", asked=made + count, advice=advice)


def is_marked(tier: Tier, wish: bool) -> bool:
    """Whether pictures get the visible watermark, whatever was wished for where it is forced."""
    return wish or tier.watermark == Tier.Watermark.ALWAYS


def marks_by_default(tier: Tier) -> bool:
    return tier.watermark != Tier.Watermark.OFF
