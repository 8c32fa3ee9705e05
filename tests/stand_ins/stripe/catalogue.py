"""Customers, products, prices, the portal's configuration and webhook endpoints."""

from __future__ import annotations

from typing import Any

from tests.stand_ins.stripe.wire import Params, Refusal, missing, new_id, number, truth
from tests.stand_ins.stripe.world import Object, World


def merged(thing: Object, params: Params) -> dict[str, Any]:
    """Metadata is merged, and an empty value drops a key."""
    notes = {**(thing.get("metadata") or {}), **(params.get("metadata") or {})}
    return {key: value for key, value in notes.items() if value != ""}


def make_customer(world: World, params: Params) -> Object:
    customer = world.make(
        "customer",
        "cus",
        email=params.get("email"),
        name=params.get("name"),
        metadata=params.get("metadata", {}),
        balance=0,
        currency=None,
        invoice_prefix=new_id("x")[2:10].upper(),
        invoice_settings={"custom_fields": None, "default_payment_method": None},
        next_invoice_sequence=1,
        tax_exempt="none",
    )
    world.emit("customer.created", customer)
    return customer


def update_customer(world: World, pk: str, params: Params) -> Object:
    customer = world.get("customer", pk)
    wanted = {key: params[key] for key in ("email", "name") if key in params}
    return world.change(customer, "customer.updated", **wanted, metadata=merged(customer, params))


def make_product(world: World, params: Params) -> Object:
    if params.get("id") in world.things.get("product", {}):
        raise Refusal("Product already exists.", code="resource_already_exists", param="id")
    product = world.make(
        "product",
        "prod",
        pk=params.get("id", ""),
        name=params["name"],
        active=truth(params, "active", default=True),
        metadata=params.get("metadata", {}),
        type="service",
        updated=world.now(),
    )
    world.emit("product.created", product)
    return product


def update_product(world: World, pk: str, params: Params) -> Object:
    product = world.get("product", pk)
    wanted: dict[str, Any] = {key: params[key] for key in ("name",) if key in params}
    if "active" in params:
        wanted["active"] = truth(params, "active")
    wanted |= {"metadata": merged(product, params), "updated": world.now()}
    return world.change(product, "product.updated", **wanted)


def make_price(world: World, params: Params) -> Object:
    world.get("product", params.get("product"), param="product")
    key = params.get("lookup_key")
    _free_lookup_key(world, key, transfer=truth(params, "transfer_lookup_key"))
    recurring = params.get("recurring")
    price = world.make(
        "price",
        "price",
        product=params["product"],
        active=True,
        billing_scheme="per_unit",
        currency=params["currency"],
        unit_amount=number(params, "unit_amount"),
        unit_amount_decimal=params.get("unit_amount"),
        lookup_key=key,
        metadata=params.get("metadata", {}),
        type="recurring" if recurring else "one_time",
        tax_behavior="unspecified",
        recurring={
            "interval": recurring["interval"],
            "interval_count": number(recurring, "interval_count", 1),
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
        if recurring
        else None,
    )
    world.emit("price.created", price)
    return price


def update_price(world: World, pk: str, params: Params) -> Object:
    price = world.get("price", pk)
    wanted: dict[str, Any] = {"metadata": merged(price, params)}
    if "active" in params:
        wanted["active"] = truth(params, "active")
    return world.change(price, "price.updated", **wanted)


def make_endpoint(world: World, params: Params) -> Object:
    endpoint = world.make(
        "webhook_endpoint",
        "we",
        url=params["url"],
        enabled_events=params["enabled_events"],
        api_version=params.get("api_version"),
        status="enabled",
        metadata=params.get("metadata", {}),
    )
    world.secrets[endpoint["id"]] = new_id("whsec")
    return {**endpoint, "secret": world.secrets[endpoint["id"]]}


def update_endpoint(world: World, pk: str, params: Params) -> Object:
    endpoint = world.get("webhook_endpoint", pk)
    wanted: dict[str, Any] = {
        key: params[key] for key in ("url", "enabled_events") if key in params
    }
    if "disabled" in params:
        wanted["status"] = "disabled" if truth(params, "disabled") else "enabled"
    return world.change(endpoint, **wanted)


def delete_endpoint(world: World, pk: str, params: Params) -> Object:
    if world.things.get("webhook_endpoint", {}).pop(pk, None) is None:
        raise missing("webhook endpoint", pk)
    return {"id": pk, "object": "webhook_endpoint", "deleted": True}


def make_configuration(world: World, params: Params) -> Object:
    return world.make(
        "billing_portal.configuration",
        "bpc",
        active=True,
        features=params["features"],
        business_profile=params.get("business_profile", {}),
        default_return_url=params.get("default_return_url"),
        metadata=params.get("metadata", {}),
        login_page={"enabled": False, "url": None},
        updated=world.now(),
    )


def update_configuration(world: World, pk: str, params: Params) -> Object:
    configuration = world.get("billing_portal.configuration", pk)
    wanted = {
        key: params[key]
        for key in ("features", "business_profile", "default_return_url")
        if key in params
    }
    return world.change(configuration, **wanted, metadata=merged(configuration, params))


def _free_lookup_key(world: World, key: str | None, *, transfer: bool) -> None:
    holders = world.every("price", lookup_key=key) if key else []
    if holders and not transfer:
        raise Refusal(
            f"A price (`{holders[0]['id']}`) already uses that lookup key.",
            code="resource_already_exists",
            param="lookup_key",
        )
    for holder in holders:
        world.change(holder, lookup_key=None)
