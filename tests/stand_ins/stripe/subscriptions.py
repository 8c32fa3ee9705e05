"""Subscriptions: their start, renewal, change and end."""

from __future__ import annotations

import copy
from typing import Any

from tests.stand_ins.stripe import customers, invoices, payments
from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.catalogue import merged
from tests.stand_ins.stripe.clock import DAY, later
from tests.stand_ins.stripe.refusals import wrong

RETRY_AFTER = (3 * DAY, 5 * DAY, 7 * DAY)
EVERYTHING = "all"
_RUNNING = ("active", "past_due", "trialing", "unpaid")


def create(account: Account, params: Thing) -> Thing:
    """POST subscriptions, for a customer who has a card."""
    customer = account.get("customer", params["customer"], param="customer")
    given = params.get("items") or []
    items = [(account.get("price", each.get("price")), each.get("quantity", 1)) for each in given]
    method = account.find(params.get("default_payment_method"))
    return start(
        account,
        customer=customer,
        items=items,
        method=method or customers.card_of(account, customer["id"]),
        metadata=params.get("metadata") or {},
        description=params.get("description"),
    )


def start(
    account: Account,
    *,
    customer: Thing,
    items: list[tuple[Thing, int]],
    method: Thing,
    metadata: Thing,
    description: str | None = None,
) -> Thing:
    """A subscription whose first period is paid."""
    price = items[0][0]
    subscription = account.make(
        "subscription",
        billing_cycle_anchor=account.now,
        currency=price["currency"],
        customer=customer["id"],
        default_payment_method=method["id"],
        description=description,
        metadata=dict(metadata),
        start_date=account.now,
    )
    period = account.now, _end(account.now, price)
    made = [_item(account, subscription["id"], *item, period) for item in items]
    url = f"/v1/subscription_items?subscription={subscription['id']}"
    subscription["items"] = {"object": "list", "data": made, "has_more": False, "url": url}
    account.add(subscription, "customer.subscription.created")
    lines = [_full_line(account, subscription, item) for item in made]
    invoice = _invoice(account, subscription, lines, "subscription_create")
    _collect(account, invoice, method)
    account.change(subscription, latest_invoice=invoice["id"])
    return subscription


def period_of(subscription: Thing) -> tuple[int, int]:
    """The seconds between which the current period lies."""
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def update(account: Account, params: Thing, subscription: str) -> Thing:
    """POST subscriptions/ID: other items, an end, or other facts."""
    thing = account.get("subscription", subscription)
    if thing["status"] == "canceled":
        raise wrong("A canceled subscription can only update its cancellation_details.")
    values: Thing = {
        name: params[name] for name in ("description", "default_payment_method") if name in params
    }
    if "metadata" in params:
        values["metadata"] = merged(thing["metadata"], params["metadata"])
    if "cancel_at_period_end" in params:
        values |= _ending(account, thing, params["cancel_at_period_end"])
    if values:
        account.change(thing, "customer.subscription.updated", **values)
    if items := params.get("items"):
        behaviour = params.get("proration_behavior", "create_prorations")
        switch(account, thing, items, behaviour)
    return thing


def switch(account: Account, subscription: Thing, items: list[Thing], behaviour: str) -> Thing:
    """Sell other prices from now on, and settle what the old ones still had."""
    start_, end = period_of(subscription)
    new = copy.deepcopy(subscription["items"])
    lines: list[Thing] = []
    for given in items:
        item = _named(new["data"], given.get("id"))
        price = account.get(
            "price", given.get("price", item["price"]["id"]), param="items[0][price]"
        )
        if price["id"] == item["price"]["id"] and given.get("quantity") in (None, item["quantity"]):
            continue
        old, is_same = copy.deepcopy(item), _rhythm(price) == _rhythm(item["price"])
        item |= {"price": price, "plan": _plan(price)}
        item["quantity"] = given.get("quantity", item["quantity"])
        if not is_same:
            item["current_period_start"] = account.now
            item["current_period_end"] = _end(account.now, price)
        lines += _proration(account, subscription, old, item, start_, end)
    account.change(subscription, "customer.subscription.updated", items=new)
    if behaviour == "none":
        lines = [] if period_of(subscription)[1] == end else lines[-1:]
    if not lines:
        return subscription
    if behaviour == "create_prorations" and period_of(subscription)[1] == end:
        for line in lines:
            _keep_for_later(account, subscription, line)
        return subscription
    invoice = _invoice(account, subscription, lines, "subscription_update")
    account.change(subscription, latest_invoice=invoice["id"])
    _collect_or_miss(account, subscription, invoice)
    return subscription


