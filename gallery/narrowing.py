"""Narrowing a listing by query parameters: what was asked, understood, and can be taken away."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST_SEARCH = 200
MOST_WORDS = 10
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)

Choices = Sequence[tuple[str, str | Promise]]


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter, and the query string of the listing without it."""

    label: str
    value: str
    query: str


class Narrowing(forms.Form):
    """Filters of a listing as a GET form. What is not understood narrows nothing and is told in
    ``ignored``; nothing here is ever an error page.

    Subclasses add their own fields before they call ``_prepare``.
    """

    q = forms.CharField(label=gettext_lazy("Words"), required=False)

    def __init__(self, query: Mapping[str, str], *, kept: Mapping[str, str] | None = None) -> None:
        """``kept`` are parameters that belong to the address and are no filters."""
        super().__init__(query)
        self.kept = dict(kept or {})
        for name, label in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = forms.DateField(
                label=label,
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}),
                validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
            )
        self.fields["q"].widget.attrs |= {"type": "search", "maxlength": LONGEST_SEARCH}

    def offer(self, name: str, label: str, choices: Choices, *, anything: str) -> None:
        """Add a filter with these values; ``anything`` is the word for not narrowing by it."""
        self.fields[name] = forms.ChoiceField(
            label=label, required=False, choices=[("", anything), *choices]
        )

    def clean_q(self) -> str:
        """Without the characters that no prompt has and no database takes."""
        text = "".join(
            " " if unicodedata.category(letter) in {"Cc", "Cs"} else letter
            for letter in self.cleaned_data["q"]
        )
        words = text.split()
        if len(text) > LONGEST_SEARCH or len(words) > MOST_WORDS:
            self.shortened = True
        return " ".join(words[:MOST_WORDS])[:LONGEST_SEARCH].strip()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and first > last:
            self.add_error("from", _("The first day comes after the last."))
        return cleaned

    shortened = False

    @property
    def controls(self) -> list[forms.BoundField]:
        """The fields other than the search for words, in the order of the form."""
        return [self[name] for name in self.fields if name not in {"q", "from", "to"}] + [
            self["from"],
            self["to"],
        ]

    @property
    def values(self) -> dict[str, Any]:
        """What narrows, by the parameter's name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def ignored(self) -> list[str]:
        """One sentence for each parameter that was not understood."""
        sentences = [self._why(name) for name in self.errors if name in self.fields]
        if self.values and self.shortened:
            sentences.append(
                _("Only the first %(words)d words and %(letters)d characters are searched.")
                % {"words": MOST_WORDS, "letters": LONGEST_SEARCH}
            )
        return sentences

    @property
    def chips(self) -> list[Chip]:
        """The active filters, each with the way to be rid of it."""
        return [
            Chip(str(self.fields[name].label), self._word(name, value), self.query(without=name))
            for name, value in self.values.items()
        ]

    def query(self, *, without: str = "") -> str:
        """The query string of what narrows, in its shortest form."""
        kept = {name: str(value) for name, value in self.values.items() if name != without}
        return urlencode(self.kept | kept)

    @property
    def is_long_winded(self) -> bool:
        """Whether a form was sent with empty fields, which a bookmark need not carry. Where
        something is to be said about what was sent, the address stays."""
        return any(self.data.get(name) == "" for name in self.fields) and not self.ignored

    def between_days(self) -> Q:
        """The condition on ``created_at``: both days included, in the current time zone."""
        condition = Q()
        if first := self.values.get("from"):
            condition &= Q(created_at__gte=_midnight(first))
        if last := self.values.get("to"):
            condition &= Q(created_at__lt=_midnight(last + timedelta(days=1)))
        return condition

    def _why(self, name: str) -> str:
        words = {
            "value": str(self.data.get(name, ""))[:40],
            "filter": str(self.fields[name].label).lower(),
            "why": self.errors[name][0],
        }
        if isinstance(self.fields[name], forms.ChoiceField):
            return _("“%(value)s” is not a choice for %(filter)s, so it was left out.") % words
        return _("“%(value)s” was left out: %(why)s") % words

    def _word(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
        return date_format(value, "j M Y") if isinstance(field, forms.DateField) else str(value)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
