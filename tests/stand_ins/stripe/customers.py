"""Customers and the cards that they pay with."""

from __future__ import annotations

import secrets

from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.catalogue import merged, without_expand


def create(account: Account, params: Thing) -> Thing:
    """POST customers."""
    values = _written(account, params, {})
    prefix = secrets.token_hex(4).upper()
    return account.add(
        account.make("customer", **values, invoice_prefix=prefix), "customer.created"
    )


def update(account: Account, params: Thing, customer: str) -> Thing:
    """POST customers/ID."""
    thing = account.get("customer", customer)
    return account.change(thing, "customer.updated", **_written(account, params, thing))


def delete(account: Account, customer: str) -> Thing:
    """What remains of a customer when nothing else is left of them."""
    thing = account.get("customer", customer)
    account.tell("customer.deleted", thing)
    gone = {"id": customer, "object": "customer", "deleted": True}
    account.objects[customer] = gone
    return gone


def card(account: Account, customer: str | None, details: Thing | None = None) -> Thing:
    """A new card that works."""
    thing = account.make("payment_method", customer=customer)
    thing["card"] = {
        "brand": "visa",
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "display_brand": "visa",
        "exp_month": 8,
        "exp_year": 2034,
        "fingerprint": "AOB934RVNwzk6xtn",
        "funding": "credit",
        "generated_from": None,
        "last4": "4242",
        "networks": {"available": ["visa"], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    thing["billing_details"] |= details or {}
    return account.add(thing, *(["payment_method.attached"] if customer else []))


def card_of(account: Account, customer: str | None) -> Thing:
    """The card that renewals are paid with."""
    owner = account.find(customer) or {}
    default = owner.get("invoice_settings", {}).get("default_payment_method")
    cards = account.all("payment_method", customer=customer)
    return account.find(default) or next(cards, None) or card(account, customer)


def _written(account: Account, params: Thing, old: Thing) -> Thing:
    values = without_expand(params)
    values.pop("source", None)
    method = values.pop("payment_method", None)
    if "metadata" in values or not old:
        values["metadata"] = merged(old.get("metadata", {}), values.get("metadata", {}))
    if settings := values.get("invoice_settings"):
        values["invoice_settings"] = (old or account.make("customer"))[
            "invoice_settings"
        ] | settings
    if method:
        account.change(account.get("payment_method", method), customer=old.get("id"))
    return {name: None if value == "" else value for name, value in values.items()}
