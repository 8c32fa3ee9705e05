"""Opening the studio: the models of today, the chosen one, and a form that fits it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.forms import ChoiceField
from django.utils.translation import gettext as _

from accounts.models import User
from generator import catalogue, sizes
from generator.forms import StudioForm
from generator.models import Generation, ImageModel

MOST_DIGITS = 9
"""Of a side in pixels: far beyond any model, and far below what Python refuses to read."""


def open_for(user: User, chosen: Mapping[str, str]) -> StudioForm | None:
    """An unsent form with what is ``chosen`` so far and its price; None without any model.

    A choice that the model does not offer falls back to the model's default, silently: the
    person sees what stands in the form before sending it.
    """
    models = catalogue.current()
    if not models:
        return None
    model = _chosen(models, chosen.get("model") or user.default_model)
    form = StudioForm(models=models, model=model, user=user, initial=_typed(chosen))
    _read_tick(form, chosen)
    _unname_size(form)
    _drop_impossible(form)
    form.price_up()
    return form


def bound(user: User, data: Mapping[str, Any]) -> StudioForm | None:
    """The sent form; None without any model. A model that is gone is an error beside it."""
    models = catalogue.current()
    if not models:
        return None
    slug = data.get("model") or _chosen(models, user.default_model).slug
    known = any(model.slug == slug for model in models)
    model = _chosen(models, slug)
    sent = {**{name: data.get(name, "") for name in StudioForm.base_fields}, "model": model.slug}
    form = StudioForm(sent, models=models, model=model, user=user)
    if not known and form.errors is not None:
        form.add_error(
            "model",
            _("That model is not available any more. %(model)s is chosen instead; check the price.")
            % {"model": model.name},
        )
    return form


def fields_of(generation: Generation, new_id: str | None) -> dict[str, Any]:
    """A Generation as the form's fields, to ask for the same again under ``new_id``."""
    named = f"{generation.width}x{generation.height}"
    offered = {size.value for _label, group in sizes.offered(generation.model) for size in group}
    return {
        "id": new_id or str(uuid.uuid4()),
        "prompt": generation.prompt,
        "model": generation.model.slug,
        "size": named if named in offered else sizes.CUSTOM,
        "width": generation.width,
        "height": generation.height,
        "quality": generation.quality,
        "count": generation.count,
        "style": generation.style,
        "seed": "" if generation.seed is None else generation.seed,
        "category": generation.category.slug if generation.category else "",
        "tags": ", ".join(generation.tags),
        "visibility": generation.visibility,
        "watermark": "on" if generation.watermark else "",
    }


def _chosen(models: list[ImageModel], slug: str) -> ImageModel:
    return next((model for model in models if model.slug == slug), models[0])


def _typed(chosen: Mapping[str, str]) -> dict[str, Any]:
    return {name: chosen[name] for name in StudioForm.base_fields if chosen.get(name)}


def _read_tick(form: StudioForm, chosen: Mapping[str, str]) -> None:
    """A form that is only redrawn says by silence that the box is not ticked. Its price tells it
    from an address that chooses no more than it names."""
    wish = chosen.get("watermark", "")
    if wish or "price" in chosen:
        form.initial["watermark"] = wish.lower() not in ("", "0", "false", "off")


def _unname_size(form: StudioForm) -> None:
    """A size that has no name here, as of earlier work, is shown as width × height."""
    size = sizes.parse(str(form.initial.get("size")))
    field = form.fields["size"]
    assert isinstance(field, ChoiceField)
    if size and "width" in form.fields and not field.valid_value(form.initial["size"]):
        form.initial.update(size=sizes.CUSTOM, width=size[0], height=size[1])


def _drop_impossible(form: StudioForm) -> None:
    """Where an initial value is not among the offered ones, the model's default takes over."""
    for name in ("size", "quality", "count", "style", "visibility"):
        field = form.fields.get(name)
        if field is None or not field.valid_value(form.initial.get(name)):  # type: ignore[attr-defined]
            form.initial[name] = form.defaults[name]
    for name in ("width", "height"):
        digits = str(form.initial.get(name, ""))
        if not digits.isdecimal() or len(digits) > MOST_DIGITS:
            form.initial.pop(name, None)
