"""Collections: pictures that a person put together, in an order of their own, and who sees them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models import Collection, CollectionItem, Image, Visibility

STEP = 2**32
"""Between neighbours, so that a picture can be put between two of them thirty times over."""

MOST_COLLECTIONS = 500
MOST_PICTURES = 5_000


class NotCollected(Exception):
    """It cannot be done; ``sentence`` says why."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(slots=True)
class Choice:
    """One of my collections, and whether a certain picture is in it."""

    collection: Collection
    chosen: bool


def visible_to(user: User | AnonymousUser) -> QuerySet[Collection]:
    """What ``user`` may open by its address: the same rule as for pictures."""
    if user.is_staff:
        return Collection.objects.all()
    shared = Q(visibility__in=[Visibility.PUBLIC, Visibility.UNLISTED])
    return Collection.objects.filter(shared | Q(user_id=user.pk) if user.pk else shared)


def shown_in(collection: Collection, *, viewer: User | AnonymousUser) -> QuerySet[Image]:
    """The pictures that ``viewer`` may see in it, if they are there.

    A collection makes no picture easier to find than its owner wants: others see the public ones
    and, where the collection itself is unlisted, the unlisted ones of the same person.
    """
    visible = Image.objects.visible_to(viewer)
    if viewer.is_staff or viewer.pk == collection.user_id:
        return visible
    allowed = Q(visibility=Visibility.PUBLIC)
    if collection.visibility == Visibility.UNLISTED:
        allowed |= Q(visibility=Visibility.UNLISTED, user_id=collection.user_id)
    return visible.filter(allowed)


def items(collection: Collection, *, viewer: User | AnonymousUser) -> QuerySet[CollectionItem]:
    """The places whose pictures ``viewer`` may see, first to last."""
    shown = shown_in(collection, viewer=viewer)
    # EXISTS, not IN: each place is looked up by key, and no list of all pictures is made.
    return (
        CollectionItem.objects.filter(
            Exists(shown.filter(pk=OuterRef("image_id"))), collection=collection
        )
        .select_related("image__user")
        .defer("image__settings", "image__sha256", "image__user__password", "image__user__email")
        .order_by("position")
    )


def shelf(collections: QuerySet[Collection], *, shown: QuerySet[Image]) -> QuerySet[Collection]:
    """``collections`` with ``number``, how many of the pictures ``shown`` are inside, and the key
    of the one on the cover as ``front_id``: the chosen one, else the first."""
    inside = CollectionItem.objects.filter(
        Exists(shown.filter(pk=OuterRef("image_id"))), collection=OuterRef("pk")
    )
    number = inside.values("collection").annotate(n=Count("pk")).values("n")
    chosen = inside.filter(image_id=OuterRef("cover_id")).values("image_id")[:1]
    first = inside.order_by("position").values("image_id")[:1]
    return collections.annotate(
        number=Coalesce(Subquery(number), 0),
        front_id=Coalesce(Subquery(chosen), Subquery(first), output_field=UUIDField()),
    )


def with_fronts(collections: Sequence[Collection]) -> Sequence[Collection]:
    """Collections of a ``shelf``, each with its cover as ``front``: one query for all of them."""
    pks = {pk for collection in collections if (pk := getattr(collection, "front_id", None))}
    fronts = Image.objects.defer("settings", "sha256").in_bulk(pks) if pks else {}
    for collection in collections:
        collection.front = fronts.get(collection.front_id)  # type: ignore[attr-defined]
    return collections


def with_front(collection: Collection, *, viewer: User | AnonymousUser) -> Collection:
    """One collection with its ``number`` and ``front``, as ``viewer`` sees them."""
    shown = shown_in(collection, viewer=viewer)
    alone = Collection.objects.filter(pk=collection.pk).select_related("user")
    return with_fronts(list(shelf(alone, shown=shown)) or [collection])[0]


def public_of(person: User) -> QuerySet[Collection]:
    """What a person's page shows of their collections: the public ones that are not empty."""
    listed = Image.objects.public().filter(pk=OuterRef("image_id"))
    filled = CollectionItem.objects.filter(Exists(listed), collection=OuterRef("pk"))
    return person.collections.filter(Exists(filled), visibility=Visibility.PUBLIC)


def choices(*, user: User, image: Image) -> list[Choice]:
    """My collections, newest first, each with whether ``image`` is in it: one query."""
    there = CollectionItem.objects.filter(collection=OuterRef("pk"), image=image)
    mine = user.collections.annotate(has_it=Exists(there)).order_by("-created_at", "-id")
    return [Choice(collection, collection.has_it) for collection in mine]


@transaction.atomic
def create(
    *,
    user: User,
    title: str,
    description: str = "",
    visibility: str = Visibility.PRIVATE,
    images: Sequence[Image] = (),
) -> Collection:
    """A new collection, perhaps with ``images`` in it. Raises NotCollected."""
    _check_trust(user, visibility)
    if user.collections.count() >= MOST_COLLECTIONS:
        sentence = _("You have %(most)d collections; that is the most. Delete one first.")
        raise NotCollected(sentence % {"most": MOST_COLLECTIONS})
    collection = Collection.objects.create(
        user=user, title=title, description=description, visibility=visibility
    )
    add(collection=collection, images=images)
    return collection


