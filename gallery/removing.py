"""Removing for good: an account's pictures with the account, or pictures that the law wants gone.

Nothing of this can be undone. Who sees a picture ends at once, in one transaction; its files follow
in the background, and the daily purge goes on where that stopped.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import avatars, bells
from accounts.models import User
from gallery import deleting, likes, search
from gallery.models import Collection, Image, SavedSearch, SearchEntry


@transaction.atomic
def remove_account(user: User) -> int:
    """Switch the account off and remove its pictures, likes, collections and avatar; return how
    many pictures there were.

    The row of the person stays, because the ledger names it. Said again it changes nothing more.
    """
    User.objects.filter(pk=user.pk).update(is_active=False)
    avatars.remove(user=user)
    likes.take_back_all(user=user)
    Collection.objects.filter(user=user).delete()
    SavedSearch.objects.filter(user=user).delete()
    SearchEntry.objects.filter(image__user=user).delete()
    # A subscription ends with the account: reconciling looks for that, now and each hour.
    transaction.on_commit(lambda: bells.ring("billing.tasks.reconcile"))
    return _remove(Image.objects.filter(user=user))


@transaction.atomic
def remove_pictures(pks: Iterable[uuid.UUID]) -> int:
    """Remove these at once, without the thirty days; return how many there were."""
    chosen = list(pks)
    count = _remove(Image.objects.filter(pk__in=chosen))
    search.index(chosen)
    return count


def _remove(images: QuerySet[Image]) -> int:
    """Nobody sees them from now on, and the purge takes them: their thirty days are over."""
    from gallery.tasks import purge_deleted

    over = timezone.now() - deleting.KEPT - deleting.GRACE
    count = images.exclude(deleted_at__lt=over).update(deleted_at=over)
    transaction.on_commit(lambda: bells.ring(purge_deleted))
    return count
