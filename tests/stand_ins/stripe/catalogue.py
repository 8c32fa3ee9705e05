"""Products and prices."""

from __future__ import annotations

from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.refusals import wrong


def merged(old: Thing, given: Thing | str) -> Thing:
    """Metadata after an update: an empty text removes a key, an empty whole removes all."""
    if not isinstance(given, dict):
        return {}
    return {name: value for name, value in (old | given).items() if value != ""}


def without_expand(params: Thing) -> Thing:
    """What the request wants to write."""
    return {name: value for name, value in params.items() if name != "expand"}


def create_product(account: Account, params: Thing) -> Thing:
    """POST products."""
    values = without_expand(params)
    data = values.pop("default_price_data", None)
    values["metadata"] = merged({}, values.get("metadata", {}))
    if (given := values.get("id")) and account.find(given):
        raise wrong("Product already exists.", param="id", code="resource_already_exists")
    product = account.add(account.make("product", **values, updated=account.now), "product.created")
    if data:
        price = create_price(account, {**data, "product": product["id"]})
        account.change(product, default_price=price["id"])
    return product


def update_product(account: Account, params: Thing, product: str) -> Thing:
    """POST products/ID."""
    thing = account.get("product", product)
    values = without_expand(params)
    if "metadata" in values:
        values["metadata"] = merged(thing["metadata"], values["metadata"])
    return account.change(thing, "product.updated", **values, updated=account.now)


def create_price(account: Account, params: Thing) -> Thing:
    """POST prices."""
    values = without_expand(params)
    transfer = values.pop("transfer_lookup_key", False)
    data = values.pop("product_data", None)
    product = create_product(account, data)["id"] if data else values.get("product")
    account.get("product", product, param="product")
    _take_lookup_key(account, values.get("lookup_key"), transfer)
    recurring = values.pop("recurring", None)
    amount = values.pop("unit_amount", None)
    if amount is None and "unit_amount_decimal" not in values:
        raise wrong("Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.")
    values |= {"product": product, "metadata": merged({}, values.get("metadata", {}))}
    values.setdefault("unit_amount_decimal", str(amount))
    price = account.make("price", **values, unit_amount=amount)
    if recurring:
        price["type"] = "recurring"
        price["recurring"] = {
            "interval_count": 1,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
            **recurring,
        }
    return account.add(price, "price.created")


def update_price(account: Account, params: Thing, price: str) -> Thing:
    """POST prices/ID; the amount of a price never changes."""
    thing = account.get("price", price)
    values = without_expand(params)
    transfer = values.pop("transfer_lookup_key", False)
    if values.get("lookup_key") != thing["lookup_key"]:
        _take_lookup_key(account, values.get("lookup_key"), transfer)
    if "metadata" in values:
        values["metadata"] = merged(thing["metadata"], values["metadata"])
    return account.change(thing, "price.updated", **values)


def _take_lookup_key(account: Account, key: str | None, transfer: bool) -> None:
    for other in account.all("price", lookup_key=key) if key else ():
        if not transfer:
            raise wrong(
                f"A price (`{other['id']}`) already uses that lookup key.", param="lookup_key"
            )
        account.change(other, "price.updated", lookup_key=None)
