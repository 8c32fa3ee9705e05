"""Buying as people do it, for tests: the till, the deliveries and the worker behind them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

import stripe as sdk
from django.test import Client
from djstripe.models import WebhookEventTrigger

from accounts.models import User
from billing import checkout, inbox, setting_up
from billing.models import Checkout
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.account import Thing as Object
from tests.stand_ins.stripe.deliveries import signed


class Shop:
    """A shop that is set up. ``stripe`` is the stand-in behind it."""

    def __init__(self, stripe: StripeStandIn) -> None:
        # What dj-stripe asks by itself goes the global way of the SDK.
        sdk.api_base = stripe.base_url
        self.stripe = stripe
        self.said = list(setting_up.set_up())
        self.stripe.lose_all()

    @property
    def secret(self) -> str:
        """What the webhook's deliveries are signed with."""
        (endpoint,) = self.stripe.all("webhook_endpoint")
        return self.stripe.account.secrets[endpoint["id"]]

    def begin(self, user: User, key: str = "pack-small") -> Checkout:
        """To the till, and not further."""
        checkout.start(user=user, key=key, form_id=uuid.uuid4())
        return Checkout.objects.filter(account__user=user).latest("created_at")

    def buy(self, user: User, key: str = "pack-small") -> Checkout:
        """Pay, and let everything be heard."""
        began = self.begin(user, key)
        self.stripe.pay(began.session_id or "")
        self.hear()
        began.refresh_from_db()
        return began

    def hear(self, events: Iterable[Object] | None = None) -> list[int]:
        """Deliver what is pending, or ``events``, and do what the worker does; the statuses."""
        chosen = self.miss() if events is None else list(events)
        statuses = [self.deliver(event) for event in chosen]
        self.work()
        return statuses

    def miss(self) -> list[Object]:
        """What is pending never arrives; it is returned."""
        return [event.json for event in self.stripe.lose_all()]

    def deliver(self, event: Object, **signing: Any) -> int:
        """One delivery to the webhook; nothing follows yet."""
        body = json.dumps(event)
        signature = signed(body, signing.pop("secret", self.secret), **signing)
        answer = Client().post(
            "/stripe/webhook/",
            body,
            content_type="application/json",
            headers={"Stripe-Signature": signature},
        )
        return answer.status_code

    def work(self) -> None:
        """What the worker does with what was stored."""
        waiting = WebhookEventTrigger.objects.filter(processed=False).order_by("pk")
        for pk in list(waiting.values_list("pk", flat=True)):
            inbox.follow(pk)

    def charge(self, bought: Checkout) -> Object:
        """The charge of a pack that was paid."""
        session = self.stripe.get(bought.session_id or "")
        return self.stripe.charge_of(session["payment_intent"])

    def subscription(self, user: User) -> Object:
        """The person's newest subscription at Stripe."""
        (customer,) = (
            each.customer_id
            for each in user.credit_account.stripe_customers.filter(deleted_at=None)
        )
        return self.stripe.all("subscription", customer=customer)[0]

    def price(self, key: str) -> str:
        """The price at Stripe of an offer."""
        (price,) = self.stripe.all("price", lookup_key=f"easel-{key}")
        return str(price["id"])
