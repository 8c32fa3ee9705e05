"""Invoices and subscriptions: the first one, changes in the middle of a month, renewals, ends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.stand_ins.stripe import money
from tests.stand_ins.stripe.catalogue import merged
from tests.stand_ins.stripe.wire import Params, Refusal, truth
from tests.stand_ins.stripe.world import Object, World

DAY = 86_400
RETRIES = (3 * DAY, 8 * DAY)
"""When after a failed renewal it is tried again; after the last one the subscription ends."""


def a_month_after(moment: int) -> int:
    """The same day of the next month, or its last one."""
    day = datetime.fromtimestamp(moment, UTC)
    year, month = day.year + day.month // 12, day.month % 12 + 1
    for number in (day.day, 30, 29, 28):
        try:
            return int(day.replace(year=year, month=month, day=number).timestamp())
        except ValueError:
            continue
    raise AssertionError


def a_line(
    price: Object, amount: int, *, start: int, end: int, text: str, item: Object | None = None
) -> Params:
    """What `make_invoice` makes a line of."""
    return {
        "price": price,
        "amount": amount,
        "period": {"start": start, "end": end},
        "description": text,
        "item": item,
    }


def make_invoice(
    world: World,
    *,
    customer: str,
    lines: list[Params],
    reason: str,
    notes: Any = None,
    subscription: Object | None = None,
) -> Object:
    """An open invoice; :func:`pay` or :func:`refuse` comes next."""
    owner = world.get("customer", customer)
    total = sum(line["amount"] for line in lines)
    currency = lines[0]["price"]["currency"]
    used = min(max(total, 0), -min(owner["balance"], 0))
    sequence = owner["next_invoice_sequence"]
    invoice = world.make(
        "invoice",
        "in",
        customer=customer,
        customer_email=owner["email"],
        currency=currency,
        billing_reason=reason,
        collection_method="charge_automatically",
        number=f"{owner['invoice_prefix']}-{sequence:04}",
        status="open",
        subtotal=total,
        subtotal_excluding_tax=total,
        total=total,
        total_excluding_tax=total,
        amount_due=max(total - used, 0),
        amount_paid=0,
        amount_remaining=max(total - used, 0),
        amount_overpaid=0,
        amount_shipping=0,
        attempt_count=0,
        starting_balance=owner["balance"],
        ending_balance=owner["balance"] + used + min(total, 0),
        metadata=dict(notes or {}),
        parent=_parent(subscription),
        status_transitions={
            "finalized_at": world.now(),
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        period_start=lines[0]["period"]["start"],
        period_end=lines[0]["period"]["end"],
        issuer={"type": "self"},
        payment_settings={"payment_method_types": None},
        automatic_tax={"enabled": False, "status": None},
        rendering=None,
    )
    owner["next_invoice_sequence"] += 1
    owner["balance"] += used + min(total, 0)
    invoice["hosted_invoice_url"] = f"{world.site}/invoices/{invoice['id']}"
    invoice["invoice_pdf"] = f"{world.site}/invoices/{invoice['id']}/pdf"
    invoice["lines"] = _list([_line(world, invoice, line, subscription) for line in lines])
    invoice["lines"]["url"] = f"/v1/invoices/{invoice['id']}/lines"
    world.emit("invoice.created", invoice)
    world.emit("invoice.finalized", invoice)
    return invoice


def pay(world: World, invoice: Object, intent: Object | None = None) -> None:
    """It is paid: by the intent, or by what the customer had to their credit."""
    if intent:
        world.make(
            "invoice_payment",
            "inpay",
            invoice=invoice["id"],
            amount_paid=invoice["amount_due"],
            amount_requested=invoice["amount_due"],
            currency=invoice["currency"],
            is_default=True,
            payment={"type": "payment_intent", "payment_intent": intent["id"]},
            status="paid",
            status_transitions={"canceled_at": None, "paid_at": world.now()},
        )
    transitions = {**invoice["status_transitions"], "paid_at": world.now()}
    world.change(
        invoice,
        status="paid",
        attempted=True,
        attempt_count=invoice["attempt_count"] + 1,
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        status_transitions=transitions,
        next_payment_attempt=None,
    )
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)


def collect(world: World, invoice: Object, *, works: bool = True) -> bool:
    """Charge the card for what is due; False where the card is declined."""
    if not invoice["amount_due"]:
        pay(world, invoice)
        return True
    intent = money.make_intent(
        world,
        customer=invoice["customer"],
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        notes={},
    )
    if works:
        money.succeed(world, intent)
        pay(world, invoice, intent)
        return True
    money.fail(world, intent)
    world.change(
        invoice,
        "invoice.payment_failed",
        attempted=True,
        attempt_count=invoice["attempt_count"] + 1,
    )
    return False


def begin(world: World, *, customer: str, price: Object, notes: Any) -> Object:
    """A new subscription, not paid yet."""
    now = world.now()
    subscription = world.make(
        "subscription",
        "sub",
        customer=customer,
        currency=price["currency"],
        status="incomplete",
        collection_method="charge_automatically",
        metadata=dict(notes or {}),
        billing_cycle_anchor=now,
        start_date=now,
        cancel_at_period_end=False,
        automatic_tax={"enabled": False, "disabled_reason": None, "liability": None},
        billing_mode={"type": "flexible", "flexible": {}},
        cancellation_details={"comment": None, "feedback": None, "reason": None},
    )
    item = world.make(
        "subscription_item",
        "si",
        subscription=subscription["id"],
        price=dict(price),
        quantity=1,
        current_period_start=now,
        current_period_end=a_month_after(now),
    )
    subscription["items"] = {
        **_list([item]),
        "url": f"/v1/subscription_items?subscription={subscription['id']}",
    }
    world.emit("customer.subscription.created", subscription)
    return subscription


def first_invoice(world: World, subscription: Object, notes: Any) -> Object:
    item = item_of(subscription)
    line = a_line(
        item["price"],
        item["price"]["unit_amount"],
        start=item["current_period_start"],
        end=item["current_period_end"],
        text=f"1 × {product_name(world, item['price'])}",
        item=item,
    )
    invoice = make_invoice(
        world,
        customer=subscription["customer"],
        lines=[line],
        reason="subscription_create",
        subscription=subscription,
    )
    subscription["latest_invoice"] = invoice["id"]
    return invoice


def item_of(subscription: Object) -> Object:
    item: Object = subscription["items"]["data"][0]
    return item


def product_name(world: World, price: Object) -> str:
    return str(world.get("product", price["product"])["name"])


def change_price(world: World, subscription: Object, price: Object, *, proration: str) -> None:
    """Another price from now on; what is left of the month is settled as ``proration`` says."""
    item = item_of(subscription)
    now, old = world.now(), item["price"]
    if old["id"] == price["id"]:
        return
    end = item["current_period_end"]
    share = max(end - now, 0) / (end - item["current_period_start"])
    lines = [
        a_line(old, -round(old["unit_amount"] * share), start=now, end=end, item=item,
               text=f"Unused time on {product_name(world, old)}"),
        a_line(price, round(price["unit_amount"] * share), start=now, end=end, item=item,
               text=f"Remaining time on {product_name(world, price)}"),
    ]  # fmt: skip
    world.before[subscription["id"]] = {**subscription, "items": {"data": [dict(item)]}}
    item["price"] = dict(price)
    if proration != "none":
        invoice = make_invoice(
            world,
            customer=subscription["customer"],
            lines=lines,
            reason="subscription_update",
            subscription=subscription,
        )
        subscription["latest_invoice"] = invoice["id"]
        if not collect(world, invoice, works=subscription["id"] not in world.failing_renewals):
            subscription["status"] = "past_due"
    world.emit("customer.subscription.updated", subscription, {"items": {}})


def change_at_period_end(world: World, subscription: Object, price: Object) -> None:
    """A schedule with two phases, as the portal makes for a change to less."""
    item = item_of(subscription)
    end = item["current_period_end"]
    phases = [
        {"start_date": item["current_period_start"], "end_date": end,
         "items": [{"price": item["price"]["id"], "quantity": 1}]},
        {"start_date": end, "end_date": a_month_after(end),
         "items": [{"price": price["id"], "quantity": 1}]},
    ]  # fmt: skip
    schedule = world.make(
        "subscription_schedule",
        "sub_sched",
        subscription=subscription["id"],
        customer=subscription["customer"],
        status="active",
        end_behavior="release",
        phases=phases,
        current_phase={"start_date": phases[0]["start_date"], "end_date": end},
    )
    world.change(subscription, "customer.subscription.updated", schedule=schedule["id"])


def update(world: World, pk: str, params: Params) -> Object:
    """The API's own way to change a subscription."""
    subscription = world.get("subscription", pk)
    if subscription["status"] == "canceled":
        raise Refusal("A canceled subscription can only update its cancellation_details.")
    wanted: dict[str, Any] = {"metadata": merged(subscription, params)}
    if "cancel_at_period_end" in params:
        ends = truth(params, "cancel_at_period_end")
        wanted["cancel_at_period_end"] = ends
        wanted["cancel_at"] = item_of(subscription)["current_period_end"] if ends else None
        wanted["canceled_at"] = world.now() if ends else None
    world.change(subscription, "customer.subscription.updated", **wanted)
    for each in params.get("items", []):
        price = world.get("price", each["price"], param="items[0][price]")
        proration = params.get("proration_behavior", "create_prorations")
        change_price(world, subscription, price, proration=proration)
    return subscription


