"""What a tier allows, in words, and the refusal of what goes beyond it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import tiers
from billing.models import Tier


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


def allows(tier: Tier, limit: str, asked: int) -> bool:
    """Whether ``tier`` allows ``asked`` of what its column ``limit`` counts."""
    most = getattr(tier, limit)
    return most is None or asked <= most


def lowest_allowing(limit: str, asked: int) -> Tier | None:
    return next((tier for tier in tiers.offered() if allows(tier, limit, asked)), None)


def more(tier: Tier, limit: str) -> str:
    """A sentence on what the next better tier allows; empty where none allows more."""
    most = getattr(tier, limit)
    better = None if most is None else lowest_allowing(limit, most + 1)
    return _allowed_by(better, limit) if better else ""


def check_private(tier: Tier) -> None:
    """Raise BeyondTier where the tier has no private pictures."""
    if not tier.private_pictures:
        raise BeyondTier(tier, "private_pictures", asked=1)


def phrase(tier: Tier, limit: str) -> str:
    """What ``tier`` allows by its column ``limit``, to stand in a sentence or alone."""
    most = getattr(tier, limit)
    if limit == "images_per_request":
        return ngettext("%(n)d picture a request", "%(n)d pictures a request", most) % {"n": most}
    if limit == "jobs_at_once":
        return ngettext("%(n)d request at once", "%(n)d requests at once", most) % {"n": most}
    if limit == "images_per_day":
        return _per_day(most)
    if limit == "max_pixels":
        return _("pictures of up to %(size)s megapixels") % {"size": megapixels(most)}
    assert limit == "private_pictures", limit
    return _("private pictures") if most else _("no private pictures")


def megapixels(pixels: int) -> str:
    """Rounded down to a tenth, so that it is never more than what is allowed."""
    return f"{pixels // 100_000 / 10:g}"


def _per_day(most: int | None) -> str:
    if most is None:
        return _("as many pictures a day as you can pay")
    return ngettext("%(n)d picture within 24 hours", "%(n)d pictures within 24 hours", most) % {
        "n": most
    }


def _allowed_by(tier: Tier, limit: str) -> str:
    return _("%(tier)s allows %(what)s.") % {"tier": tier.name, "what": phrase(tier, limit)}
