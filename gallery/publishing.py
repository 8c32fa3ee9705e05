"""From a stored original to renditions that a page can show: claimed, bounded, repeatable."""

from __future__ import annotations

import logging
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts import bells
from gallery import renditions, search
from gallery.models import SHARED_FILES, Image
from gallery.originals import NotAPicture

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""How long one worker may take over one picture; several hundred times what it needs."""

MAX_ATTEMPTS = 8
"""Claims of one picture: a file that kills its worker, or a storage that is away for long."""

RING_AGAIN = timedelta(seconds=30)
MOST = 1000


def publish(pk: uuid.UUID) -> bool:
    """Make and store the renditions of one picture, unless they are there or being made.

    A picture that cannot be decoded, or that used up its attempts, is withdrawn; whoever sold
    it refunds it. Storage that is away leaves the claim to run out, and the sweeper tries again.
    """
    if not _claim(pk):
        return False
    image = Image.objects.get(pk=pk)
    if image.rendition_attempts > MAX_ATTEMPTS:
        return _withdraw(image, "its renditions could not be made")
    try:
        with local_original(image) as path:
            made = renditions.render(
                path,
                wanted=image.wanted,
                source_type=image.source_type,
                marked=image.watermark,
            )
    except NotAPicture as error:
        return _withdraw(image, error.detail)
    names = [rendition_name(image.key, one.name, one.format) for one in made.renditions]
    for name, rendition in zip(names, made.renditions, strict=True):
        _store(name, rendition.data)
    if not _announce(pk, made):
        for name in names:  # removed for good meanwhile: no row would know these files
            default_storage.delete(name)
    return True


def changed(pks: Iterable[uuid.UUID]) -> None:
    """Search and public addresses follow a change of who may see these pictures.

    To be called in the transaction that makes the change.
    """
    from gallery import revoking

    chosen = list(pks)
    search.index(chosen)
    revoking.note(chosen)


def show_to(image: Image, visibility: str) -> None:
    """Change who may see a picture; the feed and the search follow at once."""
    show_all_to([image.pk], visibility)


@transaction.atomic
def show_all_to(pks: Iterable[uuid.UUID], visibility: str) -> int:
    """The same for many; return how many there were."""
    chosen = list(pks)
    count = Image.objects.filter(pk__in=chosen).update(visibility=visibility)
    changed(chosen)
    return count


@transaction.atomic
def hide(pks: Iterable[uuid.UUID]) -> int:
    """From everybody but the owner; return how many were shown before."""
    chosen = list(pks)
    count = Image.objects.filter(pk__in=chosen, hidden_at=None).update(hidden_at=timezone.now())
    changed(chosen)
    return count


@transaction.atomic
def show_again(pks: Iterable[uuid.UUID]) -> int:
    """What was hidden; return how many it were."""
    chosen = list(pks)
    hidden = Image.objects.filter(pk__in=chosen).exclude(hidden_at=None)
    count = hidden.update(hidden_at=None)
    changed(chosen)
    return count


def sweep() -> int:
    """Ring again for pictures without renditions that nobody works on; return how many.

    None while as many bells hang as there are such pictures: those were not lost, only late.
    """
    from gallery.tasks import render_image

    now = timezone.now()
    free = Image.objects.filter(rendered_at=None, withdrawn_at=None).filter(
        Q(rendition_lease_until=None) | Q(rendition_lease_until__lt=now)
    )
    late = free.filter(created_at__lt=now - RING_AGAIN).order_by("created_at")
    waiting = list(late.values_list("pk", flat=True)[:MOST])
    if not waiting or bells.hanging(render_image) >= free.count():
        return 0
    return sum(bells.ring(render_image, str(pk)) for pk in waiting)


def original_name(key: str, extension: str) -> str:
    """Where an original lies in the storage."""
    return f"originals/{key[:2]}/{key}.{extension}"


def rendition_name(key: str, name: str, format: str) -> str:
    """Where a rendition lies in the storage; samples share theirs."""
    folder = key.partition(SHARED_FILES)[0]
    return f"renditions/{folder[:2]}/{folder}/{name}.{format}"


def stored_under(key: str) -> list[str]:
    """The names of all renditions and copies for downloads that the storage has under a key."""
    folder = rendition_name(key, "", "").rpartition("/")[0]
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in sorted(names)]


def files_under(image: Image, key: str) -> list[str]:
    """The names of all files of a picture under its present or its revoked key."""
    return [*stored_under(key), original_name(key, image.extension)]


@contextmanager
def local_original(image: Image) -> Iterator[Path]:
    """The original as a file on this machine, wherever the storage keeps it."""
    try:
        yield Path(default_storage.path(image.original_name))
        return
    except NotImplementedError:
        pass  # a remote storage has no paths
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        with default_storage.open(image.original_name, "rb") as stream:
            shutil.copyfileobj(stream, copy)
        copy.flush()
        yield Path(copy.name)


def _claim(pk: uuid.UUID) -> bool:
    now = timezone.now()
    free = Q(rendition_lease_until=None) | Q(rendition_lease_until__lt=now)
    claimed = Image.objects.filter(free, pk=pk, rendered_at=None, withdrawn_at=None).update(
        rendition_lease_until=now + LEASE, rendition_attempts=F("rendition_attempts") + 1
    )
    return bool(claimed)


@transaction.atomic
def _announce(pk: uuid.UUID, made: renditions.RenditionSet) -> bool:
    there = Image.objects.filter(pk=pk).update(
        renditions=[
            {
                "name": rendition.name,
                "format": rendition.format,
                "width": rendition.width,
                "height": rendition.height,
                "bytes": len(rendition.data),
            }
            for rendition in made.renditions
        ],
        placeholder=made.placeholder,
        rendered_at=timezone.now(),
        rendition_lease_until=None,
    )
    changed([pk])
    return bool(there)


def _store(name: str, data: bytes) -> None:
    if default_storage.exists(name):
        # A second attempt writes the same picture again; the name must not change.
        default_storage.delete(name)
    default_storage.save(name, ContentFile(data))


def _withdraw(image: Image, why: str) -> bool:
    logger.error("Image %s is withdrawn: %s", image.pk, why)
    Image.objects.filter(pk=image.pk).update(
        withdrawn_at=timezone.now(), rendition_lease_until=None
    )
    if image.generation_id:
        bells.ring("generator.tasks.settle_withdrawn", str(image.generation_id))
    return False