def cancel(
    account: Account, subscription: Thing, *, reason: str = "cancellation_requested"
) -> Thing:
    """The end, at once."""
    if subscription["status"] == "canceled":
        raise wrong(f"No such subscription: '{subscription['id']}'", code="resource_missing")
    release(account, subscription, status="canceled")
    details = subscription["cancellation_details"] | {"reason": reason}
    return account.change(
        subscription,
        "customer.subscription.deleted",
        status="canceled",
        ended_at=account.now,
        canceled_at=subscription["canceled_at"] or account.now,
        cancellation_details=details,
    )


def schedule(account: Account, subscription: Thing, items: list[Thing]) -> Thing:
    """Sell other prices from the end of the period on."""
    release(account, subscription)
    start_, end = period_of(subscription)
    item = subscription["items"]["data"][0]
    price = account.get("price", items[0]["price"])
    now = _phase(subscription, item["price"]["id"], item["quantity"], start_, end)
    quantity = items[0].get("quantity", item["quantity"])
    then = _phase(subscription, price["id"], quantity, end, _end(end, price))
    made = account.make(
        "subscription_schedule",
        current_phase={"start_date": start_, "end_date": end},
        customer=subscription["customer"],
        default_settings={"billing_cycle_anchor": "automatic", "collection_method": None},
        phases=[now, then],
        subscription=subscription["id"],
    )
    account.add(made, "subscription_schedule.created")
    account.change(subscription, "customer.subscription.updated", schedule=made["id"])
    return made


def release(account: Account, subscription: Thing, *, status: str = "released") -> None:
    """Let go of the schedule, if there is one."""
    found = account.find(subscription["schedule"])
    if found is None:
        return
    moment = {"released_at": account.now, "released_subscription": subscription["id"]}
    if status != "released":
        moment = {f"{status}_at": account.now}
    account.change(
        found, f"subscription_schedule.{status}", status=status, subscription=None, **moment
    )
    account.change(subscription, "customer.subscription.updated", schedule=None)


def next_due(account: Account, subscription: Thing) -> int | None:
    """When something happens to it by itself."""
    if subscription["status"] not in _RUNNING:
        return None
    moments = [period_of(subscription)[1]]
    invoice = account.find(subscription["latest_invoice"])
    if invoice and invoice["status"] == "open" and invoice["next_payment_attempt"]:
        moments.append(invoice["next_payment_attempt"])
    return min(moments)


def happen(account: Account, subscription: Thing) -> None:
    """What :func:`next_due` told of: another attempt to collect, an end or a renewal."""
    invoice = account.find(subscription["latest_invoice"])
    attempt = invoice and invoice["status"] == "open" and invoice["next_payment_attempt"]
    if invoice and attempt and attempt <= account.now:
        _collect_or_miss(account, subscription, invoice)
    elif subscription["cancel_at_period_end"]:
        cancel(account, subscription)
    else:
        _renew(account, subscription)


def proration_lines(old: int, new: int, *, now: int, start: int, end: int) -> tuple[int, int]:
    """What is given back of the old amount and asked of the new one, in cents."""
    share = (end - now) / (end - start)
    return -round(old * share), round(new * share)


def recovered(account: Account, subscription: Thing) -> None:
    """Its open invoice was paid after all."""
    if subscription["status"] in ("past_due", "unpaid"):
        account.change(subscription, "customer.subscription.updated", status="active")


