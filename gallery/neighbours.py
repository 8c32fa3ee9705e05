"""The pictures before and after one: in the feed, or for what is not there among one's own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection

from gallery.models import Image

_LISTED = "is_listed"
_MINE = "user_id = %s AND deleted_at IS NULL AND withdrawn_at IS NULL"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``newer`` and ``older`` in the order newest first; None at the ends."""

    newer: uuid.UUID | None = None
    older: uuid.UUID | None = None


def of(image: Image, *, is_owner: bool) -> Neighbours:
    """Two steps in one index, in one statement. Nobody learns of what is not in the feed."""
    if not image.is_listed and not is_owner:
        return Neighbours()
    where, owner = (_LISTED, []) if image.is_listed else (_MINE, [image.user_id])
    moment = connection.ops.adapt_datetimefield_value(image.created_at)
    place = [moment, Image._meta.pk.get_db_prep_value(image.pk, connection)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_step('newer', where, '>', 'ASC')} UNION ALL {_step('older', where, '<', 'DESC')}",
            [*owner, *place, *owner, *place],
        )
        return Neighbours(**{name: uuid.UUID(str(pk)) for name, pk in cursor.fetchall()})


def _step(name: str, where: str, sign: str, direction: str) -> str:
    return (
        f"SELECT * FROM (SELECT '{name}' AS place, id FROM gallery_image WHERE {where}"  # noqa: S608 - our own words
        f" AND (created_at, id) {sign} (%s, %s)"
        f" ORDER BY created_at {direction}, id {direction} LIMIT 1) AS {name}"
    )
