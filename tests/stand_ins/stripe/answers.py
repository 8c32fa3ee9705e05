"""How objects are shown: lists, filters, pages and what is expanded."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable

from tests.stand_ins.stripe import checkout, invoices
from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.refusals import missing, wrong

_LINKS = {
    "balance_transaction",
    "charge",
    "customer",
    "default_payment_method",
    "default_price",
    "invoice",
    "latest_charge",
    "latest_invoice",
    "payment_intent",
    "payment_method",
    "price",
    "product",
    "schedule",
    "setup_intent",
    "source",
    "subscription",
}
_PAGING = {"limit", "starting_after", "ending_before", "expand"}
_COMPARISONS = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_INCLUDED: dict[tuple[str, str], Callable[[Account, Thing], list[Thing]]] = {
    ("invoice", "payments"): invoices.payments_of,
    ("charge", "refunds"): lambda account, charge: list(account.all("refund", charge=charge["id"])),
    ("checkout.session", "line_items"): checkout.items_of,
    ("customer", "subscriptions"): lambda account, customer: [
        each
        for each in account.all("subscription", customer=customer["id"])
        if each["status"] != "canceled"
    ],
}


def shown(account: Account, thing: Thing, expand: list[str]) -> Thing:
    """A copy with what was asked for in place of ids."""
    copied = copy.deepcopy(thing)
    for path in expand:
        _expand(account, copied, path.split("."), path)
    return copied


def listed(account: Account, kind: str, params: Thing, *, url: str) -> Thing:
    """One page of the objects of a kind, newest first."""
    if kind == "subscription" and "status" not in params:
        params = params | {"status": "running"}
    wanted = {name: value for name, value in params.items() if name not in _PAGING}
    found = [
        thing
        for thing in account.all(kind)
        if not thing.get("deleted")
        and thing.get("livemode", account.livemode) == account.livemode
        and all(_matches(thing, name, value) for name, value in wanted.items())
    ]
    return page(found, params, url=url)


def page(things: list[Thing], params: Thing, *, url: str) -> Thing:
    """The part of a list that lies between the cursors."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise wrong("Invalid integer: limit must be between 1 and 100", param="limit")
    names = [thing["id"] for thing in things]
    if after := params.get("starting_after"):
        things = things[_place(names, after, "starting_after") + 1 :]
    if before := params.get("ending_before"):
        things = things[: _place(names, before, "ending_before")]
        chosen, more = things[-limit:], len(things) > limit
    else:
        chosen, more = things[:limit], len(things) > limit
    return {"object": "list", "data": chosen, "has_more": more, "url": url}


def _place(names: list[str], name: str, param: str) -> int:
    if name not in names:
        raise missing("object", name, param=param)
    return names.index(name)


def _matches(thing: Thing, name: str, value: object) -> bool:
    special = _SPECIAL.get((thing["object"], name)) or _SPECIAL.get(("", name))
    return special(thing, value) if special else thing.get(name) == value


def _created(thing: Thing, value: object) -> bool:
    if not isinstance(value, dict):
        return bool(thing["created"] == value)
    return all(_COMPARISONS[how](thing["created"], bound) for how, bound in value.items())


def _subscription_status(thing: Thing, value: object) -> bool:
    if value == "running":
        return bool(thing["status"] != "canceled")
    if value == "ended":
        return bool(thing["status"] in ("canceled", "incomplete_expired"))
    return value == "all" or bool(thing["status"] == value)


def _within(thing: Thing | None, value: object) -> bool:
    given = value if isinstance(value, dict) else {}
    return all((thing or {}).get(name) == wanted for name, wanted in given.items())


def _event_type(thing: Thing, value: object) -> bool:
    start, star, _rest = str(value).partition("*")
    return bool(thing["type"].startswith(start) if star else thing["type"] == value)


_SPECIAL: dict[tuple[str, str], Callable[[Thing, object], bool]] = {
    ("", "created"): _created,
    ("checkout.session", "customer_details"): lambda thing, value: _within(
        thing["customer_details"], value
    ),
    ("event", "delivery_success"): lambda thing, value: True,
    ("event", "type"): _event_type,
    ("event", "types"): lambda thing, value: thing["type"] in list(value),  # type: ignore[call-overload]
    ("invoice", "subscription"): lambda thing, value: invoices.subscription_of(thing) == value,
    ("invoice_payment", "payment"): lambda thing, value: _within(thing["payment"], value),
    ("price", "lookup_keys"): lambda thing, value: thing["lookup_key"] in list(value),  # type: ignore[call-overload]
    ("price", "recurring"): lambda thing, value: _within(thing["recurring"], value),
    ("product", "ids"): lambda thing, value: thing["id"] in list(value),  # type: ignore[call-overload]
    ("subscription", "price"): lambda thing, value: any(
        item["price"]["id"] == value for item in thing["items"]["data"]
    ),
    ("subscription", "status"): _subscription_status,
}


def _expand(account: Account, within: Thing, path: list[str], whole: str) -> None:
    name, *rest = path
    if name not in within:
        include = _INCLUDED.get((within.get("object", ""), name))
        if include is None:
            raise _refused(whole)
        data = copy.deepcopy(include(account, within))
        within[name] = page(data, {"limit": 100}, url=f"/v1/{name}")
    value = within[name]
    if isinstance(value, str):
        found = account.find(value) if name in _LINKS else None
        if found is None:
            raise _refused(whole)
        value = within[name] = copy.deepcopy(found)
    for each in value if isinstance(value, list) else [value]:
        if rest and isinstance(each, dict):
            _expand(account, each, rest, whole)


def _refused(path: str) -> Exception:
    return wrong(f"This property cannot be expanded ({path}).", param="expand")
