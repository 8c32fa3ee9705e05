"""Money that came and money that went back: each row is one business object of a provider."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.ledger import CreditAccount
from billing.models.tiers import Membership


class StripeCustomer(models.Model):
    """Whom Stripe knows a person as: at most one customer that is not deleted, in each mode."""

    account = models.ForeignKey(
        CreditAccount, on_delete=models.PROTECT, related_name="stripe_customers"
    )
    customer_id = models.CharField(_("customer"), max_length=255, unique=True)
    livemode = models.BooleanField(_("real money"))
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("Stripe customer")
        verbose_name_plural = _("Stripe customers")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "livemode"],
                condition=Q(deleted_at=None),
                name="customer_one_each",
            )
        ]

    def __str__(self) -> str:
        return self.customer_id


class PaymentQuerySet(models.QuerySet["Payment"]):
    def for_user(self, user: Any) -> PaymentQuerySet:
        return self.filter(account__user=user)

    def newest_first(self) -> PaymentQuerySet:
        return self.order_by("-paid_at", "-pk")


class Payment(models.Model):
    """One paid invoice. Amounts are integers in the currency's smallest unit (cents)."""

    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="payments")
    source = models.CharField(_("source"), max_length=8, choices=Membership.Source)
    reference = models.CharField(
        _("reference"), max_length=255, help_text=_("The invoice's or order's id there.")
    )
    livemode = models.BooleanField(_("real money"))
    payment_intent = models.CharField(
        _("payment intent"), max_length=255, blank=True, db_index=True
    )
    subscription = models.CharField(_("subscription"), max_length=255, blank=True)
    offer = models.CharField(
        _("offer"), max_length=64, help_text=_("The pack or plan, by its key in the catalogue.")
    )
    description = models.CharField(_("description"), max_length=200)
    number = models.CharField(_("number"), max_length=64, blank=True)
    invoice_url = models.URLField(_("invoice"), max_length=2000, blank=True)
    invoice_pdf = models.URLField(_("invoice as PDF"), max_length=2000, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.PositiveIntegerField(_("paid"))
    credits = models.IntegerField(_("credits"), help_text=_("What the ledger got for it."))
    reversed_amount = models.PositiveIntegerField(_("returned"), default=0)
    reversed_credits = models.PositiveIntegerField(_("credits taken back"), default=0)
    paid_at = models.DateTimeField(_("paid at"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "reference"], name="payment_reference_unique"
            ),
        ]
        indexes = [
            models.Index(F("account"), F("paid_at").desc(), name="payment_account_newest"),
            models.Index(fields=["paid_at"], name="payment_day"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount} {self.currency}"


class Reversal(models.Model):
    """One refund or dispute of a payment, and how it stands."""

    class Kind(models.TextChoices):
        REFUND = "refund", _("Refund")
        DISPUTE = "dispute", _("Dispute")

    class State(models.TextChoices):
        ASKED = "asked", _("the bank asks")
        OPEN = "open", _("open")
        TAKEN = "taken", _("money returned")
        FAILED = "failed", _("money stayed")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="reversals")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    reference = models.CharField(_("reference"), max_length=255, unique=True)
    amount = models.PositiveIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=8, choices=State)
    read_at = models.DateTimeField(
        _("read"), null=True, blank=True, help_text=_("When it was last asked for there.")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("reversal")
        verbose_name_plural = _("refunds and disputes")

    def __str__(self) -> str:
        return f"{self.reference}: {self.get_state_display()}"

    @property
    def counts(self) -> bool:
        """Is this money not ours (any more, or for now)?"""
        return self.state in {self.State.OPEN, self.State.TAKEN}
