"""Doing one thing to many pictures. Each takes ids as a browser sent them and touches only what the
person may touch; how many that were is the answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from billing import tiers
from billing.allowances import BeyondTier
from gallery import collecting, deleting, publishing
from gallery.models import Collection, Image, ImageQuerySet, Visibility

MOST = 5000
"""Pictures in one selection."""

MOST_COLLECTIONS = 100
"""Collections that the bar offers, the newest."""


class NotPossible(ValueError):
    """Nothing was done, and ``sentence`` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def chosen(values: Iterable[str]) -> list[uuid.UUID]:
    """The ids among ``values``, each once; what is no id is nobody's picture.

    Raises NotPossible for none or too many.
    """
    values = list(dict.fromkeys(values))
    if not values:
        raise NotPossible(_("Choose some pictures first."))
    if len(values) > MOST:
        raise NotPossible(_("Choose at most %(most)d pictures at once.") % {"most": MOST})
    return [pk for pk in map(_uuid, values) if pk]


def set_visibility(*, user: User, pks: list[uuid.UUID], visibility: str) -> int:
    """Publish or hide; return how many of the pictures are the person's.

    The one place where a person changes this. Raises NotPossible, and BeyondTier where the tier
    has no private pictures; those that are private already stay so.
    """
    if visibility == Visibility.PRIVATE:
        _check_private(user)
    elif not user.is_trusted:
        raise NotPossible(_("Confirm your e-mail address before you publish."))
    return publishing.show_all_to(_mine(user, pks).values_list("pk", flat=True), visibility)


def delete(*, user: User, pks: list[uuid.UUID]) -> tuple[int, datetime]:
    """Hide them at once. The moment is the key to ``restore`` just these."""
    moment = timezone.now()
    return deleting.delete(_mine(user, pks).only("pk"), moment=moment), moment


def restore(*, user: User, moment: str) -> int:
    """Undo what was deleted at that moment; 0 where there is nothing to undo, or no longer."""
    try:
        deleted_at = datetime.fromisoformat(moment)
        if deleted_at.tzinfo is None:
            return 0
        deleted_at = deleted_at.astimezone(UTC)
    except (ValueError, OverflowError):
        return 0
    return deleting.restore(deleting.deleted_by(user).filter(deleted_at=deleted_at).only("pk"))


@transaction.atomic
def collect(
    *, user: User, pks: list[uuid.UUID], collection: str, title: str
) -> tuple[Collection, int]:
    """Add them to the end of one of the person's collections, or of a new one called ``title``.

    Return the collection and how many of the pictures are in it now. Raises NotPossible.
    """
    found = Image.objects.visible_to(user).only("pk").in_bulk(pks)
    images = [found[pk] for pk in pks if pk in found]
    try:
        target = _collection(user, collection, title)
        collecting.add(collection=target, images=images)
    except collecting.NotCollected as error:
        raise NotPossible(str(error)) from None
    return target, len(images)


def collections_of(user: User) -> list[Collection]:
    """What the bar offers to add to."""
    return list(user.collections.order_by("-created_at")[:MOST_COLLECTIONS])


def how_many(done: int, asked: int) -> str:
    """“2 pictures”, or “2 of 5 pictures” where some were not the person's to touch."""
    if done == asked:
        return ngettext("%(done)d picture", "%(done)d pictures", done) % {"done": done}
    return ngettext("%(done)d of %(asked)d picture", "%(done)d of %(asked)d pictures", asked) % {
        "done": done,
        "asked": asked,
    }


def _check_private(user: User) -> None:
    # Who may not publish has nothing but private pictures, whatever the tier.
    if user.is_trusted and not (tier := tiers.of(user)).private_pictures:
        raise BeyondTier(tier, "private_pictures", asked=1)


def _mine(user: User, pks: list[uuid.UUID]) -> ImageQuerySet:
    return Image.objects.for_user(user).filter(pk__in=pks)


def _collection(user: User, pk: str, title: str) -> Collection:
    if title := " ".join(title.replace("\0", " ").split())[:80]:
        return collecting.create(user=user, title=title)
    if (known := _uuid(pk)) and (found := user.collections.filter(pk=known).first()):
        return found
    raise NotPossible(_("Choose a collection, or name a new one."))


def _uuid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
