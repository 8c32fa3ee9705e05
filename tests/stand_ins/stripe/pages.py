"""The pages for people: paying, the portal, invoices and receipts. Plain HTML, no script."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from tests.stand_ins.http_server import Exchange
from tests.stand_ins.stripe import (
    checkout,
    customers,
    invoices,
    portal,
    subscriptions,
)
from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.behaviours import Answer
from tests.stand_ins.stripe.refusals import Refusal, missing

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 30rem; padding: 1.5rem 1rem 4rem }
.note { background: #fff3c4; border-radius: .5rem; color: #4a3500; padding: .75rem 1rem }
.bad { color: #c02626 }
ul { list-style: none; padding: 0 }
li { border-bottom: 1px solid #8884; display: flex; gap: 1rem; justify-content: space-between;
  padding: .5rem 0 }
form { margin: .5rem 0 }
button { background: #8882; border: 1px solid #8886; border-radius: .5rem; color: inherit;
  font: inherit; min-height: 2.75rem; padding: .5rem 1rem; width: 100% }
button.main { background: #1f5eff; border-color: #1f5eff; color: #fff }
a { color: inherit; display: inline-block; min-height: 2.75rem; padding-top: .5rem }
"""
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£"}


def answer(account: Account, exchange: Exchange) -> Answer:
    """A page, or what one of its buttons does; the account's lock is held."""
    account.request = {"id": None, "idempotency_key": None}
    area, _slash, rest = exchange.path.strip("/").partition("/")
    name, _slash, act = rest.partition("/")
    thing = account.find(name)
    show = _AREAS.get(area)
    if show is None or thing is None:
        return _page(404, "Nothing is here", "<p>This address leads nowhere.</p>")
    account.livemode = thing.get("livemode", False)
    given = {key: value[0] for key, value in parse_qs(exchange.body.decode()).items()}
    try:
        return show(account, thing, act if exchange.method == "POST" else "", given)
    except Refusal as refusal:
        return _page(400, "That did not work", f"<p>{escape(str(refusal))}</p>")


def money(amount: int, currency: str) -> str:
    """An amount as people read it."""
    sign = "−" if amount < 0 else ""
    symbol = _SYMBOLS.get(currency, f"{currency.upper()} ")
    return f"{sign}{symbol}{abs(amount) / 100:,.2f}"


def _pay(account: Account, session: Thing, act: str, given: Thing) -> Answer:
    if session["status"] == "open" and act in ("pay", "late"):
        checkout.pay(account, session, late=act == "late")
    if session["status"] == "complete":
        return _redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
    if session["status"] == "expired":
        return _page(410, "This page has expired", _leave(session, "Go back and start again."))
    said = ""
    if act == "decline":
        checkout.decline(account, session)
        said = '<p class="bad" role="alert">The card was declined. Nothing was paid.</p>'
    return _page(200, "Pay", said + _order(account, session) + _ways(session))


def _order(account: Account, session: Thing) -> str:
    currency = session["currency"] or "usd"
    rows = [
        _row(f"{item['quantity']} × {item['description']}", money(item["amount_total"], currency))
        for item in checkout.items_of(account, session)
    ]
    total = _row("Total", money(session["amount_total"] or 0, currency))
    return f"<ul>{''.join(rows)}{total}</ul>"


def _ways(session: Thing) -> str:
    here = f"/pay/{session['id']}"
    total = money(session["amount_total"] or 0, session["currency"] or "usd")
    forms = _button(f"{here}/pay", f"Pay {total}", kind="main")
    if session["mode"] == "payment":
        forms += _button(f"{here}/late", "Pay by a slow method")
        forms += _button(f"{here}/decline", "Try a card that is declined")
    return forms + _leave(session, "Leave without paying")


def _leave(session: Thing, text: str) -> str:
    return f'<p><a href="{escape(session["cancel_url"] or "/")}">{text}</a></p>'


def _portal(account: Account, session: Thing, act: str, given: Thing) -> Answer:
    do = _PORTAL_ACTS.get(act)
    if do:
        do(account, session, given)
        return _redirect(f"/portal/{session['id']}")
    owner = session["customer"]
    body = "".join(
        _subscription(account, session, each)
        for each in account.all("subscription", customer=owner)
        if each["status"] != "canceled"
    )
    body = body or "<p>There is no subscription.</p>"
    body += "<h2>Card</h2>" + _button(f"/portal/{session['id']}/card", "Use a new card")
    bills = [
        _row(
            f'<a href="{each["hosted_invoice_url"]}">{each["number"]}</a> · {each["status"]}',
            money(each["total"], each["currency"]),
            is_safe=True,
        )
        for each in account.all("invoice", customer=owner)
    ]
    body += f"<h2>Invoices</h2><ul>{''.join(bills)}</ul>"
    body += f'<p><a href="{escape(session["return_url"] or "/")}">Return</a></p>'
    return _page(200, "Your subscription", body)


