"""What a person usually makes pictures with: what may be preferred, and what of it still holds."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.preferences import Offer
from gallery.models import Visibility
from generator import catalogue, sizes
from generator.fields import QUALITY_LABELS
from generator.models import ImageModel


def offer(user: User) -> Offer:
    """All that any model of today can do, for the preferences.

    A preference that the model in the studio does not offer is passed over there, silently.
    """
    models = catalogue.current()
    named = {
        size.value: f"{size.label} · {size.width} × {size.height}"
        for model in models
        for _label, group in sizes.offered(model)
        for size in group
    }
    known = {quality for model in models for quality in model.qualities}
    qualities = [word for word in QUALITY_LABELS if word in known]
    qualities += sorted(known.difference(QUALITY_LABELS))
    return {
        "default_model": [(model.slug, model.name) for model in models],
        "default_size": list(named.items()),
        "default_quality": [(word, QUALITY_LABELS.get(word, word)) for word in qualities],
        "default_visibility": Visibility.choices if user.is_trusted else [],
    }


def defaults(model: ImageModel, user: User) -> dict[str, Any]:
    """What the studio's form begins with for ``model``: the person's wish, else the model's own."""
    offered = {size.value for _label, group in sizes.offered(model) for size in group}
    visibility = Visibility.PUBLIC if user.is_trusted else Visibility.PRIVATE
    return {
        "size": _first(user.default_size, offered, model.sizes[0]),
        "quality": _first(user.default_quality, model.qualities, model.default_quality),
        "visibility": _first(
            user.default_visibility, Visibility.values if user.is_trusted else (), visibility
        ),
    }


def _first(wish: str, offered: Any, otherwise: str) -> str:
    return wish if wish in offered else otherwise
