"""Whatever people, Stripe and the network do, and in whatever order: the money is right (M1-M5)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from djstripe.models import Event, WebhookEventTrigger
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from stripe import HTTPClient

from billing import audit, credits, inbox, payment_audit, reconciling
from billing.models import (
    Checkout,
    CreditAccount,
    CreditEntry,
    Membership,
    Payment,
    Reversal,
)
from tests.billing.shop import Shop
from tests.cast import a_person
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.account import Thing as Object
from tests.stand_ins.stripe.behaviours import fails, loses_answer, stale

PEOPLE = ("mia", "ned")
PACKS = ("pack-small", "pack-medium", "pack-large")
TROUBLES = (fails(500), fails(429), stale(), loses_answer())


class Crash(BaseException):
    """The process dies: no handler may catch it."""


class MoneyMachine(RuleBasedStateMachine):
    """Two people, a Stripe with a clock, and a network that loses, doubles and mixes events."""

    stripe: StripeStandIn

    @initialize()
    def open_the_shop(self) -> None:
        self.shop = Shop(self.stripe)
        self.people = {name: a_person(name, balance=20) for name in PEOPLE}
        self.heard: list[Object] = []
        self.work: dict[str, tuple[str, int, int]] = {}

    @rule(name=st.sampled_from(PEOPLE), key=st.sampled_from(PACKS), late=st.booleans())
    def buy(self, name: str, key: str, late: bool) -> None:
        began = self.shop.begin(self.people[name], key)
        self.stripe.pay(began.session_id or "", late=late)

    @rule(succeed=st.booleans())
    def late_money_comes_or_not(self, succeed: bool) -> None:
        for row in Checkout.objects.unsettled():
            session = self.stripe.get(row.session_id or "")
            if session["payment_intent"] and session["payment_status"] == "unpaid":
                self.stripe.settle_late(session["id"], succeed=succeed)

    @rule(name=st.sampled_from(PEOPLE), key=st.sampled_from(["plan-basic", "plan-premium"]))
    def subscribe(self, name: str, key: str) -> None:
        if not self._subscriptions(name):
            began = self.shop.begin(self.people[name], key)
            self.stripe.pay(began.session_id or "")
            self.hear_everything()

    @rule(name=st.sampled_from(PEOPLE), key=st.sampled_from(["plan-basic", "plan-premium"]),
          at_period_end=st.booleans())  # fmt: skip
    def change_plan(self, name: str, key: str, at_period_end: bool) -> None:
        for each in self._subscriptions(name):
            if not each["schedule"]:
                self.stripe.change_plan(
                    each["id"], self.shop.price(key), at_period_end=at_period_end
                )

    @rule(name=st.sampled_from(PEOPLE), at_period_end=st.booleans())
    def cancel(self, name: str, at_period_end: bool) -> None:
        for each in self._subscriptions(name):
            self.stripe.cancel(each["id"], at_period_end=at_period_end)

    @rule(name=st.sampled_from(PEOPLE), fail=st.booleans())
    def card_breaks_or_heals(self, name: str, fail: bool) -> None:
        for each in self._subscriptions(name):
            (self.stripe.fail_next_renewals if fail else self.stripe.mend_renewals)(each["id"])

    @rule(days=st.sampled_from([1, 4, 15, 32, 65]))
    def time_passes(self, days: int) -> None:
        self.stripe.advance(days=days)

    @rule(name=st.sampled_from(PEOPLE), amount=st.integers(1, 60))
    def spend(self, name: str, amount: int) -> None:
        user = self.people[name]
        before = credits.balance(user)
        reference = f"generation:{len(self.work)}"
        try:
            credits.spend(user=user, amount=amount, reference=reference)
        except (credits.InsufficientCredits, credits.AccountFrozen):
            assert credits.balance(user) == before
        else:
            assert before >= amount
            self.work[reference] = (name, amount, 0)

    @rule(which=st.integers(0, 20), missing=st.integers(0, 60), times=st.integers(1, 3))
    def work_ends(self, which: int, missing: int, times: int) -> None:
        """Some of it was not delivered; the worker may say so more than once."""
        if not self.work:
            return
        reference = list(self.work)[which % len(self.work)]
        name, amount, given_back = self.work[reference]
        missing = given_back or min(missing, amount)
        for _ in range(times if missing else 0):
            credits.refund(user=self.people[name], amount=missing, reference=reference)
        self.work[reference] = (name, amount, missing)

    @rule(which=st.integers(0, 5), amount=st.sampled_from([1, 100, 333, None]),
          status=st.sampled_from(["succeeded", "pending"]))  # fmt: skip
    def refund(self, which: int, amount: int | None, status: str) -> None:
        charges = [
            each
            for each in self.stripe.all("charge", paid=True)
            if each["amount_refunded"] + (amount or 1) <= each["amount"]
        ]
        if charges:
            self.stripe.refund(charges[which % len(charges)]["id"], amount, status=status)

    @rule(succeed=st.booleans())
    def refunds_are_settled(self, succeed: bool) -> None:
        for each in self.stripe.all("refund", status="pending"):
            (self.stripe.settle_refund if succeed else self.stripe.fail_refund)(each["id"])

    @rule(which=st.integers(0, 5), inquiry=st.booleans())
    def dispute(self, which: int, inquiry: bool) -> None:
        charges = self.stripe.all("charge", paid=True, disputed=False)
        if charges:
            self.stripe.dispute(charges[which % len(charges)]["id"], inquiry=inquiry)

    @rule(won=st.booleans())
    def disputes_are_decided(self, won: bool) -> None:
        for each in self.stripe.all("dispute"):
            if each["status"] in {"needs_response", "warning_needs_response"}:
                self.stripe.close_dispute(each["id"], won=won)

    @rule(name=st.sampled_from(PEOPLE))
    def customer_is_deleted(self, name: str) -> None:
        for each in self.people[name].credit_account.stripe_customers.filter(deleted_at=None):
            self.stripe.delete_customer(each.customer_id)

    @rule(seed=st.integers(0, 10**6), trouble=st.sampled_from([None, None, *TROUBLES]))
    def some_events_arrive(self, seed: int, trouble: Any) -> None:
        """Some are lost, some come twice, all in any order, while Stripe may be in trouble."""
        chance = random.Random(seed)
        events = self.shop.miss()
        chance.shuffle(events)
        arriving = [each for each in events if chance.random() < 0.7]
        again = chance.sample(self.heard, min(2, len(self.heard)))
        if trouble:
            for on in ("GET invoices", "GET refunds", "GET subscriptions"):
                self.stripe.next(trouble, on=on)
        self.shop.hear([*arriving, *chance.sample(arriving, len(arriving) // 2), *again])
        self.stripe._next.clear()
        self.heard += arriving

    @rule(at=st.integers(0, 12))
    def the_worker_dies_at_some_write(self, at: int) -> None:
        """Each event is followed in a process that dies at its n-th change of the ledger."""
        for event in self.shop.miss():
            self.shop.deliver(event)
        for trigger in WebhookEventTrigger.objects.filter(processed=False):
            with crashing(at):
                inbox.follow(trigger.pk)
        self.shop.work()

    @rule()
    def everything_arrives_again(self) -> None:
        """As if we had forgotten that we heard it."""
        WebhookEventTrigger.objects.all().delete()
        Event.objects.all().delete()
        self.shop.hear(self.heard[-30:])

    @rule()
    def reconcile(self) -> None:
        reconciling.run()
        self.shop.miss()
        self._is_complete()

    @rule()
    def hear_everything(self) -> None:
        events = self.shop.miss()
        self.shop.hear(events)
        self.heard += events

    @invariant()
    def the_books_are_right(self) -> None:
        """M1 and M3 by the audit, M2 and M4 by counting, and M5: no credits without money."""
        for reference, (_name, amount, missing) in self.work.items():
            entries = CreditEntry.objects.filter(reference=reference).order_by("pk")
            deltas = list(entries.values_list("delta", flat=True))
            assert deltas == [-amount, *([missing] if missing else [])]
        assert list(audit.differences()) == []
        assert [each for each in payment_audit.differences() if "unknown here" not in each] == []
        for payment in Payment.objects.all():
            invoice = self.stripe.get(payment.reference)
            assert invoice["status"] == "paid"
            assert payment.amount == invoice["amount_paid"]
            assert payment.reversed_credits <= max(payment.credits, 0)
        sold = CreditEntry.objects.filter(kind__in=["purchase", "subscription"])
        assert {entry.reference for entry in sold} <= set(
            Payment.objects.values_list("reference", flat=True)
        )

    def _is_complete(self) -> None:
        """After reconciling, what we know is what Stripe knows."""
        paid = {
            each["id"]
            for each in self.stripe.all("invoice", status="paid")
            if each["amount_paid"] or each["total"]
        }
        assert set(Payment.objects.values_list("reference", flat=True)) == paid
        for payment in Payment.objects.exclude(payment_intent=""):
            charge = self.stripe.charge_of(payment.payment_intent)
            returned = charge["amount_refunded"] + sum(
                each["amount"]
                for each in self.stripe.all("dispute", charge=charge["id"])
                if each["status"] in {"needs_response", "lost"}
            )
            due = max(payment.credits, 0) * min(returned, payment.amount) // payment.amount
            assert payment.reversed_credits == due
        for membership in Membership.objects.all():
            own = self.stripe.get(membership.reference)
            assert (membership.state == "ended") == (own["status"] == "canceled")
        disputes = Reversal.objects.filter(kind="dispute", state__in=["open", "asked"])
        disputed = set(disputes.values_list("payment__account", flat=True))
        frozen = CreditAccount.objects.filter(is_frozen=True)
        assert set(frozen.values_list("pk", flat=True)) == disputed

    def _subscriptions(self, name: str) -> list[Object]:
        mine = self.people[name].credit_account.stripe_customers.filter(deleted_at=None)
        return [
            each
            for row in mine
            for each in self.stripe.all("subscription", customer=row.customer_id)
            if each["status"] in {"active", "past_due"}
        ]


@contextmanager
def crashing(at: int) -> Iterator[None]:
    """The n-th entry of the ledger is written, and then the process is gone."""
    written = 0
    plain = credits._post

    def post(**values: Any) -> CreditEntry:
        nonlocal written
        entry = plain(**values)
        written += 1
        if written > at:
            raise Crash
        return entry

    patch = pytest.MonkeyPatch()
    patch.setattr(credits, "_post", post)
    try:
        with transaction.atomic():
            yield
    except Crash:
        pass
    finally:
        patch.undo()


@pytest.mark.slow
def test_the_money_is_right_whatever_happens(
    db: None, stripe: StripeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run of the machine in a transaction that is rolled back."""
    # The SDK waits before it asks again; here nobody gains by that.
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0.001)

    class Machine(MoneyMachine):
        def __init__(self) -> None:
            super().__init__()
            self._undo = transaction.atomic()
            self._undo.__enter__()
            stripe.reset()  # an empty Stripe for each run

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self._undo.__exit__(None, None, None)

    Machine.stripe = stripe
    run = settings(
        max_examples=25,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=run)