def change(*, collection: Collection, title: str, description: str, visibility: str) -> None:
    """Save what it is called and who may see it. Raises NotCollected."""
    if visibility != collection.visibility:
        _check_trust(collection.user, visibility)
    collection.title, collection.description = title, description
    collection.visibility = visibility
    collection.save(update_fields=["title", "description", "visibility"])


def add(*, collection: Collection, images: Sequence[Image]) -> int:
    """Put ``images`` at the end, in their order; return how many were not there yet.

    Raises NotCollected, and then adds none, where the collection would grow too large.
    """
    try:
        with transaction.atomic():
            return _add(collection, images)
    except IntegrityError:
        raise NotCollected(_("This picture is gone.")) from None


@transaction.atomic
def remove(*, collection: Collection, image_pk: uuid.UUID) -> bool:
    """Take a picture out; whether it was in. One that stood on the cover stands there no more."""
    gone, _by_model = collection.items.filter(image_id=image_pk).delete()
    Collection.objects.filter(pk=collection.pk, cover_id=image_pk).update(cover=None)
    return bool(gone)


def set_cover(*, collection: Collection, image_pk: uuid.UUID) -> None:
    """Show a picture of the collection on its cover. Raises NotCollected for any other."""
    inside = collection.items.filter(image_id=image_pk)
    if not Collection.objects.filter(Exists(inside), pk=collection.pk).update(cover=image_pk):
        raise NotCollected(_NOT_INSIDE)


def step(*, collection: Collection, image_pk: uuid.UUID, back: bool) -> None:
    """One place nearer the start (``back``) or the end, as its owner sees it."""
    visible = items(collection, viewer=collection.user)
    here = collection.items.filter(image_id=image_pk).first()
    if here is None:
        raise NotCollected(_NOT_INSIDE)
    if back:
        other = visible.filter(position__lt=here.position).last()
    else:
        other = visible.filter(position__gt=here.position).first()
    if other:
        move(collection=collection, image_pk=image_pk, beside=other.image_id, before=back)


@transaction.atomic
def move(*, collection: Collection, image_pk: uuid.UUID, beside: uuid.UUID, before: bool) -> None:
    """Put a picture right before (or after) another one. Raises NotCollected."""
    _lock(collection)
    if image_pk == beside:
        return
    position = _between(collection, image_pk, beside, before)
    if position is None:
        _spread(collection)
        position = _between(collection, image_pk, beside, before)
    if not collection.items.filter(image_id=image_pk).update(position=position):
        raise NotCollected(_NOT_INSIDE)


_NOT_INSIDE = _("This picture is not in the collection any more. Reload the page.")


def _check_trust(user: User, visibility: str) -> None:
    if visibility != Visibility.PRIVATE and not user.is_trusted:
        raise NotCollected(_("Confirm your e-mail address before you publish."))


def _add(collection: Collection, images: Sequence[Image]) -> int:
    _lock(collection)
    wanted = {image.pk: image for image in images}
    inside = collection.items.filter(image__in=list(wanted))
    for pk in inside.values_list("image_id", flat=True):
        del wanted[pk]
    if not wanted:
        return 0
    facts = collection.items.aggregate(last=Max("position"), number=Count("pk"))
    if facts["number"] + len(wanted) > MOST_PICTURES:
        sentence = _("A collection holds at most %(most)d pictures. Start another.")
        raise NotCollected(sentence % {"most": MOST_PICTURES})
    start = facts["last"] or 0
    CollectionItem.objects.bulk_create(
        CollectionItem(collection=collection, image=image, position=start + number * STEP)
        for number, image in enumerate(wanted.values(), start=1)
    )
    return len(wanted)


def _lock(collection: Collection) -> None:
    """Places of one collection are given one after the other, so that no two are the same."""
    if not Collection.objects.select_for_update().filter(pk=collection.pk).first():
        raise NotCollected(_("This collection is gone."))


def _between(
    collection: Collection, image_pk: uuid.UUID, beside: uuid.UUID, before: bool
) -> int | None:
    """A free position on that side of ``beside``; None where its neighbour is too close."""
    others = collection.items.exclude(image_id=image_pk)
    anchor = others.filter(image_id=beside).values_list("position", flat=True).first()
    if anchor is None:
        raise NotCollected(_NOT_INSIDE)
    beyond = (
        others.filter(position__lt=anchor).aggregate(near=Max("position"))
        if before
        else others.filter(position__gt=anchor).aggregate(near=Min("position"))
    )["near"]
    if beyond is None:
        return int(anchor - STEP if before else anchor + STEP)
    middle = (anchor + beyond) // 2
    return int(middle) if middle not in (anchor, beyond) else None


def _spread(collection: Collection) -> None:
    """Give all places their distance back; the order stays."""
    places = list(collection.items.order_by("position").only("pk"))
    for number, place in enumerate(places, start=1):
        place.position = number * STEP
    CollectionItem.objects.bulk_update(places, ["position"], batch_size=500)
