"""Making it: the catalogue of models, what was asked for, and each call to a provider."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models import Category, Visibility


class ImageModelQuerySet(models.QuerySet["ImageModel"]):
    def active(self) -> ImageModelQuerySet:
        """Switched on, not retired, and of a provider that is set up here."""
        from generator.providers.registry import configured_providers

        today = timezone.now().date()
        return self.filter(
            Q(retires_on=None) | Q(retires_on__gt=today),
            is_active=True,
            provider__in=configured_providers(),
        )

    def for_studio(self) -> ImageModelQuerySet:
        """All that the form needs, prices included: two queries."""
        return self.active().prefetch_related("prices").order_by("position", "pk")


class ImageModel(models.Model):
    """A model that people can choose: what it can do, what it costs, how long it lives."""

    class Provider(models.TextChoices):
        OPENAI = "openai", "OpenAI"
        DEMO = "demo", _("Demo")

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    tagline = models.CharField(_("tagline"), max_length=120, blank=True)
    provider = models.CharField(_("provider"), max_length=32, choices=Provider)
    provider_model = models.CharField(
        _("provider's name"), max_length=100, help_text=_("As the provider's API calls it.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    retires_on = models.DateField(_("retires on"), null=True, blank=True)
    successor = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="predecessors"
    )

    sizes = models.JSONField(
        _("sizes"), default=list, help_text=_('What it renders, such as ["1024x1024"].')
    )
    free_size = models.BooleanField(_("any width × height"), default=False)
    side_step = models.PositiveSmallIntegerField(
        _("side step"), default=16, validators=[MinValueValidator(1)]
    )
    max_side = models.PositiveIntegerField(_("longest side in pixels"), default=3840)
    min_pixels = models.PositiveIntegerField(_("fewest pixels"), default=655_360)
    max_pixels = models.PositiveIntegerField(_("most pixels"), default=8_294_400)
    max_ratio = models.DecimalField(
        _("longest side to shortest"), max_digits=4, decimal_places=2, default=Decimal(3)
    )
    qualities = models.JSONField(_("qualities"), default=list, blank=True)
    default_quality = models.CharField(_("default quality"), max_length=16, blank=True)
    styles = models.JSONField(_("styles"), default=list, blank=True)
    max_images = models.PositiveSmallIntegerField(
        _("most images a prompt"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
    )
    prompt_limit = models.PositiveIntegerField(_("longest prompt in characters"), default=4000)
    has_seed = models.BooleanField(_("takes a seed"), default=False)
    streams = models.BooleanField(_("streams partial previews"), default=False)
    usual_seconds = models.PositiveIntegerField(
        _("usual duration in seconds"),
        default=20,
        help_text=_("The median of recent generations; measured every five minutes."),
    )
    text_rate = models.DecimalField(
        _("USD per million text tokens in"), max_digits=8, decimal_places=4, default=0
    )
    image_rate = models.DecimalField(
        _("USD per million image tokens in"), max_digits=8, decimal_places=4, default=0
    )
    output_rate = models.DecimalField(
        _("USD per million tokens out"), max_digits=8, decimal_places=4, default=0
    )

    objects = ImageModelQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("model")
        verbose_name_plural = _("models")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        from generator.catalogue import check_capabilities

        check_capabilities(self)

    @property
    def most_images(self) -> int:
        """What one prompt may ask for here and now: the model's limit and the house's."""
        return min(self.max_images, settings.MAX_IMAGES_PER_GENERATION)


class ModelPrice(models.Model):
    """Credits for one image of a quality, up to a number of pixels."""

    model = models.ForeignKey(ImageModel, on_delete=models.CASCADE, related_name="prices")
    quality = models.CharField(_("quality"), max_length=16, blank=True)
    up_to_pixels = models.PositiveIntegerField(_("up to pixels"), default=8_294_400)
    credits = models.PositiveIntegerField(_("credits"), validators=[MinValueValidator(1)])
    provider_cost = models.DecimalField(
        _("usual provider cost in USD"),
        max_digits=10,
        decimal_places=4,
        default=0,
        help_text=_("Recorded where the provider tells no usage, as after a cut connection."),
    )

    class Meta:
        ordering = ["model", "quality", "up_to_pixels"]
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(
                fields=["model", "quality", "up_to_pixels"], name="price_unique"
            ),
            models.CheckConstraint(condition=Q(credits__gt=0), name="price_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.quality} ≤ {self.up_to_pixels}: {self.credits}"


class State(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("In the making")
    SUCCEEDED = "succeeded", _("Done")
    PARTLY = "partly", _("Partly done")
    FAILED = "failed", _("Failed")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")


ACTIVE = (State.QUEUED, State.RUNNING)


class PromptStart(models.Func):
    """As much of a prompt as an index may hold. The numbers stand in the SQL, because SQLite
    recognises the index's expression only so."""

    function = "SUBSTR"
    template = "%(function)s(%(expressions)s, 1, 64)"
    output_field = models.CharField()


class GenerationQuerySet(models.QuerySet["Generation"]):
    def for_user(self, user: User) -> GenerationQuerySet:
        return self.filter(user_id=user.pk)

    def newest_first(self) -> GenerationQuerySet:
        return self.order_by("-created_at", "-id")

    def active(self) -> GenerationQuerySet:
        return self.filter(state__in=ACTIVE)

    def queued(self) -> GenerationQuerySet:
        return self.filter(state=State.QUEUED)

    def due(self, now: datetime) -> GenerationQuerySet:
        """Queued, and not told to wait any longer."""
        return self.queued().filter(Q(not_before=None) | Q(not_before__lte=now))

    def abandoned(self, now: datetime) -> GenerationQuerySet:
        """Running under a lease that nobody renewed."""
        return self.filter(state=State.RUNNING, lease_until__lt=now)


