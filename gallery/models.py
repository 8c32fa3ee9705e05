"""What you have made: pictures, each carrying all that is needed to show it."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User


def new_key() -> str:
    """An unguessable name for a picture's files: 128 bits, safe in a path and a URL."""
    return secrets.token_urlsafe(16)


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Public")
    UNLISTED = "unlisted", _("Unlisted")
    PRIVATE = "private", _("Private")


class Category(models.Model):
    """A subject that administrators offer and people choose."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A free word on a picture, lower case."""

    name = models.CharField(_("name"), max_length=40, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name


class ImageQuerySet(models.QuerySet["Image"]):
    def present(self) -> ImageQuerySet:
        """Neither hidden by an administrator nor withdrawn because its file was broken."""
        return self.filter(hidden_at=None, withdrawn_at=None)

    def public(self) -> ImageQuerySet:
        """What anyone finds in the feed: public and ready to show."""
        return self.present().filter(visibility=Visibility.PUBLIC, rendered_at__isnull=False)

    def for_user(self, user: User) -> ImageQuerySet:
        return self.filter(user_id=user.pk, withdrawn_at=None)

    def visible_to(self, user: User | AnonymousUser) -> ImageQuerySet:
        """What ``user`` may open by its address: the one rule on who may read a file."""
        if user.is_staff:
            return self.filter(withdrawn_at=None)
        shared = Q(visibility__in=[Visibility.PUBLIC, Visibility.UNLISTED], hidden_at=None)
        mine = Q(user_id=user.pk) if user.is_authenticated else Q(pk__in=[])
        return self.filter(shared | mine, withdrawn_at=None)

    def newest_first(self) -> ImageQuerySet:
        return self.order_by("-created_at", "-id")

    def for_feed(self) -> ImageQuerySet:
        """One query for a page of the feed, without the columns that a card does not show."""
        return (
            self.select_related("user")
            .newest_first()
            .defer("settings", "sha256", "user__password", "user__email")
        )


class Image(models.Model):
    """One picture. The original is byte for byte what the provider sent (invariant P1)."""

    class SourceType(models.TextChoices):
        """IPTC digital source types (https://cv.iptc.org/newscodes/digitalsourcetype/)."""

        TRAINED = "trainedAlgorithmicMedia", _("Made by AI")
        ALGORITHMIC = "algorithmicMedia", _("Drawn by an algorithm, no AI")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="images"
    )
    generation_id = models.UUIDField(_("generation"), null=True, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    prompt = models.TextField(_("prompt"))
    provider = models.CharField(_("provider"), max_length=32)
    model_slug = models.CharField(_("model"), max_length=50)
    model_name = models.CharField(_("model name"), max_length=60)
    source_type = models.CharField(
        _("source"), max_length=40, choices=SourceType, default=SourceType.TRAINED
    )
    settings = models.JSONField(_("settings as delivered"), default=dict)
    provider_cost = models.DecimalField(
        _("provider cost in USD"), max_digits=10, decimal_places=4, null=True
    )
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="images"
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="images")

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    original = models.FileField(_("original"), max_length=120, editable=False)
    content_type = models.CharField(_("type"), max_length=20)
    bytes = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    wanted_width = models.PositiveIntegerField(_("wanted width"), null=True)
    wanted_height = models.PositiveIntegerField(_("wanted height"), null=True)

    renditions = models.JSONField(_("renditions"), default=list)
    placeholder = models.TextField(_("placeholder"), blank=True)
    rendered_at = models.DateTimeField(_("rendered"), null=True, editable=False)
    rendition_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    rendition_lease_until = models.DateTimeField(null=True, editable=False)

    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Visibility, default=Visibility.PUBLIC
    )
    hidden_at = models.DateTimeField(_("hidden by an administrator"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(
        _("withdrawn"), null=True, editable=False, help_text=_("The file was broken; refunded.")
    )
    likes = models.PositiveIntegerField(_("likes"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"))

    objects = ImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        constraints = [
            models.UniqueConstraint(
                fields=["generation_id", "position"], name="image_delivered_once"
            ),
            models.CheckConstraint(
                condition=Q(width__gt=0, height__gt=0, bytes__gt=0), name="image_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values), name="image_visibility_known"
            ),
        ]
        indexes = [
            models.Index(
                F("created_at").desc(),
                F("id").desc(),
                name="image_feed",
                condition=Q(
                    visibility="public",
                    hidden_at=None,
                    withdrawn_at=None,
                    rendered_at__isnull=False,
                ),
            ),
            models.Index(
                F("user"), F("created_at").desc(), F("id").desc(), name="image_of_user_newest"
            ),
            models.Index(
                F("created_at"),
                name="image_unrendered",
                condition=Q(rendered_at=None, withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("image", args=[self.pk])

    @property
    def title(self) -> str:
        """The prompt's first line, at most 80 characters."""
        line = " ".join(self.prompt.split())
        return line if len(line) <= 80 else f"{line[:79]}…"

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height in pixels as a person sees the picture, after scaling to the wish."""
        return self.wanted or (self.width, self.height)

    @property
    def wanted(self) -> tuple[int, int] | None:
        """The size that was asked for, where the original has another."""
        if self.wanted_width is None or self.wanted_height is None:
            return None
        return self.wanted_width, self.wanted_height

    @property
    def original_name(self) -> str:
        """Where the original lies in the storage."""
        return str(self.original.name)

    @property
    def is_ready(self) -> bool:
        return self.rendered_at is not None

    @property
    def is_ai(self) -> bool:
        return self.source_type == self.SourceType.TRAINED

    def rendition(self, name: str, format: str) -> dict[str, Any] | None:
        """The stored facts of one rendition: name, format, width, height, bytes."""
        for facts in self.renditions:
            if facts["name"] == name and facts["format"] == format:
                return dict(facts)
        return None


class Like(models.Model):
    """One person likes one picture, once. ``Image.likes`` is their number."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes"
    )
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("like")
        verbose_name_plural = _("likes")
        constraints = [
            models.UniqueConstraint(fields=["user", "image"], name="like_once_each"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.image_id}"
