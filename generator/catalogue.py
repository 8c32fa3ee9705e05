"""The catalogue of models: what is offered now, and what a row of it must say."""

from __future__ import annotations

import time

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from generator.models import ImageModel, ModelPrice
from generator.providers.registry import configured_providers

STYLE_WORDS = {
    "vivid": "Style: vivid, dramatic and hyper-real, with strong light and saturated colours.",
    "natural": "Style: natural and unstaged, with soft light and true colours.",
}
"""Image models of today take no style parameter: the style goes into the prompt."""

REMEMBER_SECONDS = 5.0
"""How long a process goes on with the catalogue that it read. Whether a model is still active is
asked again when work is accepted, and the price is the one that the person was shown."""

_remembered: tuple[float, list[str], list[ImageModel]] = (0.0, [], [])
_all: tuple[float, list[ImageModel]] = (0.0, [])


def current() -> list[ImageModel]:
    """The models on offer with their prices, in the order of the form. Not to be changed."""
    global _remembered
    read_at, providers, models = _remembered
    now_configured = configured_providers()
    if not read_at or time.monotonic() - read_at > REMEMBER_SECONDS or providers != now_configured:
        models = list(ImageModel.objects.for_studio())
        _remembered = (time.monotonic(), now_configured, models)
    return models


def ever() -> list[ImageModel]:
    """All models, also those that retired, for filters over what was made. Not to be changed."""
    global _all
    read_at, models = _all
    if not read_at or time.monotonic() - read_at > REMEMBER_SECONDS:
        models = list(ImageModel.objects.all())
        _all = (time.monotonic(), models)
    return models


def forget() -> None:
    """Read the catalogue anew at the next request."""
    global _remembered, _all
    _remembered, _all = (0.0, [], []), (0.0, [])


def check_capabilities(model: ImageModel) -> None:
    """Raise ValidationError where sizes, qualities or styles are not what the studio reads."""
    from generator.sizes import parse

    problems: dict[str, str] = {}
    if not isinstance(model.sizes, list) or not model.sizes:
        problems["sizes"] = _('Give at least one size, such as ["1024x1024"].')
    elif bad := [size for size in model.sizes if not isinstance(size, str) or not parse(size)]:
        problems["sizes"] = _("Not a size: %(size)s. Write it as 1024x1024.") % {"size": bad[0]}
    if not _is_list_of_words(model.qualities):
        problems["qualities"] = _('Write a list of words, such as ["low", "high"].')
    elif model.qualities and model.default_quality not in model.qualities:
        problems["default_quality"] = _("The default must be one of the qualities.")
    if not _is_list_of_words(model.styles) or set(model.styles) - set(STYLE_WORDS):
        problems["styles"] = _("Known styles: %(styles)s.") % {"styles": ", ".join(STYLE_WORDS)}
    if model.successor_id and model.successor_id == model.pk:
        problems["successor"] = _("A model cannot succeed itself.")
    if problems:
        raise ValidationError(problems)


def missing_prices(model: ImageModel, prices: list[ModelPrice]) -> list[str]:
    """The qualities for which no price covers the model's largest size."""
    covered = {price.quality for price in prices if price.up_to_pixels >= model.max_pixels}
    return [quality for quality in (model.qualities or [""]) if quality not in covered]


def _is_list_of_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) and word for word in value)