def _renew(account: Account, subscription: Thing) -> None:
    _apply_schedule(account, subscription)
    items = copy.deepcopy(subscription["items"])
    for item in items["data"]:
        item["current_period_start"] = item["current_period_end"]
        item["current_period_end"] = _end(item["current_period_end"], item["price"])
    lines = _pending_lines(account, subscription)
    lines += [_full_line(account, subscription, item) for item in items["data"]]
    invoice = _invoice(account, subscription, lines, "subscription_cycle")
    account.change(
        subscription, "customer.subscription.updated", items=items, latest_invoice=invoice["id"]
    )
    _collect_or_miss(account, subscription, invoice)


def _apply_schedule(account: Account, subscription: Thing) -> None:
    plan = account.find(subscription["schedule"])
    if plan is None:
        return
    then = plan["phases"][-1]["items"][0]
    price = account.get("price", then["price"])
    items = copy.deepcopy(subscription["items"])
    items["data"][0] |= {
        "price": price,
        "plan": _plan(price),
        "quantity": then["quantity"],
    }
    account.change(subscription, "customer.subscription.updated", items=items)
    release(account, subscription)


def _collect(account: Account, invoice: Thing, method: Thing) -> None:
    if invoice["amount_due"]:
        intent = invoices.intent_for(account, invoice, description="Subscription creation")
        payments.succeed(account, intent, method)
    invoices.settle(account, invoice)


def _collect_or_miss(account: Account, subscription: Thing, invoice: Thing) -> None:
    method = account.find(subscription["default_payment_method"])
    if not invoice["amount_due"] or not will_fail(account, subscription["id"]):
        method = method or customers.card_of(account, subscription["customer"])
        _collect(account, invoice, method)
        recovered(account, subscription)
        return
    payments.fail(account, invoices.intent_for(account, invoice), method)
    again = _next_attempt(account, invoice)
    invoices.miss(account, invoice, again_at=again)
    if again is None:
        cancel(account, subscription, reason="payment_failed")
    elif subscription["status"] != "past_due":
        account.change(subscription, "customer.subscription.updated", status="past_due")


def _next_attempt(account: Account, invoice: Thing) -> int | None:
    tried = invoice["attempt_count"]
    first = invoice["status_transitions"]["finalized_at"]
    return first + RETRY_AFTER[tried] if tried < len(RETRY_AFTER) else None


def will_fail(account: Account, subscription: str) -> bool:
    for name in (subscription, EVERYTHING):
        if name in account.failing:
            left = account.failing[name]
            if left is not None and left <= 1:
                del account.failing[name]
            elif left is not None:
                account.failing[name] = left - 1
            return True
    return False


def _ending(account: Account, subscription: Thing, at_period_end: bool) -> Thing:
    if at_period_end == subscription["cancel_at_period_end"]:
        return {}
    reason = "cancellation_requested" if at_period_end else None
    return {
        "cancel_at_period_end": at_period_end,
        "cancel_at": period_of(subscription)[1] if at_period_end else None,
        "canceled_at": account.now if at_period_end else None,
        "cancellation_details": subscription["cancellation_details"] | {"reason": reason},
    }


def _invoice(account: Account, subscription: Thing, lines: list[Thing], reason: str) -> Thing:
    details = {
        "subscription": subscription["id"],
        "metadata": dict(subscription["metadata"]),
    }
    parent = {
        "type": "subscription_details",
        "subscription_details": details,
        "quote_details": None,
    }
    return invoices.create(
        account,
        customer=account.get("customer", subscription["customer"]),
        lines=lines,
        currency=subscription["currency"],
        reason=reason,
        parent=parent,
        default_payment_method=None,
    )


def _full_line(account: Account, subscription: Thing, item: Thing) -> Thing:
    period = {"start": item["current_period_start"], "end": item["current_period_end"]}
    amount = item["price"]["unit_amount"] * item["quantity"]
    name = _product_name(account, item["price"])
    return _line(account, subscription, item, amount, f"{item['quantity']} × {name}", period, False)


