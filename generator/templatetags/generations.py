"""Generations in templates: times in words, and the sizes that the studio offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from django import template
from django.forms import ChoiceField
from django.utils.translation import gettext as _

from billing import allowances
from billing.models import Tier
from gallery.templatetags.pictures import ratio
from generator import sizes
from generator.forms import StudioForm

register = template.Library()


@dataclass(frozen=True, slots=True)
class SizeChoice:
    """One size of the form: ``label`` is its name, ``detail`` its pixels, ``shape`` a class."""

    value: str
    label: str
    detail: str
    shape: str
    chosen: bool
    beyond: bool
    """Larger than the person's tier allows."""


@dataclass(frozen=True, slots=True)
class SizeGroup:
    label: str
    sizes: Sequence[SizeChoice]


@register.filter
def duration(seconds: float) -> str:
    """Seconds in words: ``15 s`` up to a minute and a half, then ``3 min``, then ``2 h``."""
    if seconds <= 90:
        return _("%(seconds)d s") % {"seconds": seconds}
    if seconds <= 90 * 60:
        return _("%(minutes)d min") % {"minutes": round(seconds / 60)}
    return _("%(hours)d h") % {"hours": round(seconds / 3600)}


@register.filter
def clock(seconds: int) -> str:
    """Seconds as a running clock shows them, such as ``1:05``."""
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def count_up(number: int) -> range:
    """1 to ``number``, to draw something so many times."""
    return range(1, number + 1)


@register.simple_tag
def size_groups(form: StudioForm) -> list[SizeGroup]:
    """The form's sizes by group, each with its shape; the first group holds plain ratios."""
    field = form.fields["size"]
    assert isinstance(field, ChoiceField)
    chosen = str(form["size"].value() or form.initial["size"])
    groups = cast(Iterable[tuple[str, Iterable[tuple[str, str]]]], field.choices)
    return [
        SizeGroup(
            str(label), [_choice(value, str(text), chosen, form.tier) for value, text in choices]
        )
        for label, choices in groups
    ]


@register.filter
def any_beyond(groups: Iterable[SizeGroup]) -> bool:
    return any(size.beyond for group in groups for size in group.sizes)


@register.simple_tag
def more_allowed(form: StudioForm, limit: str) -> str:
    """What a higher tier would allow by ``limit``; empty where none allows more, or where the
    person's own allows all that the form offers."""
    if limit == "images_per_request" and form.chosen.most_images <= form.tier.images_per_request:
        return ""
    return allowances.more(form.tier, limit)


def _choice(value: str, text: str, chosen: str, tier: Tier) -> SizeChoice:
    label, _separator, detail = text.partition(" · ")
    width, height = sizes.parse(value) or (1, 1)
    beyond = not allowances.allows(tier, "max_pixels", width * height)
    return SizeChoice(value, label, detail, ratio(width, height), value == chosen, beyond)
