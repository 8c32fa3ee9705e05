"""The settings of a picture that one may see, to begin with in the studio."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from gallery.models import Image
from generator import catalogue


def source(user: User, pk: str) -> Image | None:
    """The picture with the id ``pk``, if ``user`` may see it; None also for what is no id."""
    try:
        known = uuid.UUID(pk)
    except ValueError:
        return None
    visible = Image.objects.visible_to(user).select_related("user", "category")
    return visible.filter(pk=known).first()


def settings_of(image: Image) -> dict[str, Any]:
    """What the picture was asked for with, as the studio's fields."""
    requested = image.settings.get("requested", {})
    width, height = image.shown_size
    return {
        "prompt": image.prompt,
        "model": image.model_slug,
        "size": f"{width}x{height}",
        "quality": requested.get("quality", ""),
        "style": image.style,
        "seed": str(requested.get("seed", "")),
        "category": image.category.slug if image.category else "",
        "tags": ", ".join(tag.name for tag in image.tags.all()),
        "watermark": "on" if image.watermark else "",
    }


def sentence(image: Image | None) -> str:
    """What the studio says of where its settings come from."""
    if image is None:
        return _("That picture is not there any more. Here is the studio as usual.")
    if any(model.slug == image.model_slug for model in catalogue.current()):
        return _("These are the settings of “%(title)s” by %(author)s.") % {
            "title": image.title,
            "author": image.user.name,
        }
    return _("These are the settings of “%(title)s”. %(model)s is retired; another is chosen.") % {
        "title": image.title,
        "model": image.model_name,
    }
