"""Generations in templates: times in words, and the sizes that the studio offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from django import template
from django.forms import ChoiceField
from django.utils.translation import gettext as _

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
        SizeGroup(str(label), [_choice(value, str(text), chosen) for value, text in choices])
        for label, choices in groups
    ]


def _choice(value: str, text: str, chosen: str) -> SizeChoice:
    label, _separator, detail = text.partition(" · ")
    width, height = sizes.parse(value) or (1, 1)
    return SizeChoice(value, label, detail, ratio(width, height), value == chosen)
