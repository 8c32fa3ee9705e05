"""Stripe's API and pages as an HTTP server on this machine."""

from __future__ import annotations

import asyncio
import base64
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stand_ins.http_server import Exchange, HttpServer
from tests.stand_ins.stripe import (
    catalogue,
    deliveries,
    money,
    pages,
    parameters,
    subscriptions,
    till,
)
from tests.stand_ins.stripe.behaviours import Behaviour
from tests.stand_ins.stripe.wire import Params, Refusal, decoded, missing, new_id, truth
from tests.stand_ins.stripe.world import VERSION, Object, World


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    method: str
    path: str
    params: Params
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Resource:
    """Where objects of a kind live, what the SDK calls their parameters, and what can be done."""

    kind: str
    names: str
    filters: tuple[str, ...] = ()
    create: Callable[[World, Params], Object] | None = None
    update: Callable[[World, str, Params], Object] | None = None
    delete: Callable[[World, str, Params], Object] | None = None


def _delete_customer(world: World, pk: str, params: Params) -> Object:
    customer = world.get("customer", pk)
    for each in world.every("subscription", customer=pk):
        if each["status"] != "canceled":
            subscriptions.cancel(world, each["id"], {})
    world.emit("customer.deleted", customer)
    customer["deleted"] = True
    return {"id": pk, "object": "customer", "deleted": True}


def _portal_session(world: World, params: Params) -> Object:
    customer = world.get("customer", params.get("customer"), param="customer")
    configurations = world.every("billing_portal.configuration")
    if not configurations:
        raise Refusal("No configuration provided and your default one has not been created.")
    session = world.make(
        "billing_portal.session",
        "bps",
        customer=customer["id"],
        configuration=params.get("configuration", configurations[-1]["id"]),
        return_url=params.get("return_url"),
    )
    session["url"] = f"{world.site}/portal/{session['id']}"
    return session


RESOURCES = {
    "customers": Resource(
        "customer",
        "Customer",
        ("email",),
        catalogue.make_customer,
        catalogue.update_customer,
        _delete_customer,
    ),
    "products": Resource(
        "product", "Product", ("active",), catalogue.make_product, catalogue.update_product
    ),
    "prices": Resource(
        "price",
        "Price",
        ("active", "product", "type"),
        catalogue.make_price,
        catalogue.update_price,
    ),
    "checkout/sessions": Resource(
        "checkout.session",
        "checkout.Session",
        ("customer", "payment_intent", "subscription", "status"),
        till.make_session,
    ),
    "payment_intents": Resource("payment_intent", "PaymentIntent", ("customer",)),
    "charges": Resource("charge", "Charge", ("customer", "payment_intent")),
    "refunds": Resource("refund", "Refund", ("charge", "payment_intent"), money.refund),
    "disputes": Resource("dispute", "Dispute", ("charge", "payment_intent")),
    "balance_transactions": Resource("balance_transaction", "BalanceTransaction", ("source",)),
    "invoices": Resource("invoice", "Invoice", ("customer", "status", "subscription")),
    "invoice_payments": Resource("invoice_payment", "InvoicePayment", ("invoice",)),
    "subscriptions": Resource(
        "subscription",
        "Subscription",
        ("customer", "status"),
        None,
        subscriptions.update,
        subscriptions.cancel,
    ),
    "subscription_schedules": Resource(
        "subscription_schedule", "SubscriptionSchedule", ("customer",)
    ),
    "payment_methods": Resource("payment_method", "PaymentMethod", ("customer", "type")),
    "webhook_endpoints": Resource(
        "webhook_endpoint",
        "WebhookEndpoint",
        (),
        catalogue.make_endpoint,
        catalogue.update_endpoint,
        catalogue.delete_endpoint,
    ),
    "billing_portal/configurations": Resource(
        "billing_portal.configuration",
        "billing_portal.Configuration",
        ("active",),
        catalogue.make_configuration,
        catalogue.update_configuration,
    ),
    "billing_portal/sessions": Resource(
        "billing_portal.session", "billing_portal.Session", (), _portal_session
    ),
    "events": Resource("event", "Event", ("type",)),
}

