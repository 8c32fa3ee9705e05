"""What a person may do at their tier, and what the others allow: from the rows, for a page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import allowances, tiers
from billing.models import Tier

LIMITS = (
    "images_per_request",
    "jobs_at_once",
    "images_per_day",
    "max_pixels",
    "private_pictures",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a tier allows; ``is_better`` than what the person has now."""

    words: str
    is_better: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One tier, as it stands beside the others."""

    tier: Tier
    is_mine: bool
    lines: list[Line]


def with_mine(mine: Tier) -> list[Column]:
    """All tiers, the lowest first, beside the one that the person is in."""
    return [_column(tier, mine) for tier in tiers.offered()]


def _column(tier: Tier, mine: Tier) -> Column:
    lines = [
        Line(capfirst(allowances.phrase(tier, limit)), _is_more(tier, mine, limit))
        for limit in LIMITS
    ]
    lines.append(Line(_watermark(tier), _watermark_rank(tier) > _watermark_rank(mine)))
    if tier.monthly_credits:
        more = tier.monthly_credits > mine.monthly_credits
        lines.append(Line(_credits(tier.monthly_credits), more))
    return Column(tier, tier.pk == mine.pk, lines)


def _is_more(tier: Tier, mine: Tier, limit: str) -> bool:
    had = allowances.most(mine, limit)
    return had is not None and allowances.allows(tier, limit, had + 1)


def _watermark(tier: Tier) -> str:
    return {
        Tier.Watermark.ALWAYS: _("A watermark on every picture"),
        Tier.Watermark.ON: _("A watermark, unless you switch it off"),
        Tier.Watermark.OFF: _("No watermark, unless you switch it on"),
    }[Tier.Watermark(tier.watermark)]


def _watermark_rank(tier: Tier) -> int:
    """The freer, the higher."""
    return list(Tier.Watermark.values).index(tier.watermark)


def _credits(number: int) -> str:
    return ngettext("%(n)d credit a month", "%(n)d credits a month", number) % {"n": number}
