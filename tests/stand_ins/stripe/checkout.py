"""Checkout sessions: what is offered on the page, and what paying makes of it."""

from __future__ import annotations

from tests.stand_ins.stripe import catalogue, customers, invoices, payments, subscriptions
from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.clock import DAY
from tests.stand_ins.stripe.refusals import missing, wrong

LEAST = 50
_COPIED = (
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer_email",
    "locale",
    "mode",
    "submit_type",
    "success_url",
)


def create(account: Account, params: Thing) -> Thing:
    """POST checkout/sessions."""
    mode = params.get("mode")
    if not mode:
        raise wrong("Missing required param: mode.", param="mode", code="parameter_missing")
    if not params.get("success_url"):
        raise wrong(
            "Missing required param: success_url.", param="success_url", code="parameter_missing"
        )
    if customer := params.get("customer"):
        account.get("customer", customer, param="customer")
    items = [_item(account, given, at) for at, given in enumerate(params.get("line_items", []))]
    prices = [item["price"] for item in items]
    _check(mode, prices)
    total = sum(item["amount_total"] for item in items)
    if mode == "payment" and total < LEAST:
        raise wrong(
            "The Checkout Session's total amount due must add up to at least $0.50 usd",
            code="amount_too_small",
        )
    session = account.make(
        "checkout.session",
        **{name: params[name] for name in _COPIED if name in params},
        amount_subtotal=total,
        amount_total=total,
        currency=prices[0]["currency"] if prices else params.get("currency"),
        customer=params.get("customer"),
        customer_creation=params.get("customer_creation", "if_required")
        if mode == "payment"
        else None,
        expires_at=params.get("expires_at", account.now + DAY),
        metadata=catalogue.merged({}, params.get("metadata", {})),
        invoice_creation=_invoicing(params) if mode == "payment" else None,
        payment_method_collection="always" if mode == "subscription" else None,
    )
    session["url"] = f"{account.base_url}/pay/{session['id']}"
    account.add(session)
    kept = ("payment_intent_data", "subscription_data")
    account.orders[session["id"]] = {
        "items": items,
        **{name: params.get(name) or {} for name in kept},
    }
    return session


def items_of(account: Account, session: Thing) -> list[Thing]:
    """What is for sale, as ``line_items`` shows it."""
    items: list[Thing] = account.orders[session["id"]]["items"]
    return items


def expire(account: Account, session: Thing) -> Thing:
    """POST checkout/sessions/ID/expire."""
    if session["status"] != "open":
        raise wrong(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of {session['status']}."
        )
    return account.change(session, "checkout.session.expired", status="expired", url=None)


def pay(account: Account, session: Thing, *, late: bool = False) -> Thing:
    """What the page's button does. A session can be paid once; later tries change nothing."""
    if session["status"] != "open":
        return session
    customer = _customer(account, session)
    who = {"email": customer["email"], "name": customer["name"]} if customer else {}
    method = customers.card(account, customer["id"] if customer else None, who)
    values: Thing = {}
    if session["mode"] == "subscription" and customer:
        values = _subscribe(account, session, customer, method)
    elif session["mode"] == "payment":
        values = _sell(account, session, customer, method, late=late)
    elif session["mode"] == "setup" and customer:
        values = {"payment_status": "no_payment_required"}
    account.change(
        session,
        "checkout.session.completed",
        customer=customer and customer["id"],
        customer_details=_details(customer, session),
        status="complete",
        url=None,
        **{"payment_status": "paid", **values},
    )
    if session["payment_status"] == "paid":
        _invoice(account, session, customer)
    return session


def decline(account: Account, session: Thing) -> None:
    """The card is refused; the page stays open."""
    if session["status"] != "open" or session["mode"] != "payment":
        return
    customer = account.find(session["customer"])
    intent = _intent(account, session, customer)
    account.change(session, payment_intent=intent["id"])
    payments.fail(account, intent, customers.card(account, None))


def settle_late(account: Account, session: Thing, *, succeed: bool) -> Thing:
    """The end of a late payment."""
    intent = account.get("payment_intent", session["payment_intent"])
    if intent["status"] != "processing":
        return session
    if not succeed:
        payments.fail(account, intent)
        account.tell("checkout.session.async_payment_failed", session)
        return session
    payments.succeed(account, intent)
    account.change(session, "checkout.session.async_payment_succeeded", payment_status="paid")
    _invoice(account, session, account.find(session["customer"]))
    return session


