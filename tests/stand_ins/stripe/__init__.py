"""Stripe, as far as Easel uses it: a server with state, in the shape of API 2026-05-27.dahlia."""

from tests.stand_ins.stripe.server import StripeStandIn

__all__ = ["StripeStandIn"]
