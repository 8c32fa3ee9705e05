"""A person's picture: looked at when it arrives, decoded and cropped by a worker."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts import cropping, picture_headers
from accounts.models import AvatarUpload, User

logger = logging.getLogger(__name__)

LARGEST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 24_000_000
MAX_ATTEMPTS = 3
"""Claims of one upload: a file that kills its worker must not do so for ever."""

LEASE = timedelta(seconds=60)
"""How long one worker may take; a hundred times what it needs."""

RING_AGAIN = timedelta(seconds=30)


class AvatarRefused(Exception):
    """The file cannot become an avatar; ``sentence`` says why."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(str(sentence))
        self.sentence = str(sentence)


def check(file: File[bytes]) -> None:
    """Raise AvatarRefused for what can be seen to be wrong without decoding."""
    if file.size > LARGEST_BYTES:
        raise AvatarRefused(_("This file is larger than 5 MB."))
    try:
        header = picture_headers.read(file)
    except picture_headers.Unreadable:
        raise AvatarRefused(_("This is not a still PNG, JPEG or WebP picture.")) from None
    if not header.width * header.height:
        raise AvatarRefused(_("This picture is broken. Choose another."))
    if header.width * header.height > MOST_PIXELS:
        raise AvatarRefused(_("This picture has more than 24 megapixels."))


def accept(*, user: User, file: File[bytes]) -> AvatarUpload:
    """Keep a checked file for the worker, in place of one that may still be waiting."""
    file.seek(0)
    name = default_storage.save(f"avatars/incoming/{uuid.uuid4().hex}", file)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # a double click comes one at a time
        forget(user=user)
        upload = AvatarUpload.objects.create(user=user, file=name)
        transaction.on_commit(lambda: _ring(user.pk))
    return upload


def make(user_pk: int) -> bool:
    """Turn the waiting file into the avatar, unless it is done or being done.

    A file that cannot be decoded is marked as broken and stays so until the person chooses
    another. A storage that is away raises; the sweeper tries again when the lease is over.
    """
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    waiting = AvatarUpload.objects.filter(pk=user_pk, is_broken=False)
    if not waiting.filter(free).update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return False
    upload = AvatarUpload.objects.get(pk=user_pk)
    if upload.attempts > MAX_ATTEMPTS:
        return _mark_broken(upload, "it used up its attempts")
    with default_storage.open(str(upload.file), "rb") as file:
        try:
            picture = cropping.square(file, most_pixels=MOST_PIXELS)
        except cropping.Undecodable as error:
            return _mark_broken(upload, str(error))
    return _install(upload, picture)


def remove(*, user: User) -> None:
    """Take the avatar away, and what waits to become one."""
    with transaction.atomic():
        forget(user=user)
        _replace(user.pk, by="")
    user.avatar = ""


def forget(*, user: User) -> None:
    """Drop the file that waits, and the note that the last one was broken."""
    for upload in AvatarUpload.objects.filter(pk=user.pk):
        if upload.file:
            _delete_file(str(upload.file))
        upload.delete()


def sweep() -> int:
    """Ring again for files that nobody works on; return how many."""
    now = timezone.now()
    waiting = AvatarUpload.objects.filter(is_broken=False, created_at__lt=now - RING_AGAIN)
    waiting = waiting.filter(Q(lease_until=None) | Q(lease_until__lt=now)).order_by("created_at")
    return sum(_ring(pk) for pk in waiting.values_list("pk", flat=True)[:1000])


def stored_name(key: str) -> str:
    """Where an avatar lies in the storage; ``key`` is 32 hexadecimal digits."""
    return f"avatars/{key[:2]}/{key}.webp"


def opened(key: str) -> IO[bytes]:
    """The avatar's file; raises FileNotFoundError for one that is no more."""
    return default_storage.open(stored_name(key), "rb")


def _install(upload: AvatarUpload, picture: bytes) -> bool:
    name = default_storage.save(stored_name(uuid.uuid4().hex), ContentFile(picture))
    with transaction.atomic():
        # Another upload may have come meanwhile; then this picture is out of date.
        mine = AvatarUpload.objects.filter(pk=upload.pk, file=str(upload.file))
        is_current = bool(mine.delete()[0])
        if is_current:
            _replace(upload.pk, by=name)
    _delete_file(str(upload.file) if is_current else name)
    return is_current


def _replace(user_pk: int, *, by: str) -> None:
    people = User.objects.filter(pk=user_pk)
    old = people.select_for_update().values_list("avatar", flat=True).get()
    people.update(avatar=by)
    if old:
        _delete_file(old)


def _delete_file(name: str) -> None:
    # Robust: a file that stays behind is waste, not a reason to fail.
    transaction.on_commit(lambda: default_storage.delete(name), robust=True)


def _mark_broken(upload: AvatarUpload, why: str) -> bool:
    logger.warning("The avatar of user %s is broken: %s", upload.pk, why)
    mine = AvatarUpload.objects.filter(pk=upload.pk, file=str(upload.file))
    if mine.update(is_broken=True, file=""):
        _delete_file(str(upload.file))
    return False


def _ring(user_pk: int) -> bool:
    from accounts.tasks import make_avatar

    try:
        make_avatar.apply_async(args=(user_pk,))
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("The broker does not answer (%s); the sweeper will ring again.", error)
        return False
    return True
