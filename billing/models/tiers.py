"""What a person may do: tiers as rows, and the subscriptions that lead to them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.ledger import CreditAccount


class Tier(models.Model):
    """Limits of one group of people. The one with the lowest rank is for everybody."""

    class Watermark(models.TextChoices):
        ALWAYS = "always", _("On every picture")
        ON = "on", _("On unless switched off")
        OFF = "off", _("Off unless switched on")

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=40)
    rank = models.PositiveSmallIntegerField(
        _("rank"), unique=True, help_text=_("A higher tier has a higher rank.")
    )
    images_per_request = models.PositiveSmallIntegerField(_("pictures in one request"))
    jobs_at_once = models.PositiveSmallIntegerField(_("requests at once"))
    images_per_day = models.PositiveIntegerField(
        _("pictures a day"), null=True, blank=True, help_text=_("Empty: as many as one can pay.")
    )
    max_pixels = models.PositiveIntegerField(
        _("largest picture"), help_text=_("Width times height in pixels.")
    )
    private_pictures = models.BooleanField(_("private pictures"), default=True)
    watermark = models.CharField(
        _("watermark"), max_length=8, choices=Watermark, default=Watermark.OFF
    )
    monthly_credits = models.PositiveIntegerField(
        _("credits a month"), default=0, help_text=_("What one paid month grants.")
    )

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["rank"]
        constraints = [
            models.CheckConstraint(
                condition=Q(images_per_request__gte=1, jobs_at_once__gte=1, max_pixels__gte=65_536),
                name="tier_allows_something",
            ),
            models.CheckConstraint(
                condition=Q(watermark__in=["always", "on", "off"]), name="tier_watermark_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def for_user(self, user: Any) -> MembershipQuerySet:
        return self.filter(account__user=user)

    def running(self) -> MembershipQuerySet:
        """Those that were not ended; `paid_until` says how long they count."""
        return self.exclude(state=Membership.State.ENDED)


class Membership(models.Model):
    """One subscription at Stripe or Google Play, and how long its tier is paid for."""

    class Source(models.TextChoices):
        STRIPE = "stripe", "Stripe"
        GOOGLE = "google", "Google Play"

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        PAST_DUE = "past_due", _("payment failed")
        ENDED = "ended", _("ended")

    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="memberships")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="memberships")
    next_tier = models.ForeignKey(
        Tier,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("What it changes to when this period ends."),
    )
    source = models.CharField(_("source"), max_length=8, choices=Source)
    reference = models.CharField(
        _("reference"), max_length=255, help_text=_("The subscription's id there.")
    )
    state = models.CharField(_("state"), max_length=8, choices=State)
    paid_until = models.DateTimeField(_("paid until"))
    read_at = models.DateTimeField(
        _("read"), null=True, blank=True, help_text=_("When it was last asked for there.")
    )
    renews = models.BooleanField(_("renews"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "reference"], name="membership_reference_unique"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "past_due", "ended"]),
                name="membership_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} ({self.get_state_display()}) {self.reference}"
