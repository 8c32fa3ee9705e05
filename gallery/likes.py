"""Liking a picture: once per person, counted exactly, however often it is asked for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Sum

from accounts.models import User
from gallery.models import Image, Like


@transaction.atomic
def set_like(*, user: User, image: Image, liked: bool) -> int:
    """Make it so that ``user`` likes ``image``, or does not; return the number of likes.

    Idempotent: the count moves only with a row that came or went.
    """
    if liked:
        _like, created = Like.objects.get_or_create(user=user, image=image)
        change = 1 if created else 0
    else:
        gone, _by_model = Like.objects.filter(user=user, image=image).delete()
        change = -gone
    if change:
        Image.objects.filter(pk=image.pk).update(likes=F("likes") + change)
    image.refresh_from_db(fields=["likes"])
    return image.likes


def liked_by(user_pk: int, images: Iterable[Image]) -> set[uuid.UUID]:
    """Which of ``images`` that person likes: one query, none without images."""
    pks = [image.pk for image in images]
    if not pks:
        return set()
    return set(
        Like.objects.filter(user_id=user_pk, image__in=pks).values_list("image_id", flat=True)
    )


def received_by(user: User) -> int:
    """The likes on a person's public pictures, added up within one index."""
    public = Image.objects.public().filter(user_id=user.pk, likes__gt=0)
    return public.aggregate(sum=Sum("likes"))["sum"] or 0
