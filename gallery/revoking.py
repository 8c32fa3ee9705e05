"""Taking back public addresses: a picture that strangers may not see any more gets a new key.

Only where files are public at a CDN. The row says what is to be done, so it survives any crash: the
files are copied under a new key; the row takes the new key and remembers the old one; the files of
the old one are removed; the row forgets it. A CDN asks each minute whether a file is still there
(``gallery.storage.PUBLIC_CACHE``), so it is gone there a minute later.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import bells
from gallery import deleting, publishing
from gallery.models import Image, new_key
from gallery.storage import PictureStorage

logger = logging.getLogger(__name__)

COPIES_AT_ONCE = 16
MOST = 1000
"""Pictures of one round; the next round of the sweeper takes the rest."""

DUE = Q(key_is_public=True, is_listed=False) | ~Q(revoked_key="")


def note(pks: Iterable[uuid.UUID]) -> None:
    """Write down which keys are public from now on, and ring for those that are to be revoked.

    To be called in the transaction that changes who may see these pictures.
    """
    chosen = Image.objects.filter(pk__in=list(pks))
    chosen.filter(is_listed=True, key_is_public=False).update(key_is_public=True)
    if settings.AWS_S3_CUSTOM_DOMAIN and chosen.filter(DUE).exists():
        transaction.on_commit(_ring)


def revoke_due() -> int:
    """Revoke what is due, at most ``MOST`` pictures; return how many it were."""
    if not settings.AWS_S3_CUSTOM_DOMAIN or not isinstance(default_storage, PictureStorage):
        return 0
    count = 0
    with ThreadPoolExecutor(COPIES_AT_ONCE) as pool:
        for pk in list(_not_purged().filter(DUE).values_list("pk", flat=True)[:MOST]):
            try:
                count += revoke(pk, default_storage, pool)
            except Exception:  # each storage has exceptions of its own for being away
                logger.exception("The addresses of picture %s are still public; later again", pk)
    return count


def revoke(pk: uuid.UUID, storage: PictureStorage, pool: ThreadPoolExecutor) -> bool:
    """Move the files of one picture, as far as it is still due; whether it was."""
    image = _not_purged().filter(DUE, pk=pk).first()
    if image is None:
        return False
    if image.shares_files:
        Image.objects.filter(pk=pk).update(key_is_public=False)
        return False
    if not image.revoked_key:
        image = _rekey(image, storage, pool)
    if image.revoked_key:
        list(pool.map(storage.delete, publishing.files_under(image, image.revoked_key)))
        Image.objects.filter(pk=pk, revoked_key=image.revoked_key).update(revoked_key="")
    return True


def _rekey(image: Image, storage: PictureStorage, pool: ThreadPoolExecutor) -> Image:
    """The picture under a new key, with copies of its files; or as it was, public once more."""
    key = new_key()
    pairs = list(_names(image, image.key, key))
    try:
        list(pool.map(lambda pair: _copy(storage, *pair), pairs))
    except Exception:
        list(pool.map(storage.delete, [target for _name, target in pairs]))
        raise
    due = _not_purged().filter(pk=image.pk, key=image.key, key_is_public=True, is_listed=False)
    moved = due.update(
        key=key,
        revoked_key=image.key,
        key_is_public=False,
        original=pairs[-1][1],
        rendered_at=timezone.now(),
    )
    if not moved:
        list(pool.map(storage.delete, [target for _name, target in pairs]))
    image.refresh_from_db()
    return image


def _not_purged() -> QuerySet[Image]:
    """Without what the purge takes, public files and all; two at one picture would miss some."""
    return Image.objects.exclude(deleted_at__lt=timezone.now() - deleting.KEPT)


def _copy(storage: PictureStorage, source: str, target: str) -> None:
    try:
        storage.copy(source, target)
    except FileNotFoundError:
        logger.error("A file is missing in storage: %s", source)


def _names(image: Image, key: str, target: str) -> Iterator[tuple[str, str]]:
    """Its files under ``key``, each with its name under ``target``. Copies made for downloads stay
    behind: they are made again when somebody wants one."""
    for facts in image.renditions:
        name, format = facts["name"], facts["format"]
        yield (
            publishing.rendition_name(key, name, format),
            publishing.rendition_name(target, name, format),
        )
    yield (
        publishing.original_name(key, image.extension),
        publishing.original_name(target, image.extension),
    )


def _ring() -> None:
    from gallery.tasks import revoke_keys

    bells.ring(revoke_keys)
