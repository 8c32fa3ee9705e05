"""The ends of a Generation. Each is one conditional UPDATE and the money that goes with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import bells
from accounts.models import User
from billing import credits
from gallery.models import Image, Tag
from gallery.tasks import render_image
from generator import cards, tasks
from generator.leases import Lease, LeaseLost
from generator.models import Generation, State


def deliver(lease: Lease, generation: Generation, images: Sequence[Image]) -> None:
    """End with pictures: publish them, refund what is missing, and ring for their renditions.

    Raises LeaseLost and writes nothing when another worker has taken over.
    """
    missing = generation.count - len(images)
    with transaction.atomic():
        _end(
            lease,
            state=State.PARTLY if missing else State.SUCCEEDED,
            delivered=len(images),
            refunded=missing * generation.unit_price,
            error_code="fewer" if missing else "",
        )
        if not _is_here(generation.user_id):
            for image in images:
                image.deleted_at = timezone.now()
        Image.objects.bulk_create(images)
        _tag(images, generation.tags)
        if missing:
            _refund(generation, missing * generation.unit_price)
    cards.changed(generation.pk)
    for image in images:
        bells.ring(render_image, str(image.pk))


def fail(
    lease: Lease, generation: Generation, *, code: str, detail: str = "", refused: bool = False
) -> None:
    """End without pictures and give everything back. Raises LeaseLost."""
    with transaction.atomic():
        _end(
            lease,
            state=State.REFUSED if refused else State.FAILED,
            delivered=0,
            refunded=generation.cost,
            error_code=code,
            error_detail=detail,
        )
        _refund(generation, generation.cost)
    cards.changed(generation.pk)


def put_back(lease: Lease, generation: Generation, *, seconds: float, code: str) -> None:
    """Back to the queue, not to be taken up for ``seconds``. Raises LeaseLost."""
    put = lease.held().update(
        state=State.QUEUED,
        lease_token=None,
        lease_until=None,
        not_before=timezone.now() + timedelta(seconds=seconds),
        error_code=code,
    )
    if not put:
        raise LeaseLost
    cards.changed(generation.pk)
    tasks.ring(generation.pk, countdown=seconds)


def cancel(*, user: User, pk: uuid.UUID) -> bool:
    """Cancel work that nobody is doing, with a full refund. False when it was too late."""
    with transaction.atomic():
        cancelled = (
            Generation.objects.for_user(user)
            .queued()
            .filter(pk=pk)
            .update(state=State.CANCELLED, finished_at=timezone.now(), error_code="")
        )
        if not cancelled:
            return False
        generation = Generation.objects.get(pk=pk)
        Generation.objects.filter(pk=pk).update(refunded=generation.cost)
        _refund(generation, generation.cost)
    cards.changed(pk)
    return True


def settle_withdrawn(pk: uuid.UUID) -> int:
    """Refund the pictures of a Generation whose files turned out to be broken afterwards.

    The only correction after an end: each picture is refunded once, by its own reference.
    Returns how many pictures remain.
    """
    with transaction.atomic():
        generation = Generation.objects.select_for_update().get(pk=pk)
        images = Image.objects.filter(generation_id=pk)
        withdrawn = list(images.exclude(withdrawn_at=None).values_list("pk", flat=True))
        remaining = images.count() - len(withdrawn)
        for image_pk in withdrawn:
            credits.refund(
                user=generation.user, amount=generation.unit_price, reference=f"image:{image_pk}"
            )
        generation.delivered = remaining
        generation.refunded = (generation.count - remaining) * generation.unit_price
        generation.state = State.PARTLY if remaining else State.FAILED
        generation.error_code = "broken_file"
        generation.save(update_fields=["delivered", "refunded", "state", "error_code"])
    cards.changed(pk)
    return remaining


def _end(lease: Lease, **outcome: object) -> None:
    ended = lease.held().update(
        finished_at=timezone.now(), lease_token=None, lease_until=None, **outcome
    )
    if not ended:
        raise LeaseLost


def _is_here(user_pk: int) -> bool:
    """Whether the account is switched on; locked, so that it is not removed before we are done.
    What came for one that is not is seen by nobody, and purged in its time."""
    people = User.objects.select_for_update(no_key=True).filter(pk=user_pk, is_active=True)
    return people.values_list("pk").first() is not None


def _refund(generation: Generation, amount: int) -> None:
    credits.refund(user=generation.user, amount=amount, reference=generation.reference)


def _tag(images: Sequence[Image], names: Sequence[str]) -> None:
    if not names:
        return
    # In one order everywhere: two deliveries that add the same new tags would else wait for each
    # other, and PostgreSQL would end one of them.
    Tag.objects.bulk_create([Tag(name=name) for name in sorted(names)], ignore_conflicts=True)
    tags = list(Tag.objects.filter(name__in=names))
    through = Image.tags.through
    through.objects.bulk_create(
        [through(image_id=image.pk, tag_id=tag.pk) for image in images for tag in tags]
    )
