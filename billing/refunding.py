"""Giving money back: a refund that an administrator makes, in whole or in part."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils.translation import gettext as _

from accounts.models import User
from billing import customers, gateway, reversals
from billing.gateway import Object, StripeRefused, StripeUnavailable
from billing.models import Membership, Payment, Reversal
from billing.money import written

logger = logging.getLogger(__name__)


class CannotRefund(Exception):
    """No money went back, and trying the same again would not change that."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class OutcomeUnknown(Exception):
    """Stripe did not answer. The same form may be sent again: it refunds only once."""

    @property
    def sentence(self) -> str:
        return _(
            "Stripe does not answer at the moment, so we cannot tell whether it heard us. "
            "Send this form again without changing it: the money goes back only once."
        )


@dataclass(frozen=True, slots=True)
class Refunded:
    """What Stripe made of it; without ``reversal`` the credits follow when Stripe tells us."""

    reference: str
    reversal: Reversal | None

    @property
    def has_failed(self) -> bool:
        return bool(self.reversal and self.reversal.state == Reversal.State.FAILED)


def left(payment: Payment) -> int:
    """What can still be given back, in the smallest unit."""
    return max(0, payment.amount - payment.reversed_amount)


def obstacle(payment: Payment) -> str:
    """Why nothing of this payment can be refunded here; empty if it can."""
    if payment.source != Membership.Source.STRIPE:
        return _("This was paid at Google Play. Refund it in the Play Console.")
    if payment.livemode != settings.STRIPE_LIVE_MODE:
        return _("This was paid in Stripe's other mode. Refund it in Stripe's dashboard.")
    if not left(payment):
        return _("Nothing of this payment is left to refund.")
    if not payment.payment_intent:
        return _("Stripe did not take this money itself, so it cannot give it back.")
    return ""


def refund(*, payment: Payment, cents: int, by: User, reason: str, form_id: UUID) -> Refunded:
    """Give back ``cents`` of a payment, once for a form however often it is sent.

    Raises CannotRefund, OutcomeUnknown, and what the gateway raises without a key. Not to be called
    inside a transaction, because it asks Stripe.
    """
    _check(payment, cents, reason)
    reason = reason.strip()
    try:
        made = _made(payment, cents, by, reason, form_id)
    except StripeUnavailable as error:
        asked = written(cents, payment.currency)
        _write_down(payment, by, f"Asked for {asked} back, outcome unknown: {reason}")
        raise OutcomeUnknown from error
    done = Refunded(made["id"], _followed(made["id"]))
    amount = written(made["amount"], payment.currency)
    _write_down(payment, by, f"Refunded {amount} ({done.reference}): {reason}")
    return done


def _check(payment: Payment, cents: int, reason: str) -> None:
    if not reason.strip():
        raise CannotRefund(_("Say why: a refund needs a reason."))
    if sentence := obstacle(payment):
        raise CannotRefund(sentence)
    if not 0 < cents <= left(payment):
        raise CannotRefund(
            _("At most %(most)s can be refunded.")
            % {"most": written(left(payment), payment.currency)}
        )


def _made(payment: Payment, cents: int, by: User, reason: str, form_id: UUID) -> Object:
    notes = {"easel_by": by.username, "easel_reason": reason, "easel_form": str(form_id)}
    try:
        return gateway.call(
            lambda stripe: stripe.v1.refunds.create(
                {"payment_intent": payment.payment_intent, "amount": cents, "metadata": notes},
                # Not of the amount: a form that was changed and sent again must not refund twice.
                {"idempotency_key": customers.key("refund", form_id)},
            )
        )
    except StripeRefused as error:
        logger.warning("Stripe refused a refund of %s: %s", payment.reference, error)
        return _made_after_all(payment, form_id, error)


def _made_after_all(payment: Payment, form_id: UUID, error: StripeRefused) -> Object:
    """The refund of this form, if an earlier click made it; else say what Stripe knows."""
    known = list(
        gateway.every(
            lambda stripe: stripe.v1.refunds.list({"payment_intent": payment.payment_intent})
        )
    )
    for each in known:
        _followed(each["id"])
        if (each.get("metadata") or {}).get("easel_form") == str(form_id):
            return each
    payment.refresh_from_db()
    if not left(payment):
        raise CannotRefund(
            _("This was refunded at Stripe already; our books now say so too.")
        ) from (error)
    raise CannotRefund(
        _("Stripe did not accept this, and no money went back. %(left)s can still be refunded.")
        % {"left": written(left(payment), payment.currency)}
    ) from error


def _followed(refund_id: str) -> Reversal | None:
    try:
        return reversals.follow_refund(refund_id)
    except (StripeUnavailable, StripeRefused):
        # The money is on its way; the event of the refund moves the credits.
        logger.warning("Refund %s was made and cannot be read yet.", refund_id)
        return None


def _write_down(payment: Payment, by: User, sentence: str) -> None:
    """In the history that Django's admin shows of a payment; a repeated form adds no line."""
    rows = LogEntry.objects.filter(object_id=str(payment.pk), change_message=sentence)
    if not rows.exists():
        LogEntry.objects.log_actions(by.pk, [payment], CHANGE, sentence, single_object=True)