def _subscription(account: Account, session: Thing, subscription: Thing) -> str:
    item = subscription["items"]["data"][0]
    here, name = f"/portal/{session['id']}", subscription["id"]
    what = _price_name(account, item["price"])
    body = f"<h2>{escape(what)}</h2><p>Status: {subscription['status']}.</p>"
    if subscription["schedule"]:
        body += "<p>Another plan begins when this period ends.</p>"
    for price in portal.plans(account, session):
        if price["id"] != item["price"]["id"]:
            text = f"Switch to {_price_name(account, price)}"
            body += _button(f"{here}/switch", text, subscription=name, price=price["id"])
    if subscription["cancel_at_period_end"]:
        body += "<p>It ends with this period.</p>"
        return body + _button(f"{here}/resume", "Keep the subscription", subscription=name)
    return body + _button(f"{here}/cancel", "Cancel at the end of the period", subscription=name)


def _price_name(account: Account, price: Thing) -> str:
    name = (account.find(price["product"]) or {}).get("name", "Plan")
    each = (price["recurring"] or {}).get("interval", "once")
    return f"{name}, {money(price['unit_amount'], price['currency'])} a {each}"


def _own(account: Account, session: Thing, given: Thing) -> Thing:
    subscription = account.get("subscription", given.get("subscription"))
    if subscription["customer"] != session["customer"]:
        raise missing("subscription", subscription["id"])
    return subscription


def _switch(account: Account, session: Thing, given: Thing) -> None:
    portal.switch(account, session, _own(account, session, given), given.get("price", ""))


def _cancel(account: Account, session: Thing, given: Thing) -> None:
    name = _own(account, session, given)["id"]
    subscriptions.update(account, {"cancel_at_period_end": True}, name)


def _resume(account: Account, session: Thing, given: Thing) -> None:
    name = _own(account, session, given)["id"]
    subscriptions.update(account, {"cancel_at_period_end": False}, name)


def _new_card(account: Account, session: Thing, given: Thing) -> None:
    customer = account.get("customer", session["customer"])
    card = customers.card(account, customer["id"], {"email": customer["email"]})
    settings = customer["invoice_settings"] | {"default_payment_method": card["id"]}
    account.change(customer, "customer.updated", invoice_settings=settings)
    for subscription in account.all("subscription", customer=customer["id"]):
        if subscription["status"] != "canceled":
            values = {"default_payment_method": card["id"]}
            account.change(subscription, "customer.subscription.updated", **values)


_PORTAL_ACTS = {"switch": _switch, "cancel": _cancel, "resume": _resume, "card": _new_card}


def _invoice(account: Account, invoice: Thing, act: str, given: Thing) -> Answer:
    currency = invoice["currency"]
    rows = [
        _row(line["description"], money(line["amount"], currency))
        for line in invoice["lines"]["data"]
    ]
    total = _row("Total", money(invoice["total"], currency))
    status = f"<p>Status: {invoice['status']}.</p>"
    if act == "pay" and invoice["status"] == "open":
        invoices.pay(account, invoice)
        if found := account.find(invoices.subscription_of(invoice)):
            subscriptions.recovered(account, found)
        return _redirect(f"/invoices/{invoice['id']}")
    if invoice["status"] == "open":
        status += _button(f"/invoices/{invoice['id']}/pay", "Pay this invoice", kind="main")
    title = f"Invoice {invoice['number']}"
    return _page(200, title, f"<ul>{''.join(rows)}{total}</ul>{status}")


def _receipt(account: Account, charge: Thing, act: str, given: Thing) -> Answer:
    rows = _row("Paid", money(charge["amount_captured"], charge["currency"]))
    if charge["amount_refunded"]:
        rows += _row("Given back", money(charge["amount_refunded"], charge["currency"]))
    return _page(200, "Receipt", f"<ul>{rows}</ul>")


_AREAS = {"pay": _pay, "portal": _portal, "invoices": _invoice, "receipts": _receipt}


def _row(left: str, right: str, *, is_safe: bool = False) -> str:
    return f"<li><span>{left if is_safe else escape(left)}</span><b>{escape(right)}</b></li>"


def _button(action: str, text: str, *, kind: str = "", **fields: str) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    button = f'<button class="{kind}">{escape(text)}</button>'
    return f'<form method="post" action="{escape(action)}">{hidden}{button}</form>'


def _redirect(url: str) -> Answer:
    return Answer(303, b"", {"location": url, "cache-control": "no-store"}, "text/html")


def _page(status: int, title: str, body: str) -> Answer:
    text = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} – practice</title><style>{_STYLE}</style></head>
<body><p class="note">Practice payment page — no real money.</p>
<main><h1>{escape(title)}</h1>{body}</main></body></html>"""
    headers = {"cache-control": "no-store"}
    return Answer(status, text.encode(), headers, "text/html; charset=utf-8")
