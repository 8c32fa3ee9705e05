"""Checkout: sessions, and what happens on their page."""

from __future__ import annotations

from tests.stand_ins.stripe import money, subscriptions
from tests.stand_ins.stripe.wire import Params, Refusal, number, truth
from tests.stand_ins.stripe.world import Object, World

LIFE = 86_400


def make_session(world: World, params: Params) -> Object:
    customer = world.get("customer", params.get("customer"), param="customer")
    if customer.get("deleted"):
        raise Refusal(
            f"No such customer: '{customer['id']}'", code="resource_missing", param="customer"
        )
    prices = [
        (
            world.get("price", each["price"], param="line_items[0][price]"),
            number(each, "quantity", 1),
        )
        for each in params.get("line_items", [])
    ]
    _check(params, prices)
    total = sum(price["unit_amount"] * count for price, count in prices)
    session = world.make(
        "checkout.session",
        "cs_live" if world.livemode else "cs_test",
        mode=params["mode"],
        customer=customer["id"],
        client_reference_id=params.get("client_reference_id"),
        metadata=params.get("metadata", {}),
        success_url=params.get("success_url"),
        cancel_url=params.get("cancel_url"),
        amount_subtotal=total,
        amount_total=total,
        currency=prices[0][0]["currency"],
        status="open",
        payment_status="unpaid",
        payment_intent=None,
        invoice=None,
        subscription=None,
        expires_at=world.now() + LIFE,
        ui_mode="hosted",
        payment_method_types=["card"],
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        invoice_creation=params.get("invoice_creation"),
        customer_details={"email": customer["email"], "name": customer["name"]},
    )
    session["url"] = f"{world.site}/pay/{session['id']}"
    session["_params"], session["_prices"] = params, prices
    return session


def shown(session: Object) -> Object:
    """The session as the API shows it."""
    return {key: value for key, value in session.items() if not key.startswith("_")}


def pay(world: World, pk: str, *, late: bool = False) -> Object:
    """The person presses Pay. Only the first time does anything."""
    session = _open(world, pk)
    if session["status"] != "open":
        return session
    if session["mode"] == "subscription":
        _begin(world, session)
    intent = _intent(world, session)
    session |= {"status": "complete", "url": None}
    if late:
        money.process(world, intent)
        world.emit("checkout.session.completed", shown(session))
        return session
    _settle(world, session, intent)
    world.emit("checkout.session.completed", shown(session))
    return session


def settle_late(world: World, pk: str, *, succeed: bool) -> Object:
    """A payment that took days comes, or does not."""
    session = world.get("checkout.session", pk)
    intent = world.get("payment_intent", session["_intent"])
    if intent["status"] != "processing":
        return session
    if succeed:
        _settle(world, session, intent)
        world.emit("checkout.session.async_payment_succeeded", shown(session))
    else:
        money.fail(world, intent)
        world.emit("checkout.session.async_payment_failed", shown(session))
    return session


def decline(world: World, pk: str) -> Object:
    """The card is declined; the page stays open."""
    session = _open(world, pk)
    if session["status"] == "open" and session["mode"] == "payment":
        money.fail(world, _intent(world, session))
    return session


def expire(world: World, pk: str, params: Params) -> Object:
    session = _open(world, pk)
    if session["status"] != "open":
        raise Refusal("Only Checkout Sessions with a status of open can be expired.")
    session |= {"status": "expired", "url": None}
    world.emit("checkout.session.expired", shown(session))
    return session


def _check(params: Params, prices: list[tuple[Object, int]]) -> None:
    if not prices:
        raise Refusal("Missing required param: line_items.", code="parameter_missing")
    for price, _count in prices:
        if not price["active"]:
            raise Refusal("The price specified is inactive.", param="line_items[0][price]")
        if (price["type"] == "recurring") != (params["mode"] == "subscription"):
            raise Refusal("The price does not fit the mode.", param="line_items[0][price]")
    if params["mode"] == "subscription" and "invoice_creation" in params:
        raise Refusal("invoice_creation is for mode payment.", param="invoice_creation")
    if params["mode"] == "subscription" and "payment_intent_data" in params:
        raise Refusal("payment_intent_data is for mode payment.", param="payment_intent_data")
    if not params.get("success_url"):
        raise Refusal("Missing required param: success_url.", code="parameter_missing")


def _open(world: World, pk: str) -> Object:
    session = world.get("checkout.session", pk)
    if session["status"] == "open" and session["expires_at"] <= world.now():
        session |= {"status": "expired", "url": None}
        world.emit("checkout.session.expired", shown(session))
    return session


def _intent(world: World, session: Object) -> Object:
    if session.get("_intent"):
        return world.get("payment_intent", session["_intent"])
    notes = session["_params"].get("payment_intent_data", {}).get("metadata")
    intent = money.make_intent(
        world,
        customer=session["customer"],
        amount=session["amount_total"],
        currency=session["currency"],
        notes=notes,
    )
    session["_intent"] = intent["id"]
    if session["mode"] == "payment":
        session["payment_intent"] = intent["id"]
    return intent


def _begin(world: World, session: Object) -> None:
    if session["subscription"]:
        return
    notes = session["_params"].get("subscription_data", {}).get("metadata")
    price = session["_prices"][0][0]
    made = subscriptions.begin(world, customer=session["customer"], price=price, notes=notes)
    invoice = subscriptions.first_invoice(world, made, notes)
    session |= {"subscription": made["id"], "invoice": invoice["id"]}


def _settle(world: World, session: Object, intent: Object) -> None:
    money.succeed(world, intent)
    session["payment_status"] = "paid"
    if session["mode"] == "subscription":
        subscriptions.pay(world, world.get("invoice", session["invoice"]), intent)
        made = world.get("subscription", session["subscription"])
        world.change(made, "customer.subscription.updated", status="active")
        return
    creation = session["_params"].get("invoice_creation", {})
    if truth(creation, "enabled"):
        invoice = _invoice(world, session, creation.get("invoice_data", {}).get("metadata"))
        session["invoice"] = invoice["id"]
        subscriptions.pay(world, invoice, intent)


def _invoice(world: World, session: Object, notes: object) -> Object:
    now = world.now()
    lines = [
        subscriptions.a_line(
            price,
            price["unit_amount"] * count,
            start=now,
            end=now,
            text=subscriptions.product_name(world, price),
        )
        for price, count in session["_prices"]
    ]
    return subscriptions.make_invoice(
        world, customer=session["customer"], lines=lines, reason="manual", notes=notes
    )