def cancel(world: World, pk: str, params: Params) -> Object:
    """At once."""
    subscription = world.get("subscription", pk)
    if subscription["status"] == "canceled":
        raise Refusal("This subscription is canceled already.", status=404, code="resource_missing")
    now = world.now()
    return world.change(
        subscription,
        "customer.subscription.deleted",
        status="canceled",
        canceled_at=subscription["canceled_at"] or now,
        ended_at=now,
    )


def advance(world: World, seconds: int) -> None:
    """Move the clock, and let happen what becomes due on the way, in its order."""
    until = world.now() + seconds
    while True:
        due = [
            (_due_at(each), each)
            for each in world.every("subscription")
            if each["status"] in {"active", "past_due", "trialing"}
        ]
        moment, subscription = min(due, key=lambda pair: pair[0], default=(until + 1, {}))
        if moment > until:
            break
        world.offset += max(moment - world.now(), 0)
        _come_due(world, subscription)
    world.offset += until - world.now()


def _due_at(subscription: Object) -> int:
    invoice_retry = subscription.get("_retry_at")
    end = item_of(subscription)["current_period_end"]
    return int(invoice_retry or end)


def _come_due(world: World, subscription: Object) -> None:
    if subscription.get("_retry_at"):
        _retry(world, subscription)
    elif subscription["cancel_at_period_end"]:
        cancel(world, subscription["id"], {})
    else:
        _renew(world, subscription)


