"""Things to sell, made with the real SDK."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.stand_ins.stripe import StripeStandIn

# The SDK says of nearly everything that it may be None; tests know better.
Client = Any

SUCCESS = "https://easel.example/paid/?session={CHECKOUT_SESSION_ID}"


def a_price(client: Client, amount: int = 900, *, every: str = "", key: str = "") -> str:
    """The id of a price with a product of its own."""
    params: dict[str, Any] = {
        "currency": "usd",
        "unit_amount": amount,
        "product_data": {"name": f"Thing of {amount}"},
        **({"recurring": {"interval": every}} if every else {}),
        **({"lookup_key": key} if key else {}),
    }
    return client.v1.prices.create(params).id  # type: ignore[no-any-return]


def a_session(client: Client, price: str, **more: Any) -> Any:
    """A checkout session for one piece."""
    params = {
        "mode": "payment",
        "line_items": [{"price": price, "quantity": 1}],
        "success_url": SUCCESS,
        "cancel_url": "https://easel.example/billing/",
        "metadata": {"order": "7"},
        **more,
    }
    return client.v1.checkout.sessions.create(params)


def a_purchase(stand_in: StripeStandIn, client: Client, **more: Any) -> Any:
    """A session that is paid, with what the API says of it then."""
    session = a_session(client, a_price(client, more.pop("amount", 900)), **more)
    stand_in.pay(session.id)
    return client.v1.checkout.sessions.retrieve(session.id)


def a_subscription(stand_in: StripeStandIn, client: Client, price: str) -> Any:
    """A subscription bought on the page."""
    data = {"metadata": {"plan": "studio"}}
    session = a_session(client, price, mode="subscription", subscription_data=data)
    name = stand_in.pay(session.id)["subscription"]
    return client.v1.subscriptions.retrieve(name)


def post(url: str, **fields: str) -> int:
    """The status of a button's answer, without going where it leads."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", parts.path, urlencode(fields), headers)
    status = connection.getresponse().status
    connection.close()
    return status
