"""Accepting work: everything that must be true before a picture is promised, in one transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing import allowances, credits, tiers
from billing.allowances import BeyondTier
from billing.credits import InsufficientCredits
from billing.models import Tier
from gallery.models import Category, Visibility
from generator import limits, moderation, pricing, tasks
from generator.models import Generation, ImageModel


class NotAccepted(Exception):
    """The work was not accepted and nothing was charged; ``sentence`` says why."""

    sentence = ""


class GenerationSwitchedOff(NotAccepted):
    sentence = property(
        lambda self: _("Making pictures is switched off for a moment. Your credits are safe.")
    )


class EmailNotVerified(NotAccepted):
    sentence = property(
        lambda self: _("Confirm your e-mail address first; then you can make pictures.")
    )


class PaymentDisputed(NotAccepted):
    """A bank looks into one of the person's payments; nothing can be spent meanwhile."""

    sentence = property(lambda self: credits.AccountFrozen().sentence)


class ModelGone(NotAccepted):
    """An administrator switched the model off between the form and the click."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @property
    def sentence(self) -> str:  # type: ignore[override]
        return _("%(model)s is not available any more. Choose another model.") % {
            "model": self.name
        }


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
    watermark: bool = False


def submit(*, user: User, request: ImageRequest) -> Generation:
    """Create, charge and enqueue; or raise and leave no trace.

    A second call with the same ``request.id`` (a double click) returns the first Generation.
    Raises NotAccepted, BeyondTier, PromptBlocked or InsufficientCredits.
    """
    if not settings.GENERATION_ENABLED:
        raise GenerationSwitchedOff
    if not user.is_trusted:
        raise EmailNotVerified
    moderation.check_terms(request.prompt)
    tier = tiers.of(user)
    try:
        return _accept(user, tier, request)
    except (IntegrityError, InsufficientCredits, NotAccepted, BeyondTier) as error:
        # A double click fails on the first one's id, or on the credits and limits it used up.
        if earlier := Generation.objects.for_user(user).filter(pk=request.id).first():
            return earlier
        if not isinstance(error, IntegrityError):
            raise
    # The id belongs to somebody else's work, by malice or by a stroke of luck of 122 bits.
    return _accept(user, tier, replace(request, id=uuid.uuid4()))


@transaction.atomic
def _accept(user: User, tier: Tier, request: ImageRequest) -> Generation:
    now = timezone.now()
    generation = _generation(user, tier, request, now)
    # Charging locks the account: a person's requests pass the limits below one at a time.
    try:
        credits.charge(user=user, amount=generation.cost, reference=generation.reference)
    except credits.AccountFrozen as error:
        raise PaymentDisputed from error
    _check(generation, tier, now)
    generation.save(force_insert=True)
    transaction.on_commit(lambda: tasks.ring(generation.pk))
    return generation


def _generation(user: User, tier: Tier, request: ImageRequest, now: datetime) -> Generation:
    return Generation(
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
        watermark=limits.is_marked(tier, request.watermark),
        unit_price=request.quote.unit,
        created_at=now,
        rung_at=now,
    )


def _check(generation: Generation, tier: Tier, now: datetime) -> None:
    """Raise where the model was switched off meanwhile, or a limit is reached.

    The house's limits come first, then the tier's.
    """
    model, user = generation.model, generation.user
    load = _load(generation, tier, now)
    if not load.model_is_active:
        raise ModelGone(model.name)
    if load.active >= settings.MAX_ACTIVE_GENERATIONS:
        raise TooManyAtOnce(settings.MAX_ACTIVE_GENERATIONS)
    if load.fresh >= settings.MAX_GENERATIONS_PER_MINUTE:
        raise TooFast(settings.MAX_GENERATIONS_PER_MINUTE)
    for refusal in limits.broken(
        tier,
        user=user,
        count=generation.count,
        pixels=generation.width * generation.height,
        visibility=generation.visibility,
    ):
        raise refusal
    limits.check_active(tier, load.active)
    limits.check_day(tier, made=load.made, count=generation.count)


@dataclass(frozen=True, slots=True)
class _Load:
    """What the database says just before work is accepted."""

    model_is_active: bool
    active: int
    """Requests of the person that are queued or running, counted no further than allowed."""
    fresh: int
    """Requests within a minute."""
    made: int
    """Pictures within 24 hours, with those in the making; what came to nothing is not counted."""


def _load(generation: Generation, tier: Tier, now: datetime) -> _Load:
    """One statement by hand: the ORM takes longer to write this one than the database to answer.

    Where the tier has no limit a day, nothing is summed up.
    """
    user = generation.user_id
    day = timedelta(days=1) if tier.images_per_day is not None else timedelta()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT
                (SELECT is_active FROM generator_imagemodel WHERE id = %s),
                (SELECT COUNT(*) FROM (
                    SELECT 1 FROM generator_generation
                    WHERE user_id = %s AND state IN ('queued', 'running') LIMIT %s
                ) AS active),
                (SELECT COUNT(*) FROM (
                    SELECT 1 FROM generator_generation
                    WHERE user_id = %s AND created_at > %s LIMIT %s
                ) AS fresh),
                (SELECT COALESCE(SUM(
                    CASE WHEN state IN ('queued', 'running') THEN "count" ELSE delivered END
                ), 0) FROM generator_generation WHERE user_id = %s AND created_at > %s)
            """,
            [
                generation.model_id,
                user,
                allowances.most(tier, "jobs_at_once"),
                user,
                connection.ops.adapt_datetimefield_value(now - timedelta(minutes=1)),
                settings.MAX_GENERATIONS_PER_MINUTE,
                user,
                connection.ops.adapt_datetimefield_value(now - day),
            ],
        )
        return _Load(*cursor.fetchone())