class Generation(models.Model):
    """One request for pictures, from the click to its end.

    queued → running → succeeded | partly | failed | refused | cancelled; back to queued while
    the provider is busy. An end state is reached exactly once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generations"
    )
    model = models.ForeignKey(ImageModel, on_delete=models.PROTECT, related_name="generations")

    prompt = models.TextField(_("prompt"))
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    render_width = models.PositiveIntegerField(_("rendered width"))
    render_height = models.PositiveIntegerField(_("rendered height"))
    quality = models.CharField(_("quality"), max_length=16, blank=True)
    style = models.CharField(_("style"), max_length=32, blank=True)
    seed = models.PositiveBigIntegerField(_("seed"), null=True, blank=True)
    count = models.PositiveSmallIntegerField(_("images"), default=1)
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    tags = models.JSONField(_("tags"), default=list, blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Visibility, default=Visibility.PUBLIC
    )

    watermark = models.BooleanField(
        _("watermark"), default=False, help_text=_("Copies show the name of the site in a corner.")
    )

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    unit_price = models.PositiveIntegerField(_("credits an image"))
    delivered = models.PositiveSmallIntegerField(_("delivered images"), default=0)
    refunded = models.PositiveIntegerField(_("refunded credits"), default=0)
    error_code = models.CharField(_("error"), max_length=32, blank=True)
    error_detail = models.TextField(_("error in detail"), blank=True)

    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    not_before = models.DateTimeField(_("not before"), null=True, editable=False)
    rung_at = models.DateTimeField(_("last rung"), null=True, editable=False)

    created_at = models.DateTimeField(_("created"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        verbose_name = _("generation")
        verbose_name_plural = _("generations")
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1), name="generation_wants_images"),
            models.CheckConstraint(
                condition=Q(delivered__lte=F("count")), name="generation_delivers_no_more"
            ),
            models.CheckConstraint(
                condition=Q(refunded__lte=F("count") * F("unit_price")),
                name="generation_refunds_no_more",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="generation_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at=None)
                | (~Q(state__in=["queued", "running"]) & Q(finished_at__isnull=False)),
                name="generation_ends_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="running")
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="generation_running_has_lease",
            ),
        ]
        indexes = [
            # Newest first; the filters of the history are answered inside the index.
            models.Index(
                F("user"),
                F("created_at").desc(),
                F("id").desc(),
                F("state"),
                F("model"),
                name="generation_of_user_newest",
            ),
            # Whether a person used a prompt again later; by its beginning,
            # because an index entry is small.
            models.Index(F("user"), PromptStart("prompt"), name="generation_of_user_prompt"),
            models.Index(
                F("user"),
                name="generation_active_of_user",
                condition=Q(state__in=["queued", "running"]),
            ),
            models.Index(F("created_at"), name="generation_queue", condition=Q(state="queued")),
            models.Index(F("lease_until"), name="generation_leases", condition=Q(state="running")),
            models.Index(
                F("model"),
                F("finished_at").desc(),
                name="generation_durations",
                condition=Q(state="succeeded"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prompt[:60]} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        return reverse("generation", args=[self.pk])

    @property
    def reference(self) -> str:
        """How the ledger names this work."""
        return f"generation:{self.pk}"

    @property
    def cost(self) -> int:
        """Credits charged when it was accepted."""
        return self.unit_price * self.count

    @property
    def credits_used(self) -> int:
        """Credits that remain charged after refunds."""
        return self.cost - self.refunded

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_scaled(self) -> bool:
        """Whether the model renders at another size than the one that was asked for."""
        return (self.width, self.height) != (self.render_width, self.render_height)

    @property
    def seconds(self) -> float | None:
        """Duration from the first attempt to the end; None before that."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


class ProviderCall(models.Model):
    """One paid call, written down before it starts, so that no death can hide it.

    A call without ``ended_at`` whose lease ran out has an unknown outcome and may be billed.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("Open")
        DELIVERED = "delivered", _("Delivered")
        REFUSED = "refused", _("Refused")
        BUSY = "busy", _("Busy")
        QUOTA = "quota", _("Quota gone")
        BAD_REQUEST = "bad_request", _("Bad request")
        UNAUTHORISED = "unauthorised", _("Unauthorised")
        DOWN = "down", _("Down")
        UNKNOWN = "unknown", _("Unknown outcome")
        NOT_A_PICTURE = "not_a_picture", _("Not a picture")
        ERROR = "error", _("Error of our own")

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="calls")
    number = models.PositiveSmallIntegerField(_("number"))
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, default=Outcome.OPEN)
    request_id = models.CharField(_("provider's request id"), max_length=128, blank=True)
    detail = models.TextField(_("detail"), blank=True)
    usage = models.JSONField(_("usage"), default=dict, blank=True)
    cost = models.DecimalField(
        _("cost in USD"), max_digits=10, decimal_places=4, null=True, blank=True
    )
    possible_cost = models.DecimalField(
        _("possible cost in USD"),
        max_digits=10,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("What it usually costs, where the provider may have billed it unseen."),
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ["generation", "number"]
        verbose_name = _("provider call")
        verbose_name_plural = _("provider calls")
        constraints = [
            models.UniqueConstraint(fields=["generation", "number"], name="call_number_unique")
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.outcome}"


class BlockedTerm(models.Model):
    """A word or phrase that prompts must not contain here; an administrator's decision."""

    term = models.CharField(_("term"), max_length=100, unique=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["term"]
        verbose_name = _("blocked term")
        verbose_name_plural = _("blocked terms")

    def __str__(self) -> str:
        return self.term

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.term = " ".join(self.term.casefold().split())
        super().save(*args, **kwargs)
