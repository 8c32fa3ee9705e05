"""Deleting pictures: gone for everybody at once, undone for thirty days, then gone for good."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from gallery import publishing
from gallery.models import Image

logger = logging.getLogger(__name__)

KEPT_DAYS = 30
KEPT = timedelta(days=KEPT_DAYS)

GRACE = timedelta(hours=1)
"""Between the last moment to undo and the first to remove, so that the two never meet."""


@transaction.atomic
def delete(images: Iterable[Image], *, moment: datetime | None = None) -> int:
    """Take pictures away from everybody, their owner too; return how many were there before.

    Who gives the ``moment`` finds just these again by it."""
    chosen = [image.pk for image in images]
    there = Image.objects.filter(pk__in=chosen, deleted_at=None)
    count = there.update(deleted_at=moment or timezone.now())
    publishing.changed(chosen)
    return count


@transaction.atomic
def restore(images: Iterable[Image]) -> int:
    """Undo :func:`delete`, as public or private as they were; return how many came back."""
    chosen = [image.pk for image in images]
    gone = Image.objects.filter(pk__in=chosen, deleted_at__gt=timezone.now() - KEPT)
    count = gone.update(deleted_at=None)
    publishing.changed(chosen)
    return count


def deleted_by(user: User) -> QuerySet[Image]:
    """What ``user`` deleted and may still bring back."""
    since = timezone.now() - KEPT
    return Image.objects.filter(user_id=user.pk, withdrawn_at=None, deleted_at__gt=since)


def days_left(image: Image) -> int:
    """Whole days, at least one, in which a deleted picture can still be brought back."""
    if image.deleted_at is None:
        return KEPT_DAYS
    return max(1, KEPT_DAYS - (timezone.now() - image.deleted_at).days)


def purge() -> int:
    """Remove for good what was deleted long enough ago; return how many pictures went.

    Files first, the row last: whatever stops in between, the next run finds the row and goes on.
    """
    due = Image.objects.filter(deleted_at__lt=timezone.now() - KEPT - GRACE)
    count = 0
    for pk in list(due.order_by("deleted_at").values_list("pk", flat=True)):
        image = due.filter(pk=pk).first()
        if image is None:
            continue  # another run was faster
        try:
            _remove_files(image)
            image.delete()
        except Exception:  # each storage has exceptions of its own; a like may come in between
            logger.exception("The picture %s could not be removed; later again", pk)
            continue
        count += 1
    return count


def _remove_files(image: Image) -> None:
    """The original and all that was made of it, unless other pictures show the same files."""
    if image.shares_files:
        return
    for name in _file_names(image):
        default_storage.delete(name)


def _file_names(image: Image) -> Iterator[str]:
    """Whatever lies under its keys, then the folder, which only a disk has, then the original."""
    if image.revoked_key:
        yield from publishing.files_under(image, image.revoked_key)
    yield from publishing.stored_under(image.key)
    yield publishing.rendition_name(image.key, "", "").rpartition("/")[0]
    yield image.original_name
