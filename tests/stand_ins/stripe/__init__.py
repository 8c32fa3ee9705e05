"""Stripe on this machine: its API with a memory, its pages, and its webhooks."""

from tests.stand_ins.stripe.deliveries import Delivery, Event
from tests.stand_ins.stripe.server import StripeStandIn

__all__ = ["Delivery", "Event", "StripeStandIn"]
