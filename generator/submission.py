"""Accepting work: everything that must be true before a picture is promised, in one transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing import credits
from gallery.models import Category, Visibility
from generator import moderation, pricing, tasks
from generator.models import ACTIVE, Generation, ImageModel


class NotAccepted(Exception):
    """The work was not accepted and nothing was charged; ``sentence`` says why."""

    sentence = ""


class GenerationSwitchedOff(NotAccepted):
    sentence = property(  # type: ignore[assignment]
        lambda self: _("Making pictures is switched off for a moment. Your credits are safe.")
    )


class EmailNotVerified(NotAccepted):
    sentence = property(  # type: ignore[assignment]
        lambda self: _("Confirm your e-mail address first; then you can make pictures.")
    )


class TooManyAtOnce(NotAccepted):
    """``limit`` generations of this person are queued or running already."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} active generations")
        self.limit = limit

    @property
    def sentence(self) -> str:  # type: ignore[override]
        return _("You have %(limit)d requests in the making. Wait until one is done.") % {
            "limit": self.limit
        }


class TooFast(NotAccepted):
    """More than ``limit`` accepted requests within a minute."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} generations a minute")
        self.limit = limit

    @property
    def sentence(self) -> str:  # type: ignore[override]
        return _("That was %(limit)d requests within a minute. Take a breath and try again.") % {
            "limit": self.limit
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """What a person asks for, already validated against the model. Sizes in pixels."""

    id: uuid.UUID
    model: ImageModel
    prompt: str
    quote: pricing.Quote
    quality: str = ""
    style: str = ""
    seed: int | None = None
    category: Category | None = None
    tags: tuple[str, ...] = ()
    visibility: str = Visibility.PUBLIC


def submit(*, user: User, request: ImageRequest) -> Generation:
    """Create, charge and enqueue; or raise and leave no trace.

    A second call with the same ``request.id`` (a double click) returns the first Generation.
    Raises NotAccepted, PromptBlocked or InsufficientCredits.
    """
    if not settings.GENERATION_ENABLED:
        raise GenerationSwitchedOff
    if not user.is_trusted:
        raise EmailNotVerified
    moderation.check_terms(request.prompt)
    try:
        return _accept(user, request)
    except IntegrityError:
        # The id belongs to somebody else's work, by malice or by a stroke of luck of 122 bits.
        return _accept(user, replace(request, id=uuid.uuid4()))


@transaction.atomic
def _accept(user: User, request: ImageRequest) -> Generation:
    # One request of a person at a time: the limits and the double click are exact.
    account = credits.lock_account(user)
    now = timezone.now()
    if earlier := _check_limits(user, request.id):
        return earlier

    generation = Generation.objects.create(
        id=request.id,
        user=user,
        model=request.model,
        prompt=request.prompt,
        width=request.quote.width,
        height=request.quote.height,
        render_width=request.quote.render_width,
        render_height=request.quote.render_height,
        quality=request.quality,
        style=request.style,
        seed=request.seed,
        count=request.quote.count,
        category=request.category,
        tags=list(request.tags),
        visibility=request.visibility,
        unit_price=request.quote.unit,
        created_at=now,
        rung_at=now,
    )
    credits.spend(
        user=user, amount=generation.cost, reference=generation.reference, account=account
    )
    transaction.on_commit(lambda: tasks.ring(generation.pk))
    return generation


def _check_limits(user: User, pk: uuid.UUID) -> Generation | None:
    """The Generation with this id where it exists; else raise where a limit is reached."""
    minute_ago = timezone.now() - timedelta(minutes=1)
    recent = Generation.objects.for_user(user).filter(
        Q(state__in=ACTIVE) | Q(created_at__gt=minute_ago) | Q(pk=pk)
    )
    counts = recent.aggregate(
        same=Count("pk", filter=Q(pk=pk)),
        active=Count("pk", filter=Q(state__in=ACTIVE)),
        fresh=Count("pk", filter=Q(created_at__gt=minute_ago)),
    )
    if counts["same"]:
        return Generation.objects.get(pk=pk)
    if counts["active"] >= settings.MAX_ACTIVE_GENERATIONS:
        raise TooManyAtOnce(settings.MAX_ACTIVE_GENERATIONS)
    if counts["fresh"] >= settings.MAX_GENERATIONS_PER_MINUTE:
        raise TooFast(settings.MAX_GENERATIONS_PER_MINUTE)
    return None