def _item(account: Account, given: Thing, at: int) -> Thing:
    where = f"line_items[{at}]"
    if data := given.get("price_data"):
        price = catalogue.create_price(account, data)
    else:
        price = account.get("price", given.get("price"), param=f"{where}[price]")
    if not price["active"]:
        raise wrong(
            "The price specified is inactive. This field only accepts active prices.",
            param=f"{where}[price]",
        )
    quantity = given.get("quantity", 1)
    amount = price["unit_amount"] * quantity
    product = account.find(price["product"])
    if product is None:
        raise missing("product", price["product"])
    return account.make(
        "item",
        amount_subtotal=amount,
        amount_total=amount,
        currency=price["currency"],
        description=product["name"],
        price=price,
        quantity=quantity,
    )


def _check(mode: str, prices: list[Thing]) -> None:
    if mode != "setup" and not prices:
        raise wrong(
            "Missing required param: line_items.", param="line_items", code="parameter_missing"
        )
    kinds = {price["type"] for price in prices}
    if mode == "payment" and "recurring" in kinds:
        raise wrong(
            "You specified `payment` mode but passed a recurring price. Either switch to "
            "`subscription` mode or use only one-time prices."
        )
    if mode == "subscription" and "recurring" not in kinds:
        raise wrong("You must provide at least one recurring price in `subscription` mode.")


def _invoicing(params: Thing) -> Thing:
    given = params.get("invoice_creation") or {}
    data = dict.fromkeys(
        ("account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options")
    )
    return {
        "enabled": given.get("enabled", False),
        "invoice_data": {**data, "metadata": {}, **given.get("invoice_data", {})},
    }


def _customer(account: Account, session: Thing) -> Thing | None:
    if session["customer"]:
        return account.get("customer", session["customer"], param="customer")
    is_needed = session["customer_creation"] == "always" or session["mode"] != "payment"
    is_needed = is_needed or (session["invoice_creation"] or {}).get("enabled")
    if not is_needed:
        return None
    email = session["customer_email"] or "somebody@example.com"
    return customers.create(account, {"email": email, "name": "Practice Person"})


def _details(customer: Thing | None, session: Thing) -> Thing:
    email = (customer or {}).get("email") or session["customer_email"] or "somebody@example.com"
    return {
        "address": dict.fromkeys(("city", "line1", "line2", "postal_code", "state"))
        | {"country": "US"},
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": (customer or {}).get("name") or "Practice Person",
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _intent(account: Account, session: Thing, customer: Thing | None) -> Thing:
    if found := account.find(session["payment_intent"]):
        return found
    data = account.orders[session["id"]]["payment_intent_data"]
    names = ("description", "metadata", "receipt_email", "setup_future_usage")
    return payments.intend(
        account,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=customer and customer["id"],
        **{name: data[name] for name in names if name in data},
    )


def _sell(
    account: Account, session: Thing, customer: Thing | None, method: Thing, *, late: bool
) -> Thing:
    intent = _intent(account, session, customer)
    if late:
        payments.process(account, intent, method)
    else:
        payments.succeed(account, intent, method)
    return {"payment_intent": intent["id"], "payment_status": "unpaid" if late else "paid"}


def _invoice(account: Account, session: Thing, customer: Thing | None) -> None:
    """Where the session asks for it, a one-time payment gets its invoice after it was paid."""
    is_wanted = (session["invoice_creation"] or {}).get("enabled")
    if not customer or customer.get("deleted") or not is_wanted:
        return
    period = {"start": account.now, "end": account.now}
    lines = [
        invoices.line(
            account,
            item["price"],
            amount=item["amount_total"],
            quantity=item["quantity"],
            description=item["description"],
            period=period,
            parent=_line_parent(account),
        )
        for item in items_of(account, session)
    ]
    invoice = invoices.create(
        account,
        customer=customer,
        lines=lines,
        currency=session["currency"],
        reason="manual",
        metadata=session["invoice_creation"]["invoice_data"]["metadata"] or {},
    )
    invoices.attach(account, invoice, account.get("payment_intent", session["payment_intent"]))
    invoices.settle(account, invoice)
    account.change(session, invoice=invoice["id"])


def _line_parent(account: Account) -> Thing:
    details = {
        "invoice_item": account.new_id("invoiceitem"),
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": None,
    }
    return {
        "type": "invoice_item_details",
        "invoice_item_details": details,
        "subscription_item_details": None,
    }


def _subscribe(account: Account, session: Thing, customer: Thing, method: Thing) -> Thing:
    data = account.orders[session["id"]]["subscription_data"]
    subscription = subscriptions.start(
        account,
        customer=customer,
        items=[(item["price"], item["quantity"]) for item in items_of(account, session)],
        method=method,
        metadata=data.get("metadata") or {},
        description=data.get("description"),
    )
    return {"subscription": subscription["id"], "invoice": subscription["latest_invoice"]}
