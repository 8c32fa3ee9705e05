"""The stand-in itself: serves the API and the pages, and takes commands from tests."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl

from tests.stand_ins.http_server import Exchange, HttpServer
from tests.stand_ins.stripe import (
    api,
    checkout,
    pages,
    refunds,
    routes,
    subscriptions,
)
from tests.stand_ins.stripe.account import API_VERSION, Account, Thing
from tests.stand_ins.stripe.behaviours import Behaviour, Call, normal
from tests.stand_ins.stripe.clock import DAY, Clock
from tests.stand_ins.stripe.deliveries import Deliveries, Delivery, Event


@dataclass(frozen=True, slots=True)
class Received:
    """A request to the API as it came. ``at`` is the monotonic clock's seconds."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    at: float


class StripeStandIn(HttpServer):
    """Stripe on this machine, with all that it remembers, while its context is open.

    In tests::

        with StripeStandIn() as stand_in:
            stand_in.add_endpoint(f"{live_server.url}/stripe/webhook/", secret="whsec_x")
            session = client.v1.checkout.sessions.create(...)
            stand_in.pay(session.id)
            stand_in.deliver_all()

    ``api_key`` and ``base_url`` are what STRIPE_SECRET_KEY and STRIPE_API_HOST should be. A key
    with the same ending and another prefix is taken too; ``sk_live_`` makes live objects.

    People and banks: :meth:`pay`, :meth:`decline`, :meth:`settle_late`, :meth:`expire`,
    :meth:`refund`, :meth:`settle_refund`, :meth:`fail_refund`, :meth:`dispute`,
    :meth:`close_dispute`, :meth:`change_plan`, :meth:`cancel`, :meth:`delete_customer`.
    Time: :attr:`clock`, :meth:`advance`, :meth:`fail_next_renewals`, :meth:`mend_renewals`.

    Events are held back unless ``automatic``: :attr:`pending`, :meth:`hold`, :meth:`release`,
    :meth:`deliver`, :meth:`deliver_all`, :meth:`lose`, :meth:`lose_all`,
    :meth:`retry_failed`, :meth:`wait`.
    :attr:`deliveries` and :attr:`events` tell what was sent and what happened.

    Misbehaviour (``behaviours.py``): :meth:`next` and :meth:`always`, by method and path such as
    ``"GET invoices"``. :attr:`requests` tells what was asked of the API.
    :meth:`reset` forgets everything.
    """

    api_key = "sk_test_stand_in_0123456789abcdef"

    def __init__(
        self,
        *,
        port: int = 0,
        api_key: str | None = api_key,
        automatic: bool = False,
        delay: float = 0,
        settle_after: int | None = None,
        state: Path | None = None,
    ) -> None:
        super().__init__(port=port)
        self._wanted_key = api_key
        self.api_key = api_key or self.api_key
        self.account = Account()
        self.requests: deque[Received] = deque(maxlen=10_000)
        self._deliveries = Deliveries(self.account, is_held=not automatic, delay=delay)
        self.account.heard = self._deliveries.hear
        self._settle_after = settle_after
        self._state = state
        self._next: list[tuple[str, Behaviour]] = []
        self._always: dict[str, Behaviour] = {}
        if state and state.exists():
            self.account.load(json.loads(state.read_text()))

    def __enter__(self) -> Self:
        super().__enter__()
        self.account.base_url = self.base_url
        return self

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self._deliveries.close()
        self.save()

    @property
    def base_url(self) -> str:
        """What STRIPE_API_HOST should be."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_version(self) -> str:
        """The only version that is spoken."""
        return API_VERSION

    @property
    def clock(self) -> Clock:
        """The account's time; :meth:`advance` moves it and lets happen what falls due."""
        return self.account.clock

    # What there is

    def get(self, given: str) -> Thing:
        """An object by its id, as the API would show it now."""
        with self.account.lock:
            found: Thing = json.loads(json.dumps(self.account.objects[given]))
            return found

    def all(self, kind: str, **values: Any) -> list[Thing]:
        """The objects of a kind (``"invoice"``) with these values, newest first."""
        with self.account.lock:
            found: list[Thing] = json.loads(json.dumps(list(self.account.all(kind, **values))))
            return found

    @property
    def events(self) -> list[Event]:
        """All that happened, oldest first."""
        return [Event(event) for event in reversed(self.all("event"))]

    # People and banks

    def pay(self, session: str, *, late: bool = False) -> Thing:
        """Press the page's button; ``late`` pays by a slow method."""
        with self.account.lock:
            thing = self._found("checkout.session", session)
            checkout.pay(self.account, thing, late=late)
        return self.get(session)

    def decline(self, session: str) -> None:
        """Try to pay with a card that is refused."""
        with self.account.lock:
            checkout.decline(self.account, self._found("checkout.session", session))

    def expire(self, session: str) -> None:
        """Let the time for paying run out."""
        with self.account.lock:
            checkout.expire(self.account, self._found("checkout.session", session))

    def settle_late(self, session: str, succeed: bool = True) -> Thing:
        """The slow method's money comes, or does not."""
        with self.account.lock:
            thing = self._found("checkout.session", session)
            checkout.settle_late(self.account, thing, succeed=succeed)
        return self.get(session)

    def refund(self, paid: str, amount: int | None = None, status: str = "succeeded") -> Thing:
        """Give back a charge or payment intent, as from Stripe's dashboard."""
        with self.account.lock:
            charge = refunds.charge_of(self.account, paid)
            made = refunds.give_back(self._as_of(charge), charge, amount, status=status)
        return self.get(made["id"])

    def settle_refund(self, refund: str) -> Thing:
        """A pending refund arrives."""
        with self.account.lock:
            refunds.settle(self.account, self._found("refund", refund))
        return self.get(refund)

    def fail_refund(self, refund: str) -> Thing:
        """A refund comes back, also one that had succeeded."""
        with self.account.lock:
            refunds.fail(self.account, self._found("refund", refund))
        return self.get(refund)

    def dispute(
        self, paid: str, amount: int | None = None, inquiry: bool = False, withdraw: bool = True
    ) -> Thing:
        """The bank takes the money back; an inquiry only asks."""
        with self.account.lock:
            charge = refunds.charge_of(self.account, paid)
            account = self._as_of(charge)
            made = refunds.dispute(account, charge, amount, inquiry=inquiry, withdraw=withdraw)
        return self.get(made["id"])

    def close_dispute(self, dispute: str, won: bool = True) -> Thing:
        """The bank decides."""
        with self.account.lock:
            refunds.close(self.account, self._found("dispute", dispute), won=won)
        return self.get(dispute)

    def delete_customer(self, customer: str) -> None:
        """As from the dashboard: their subscriptions end too. A second time changes nothing."""
        with self.account.lock:
            if not self.account.objects[customer].get("deleted"):
                self._found("customer", customer)
                routes.delete_customer(self.account, {}, customer)

    def change_plan(self, subscription: str, price: str, *, at_period_end: bool = False) -> None:
        """As in the portal: more at once, less at the end of the period."""
        with self.account.lock:
            thing = self._found("subscription", subscription)
            item = thing["items"]["data"][0]
            wanted = [{"id": item["id"], "price": price, "quantity": item["quantity"]}]
            if at_period_end:
                subscriptions.schedule(self.account, thing, wanted)
            else:
                subscriptions.switch(self.account, thing, wanted, "always_invoice")

    def cancel(self, subscription: str, *, at_period_end: bool = True) -> Thing:
        """The person gives the subscription up; or it ends at once."""
        with self.account.lock:
            thing = self._found("subscription", subscription)
            if at_period_end:
                subscriptions.update(self.account, {"cancel_at_period_end": True}, subscription)
            else:
                subscriptions.cancel(self.account, thing)
        return self.get(subscription)

    def charge_of(self, paid: str) -> Thing:
        """The charge by which a payment intent was paid."""
        with self.account.lock:
            return self.get(refunds.charge_of(self.account, paid)["id"])

    # Time

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        """Move the clock, and let what falls due happen one after the other."""
        with self.account.lock:
            now = self.account.now
            self._happen_until(now + int(days * DAY + hours * 3600 + seconds))
        self.save()

    def tick(self) -> None:
        """Let happen what has fallen due by now."""
        with self.account.lock:
            happened = self._happen_until(self.account.now)
        if happened:
            self.save()

    def fail_next_renewals(
        self, subscription: str = subscriptions.EVERYTHING, attempts: int | None = None
    ) -> None:
        """Refuse the next attempts to collect (None: all, until :meth:`mend_renewals`).

        A customer's id refuses what is confirmed by the API for them.
        """
        with self.account.lock:
            self.account.failing[subscription] = attempts

    def mend_renewals(self, subscription: str = subscriptions.EVERYTHING) -> None:
        """Let them pass again."""
        with self.account.lock:
            self.account.failing.pop(subscription, None)

    # Events

    @property
    def pending(self) -> list[Event]:
        """What is held back, oldest first."""
        return list(self._deliveries.pending)

    @property
    def deliveries(self) -> list[Delivery]:
        """What was sent, oldest first."""
        return list(self._deliveries.done)

    def hold(self) -> None:
        """Keep new events back."""
        self._deliveries.is_held = True

    def release(self) -> None:
        """Send new events at once, each from a thread, with retries."""
        self._deliveries.is_held = False

    def add_endpoint(
        self, url: str, secret: str | None = None, events: Sequence[str] = ("*",)
    ) -> Thing:
        """An endpoint with its ``secret``; the same address replaces the earlier one."""
        with self.account.lock:
            for old in list(self.account.all("webhook_endpoint", url=url)):
                del self.account.objects[old["id"]]
            params = {"url": url, "enabled_events": list(events), "api_version": API_VERSION}
            made = routes.create_endpoint(self.account, params)
            if secret:
                self.account.secrets[made["id"]] = secret
            return made | {"secret": self.account.secrets[made["id"]]}

    def deliver(
        self,
        event: Event,
        endpoint: str | None = None,
        *,
        copies: int = 1,
        at_once: int = 1,
        timestamp: int | None = None,
        secret: str | None = None,
        schemes: Sequence[str] = ("v1",),
        mutate: Callable[[Thing], Thing | None] | None = None,
        tamper: Callable[[bytes], bytes] | None = None,
    ) -> list[int]:
        """Post an event and return the statuses; 0 where nobody answered.

        ``endpoint`` (an id) None means all that want it. ``at_once`` is how many are on their
        way together. ``mutate`` changes the event before it is signed, ``tamper`` the bytes after.
        """
        self.lose(event)
        with self.account.lock:
            endpoints = self._deliveries.endpoints(event.type)
            if endpoint:
                endpoints = [self.account.objects[endpoint]]

        def send(to: Thing) -> int:
            return self._deliveries.send(
                event,
                to,
                timestamp=timestamp,
                secret=secret,
                schemes=schemes,
                mutate=mutate,
                tamper=tamper,
            )

        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(send, endpoints * copies))

    def deliver_all(
        self, order: Callable[[list[Event]], Iterable[Event]] | None = None
    ) -> list[int]:
        """Deliver what is held back, until nothing is; ``order`` arranges each round."""
        statuses: list[int] = []
        while events := self.pending:
            for event in order(events) if order else events:
                statuses += self.deliver(event)
        return statuses

    def lose(self, event: Event) -> None:
        """Let a held event never be delivered."""
        self._deliveries.pending = [each for each in self.pending if each.id != event.id]

    def lose_all(self) -> list[Event]:
        """Let none of the held events be delivered; which they were."""
        lost, self._deliveries.pending = self.pending, []
        return lost

    def retry_failed(self) -> list[int]:
        """Deliver again what an endpoint has not yet taken."""
        last = {(each.event.id, each.endpoint): each for each in self.deliveries}
        taken = {
            (each.event.id, each.endpoint) for each in self.deliveries if 200 <= each.status < 300
        }
        missed = [each for name, each in last.items() if name not in taken]
        return [status for each in missed for status in self.deliver(each.event, each.endpoint)]

    def wait(self, timeout: float = 10) -> bool:
        """Until automatic deliveries have arrived; False when they have not in time."""
        return self._deliveries.wait(timeout)

    # Misbehaviour

    def next(self, *behaviours: Behaviour, on: str = "*") -> None:
        """Answer the next requests like this; ``on`` is such as ``GET invoices``."""
        self._next += [(on, behaviour) for behaviour in behaviours]

    def always(self, behaviour: Behaviour | None, *, on: str = "*") -> None:
        """Answer all requests like this when :meth:`next` has run out; None ends it."""
        self._always.pop(on, None)
        if behaviour:
            self._always[on] = behaviour

    def reset(self) -> None:
        """Forget everything: objects, events, requests and what was scripted."""
        with self.account.lock:
            self.account.forget()
            self.lose_all()
            self._deliveries.done.clear()
            self.requests.clear()
            self._next.clear()
            self._always.clear()

    # Serving

    async def answer(self, exchange: Exchange) -> None:
        """A request to the API, or one for a page."""
        if exchange.path == "/favicon.ico":
            await exchange.send(204, [], content_type="image/x-icon")
            return
        if not exchange.path.startswith("/v1/"):
            with self.account.lock:
                page = pages.answer(self.account, exchange)
                self._remember_late()
            self.save()
            await page.send(exchange)
            return
        params = dict(parse_qsl(api.form(exchange), keep_blank_values=True))
        received = exchange.method, exchange.path, params, exchange.headers, time.monotonic()
        self.requests.append(Received(*received))
        call = Call(exchange, lambda: self._work(exchange), lambda: self._earlier(exchange))
        await self._behaviour(exchange)(call)

    def save(self) -> None:
        """Write the state to its file, if there is one."""
        if self._state is None:
            return
        with self.account.lock:
            text = json.dumps(self.account.dump())
            fresh = self._state.with_suffix(".new")
            fresh.write_text(text)
            fresh.replace(self._state)

    def run(self) -> None:
        """Let time pass until the process is interrupted."""
        while True:
            threading.Event().wait(1)
            self.tick()

    def _work(self, exchange: Exchange) -> Any:
        with self.account.lock:
            answer = api.work(self.account, exchange, self._wanted_key)
        if exchange.method != "GET":
            self.save()
        return answer

    def _earlier(self, exchange: Exchange) -> Any:
        with self.account.lock:
            return api.earlier(self.account, exchange)

    def _behaviour(self, exchange: Exchange) -> Behaviour:
        for place, (on, behaviour) in enumerate(self._next):
            if _concerns(on, exchange):
                del self._next[place]
                return behaviour
        for on, behaviour in self._always.items():
            if _concerns(on, exchange):
                return behaviour
        return normal

    def _found(self, kind: str, given: str) -> Thing:
        thing = self.account.objects[given]
        return self._as_of(thing).get(kind, given)

    def _as_of(self, thing: Thing) -> Account:
        """The account, acting in the mode of the object and on nobody's request."""
        self.account.livemode = thing.get("livemode", self.account.livemode)
        self.account.request = {"id": None, "idempotency_key": None}
        return self.account

    def _remember_late(self) -> None:
        if self._settle_after is None:
            return
        for session in self.account.all("checkout.session", status="complete"):
            if session["payment_status"] == "unpaid":
                due = self.account.now + self._settle_after
                self.account.late.setdefault(session["id"], due)

    def _happen_until(self, target: int) -> bool:
        account, happened = self.account, False
        while due := [each for each in self._due() if each[0] <= target]:
            at, name = min(due)
            account.clock.move_to(at)
            self._happen(self._as_of(account.objects[name]).objects[name])
            happened = True
        account.clock.move_to(target)
        return happened

    def _due(self) -> list[tuple[int, str]]:
        account = self.account
        found = [(at, name) for name, at in account.late.items()]
        for session in account.all("checkout.session", status="open"):
            found.append((session["expires_at"], session["id"]))
        for subscription in account.all("subscription"):
            if at := subscriptions.next_due(account, subscription):
                found.append((at, subscription["id"]))
        return found

    def _happen(self, thing: Thing) -> None:
        if thing["object"] == "subscription":
            subscriptions.happen(self.account, thing)
        elif self.account.late.pop(thing["id"], None):
            checkout.settle_late(self.account, thing, succeed=True)
        else:
            checkout.expire(self.account, thing)


def _concerns(on: str, exchange: Exchange) -> bool:
    if on == "*":
        return True
    method, _space, path = on.partition(" ")
    asked = exchange.path.removeprefix("/v1/")
    return method == exchange.method and (asked == path or asked.startswith(f"{path}/"))
