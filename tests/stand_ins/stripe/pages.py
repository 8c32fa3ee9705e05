"""What a person sees: the till, the portal, an invoice. Plain HTML that works without scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from tests.stand_ins.stripe import subscriptions
from tests.stand_ins.stripe.wire import truth
from tests.stand_ins.stripe.world import Object, World

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; padding: 1.5rem; display: grid; place-items: center; min-height: 100vh;
  box-sizing: border-box; background: light-dark(#f6f5f2, #171614) }
main { width: min(100%, 26rem); padding: 1.5rem; border-radius: 1rem; box-sizing: border-box;
  background: light-dark(#fff, #23221f); box-shadow: 0 8px 28px #0002 }
h1 { margin: 0 0 1rem; font-size: 1.25rem }
.note { margin: 0 0 1.25rem; padding: .5rem .75rem; border-radius: .5rem; font-size: .875rem;
  background: light-dark(#fff3cd, #4a3c0b) }
.row { display: flex; justify-content: space-between; gap: 1rem; padding: .5rem 0 }
.sum { font-weight: 600; border-top: 1px solid #8884 }
form { margin: .5rem 0 0 }
button, .link { display: block; width: 100%; min-height: 2.75rem; box-sizing: border-box;
  padding: .625rem; border: 1px solid #8886; border-radius: .625rem; font: inherit;
  text-align: center; text-decoration: none; color: inherit; background: none; cursor: pointer }
.main { border: 0; font-weight: 600; color: #1d1600; background: #f4c430 }
.bad { color: light-dark(#a3221a, #ff9d94) }
""".strip()

NOTE = "Practice till: no card is asked for and no money moves."


def page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        f'<main><h1>{escape(title)}</h1><p class="note">{NOTE}</p>{body}</main></html>'
    )


def till(world: World, session: Object, *, declined: bool = False) -> str:
    rows = "".join(
        _row(subscriptions.product_name(world, price), price["unit_amount"], price["currency"])
        for price, _count in session["_prices"]
    )
    rows += _row("Total", session["amount_total"], session["currency"], css="row sum")
    if session["status"] != "open":
        return page("This page was used already", rows + _link(session["cancel_url"], "Back"))
    at = f"/pay/{session['id']}"
    said = '<p class="bad" role="alert">The card was declined. Try again.</p>' if declined else ""
    late = "" if session["mode"] == "subscription" else _button(f"{at}/late", "Pay by bank (late)")
    return page(
        "Pay",
        rows
        + said
        + _button(at, "Pay", css="main")
        + late
        + _button(f"{at}/decline", "Let the card be declined")
        + f"<form>{_link(session['cancel_url'], 'Leave without paying')}</form>",
    )


def portal(world: World, session: Object) -> str:
    at = f"/portal/{session['id']}"
    body = "".join(
        _subscription(world, session, each, at)
        for each in world.every("subscription", customer=session["customer"])
        if each["status"] in {"active", "past_due"}
    )
    for invoice in world.every("invoice", customer=session["customer"])[:10]:
        link = f'<a href="{escape(invoice["hosted_invoice_url"])}">{escape(invoice["number"])}</a>'
        body += _row(link, invoice["total"], invoice["currency"], is_safe=True)
    return page("Your plan and invoices", body + _link(session["return_url"], "Return"))


def invoice(world: World, thing: Object) -> str:
    rows = "".join(
        _row(line["description"], line["amount"], line["currency"])
        for line in thing["lines"]["data"]
    )
    rows += _row("Total", thing["total"], thing["currency"], css="row sum")
    return page(
        f"Invoice {thing['number']}", rows + _row("Paid", thing["amount_paid"], thing["currency"])
    )


def receipt(world: World, charge: Object) -> str:
    return page("Receipt", _row("Paid", charge["amount"], charge["currency"]))


def _subscription(world: World, session: Object, subscription: Object, at: str) -> str:
    item = subscriptions.item_of(subscription)
    day = datetime.fromtimestamp(item["current_period_end"], UTC).strftime("%d %B %Y")
    name = escape(subscriptions.product_name(world, item["price"]))
    ends = subscription["cancel_at_period_end"]
    verb = "ends" if ends else "renews"
    body = f"<p><b>{name}</b>, {verb} on {day}</p>"
    for price in offered(world, session):
        if price["id"] != item["price"]["id"]:
            label = f"Change to {escape(subscriptions.product_name(world, price))}"
            body += _button(f"{at}/{subscription['id']}/to/{price['id']}", label)
    word = "resume" if ends else "cancel"
    return body + _button(f"{at}/{subscription['id']}/{word}", f"{word.capitalize()} plan")


def offered(world: World, session: Object) -> list[Object]:
    """The prices that the portal's configuration lets people change to."""
    configuration = world.get("billing_portal.configuration", session["configuration"])
    update = configuration["features"].get("subscription_update", {})
    if not truth(update, "enabled"):
        return []
    ids = [price for each in update.get("products", []) for price in each["prices"]]
    return [world.get("price", pk) for pk in ids]


def _row(label: str, amount: int, currency: str, *, css: str = "row", is_safe: bool = False) -> str:
    text = label if is_safe else escape(label)
    money = f"{amount / 100:.2f} {escape(currency.upper())}"
    return f'<p class="{css}"><span>{text}</span><span>{money}</span></p>'


def _button(action: str, label: str, *, css: str = "") -> str:
    button = f'<button class="{css}">{label}</button>'
    return f'<form method="post" action="{escape(action)}">{button}</form>'


def _link(url: str, label: str) -> str:
    return f'<a class="link" href="{escape(url or "/")}">{label}</a>'
