"""Liking a picture: once per person, counted exactly, however often it is asked for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, Exists, F, FloatField, OuterRef, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Log

from accounts.models import User
from gallery.listing import Row
from gallery.models import Image, Like

SECONDS_PER_TENFOLD = 45_000
"""Twelve and a half hours of youth weigh as much as ten times the likes."""


class PictureGone(Exception):
    """It was removed for good while it was being liked."""


def set_like(*, user: User, image: Image, liked: bool) -> int:
    """Make it so that ``user`` likes ``image``, or does not; return the number of likes.

    Idempotent: the count moves only with a row that came or went, so a repeated click, a retry
    or a hundred at once count once. The trend follows in the same statement. Raises PictureGone.
    """
    try:
        with transaction.atomic():
            return _set_like(user, image, liked)
    except (IntegrityError, Image.DoesNotExist):
        raise PictureGone from None


@transaction.atomic
def take_back_all(*, user: User) -> int:
    """Take back whatever ``user`` likes, so that the counts stay right when the account goes.

    Rows that only vanish with the account would leave their number behind. Returns how many.
    """
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()  # see set_like
    mine = Like.objects.select_for_update().filter(user=user)
    liked = dict(mine.values_list("pk", "image_id"))
    images = Image.objects.filter(pk__in=liked.values()).only("pk", "created_at")
    found = list(images.order_by("pk"))  # always in one order, so that two wait and do not block
    Like.objects.filter(pk__in=liked).delete()
    for image in found:
        _count(image, -1)
    return len(found)


def liked_by(user_pk: int, images: Iterable[Image]) -> set[uuid.UUID]:
    """Which of ``images`` that person likes: one query, none without images."""
    pks = [image.pk for image in images]
    if not pks:
        return set()
    return set(
        Like.objects.filter(user_id=user_pk, image__in=pks).values_list("image_id", flat=True)
    )


def that(user_pk: int) -> Exists:
    """Whether that person likes the picture of a row, for ``annotate``."""
    return Exists(Like.objects.filter(user_id=user_pk, image=OuterRef("pk")))


def received_by(user: User) -> int:
    """The likes on a person's public pictures, added up within one index."""
    public = Image.objects.public().filter(user_id=user.pk, likes__gt=0)
    return public.aggregate(sum=Sum("likes"))["sum"] or 0


def of_reader(reader: User | AnonymousUser, rows: Sequence[Row]) -> set[Any] | None:
    """Which of these tiles the reader likes; None for a stranger, who likes nothing yet."""
    return among(reader.pk, [row.id for row in rows]) if reader.is_authenticated else None


def among(user_pk: int, image_ids: Sequence[Any]) -> set[Any]:
    """Which of these ids, as the database has them, that person likes: one query at most."""
    if not image_ids:
        return set()
    marks = ", ".join(["%s"] * len(image_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT image_id FROM gallery_like WHERE user_id = %s AND image_id IN ({marks})",
            [user_pk, *image_ids],
        )
        return {found for (found,) in cursor.fetchall()}


def of(user: User) -> QuerySet[Like]:
    """The likes of ``user`` with their pictures, without those that ``user`` may not see now."""
    # EXISTS, not IN: each like is looked up by key, and no list of all pictures is made.
    visible = Image.objects.visible_to(user).filter(pk=OuterRef("image_id"))
    return (
        Like.objects.filter(Exists(visible), user=user)
        .select_related("image__user")
        .defer("image__settings", "image__sha256", "image__user__password", "image__user__email")
    )


def _set_like(user: User, image: Image, liked: bool) -> int:
    # One movement of a person at a time, and none once the account is being removed.
    person = User.objects.select_for_update(no_key=True).filter(pk=user.pk, is_active=True)
    if not person.values_list("pk").first():
        raise PictureGone
    if liked:
        _like, created = Like.objects.get_or_create(user=user, image=image)
        change = 1 if created else 0
    else:
        gone, _by_model = Like.objects.filter(user=user, image=image).delete()
        change = -gone
    if change:
        _count(image, change)
    image.refresh_from_db(fields=["likes"])
    return image.likes


def _count(image: Image, change: int) -> None:
    """Move the number of likes, and with it the trend: log₁₀ of the likes plus age / 45,000 s.

    It is the "hot" ranking that Reddit published with its source
    (https://github.com/reddit-archive/reddit/blob/master/r2/r2/lib/db/_sorts.pyx). A picture's
    value changes with its likes alone, never with the clock, so an index keeps the order. Reddit
    counts seconds from its own birth, we from 1970: that moves all values alike.
    """
    likes = F("likes") + change
    youth = image.created_at.timestamp() / SECONDS_PER_TENFOLD
    trend = Cast(Log(Value(10), likes), FloatField()) + Value(youth, output_field=FloatField())
    Image.objects.filter(pk=image.pk).update(
        likes=likes, trend=Case(When(likes__gt=-change, then=trend), default=None)
    )