_PATH = re.compile(
    r"/v1/(?P<name>(?:checkout/|billing_portal/)?[a-z_]+)(?:/(?P<pk>[\w-]+))?(?:/(?P<verb>\w+))?$"
)
_EXPANDABLE = {
    "product": "product",
    "latest_invoice": "invoice",
    "charge": "charge",
    "payment_intent": "payment_intent",
    "customer": "customer",
    "latest_charge": "charge",
}


class StripeStandIn(HttpServer):
    """Serves while its context is open, as one account at Stripe.

    :attr:`world` holds the objects, :attr:`mail` the deliveries to webhook endpoints: held back
    until told, or with ``automatic`` sent by themselves. :meth:`next` and :meth:`always` make it
    misbehave, :attr:`requests` tells what came. People pay on its pages or by :meth:`pay`.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        api_key: str = "sk_test_standin0123456789",
        automatic: bool = False,
        delay: float = 0,
        late_after: float | None = None,
        state: Path | None = None,
    ) -> None:
        super().__init__(port=port)
        self.api_key = api_key
        self.world = World(livemode="_live_" in api_key, state=state)
        self.mail = deliveries.Deliveries(self.world, automatic=automatic, delay=delay)
        self.requests: deque[Received] = deque(maxlen=2000)
        self._late_after = late_after
        self._remembered: dict[str, tuple[str, Params, int, Object]] = {}
        self._next: dict[str, deque[Behaviour]] = {}
        self._always: dict[str, Behaviour] = {}

    def __enter__(self) -> StripeStandIn:
        super().__enter__()
        self.world.site = self.base_url
        return self

    def __exit__(self, *exception: object) -> None:
        self.mail.close()
        super().__exit__(*exception)

    @property
    def base_url(self) -> str:
        """What STRIPE_API_HOST should be."""
        return f"http://127.0.0.1:{self.port}"

    def next(self, *behaviours: Behaviour, on: str) -> None:
        """Answer the next requests like this. ``on`` is such as ``GET invoices``."""
        self._next.setdefault(on, deque()).extend(behaviours)

    def always(self, behaviour: Behaviour | None, *, on: str) -> None:
        """Answer all such requests like this; None ends it. ``*`` is every request."""
        if behaviour:
            self._always[on] = behaviour
        else:
            self._always.pop(on, None)

    def add_endpoint(self, url: str, *, secret: str, events: list[str] | None = None) -> Object:
        """A webhook endpoint whose secret we choose."""
        endpoint = catalogue.make_endpoint(
            self.world, {"url": url, "enabled_events": events or ["*"]}
        )
        self.world.secrets[endpoint["id"]] = secret
        return endpoint

    def pay(self, session_id: str, *, late: bool = False) -> Object:
        """The person pays on the page."""
        with self.world.lock:
            return till.pay(self.world, session_id, late=late)

    def settle_late(self, session_id: str, *, succeed: bool = True) -> Object:
        with self.world.lock:
            return till.settle_late(self.world, session_id, succeed=succeed)

    def decline(self, session_id: str) -> Object:
        with self.world.lock:
            return till.decline(self.world, session_id)

    def expire(self, session_id: str) -> Object:
        with self.world.lock:
            return till.expire(self.world, session_id, {})

    def refund(
        self, charge: str, amount: int | None = None, *, status: str = "succeeded"
    ) -> Object:
        params: Params = {"charge": charge} | ({"amount": amount} if amount else {})
        with self.world.lock:
            return money.refund(self.world, params, status=status)

    def settle_refund(self, refund: str, *, succeed: bool) -> Object:
        with self.world.lock:
            return money.settle_refund(self.world, refund, succeed=succeed)

    def dispute(self, charge: str, amount: int | None = None, *, inquiry: bool = False) -> Object:
        with self.world.lock:
            return money.dispute(self.world, charge, amount=amount, inquiry=inquiry)

    def close_dispute(self, dispute: str, *, won: bool) -> Object:
        with self.world.lock:
            return money.close_dispute(self.world, dispute, won=won)

    def change_plan(self, subscription: str, price: str, *, at_period_end: bool = False) -> None:
        """As in the portal: more at once, less at the end of the period."""
        with self.world.lock:
            own, wanted = (
                self.world.get("subscription", subscription),
                self.world.get("price", price),
            )
            if at_period_end:
                subscriptions.change_at_period_end(self.world, own, wanted)
            else:
                subscriptions.change_price(self.world, own, wanted, proration="always_invoice")

    def cancel(self, subscription: str, *, at_period_end: bool = True) -> Object:
        with self.world.lock:
            if at_period_end:
                return subscriptions.update(
                    self.world, subscription, {"cancel_at_period_end": "true"}
                )
            return subscriptions.cancel(self.world, subscription, {})

    def fail_renewals(self, subscription: str, *, fail: bool = True) -> None:
        """The card of this subscription is declined from now on, or works again."""
        (self.world.failing_renewals.add if fail else self.world.failing_renewals.discard)(
            subscription
        )

    def advance(self, *, days: float) -> None:
        """Move the clock; what becomes due happens."""
        with self.world.lock:
            subscriptions.advance(self.world, int(days * 86_400))

    def delete_customer(self, customer: str) -> None:
        with self.world.lock:
            _delete_customer(self.world, customer, {})

    def charge_of(self, payment_intent: str) -> Object:
        """The charge of a payment."""
        return self.world.every("charge", payment_intent=payment_intent)[0]

    async def answer(self, exchange: Exchange) -> None:
        if exchange.path.startswith("/v1/"):
            await self._answer_api(exchange)
        else:
            await self._answer_page(exchange)

    async def _answer_api(self, exchange: Exchange) -> None:
        text = exchange.query if exchange.method == "GET" else exchange.body.decode()
        params = decoded(text)
        self.requests.append(Received(exchange.method, exchange.path, params, exchange.headers))
        behaviour = self._behaviour(exchange)
        if behaviour.hangs:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(behaviour.hangs)
            await exchange.cut()
            return
        if behaviour.status:
            status, answer = behaviour.status, _error_of(behaviour.status)
        else:
            with self.world.lock:
                status, answer = self._obey(exchange, params, is_stale=behaviour.is_stale)
                self.world.save()
        if behaviour.cuts:
            await exchange.cut()
            return
        await exchange.send_json(status, answer, headers={"Request-Id": new_id("req")})

    def _behaviour(self, exchange: Exchange) -> Behaviour:
        match = _PATH.match(exchange.path)
        on = f"{exchange.method} {match['name'] if match else ''}"
        if self._next.get(on):
            return self._next[on].popleft()
        return self._always.get(on) or self._always.get("*") or Behaviour()

    def _obey(self, exchange: Exchange, params: Params, *, is_stale: bool) -> tuple[int, Object]:
        try:
            self._check_key(exchange)
            key = exchange.headers.get("idempotency-key", "")
            if exchange.method == "POST" and key in self._remembered:
                return self._repeated(exchange, params, key)
            status, answer = 200, self._call(exchange, params, is_stale=is_stale)
        except Refusal as refusal:
            return refusal.status, refusal.body
        if exchange.method == "POST" and key:
            self._remembered[key] = (exchange.path, params, status, answer)
        return status, answer

    def _check_key(self, exchange: Exchange) -> None:
        given = exchange.headers.get("authorization", "")
        if given.startswith("Basic "):
            given = base64.b64decode(given[6:]).decode().partition(":")[0]
        if given.removeprefix("Bearer ") != self.api_key:
            raise Refusal("Invalid API Key provided.", status=401)
        version = exchange.headers.get("stripe-version", VERSION)
        if version != VERSION:
            raise Refusal(f"Invalid Stripe API version: {version}")

    def _repeated(self, exchange: Exchange, params: Params, key: str) -> tuple[int, Object]:
        path, earlier, status, answer = self._remembered[key]
        if (path, earlier) != (exchange.path, params):
            raise Refusal(
                "Keys for idempotent requests can only be used with the same parameters.",
                kind="idempotency_error",
            )
        return status, answer

    def _call(self, exchange: Exchange, params: Params, *, is_stale: bool) -> Object:
        match = _PATH.match(exchange.path)
        if match is None or match["name"] not in RESOURCES:
            if exchange.path == "/v1/account":
                return self.world.make("account", "acct", pk="acct_standin", country="US")
            raise Refusal(
                f"Unrecognized request URL ({exchange.method}: {exchange.path}).", status=404
            )
        resource, pk, verb = RESOURCES[match["name"]], match["pk"], match["verb"]
        self._check(exchange.method, resource, pk, verb, params)
        if exchange.method == "DELETE" and resource.delete:
            return _public(resource.delete(self.world, pk, params))
        if exchange.method == "POST":
            return self._post(resource, pk, verb, params)
        if pk is None:
            return self._list(exchange.path, resource, params)
        thing = self._retrieved(resource, pk, is_stale=is_stale)
        if verb:
            lines: Object = thing.get("lines") or {"object": "list", "data": [], "has_more": False}
            return lines
        return self._expanded(_public(thing), params)

    def _check(
        self, method: str, resource: Resource, pk: str | None, verb: str | None, params: Params
    ) -> None:
        if verb:
            return
        word = {"GET": "Retrieve" if pk else "List", "POST": "Update" if pk else "Create"}
        names = f"{resource.names}{word.get(method, 'Delete')}Params"
        if method == "DELETE" and resource.kind == "subscription":
            names = "SubscriptionCancelParams"
        parameters.check(names, params)

    def _post(self, resource: Resource, pk: str | None, verb: str | None, params: Params) -> Object:
        if resource.kind == "checkout.session" and verb == "expire" and pk:
            return _public(till.expire(self.world, pk, params))
        if pk is None and resource.create:
            return self._expanded(_public(resource.create(self.world, params)), params)
        if pk and not verb and resource.update:
            return self._expanded(_public(resource.update(self.world, pk, params)), params)
        raise Refusal("Unrecognized request.", status=404)

    def _retrieved(self, resource: Resource, pk: str, *, is_stale: bool) -> Object:
        thing = self.world.get(resource.kind, pk)
        if thing.get("deleted"):
            return {"id": pk, "object": resource.kind, "deleted": True}
        return self.world.before.get(pk, thing) if is_stale else thing

    def _list(self, path: str, resource: Resource, params: Params) -> Object:
        wanted = {key: params[key] for key in resource.filters if key in params}
        if wanted.get("status") == "all":
            wanted.pop("status")
        elif resource.kind == "subscription" and "status" not in wanted:
            wanted["_not"] = "canceled"
        things = [
            each for each in self.world.every(resource.kind) if _matches(each, wanted, params)
        ]
        if after := params.get("starting_after"):
            ids = [each["id"] for each in things]
            if after not in ids:
                raise missing(resource.kind, after, param="starting_after")
            things = things[ids.index(after) + 1 :]
        limit = int(params.get("limit", 10))
        data = [
            self._expanded(_public(each), {"expand": _inner(params)}) for each in things[:limit]
        ]
        return {"object": "list", "data": data, "has_more": len(things) > limit, "url": path}

    def _expanded(self, thing: Object, params: Params) -> Object:
        answer = dict(thing)
        for path in params.get("expand", []):
            name = path.split(".")[0]
            if thing.get("object") == "invoice" and name == "payments":
                paid = self.world.every("invoice_payment", invoice=thing["id"])
                url = "/v1/invoice_payments"
                answer["payments"] = {"object": "list", "data": paid, "has_more": False, "url": url}
            elif name in _EXPANDABLE and isinstance(thing.get(name), str):
                answer[name] = _public(self.world.get(_EXPANDABLE[name], thing[name]))
        return answer

    async def _answer_page(self, exchange: Exchange) -> None:
        parts = exchange.path.strip("/").split("/")
        if parts == ["favicon.ico"]:
            await exchange.send(204, [], content_type="image/x-icon")
            return
        try:
            with self.world.lock:
                where, html = self._page(exchange.method, parts)
                self.world.save()
        except (Refusal, IndexError, KeyError):
            await exchange.send(404, [b"There is nothing here."], content_type="text/plain")
            return
        if where:
            await exchange.send(303, [b""], headers={"Location": where})
        else:
            await exchange.send(200, [html.encode()], content_type="text/html; charset=utf-8")

    def _page(self, method: str, parts: list[str]) -> tuple[str, str]:
        """Where to go on, or what to show."""
        world = self.world
        if parts[0] == "invoices":
            return "", pages.invoice(world, world.get("invoice", parts[1]))
        if parts[0] == "receipts":
            return "", pages.receipt(world, world.get("charge", parts[1]))
        if parts[0] == "portal":
            return self._portal(method, parts)
        session = world.get("checkout.session", parts[1])
        if method == "POST" and parts[2:] == ["decline"]:
            return "", pages.till(world, till.decline(world, session["id"]), declined=True)
        if method == "POST":
            is_late = parts[2:] == ["late"]
            till.pay(world, session["id"], late=is_late)
            if is_late and self._late_after is not None:
                self._loop.call_later(self._late_after, self.settle_late, session["id"])
            return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]), ""
        return "", pages.till(world, session)

    def _portal(self, method: str, parts: list[str]) -> tuple[str, str]:
        world = self.world
        session = world.get("billing_portal.session", parts[1])
        if method == "POST":
            own = world.get("subscription", parts[2])
            if own["customer"] != session["customer"]:
                raise missing("subscription", parts[2])
            if parts[3] == "to":
                self._change(own, world.get("price", parts[4]))
            else:
                ends = str(parts[3] == "cancel").lower()
                subscriptions.update(world, own["id"], {"cancel_at_period_end": ends})
            return f"/portal/{session['id']}", ""
        return "", pages.portal(world, session)

    def _change(self, own: Object, price: Object) -> None:
        old = subscriptions.item_of(own)["price"]
        self.change_plan(
            own["id"], price["id"], at_period_end=price["unit_amount"] < old["unit_amount"]
        )


def _public(thing: Object) -> Object:
    return {key: value for key, value in thing.items() if not key.startswith("_")}


def _inner(params: Params) -> list[str]:
    return [path.removeprefix("data.") for path in params.get("expand", [])]


def _matches(thing: Object, wanted: dict[str, Any], params: Params) -> bool:
    for key, value in wanted.items():
        if key == "_not":
            if thing["status"] == value:
                return False
        elif key == "active":
            if thing["active"] != truth(params, "active"):
                return False
        elif thing.get(key) != value:
            return False
    if keys := params.get("lookup_keys"):
        return thing.get("lookup_key") in keys
    if intent := params.get("payment", {}).get("payment_intent"):
        return bool(thing["payment"].get("payment_intent") == intent)
    since = int(params.get("created", {}).get("gte", 0)) if "created" in params else 0
    return bool(thing.get("created", since) >= since)


def _error_of(status: int) -> Object:
    codes = {404: "resource_missing", 429: "rate_limit"}
    kind = "invalid_request_error" if status < 500 else "api_error"
    return {"error": {"type": kind, "code": codes.get(status), "message": "As you wished."}}
