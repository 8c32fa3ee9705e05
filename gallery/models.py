"""What you have made: pictures, each carrying all that is needed to show it."""

from __future__ import annotations

import secrets
import uuid
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, LessThan, LessThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User


def new_key() -> str:
    """An unguessable name for a picture's files: 128 bits, safe in a path and a URL."""
    return secrets.token_urlsafe(16)


SHARED_FILES = "~"
"""In the key of a sample picture this parts the name of its files, which it shares with other
samples, from a number of its own. No other key has it."""


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Public")
    UNLISTED = "unlisted", _("Unlisted")
    PRIVATE = "private", _("Private")


class Shape(models.TextChoices):
    """What the filter `size` tells apart."""

    SQUARE = "square", _("Square")
    PORTRAIT = "portrait", _("Portrait")
    LANDSCAPE = "landscape", _("Landscape")


RATIOS = {
    "1:3": 333,
    "9:21": 429,
    "1:2": 500,
    "9:16": 563,
    "2:3": 667,
    "3:4": 750,
    "4:5": 800,
    "1:1": 1000,
    "5:4": 1250,
    "4:3": 1333,
    "3:2": 1500,
    "16:9": 1778,
    "2:1": 2000,
    "21:9": 2333,
    "3:1": 3000,
}
"""The named ratios, width to height in thousandths. A picture counts as the nearest of them."""

_SHOWN_WIDTH = Coalesce("wanted_width", "width")
_SHOWN_HEIGHT = Coalesce("wanted_height", "height")


def _nearest_ratio() -> Case:
    """The first ratio whose range reaches to width / height. Between a and b the range ends at
    √(a b), because ratios are compared by multiplication."""
    steps = list(RATIOS.items())
    ranges = [
        When(
            LessThanOrEqual(1000 * _SHOWN_WIDTH / _SHOWN_HEIGHT, round((low * high) ** 0.5)),
            then=Value(name),
        )
        for (name, low), (_next, high) in pairwise(steps)
    ]
    return Case(*ranges, default=Value(steps[-1][0]))


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
        """Neither deleted, nor hidden by an administrator, nor withdrawn as a broken file."""
        return self.filter(hidden_at=None, withdrawn_at=None, deleted_at=None)

    def public(self) -> ImageQuerySet:
        """What anyone finds in the feed: public and ready to show."""
        return self.filter(is_listed=True)

    def for_user(self, user: User) -> ImageQuerySet:
        return self.filter(user_id=user.pk, withdrawn_at=None, deleted_at=None)

    def visible_to(self, user: User | AnonymousUser) -> ImageQuerySet:
        """What ``user`` may open by its address: the one rule on who may read a file."""
        there = self.filter(withdrawn_at=None, deleted_at=None)
        if user.is_staff:
            return there
        shared = Q(visibility__in=[Visibility.PUBLIC, Visibility.UNLISTED], hidden_at=None)
        mine = Q(user_id=user.pk) if user.is_authenticated else Q(pk__in=[])
        return there.filter(shared | mine)

    def newest_first(self) -> ImageQuerySet:
        return self.order_by("-created_at", "-id")

    def for_feed(self) -> ImageQuerySet:
        """One query for a page of the feed, without the columns that a card does not show."""
        return (
            self.select_related("user")
            .newest_first()
            .defer("settings", "sha256", "user__password", "user__email")
        )


FACETS = ("category", "model_slug", "style", "shape", "ratio", "user")
"""Columns of Image by which a listing can be narrowed."""

OWN_FACETS = ("shape", "visibility", "category", "model_slug", "style")
"""Columns by which the owner's own listing can be narrowed."""


def _listing_indexes() -> list[models.Index]:
    """For the feed and for each filter in each order, one index in which a page is a range."""
    orders = {
        "newest": (["created_at"], Q(is_listed=True)),
        "liked": (["likes", "created_at"], Q(is_listed=True, likes__gt=0)),
        "trending": (["trend"], Q(is_listed=True, trend__isnull=False)),
    }
    return [
        models.Index(
            *([F(facet)] if facet else []),
            *(F(column).desc() for column in (*columns, "id")),
            name=f"image_{facet or 'feed'}_{order}",
            condition=condition,
        )
        for facet in ("", *FACETS)
        for order, (columns, condition) in orders.items()
    ]


