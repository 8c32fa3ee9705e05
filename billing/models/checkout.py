"""One way to the till: what a person wanted to buy, and what came of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.ledger import CreditAccount


class CheckoutQuerySet(models.QuerySet["Checkout"]):
    def for_user(self, user: Any) -> CheckoutQuerySet:
        return self.filter(account__user=user)

    def unsettled(self) -> CheckoutQuerySet:
        """Those that may still become a payment."""
        return self.filter(state__in=[Checkout.State.OPEN, Checkout.State.CONFIRMING])


class Checkout(models.Model):
    """A session at Stripe that we began. Its id makes the idempotency key."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CONFIRMING = "confirming", _("on its way")
        PAID = "paid", _("paid")
        FAILED = "failed", _("not paid")
        EXPIRED = "expired", _("given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="checkouts")
    offer = models.CharField(_("offer"), max_length=64)
    name = models.CharField(_("name"), max_length=200)
    cents = models.PositiveIntegerField(_("price"))
    currency = models.CharField(_("currency"), max_length=3)
    session_id = models.CharField(_("session"), max_length=255, unique=True, null=True, blank=True)
    livemode = models.BooleanField(_("real money"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    invoice = models.CharField(_("invoice"), max_length=255, blank=True, db_index=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = CheckoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")

    def __str__(self) -> str:
        return f"{self.name}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("checkout_done", args=[self.pk])

    @property
    def is_settled(self) -> bool:
        return self.state not in {self.State.OPEN, self.State.CONFIRMING}