def _renew(world: World, subscription: Object) -> None:
    item = item_of(subscription)
    _take_next_phase(world, subscription, item)
    start = item["current_period_end"]
    item["current_period_start"], item["current_period_end"] = start, a_month_after(start)
    line = a_line(
        item["price"],
        item["price"]["unit_amount"],
        start=start,
        end=item["current_period_end"],
        text=f"1 × {product_name(world, item['price'])}",
        item=item,
    )
    invoice = make_invoice(
        world,
        customer=subscription["customer"],
        lines=[line],
        reason="subscription_cycle",
        subscription=subscription,
    )
    world.change(subscription, "customer.subscription.updated", latest_invoice=invoice["id"])
    if not collect(world, invoice, works=subscription["id"] not in world.failing_renewals):
        subscription["_tries"] = 0
        subscription["_retry_at"] = start + RETRIES[0]
        world.change(subscription, "customer.subscription.updated", status="past_due")


def _retry(world: World, subscription: Object) -> None:
    invoice = world.get("invoice", subscription["latest_invoice"])
    works = subscription["id"] not in world.failing_renewals
    tries = subscription["_tries"] + 1
    if collect(world, invoice, works=works):
        subscription.pop("_retry_at")
        world.change(subscription, "customer.subscription.updated", status="active")
    elif tries < len(RETRIES):
        subscription["_tries"] = tries
        subscription["_retry_at"] = item_of(subscription)["current_period_start"] + RETRIES[tries]
    else:
        subscription.pop("_retry_at")
        cancel(world, subscription["id"], {})


def _take_next_phase(world: World, subscription: Object, item: Object) -> None:
    if not subscription["schedule"]:
        return
    schedule = world.get("subscription_schedule", subscription["schedule"])
    price = world.get("price", schedule["phases"][1]["items"][0]["price"])
    item["price"] = dict(price)
    world.change(schedule, status="released", released_at=world.now())
    subscription["schedule"] = None


def _line(world: World, invoice: Object, line: Params, subscription: Object | None) -> Object:
    price = line["price"]
    return world.make(
        "line_item",
        "il",
        invoice=invoice["id"],
        amount=line["amount"],
        subtotal=line["amount"],
        currency=price["currency"],
        description=line["description"],
        period=line["period"],
        quantity=1,
        discountable=True,
        pricing={
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        parent=_line_parent(subscription, line),
    )


def _line_parent(subscription: Object | None, line: Params) -> Object:
    if subscription is None:
        details = {"invoice_item": "ii_1", "proration": False, "subscription": None}
        return {"type": "invoice_item_details", "invoice_item_details": details,
                "subscription_item_details": None}  # fmt: skip
    details = {
        "invoice_item": None,
        "proration": line["amount"] != line["price"]["unit_amount"],
        "proration_details": None,
        "subscription": subscription["id"],
        "subscription_item": line["item"]["id"] if line["item"] else None,
    }
    return {"type": "subscription_item_details", "subscription_item_details": details,
            "invoice_item_details": None}  # fmt: skip


def _parent(subscription: Object | None) -> Object | None:
    if subscription is None:
        return None
    details = {"subscription": subscription["id"], "metadata": dict(subscription["metadata"])}
    return {"type": "subscription_details", "subscription_details": details, "quote_details": None}


def _list(data: list[Object]) -> Object:
    return {"object": "list", "data": data, "has_more": False, "url": ""}
