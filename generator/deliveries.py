"""From files that a provider sent to Images of ours: checked, stored untouched, described."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import Error
from django.utils import timezone

from gallery import originals, publishing
from gallery.models import Image, new_key
from generator import pricing
from generator.models import Generation
from generator.providers.protocol import Delivery, NotAPicture, Picture

logger = logging.getLogger(__name__)

STORAGE_PAUSES = (0.5, 2.0, 6.0)
"""Seconds between the attempts to store a file; after the last the work is refunded."""


class StorageDown(Exception):
    """The storage took none of several attempts to write a file."""


@dataclass(frozen=True, slots=True)
class AcceptedPicture:
    picture: Picture
    facts: originals.Facts


def accepted(delivery: Delivery, generation: Generation) -> list[AcceptedPicture]:
    """The usable pictures of a delivery, at most as many as were asked for.

    Raises NotAPicture when there is none.
    """
    usable: list[AcceptedPicture] = []
    problems: list[str] = []
    for picture in delivery.pictures[: generation.count]:
        try:
            usable.append(AcceptedPicture(picture, originals.inspect(picture.path)))
        except originals.NotAPicture as error:
            problems.append(error.detail)
    if not usable:
        raise NotAPicture("; ".join(problems)[:500], request_id=delivery.request_id)
    if problems:
        logger.warning("Generation %s: unusable files: %s", generation.pk, "; ".join(problems))
    return usable


def store(
    generation: Generation,
    delivery: Delivery,
    pictures: Sequence[AcceptedPicture],
    *,
    cost: Decimal | None,
) -> list[Image]:
    """Store the originals byte for byte; return unsaved Images. Raises StorageDown."""
    costs = [None] * len(pictures) if cost is None else pricing.shares(cost, len(pictures))
    images: list[Image] = []
    try:
        for position, (entry, share) in enumerate(zip(pictures, costs, strict=True)):
            image = _image(generation, delivery, entry, position=position, cost=share)
            images.append(image)
            _write(image, entry.picture)
    except BaseException:
        discard(images)
        raise
    return images


def discard(images: Sequence[Image]) -> None:
    """Remove the files of Images that are not in the database.

    What went wrong may have come after the transaction, or hidden its success: then they stay.
    """
    try:
        pks = [image.pk for image in images]
        published = set(Image.objects.filter(pk__in=pks).values_list("pk", flat=True))
    except Error:
        names = [image.original_name for image in images]
        logger.exception("Unused originals may stay in storage: %s", names)
        return
    for image in images:
        if image.pk in published:
            continue
        try:
            default_storage.delete(image.original_name)
        except Exception:
            # A file that nobody can name costs space and nothing else.
            logger.exception("An unused original stays in storage: %s", image.original_name)


def _image(
    generation: Generation,
    delivery: Delivery,
    entry: AcceptedPicture,
    *,
    position: int,
    cost: Decimal | None,
) -> Image:
    model, facts, key = generation.model, entry.facts, new_key()
    wanted = (generation.width, generation.height)
    # The wish is cut from the render only where that never enlarges.
    scaled = wanted != (facts.width, facts.height) and (
        wanted[0] <= facts.width and wanted[1] <= facts.height
    )
    image = Image(
        user_id=generation.user_id,
        generation_id=generation.pk,
        position=position,
        prompt=generation.prompt,
        provider=model.provider,
        model_slug=model.slug,
        model_name=model.name,
        source_type=(
            Image.SourceType.ALGORITHMIC if model.provider == "demo" else Image.SourceType.TRAINED
        ),
        settings=_settings(generation, delivery, facts),
        provider_cost=cost,
        category_id=generation.category_id,
        style=generation.style,
        key=key,
        content_type=facts.content_type,
        bytes=entry.picture.bytes,
        sha256=entry.picture.sha256,
        width=facts.width,
        height=facts.height,
        wanted_width=wanted[0] if scaled else None,
        wanted_height=wanted[1] if scaled else None,
        visibility=generation.visibility,
        watermark=generation.watermark,
        created_at=timezone.now(),
    )
    image.original.name = publishing.original_name(key, facts.extension)
    return image


def _settings(generation: Generation, delivery: Delivery, facts: originals.Facts) -> dict[str, Any]:
    """What was asked for beside what was delivered, for the picture's page."""
    requested = {
        "size": f"{generation.width}x{generation.height}",
        "render_size": f"{generation.render_width}x{generation.render_height}",
        "quality": generation.quality,
        "style": generation.style,
        "seed": generation.seed,
        "count": generation.count,
    }
    delivered = {
        **delivery.settings,
        "size": f"{facts.width}x{facts.height}",
        "format": facts.format.lower(),
    }
    return {
        "requested": {name: value for name, value in requested.items() if value not in ("", None)},
        "delivered": delivered,
    }


class _ReceivedFile(File):  # type: ignore[type-arg]
    """A file that local storage may move into place instead of copying it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def _write(image: Image, picture: Picture) -> None:
    for pause in (*STORAGE_PAUSES, None):
        try:
            with picture.path.open("rb") as stream:
                image.original.name = default_storage.save(
                    image.original.name, _ReceivedFile(stream, name=str(picture.path))
                )
            return
        except Exception as error:
            # Each storage library raises its own kinds; all mean that the file is not there.
            logger.warning("Storing an original failed: %s", error)
            if pause is None:
                raise StorageDown(f"{type(error).__name__}: {error}"[:500]) from error
            time.sleep(pause)
