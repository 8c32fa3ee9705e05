"""An account per person and its append-only ledger."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CreditAccount(models.Model):
    """A person's balance in credits; always the sum of its entries (invariant M1)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="credit_account",
    )
    balance = models.IntegerField(_("balance"), default=0)
    is_frozen = models.BooleanField(
        _("frozen"),
        db_default=False,
        help_text=_("Nothing can be spent while a bank looks into one of the payments."),
    )

    class Meta:
        verbose_name = _("credit account")
        verbose_name_plural = _("credit accounts")

    def __str__(self) -> str:
        return f"{self.user}: {self.balance}"


class EntryIsFinal(Exception):
    """Somebody tried to change or delete an entry. A correction is a new entry."""


class CreditEntryQuerySet(models.QuerySet["CreditEntry"]):
    """Entries can be read and created, nothing else (invariant M2)."""

    def for_user(self, user: Any) -> CreditEntryQuerySet:
        return self.filter(account__user=user)

    def newest_first(self) -> CreditEntryQuerySet:
        return self.order_by("-pk")

    def update(self, **kwargs: Any) -> NoReturn:
        raise EntryIsFinal("An entry of the ledger is never changed; write a new one.")

    def delete(self) -> NoReturn:
        raise EntryIsFinal("An entry of the ledger is never deleted; write a new one.")


TAKING = ["spend", "take_back", "clawback"]
"""The kinds that take credits; all others give."""


class CreditEntry(models.Model):
    """One movement of credits. ``(kind, reference)`` says which business fact it records."""

    class Kind(models.TextChoices):
        WELCOME = "welcome", _("Welcome credits")
        SPEND = "spend", _("Pictures")
        REFUND = "refund", _("Refund")
        GRANT = "grant", _("Granted by an administrator")
        TAKE_BACK = "take_back", _("Taken back by an administrator")
        PURCHASE = "purchase", _("Pack")
        SUBSCRIPTION = "subscription", _("Subscription")
        CLAWBACK = "clawback", _("Payment returned")
        REINSTATED = "reinstated", _("Payment stands after all")
        DAILY = "daily", _("Daily bonus")
        CODE = "code", _("Code")
        REFERRAL = "referral", _("Referral")
        AD = "ad", _("Advertisement")

    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    delta = models.IntegerField(_("credits"), help_text=_("Positive gives, negative takes."))
    reference = models.CharField(
        _("reference"), max_length=128, help_text=_("The fact behind it, such as generation:<id>.")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("The administrator, where a person decided."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = CreditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("ledger")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference"], name="entry_kind_reference_unique"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(kind="welcome"), name="entry_one_welcome_each"
            ),
            models.CheckConstraint(condition=~Q(delta=0), name="entry_delta_not_zero"),
            models.CheckConstraint(
                condition=Q(kind__in=TAKING, delta__lt=0) | (~Q(kind__in=TAKING) & Q(delta__gt=0)),
                name="entry_sign_fits_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["grant", "take_back"]) | ~Q(reason=""),
                name="entry_grant_has_reason",
            ),
        ]
        indexes = [
            models.Index(F("account"), F("id").desc(), name="entry_account_newest"),
            # The few movements of a person that are not work, so that adding them up stays cheap.
            models.Index(
                F("account"),
                name="entry_received",
                condition=~Q(kind__in=["spend", "refund"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d} {self.kind} {self.reference}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise EntryIsFinal("An entry of the ledger is never changed; write a new one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EntryIsFinal("An entry of the ledger is never deleted; write a new one.")
