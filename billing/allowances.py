"""What a tier allows, in words, and the refusal of what goes beyond it."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import tiers
from billing.models import Tier

CEILINGS = {
    "images_per_request": "MAX_IMAGES_PER_GENERATION",
    "jobs_at_once": "MAX_ACTIVE_GENERATIONS",
}
"""The settings that hold for every tier."""


class BeyondTier(Exception):
    """A person's tier does not allow what was asked for.

    ``limit`` is the column of Tier, ``asked`` what would be needed there. ``advice`` is a
    sentence on what to do without another tier.
    """

    def __init__(self, tier: Tier, limit: str, *, asked: int, advice: str = "") -> None:
        super().__init__(f"{tier.slug}: {limit} {asked}")
        self.tier = tier
        self.limit = limit
        self.asked = asked
        self.advice = advice

    @property
    def higher(self) -> Tier | None:
        """The nearest tier that allows what was asked for."""
        return lowest_allowing(self.limit, self.asked)

    @property
    def sentence(self) -> str:
        said = [_allowed_by(self.tier, self.limit), self.advice]
        if self.higher:
            said.append(_allowed_by(self.higher, self.limit))
        return " ".join(filter(None, said))


def most(tier: Tier, limit: str) -> int | None:
    """The tier's number, under the ceiling of the house; None for as many as one can pay."""
    number: int | None = getattr(tier, limit)
    if number is None or limit not in CEILINGS:
        return number
    ceiling: int = getattr(settings, CEILINGS[limit])
    return min(number, ceiling)


def allows(tier: Tier, limit: str, asked: int) -> bool:
    """Whether ``tier`` allows ``asked`` of what its column ``limit`` counts."""
    number = most(tier, limit)
    return number is None or asked <= number


def lowest_allowing(limit: str, asked: int) -> Tier | None:
    return next((tier for tier in tiers.offered() if allows(tier, limit, asked)), None)


def more(tier: Tier, limit: str) -> str:
    """A sentence on what the next better tier allows; empty where none allows more."""
    number = most(tier, limit)
    better = None if number is None else lowest_allowing(limit, number + 1)
    return _allowed_by(better, limit) if better else ""


def phrase(tier: Tier, limit: str) -> str:
    """What ``tier`` allows by its column ``limit``, to stand in a sentence or alone."""
    number = most(tier, limit)
    if number is None:
        return _("as many pictures a day as you can pay")
    if limit == "max_pixels":
        return _("pictures of up to %(size)s megapixels") % {"size": megapixels(number)}
    if limit == "private_pictures":
        return _("private pictures") if number else _("no private pictures")
    return _counted(limit, number) % {"n": number}


def megapixels(pixels: int) -> str:
    """Rounded down to a tenth, so that it is never more than what is allowed."""
    return f"{pixels // 100_000 / 10:g}"


def _counted(limit: str, n: int) -> str:
    return {
        "images_per_request": ngettext("%(n)d picture a request", "%(n)d pictures a request", n),
        "jobs_at_once": ngettext("%(n)d request at once", "%(n)d requests at once", n),
        "images_per_day": ngettext(
            "%(n)d picture within 24 hours", "%(n)d pictures within 24 hours", n
        ),
    }[limit]


def _allowed_by(tier: Tier, limit: str) -> str:
    return _("%(tier)s allows %(what)s.") % {"tier": tier.name, "what": phrase(tier, limit)}
