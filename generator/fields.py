"""The fields of the studio's form, fitted to what a model can do.

They are fitted once for as long as the catalogue is remembered, not at each request: fitting and
copying them took longer than all of a submission's statements to the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gallery.models import Visibility
from generator import sizes
from generator.models import ImageModel

QUALITY_LABELS = {
    "low": gettext_lazy("Draft"),
    "medium": gettext_lazy("Standard"),
    "high": gettext_lazy("Fine"),
    "xhigh": gettext_lazy("Finer"),
    "max": gettext_lazy("Finest"),
    "auto": gettext_lazy("Automatic"),
}
STYLE_LABELS = {"vivid": gettext_lazy("Vivid"), "natural": gettext_lazy("Natural")}


class SharedFields(dict[str, forms.Field]):
    """Fields that many forms share. Django deep-copies a form's fields; these are not to be
    changed, so a copy of the dictionary will do."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return dict(self)


_remembered: tuple[Sequence[ImageModel], dict[object, SharedFields]] = ((), {})


def fitted(
    declared: Mapping[str, forms.Field],
    *,
    models: Sequence[ImageModel],
    model: ImageModel,
    is_trusted: bool,
) -> SharedFields:
    """The ``declared`` fields fitted to ``model``, one of ``models``.

    Those the model cannot use are absent. Who is not trusted may only keep pictures private.
    """
    global _remembered
    if _remembered[0] is not models:
        _remembered = (models, {})
    memory = _remembered[1]
    key = (model.slug, is_trusted, get_language(), settings.MAX_IMAGES_PER_GENERATION)
    if key not in memory:
        memory[key] = _fit(deepcopy(dict(declared)), models, model, is_trusted)
    return memory[key]


def _fit(
    fields: dict[str, forms.Field], models: Sequence[ImageModel], model: ImageModel, trusted: bool
) -> SharedFields:
    _choice(fields, "model").choices = [(choice.slug, choice.name) for choice in models]
    _limit_prompt(fields["prompt"], model.prompt_limit)
    _offer_sizes(fields, model)
    _offer_words(fields, "quality", _labelled(model.qualities, QUALITY_LABELS), model)
    styles = _labelled(model.styles, STYLE_LABELS)
    _offer_words(fields, "style", [("", _("None")), *styles] if styles else [], model)
    _offer_counts(fields, model)
    if not model.has_seed:
        del fields["seed"]
    if not trusted:
        private = Visibility.PRIVATE
        _choice(fields, "visibility").choices = [(private.value, private.label)]
    return SharedFields(fields)


def _limit_prompt(field: forms.Field, most: int) -> None:
    assert isinstance(field, forms.CharField)
    field.max_length = most
    field.widget.attrs["data-limit"] = str(most)
    field.validators.append(
        MaxLengthValidator(
            most, _("The prompt may have %(limit_value)d characters; this has %(show_value)d.")
        )
    )


def _offer_sizes(fields: dict[str, forms.Field], model: ImageModel) -> None:
    groups: list[Any] = [
        (label, [(size.value, f"{size.label} · {size.width} × {size.height}") for size in group])
        for label, group in sizes.offered(model)
    ]
    if model.free_size:
        groups.append((_("Other"), [(sizes.CUSTOM, _("Width × height …"))]))
    else:
        del fields["width"], fields["height"]
    field = _choice(fields, "size")
    field.choices = groups
    field.error_messages["invalid_choice"] = _("%(model)s does not offer this size.") % {
        "model": model.name
    }


def _offer_words(
    fields: dict[str, forms.Field], name: str, choices: list[tuple[str, Any]], model: ImageModel
) -> None:
    if not choices:
        del fields[name]
        return
    field = _choice(fields, name)
    field.choices = choices
    field.error_messages["invalid_choice"] = _("%(model)s does not offer this.") % {
        "model": model.name
    }


def _offer_counts(fields: dict[str, forms.Field], model: ImageModel) -> None:
    if model.most_images == 1:
        del fields["count"]
        return
    fields["count"] = forms.TypedChoiceField(
        label=_("Images"),
        widget=forms.RadioSelect,
        required=False,
        coerce=int,
        empty_value=1,  # type: ignore[arg-type]  # any value may stand for none
        choices=[(number, str(number)) for number in range(1, model.most_images + 1)],
        error_messages={
            "invalid_choice": _("%(model)s makes at most %(most)d pictures a prompt.")
            % {"model": model.name, "most": model.most_images}
        },
    )


def _labelled(words: Sequence[str], labels: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(word, labels.get(word, word)) for word in words]


def _choice(fields: Mapping[str, forms.Field], name: str) -> forms.ChoiceField:
    field = fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field