class Image(models.Model):
    """One picture. The original is byte for byte what the provider sent (invariant P1)."""

    class SourceType(models.TextChoices):
        """IPTC digital source types (https://cv.iptc.org/newscodes/digitalsourcetype/)."""

        TRAINED = "trainedAlgorithmicMedia", _("Made by AI")
        ALGORITHMIC = "algorithmicMedia", _("Drawn by an algorithm, no AI")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="images"
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
    style = models.CharField(_("style"), max_length=32, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="images")

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    key_is_public = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("An address with this key was shown to strangers."),
    )
    revoked_key = models.CharField(
        max_length=32, default="", editable=False, help_text=_("Files under it are to be removed.")
    )
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
    watermark = models.BooleanField(
        _("watermark"),
        default=False,
        editable=False,
        help_text=_("Copies show the name of the site in a corner; the original does not."),
    )
    hidden_at = models.DateTimeField(_("hidden by an administrator"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(
        _("withdrawn"), null=True, editable=False, help_text=_("The file was broken; refunded.")
    )
    deleted_at = models.DateTimeField(
        _("deleted"), null=True, editable=False, help_text=_("By its owner, who may undo it.")
    )
    likes = models.PositiveIntegerField(_("likes"), default=0, editable=False)
    trend = models.FloatField(
        _("trend"), null=True, editable=False, help_text=_("Likes and youth; empty without likes.")
    )
    created_at = models.DateTimeField(_("created"))

    is_listed = models.GeneratedField(
        expression=Case(
            When(
                visibility=Visibility.PUBLIC,
                hidden_at=None,
                withdrawn_at=None,
                deleted_at=None,
                rendered_at__isnull=False,
                then=Value(True),
            ),
            default=Value(False),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    """Whether the feed shows it. The database keeps it, so it is never stale."""

    shape = models.GeneratedField(
        expression=Case(
            When(GreaterThan(_SHOWN_WIDTH, _SHOWN_HEIGHT), then=Value(Shape.LANDSCAPE.value)),
            When(LessThan(_SHOWN_WIDTH, _SHOWN_HEIGHT), then=Value(Shape.PORTRAIT.value)),
            default=Value(Shape.SQUARE.value),
        ),
        output_field=models.CharField(_("shape"), max_length=9, choices=Shape),
        db_persist=True,
    )
    ratio = models.GeneratedField(
        expression=_nearest_ratio(),
        output_field=models.CharField(_("ratio"), max_length=5),
        db_persist=True,
    )

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
            *_listing_indexes(),
            # A person's own pictures, newest first. Each filter, and each pair of them, is answered
            # inside the index, so that only what is shown is fetched from the table.
            models.Index(
                F("user"),
                F("created_at").desc(),
                F("id").desc(),
                *(F(column) for column in OWN_FACETS),
                name="image_of_user_newest",
                condition=Q(withdrawn_at=None, deleted_at=None),
            ),
            models.Index(
                F("created_at"),
                name="image_unrendered",
                condition=Q(rendered_at=None, withdrawn_at=None),
            ),
            models.Index(F("sha256"), name="image_bytes"),
            models.Index(
                F("created_at"),
                name="image_to_revoke",
                condition=Q(key_is_public=True, is_listed=False) | ~Q(revoked_key=""),
            ),
            models.Index(
                F("user"),
                F("deleted_at").desc(),
                F("id").desc(),
                name="image_of_user_deleted",
                condition=Q(deleted_at__isnull=False),
            ),
            models.Index(
                F("deleted_at"), name="image_deleted", condition=Q(deleted_at__isnull=False)
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
    def extension(self) -> str:
        """Of the original's file, without the dot."""
        return self.original_name.rpartition(".")[2]

    @property
    def version(self) -> str:
        """Another one whenever the renditions are made or moved; safe in a URL."""
        return format(int(self.rendered_at.timestamp()), "x") if self.rendered_at else "0"

    @property
    def shares_files(self) -> bool:
        """Whether its files are also those of others, as with samples: they outlive the picture,
        and stay where they are."""
        return (
            SHARED_FILES in self.key
            or Image.objects.filter(key__startswith=f"{self.key}{SHARED_FILES}").exists()
        )

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


class SearchEntry(models.Model):
    """What a search compares of one picture: its tokens, in the order of its text, and its facets.

    Triggers (SQLite) or a generated column (PostgreSQL) keep the index of the database over it.
    Only :mod:`gallery.search` writes here. ``serial`` is the order of results.
    """

    serial = models.BigAutoField(primary_key=True)
    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="search_entry")
    words = models.TextField()
    facets = models.TextField()

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")

    def __str__(self) -> str:
        return f"{self.serial}: {self.words[:60]}"


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
        indexes = [models.Index(F("user"), F("id").desc(), name="like_of_user_newest")]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.image_id}"


class Collection(models.Model):
    """Pictures that a person put together, in an order of their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="collections"
    )
    title = models.CharField(_("title"), max_length=80)
    description = models.CharField(_("description"), max_length=500, blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Visibility, default=Visibility.PRIVATE
    )
    cover = models.ForeignKey(
        Image, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        constraints = [
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values), name="collection_visibility_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="collection_has_title"),
        ]
        indexes = [
            models.Index(F("user"), F("created_at").desc(), name="collection_of_user_newest")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("collection", args=[self.pk])


class CollectionItem(models.Model):
    """One picture's place in a collection; smaller positions stand first."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="items")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    position = models.BigIntegerField(_("position"))

    class Meta:
        verbose_name = _("picture of a collection")
        verbose_name_plural = _("pictures of collections")
        constraints = [
            models.UniqueConstraint(fields=["collection", "image"], name="collection_item_once"),
        ]
        indexes = [models.Index(F("collection"), F("position"), name="collection_item_order")]

    def __str__(self) -> str:
        return f"{self.image_id} in {self.collection_id}"


class SavedSearch(models.Model):
    """Filters and words that a person wants to find again, as a query string."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("query"), max_length=2000)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = [
            models.UniqueConstraint(fields=["user", "query"], name="saved_search_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Download(models.Model):
    """One file that somebody took home (FEATURES E15); the log outlives person and picture."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    image = models.ForeignKey(Image, on_delete=models.SET_NULL, null=True, related_name="+")
    size = models.CharField(_("size"), max_length=16)
    format = models.CharField(_("format"), max_length=8)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        indexes = [models.Index(F("user"), F("id").desc(), name="download_of_user_newest")]

    def __str__(self) -> str:
        return f"{self.size} {self.format} of {self.image_id}"