def _proration(
    account: Account, subscription: Thing, old: Thing, new: Thing, start: int, end: int
) -> list[Thing]:
    costs = [item["price"]["unit_amount"] * item["quantity"] for item in (old, new)]
    back, ask = proration_lines(costs[0], costs[1], now=account.now, start=start, end=end)
    period = {"start": account.now, "end": end}
    name = _product_name(account, old["price"])
    given_back = _line(account, subscription, old, back, f"Unused time on {name}", period, True)
    if new["current_period_end"] != end:
        return [given_back, _full_line(account, subscription, new)]
    name = _product_name(account, new["price"])
    asked = _line(account, subscription, new, ask, f"Remaining time on {name}", period, True)
    return [given_back, asked]


def _line(
    account: Account,
    subscription: Thing,
    item: Thing,
    amount: int,
    description: str,
    period: Thing,
    is_proration: bool,
) -> Thing:
    details = {
        "invoice_item": None,
        "proration": is_proration,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    parent = {
        "type": "subscription_item_details",
        "invoice_item_details": None,
        "subscription_item_details": details,
    }
    return invoices.line(
        account,
        item["price"],
        amount=amount,
        description=description,
        metadata=dict(subscription["metadata"]),
        parent=parent,
        period=period,
        quantity=item["quantity"],
    )


def _keep_for_later(account: Account, subscription: Thing, line: Thing) -> None:
    item = account.make(
        "invoiceitem",
        amount=line["amount"],
        currency=line["currency"],
        customer=subscription["customer"],
        date=account.now,
        description=line["description"],
        net_amount=line["amount"],
        parent={
            "type": "subscription_details",
            "subscription_details": {
                "subscription": subscription["id"],
                "subscription_item": line["parent"]["subscription_item_details"][
                    "subscription_item"
                ],
            },
        },
        period=line["period"],
        pricing=line["pricing"],
        proration=True,
        quantity=line["quantity"],
    )
    line["parent"]["subscription_item_details"]["invoice_item"] = item["id"]
    account.orders[item["id"]] = {"subscription": subscription["id"], "line": line}
    account.add(item, "invoiceitem.created")


def _pending_lines(account: Account, subscription: Thing) -> list[Thing]:
    lines: list[Thing] = []
    for name, order in list(account.orders.items()):
        if order.get("subscription") == subscription["id"]:
            lines.append(account.orders.pop(name)["line"])
    return lines


def _item(
    account: Account, subscription: str, price: Thing, quantity: int, period: tuple[int, int]
) -> Thing:
    return account.make(
        "subscription_item",
        current_period_start=period[0],
        current_period_end=period[1],
        plan=_plan(price),
        price=price,
        quantity=quantity,
        subscription=subscription,
    )


def _named(items: list[Thing], given: str | None) -> Thing:
    for item in items:
        if given in (None, item["id"]):
            return item
    raise wrong(
        f"No such subscription item: '{given}'", code="resource_missing", param="items[0][id]"
    )


def _plan(price: Thing) -> Thing:
    """A price as it was called before there were prices."""
    names = ("active", "billing_scheme", "created", "currency", "id", "livemode", "metadata")
    more: dict[str, Any] = {name: price[name] for name in (*names, "nickname", "product")}
    recurring = price["recurring"]
    return {
        "object": "plan",
        "aggregate_usage": None,
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "meter": None,
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
        **more,
    }


def _phase(subscription: Thing, price: str, quantity: int, start: int, end: int) -> Thing:
    item: Thing = {
        "billing_thresholds": None,
        "discounts": [],
        "metadata": {},
        "plan": price,
        "price": price,
        "quantity": quantity,
        "tax_rates": [],
    }
    return {
        "add_invoice_items": [],
        "currency": subscription["currency"],
        "discounts": [],
        "end_date": end,
        "items": [item],
        "metadata": {},
        "proration_behavior": "none",
        "start_date": start,
    }


def _rhythm(price: Thing) -> tuple[str, int]:
    return price["recurring"]["interval"], price["recurring"]["interval_count"]


def _end(start: int, price: Thing) -> int:
    return later(start, *_rhythm(price))


def _product_name(account: Account, price: Thing) -> str:
    name: str = (account.find(price["product"]) or {}).get("name", "Plan")
    return name
