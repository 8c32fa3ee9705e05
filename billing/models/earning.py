"""Credits that are earned: rewards, codes, invitations; and purchases in Google Play."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.ledger import CreditAccount
from billing.models.tiers import Membership


class Reward(models.Model):
    """What one way of earning gives, and how often. The rows are the only source of amounts."""

    class Kind(models.TextChoices):
        DAILY = "daily", _("Daily bonus")
        REFERRAL = "referral", _("A friend who buys")
        AD = "ad", _("Watching an advertisement")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind, unique=True)
    credits = models.PositiveIntegerField(_("credits"))
    per_day = models.PositiveSmallIntegerField(_("at most a day"), default=1)
    in_total = models.PositiveIntegerField(
        _("at most in all"), null=True, blank=True, help_text=_("Times for each person.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.CheckConstraint(
                condition=Q(credits__gte=1, credits__lte=10_000), name="reward_gives_something"
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class RedeemCode(models.Model):
    """A code that gives credits to whoever enters it first, or to so many; once per person."""

    code = models.CharField(
        _("code"), max_length=40, unique=True, help_text=_("Capital letters and digits.")
    )
    credits = models.PositiveIntegerField(_("credits"))
    uses = models.PositiveIntegerField(_("uses"), default=1, help_text=_("By so many people."))
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(used__lte=models.F("uses")), name="code_not_overused"
            ),
            models.CheckConstraint(
                condition=Q(credits__gte=1, credits__lte=1_000_000), name="code_gives_something"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Invitation(models.Model):
    """The secret of a person's link for friends."""

    account = models.OneToOneField(
        CreditAccount, on_delete=models.PROTECT, primary_key=True, related_name="invitation"
    )
    code = models.CharField(_("code"), max_length=16, unique=True)

    def __str__(self) -> str:
        return self.code


class Referral(models.Model):
    """Who brought whom. Paid to the referrer when the friend has bought."""

    friend = models.OneToOneField(
        CreditAccount, on_delete=models.PROTECT, primary_key=True, related_name="referral"
    )
    referrer = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="referrals")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.CheckConstraint(
                condition=~Q(friend=models.F("referrer")), name="referral_not_oneself"
            )
        ]

    def __str__(self) -> str:
        return f"{self.referrer_id} brought {self.friend_id}"


class PlayPurchase(models.Model):
    """A subscription bought in Google Play, known by its purchase token."""

    account = models.ForeignKey(
        CreditAccount, on_delete=models.PROTECT, related_name="play_purchases"
    )
    membership = models.OneToOneField(
        Membership, on_delete=models.PROTECT, related_name="play_purchase", null=True, blank=True
    )
    token = models.CharField(_("purchase token"), max_length=1000, unique=True)
    product = models.CharField(_("product"), max_length=200)
    order_id = models.CharField(_("latest order"), max_length=200, blank=True)
    state = models.CharField(_("state at Google"), max_length=64, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("Google Play purchase")
        verbose_name_plural = _("Google Play purchases")

    def __str__(self) -> str:
        return self.order_id or f"purchase {self.pk}"
