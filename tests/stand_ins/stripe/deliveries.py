"""Signs events and posts them to the endpoints that want them."""

from __future__ import annotations

import copy
import http.client
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from stripe import WebhookSignature

from tests.stand_ins.stripe.account import Account, Thing

TIMEOUT = 30
BACKOFF = (1, 3, 10, 30)
UNREACHED = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as it is told to the endpoints."""

    json: Thing

    @property
    def id(self) -> str:
        """``evt_…``"""
        return str(self.json["id"])

    @property
    def type(self) -> str:
        """Such as ``checkout.session.completed``."""
        return str(self.json["type"])

    @property
    def object(self) -> Thing:
        """The object as it was then."""
        found: Thing = self.json["data"]["object"]
        return found


@dataclass(frozen=True, slots=True)
class Delivery:
    """One post to an endpoint; status 0 says that nobody answered."""

    event: Event
    endpoint: str
    status: int


class Deliveries:
    """Holds events back, or sends each at once from a thread and again when it was not taken."""

    def __init__(self, account: Account, *, is_held: bool, delay: float = 0) -> None:
        self.is_held = is_held
        self.delay = delay
        self.pending: list[Event] = []
        self.done: deque[Delivery] = deque(maxlen=10_000)
        self._account = account
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="deliveries")
        self._running = 0
        self._idle = threading.Condition()
        self._stopped = threading.Event()

    def hear(self, event: Thing) -> None:
        """A new event; the account's lock is held."""
        endpoints = self.endpoints(event["type"])
        event["pending_webhooks"] = len(endpoints)
        told = Event(copy.deepcopy(event))
        if self.is_held:
            self.pending.append(told)
            return
        for endpoint in endpoints:
            with self._idle:
                self._running += 1
            self._pool.submit(self._keep_sending, told, endpoint)

    def endpoints(self, kind: str) -> list[Thing]:
        """Those that are switched on for events of this type."""
        return [
            endpoint
            for endpoint in self._account.all("webhook_endpoint", status="enabled")
            if {"*", kind} & set(endpoint["enabled_events"])
        ]

    def send(
        self,
        event: Event,
        endpoint: Thing,
        *,
        timestamp: int | None = None,
        secret: str | None = None,
        schemes: Sequence[str] = ("v1",),
        mutate: Callable[[Thing], Thing | None] | None = None,
        tamper: Callable[[bytes], bytes] | None = None,
    ) -> int:
        """Post once. ``mutate`` changes what is signed, ``tamper`` the bytes after signing."""
        told = copy.deepcopy(event.json)
        if mutate:
            told = mutate(told) or told
        text = json.dumps(told, indent=2)
        key = secret or self._account.secrets[endpoint["id"]]
        signature = signed(text, key, timestamp=timestamp, schemes=schemes)
        body = tamper(text.encode()) if tamper else text.encode()
        status = post(endpoint["url"], body, signature)
        self.done.append(Delivery(event, endpoint["id"], status))
        self._count(event, status)
        return status

    def wait(self, timeout: float = 10) -> bool:
        """Until nothing is on its way any more."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._running, timeout)

    def close(self) -> None:
        """Send nothing more."""
        self._stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _keep_sending(self, event: Event, endpoint: Thing) -> None:
        try:
            for pause in (self.delay, *BACKOFF):
                if self._stopped.wait(pause) or 200 <= self.send(event, endpoint) < 300:
                    return
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def _count(self, event: Event, status: int) -> None:
        with self._account.lock:
            stored = self._account.find(event.id)
            if stored and 200 <= status < 300:
                stored["pending_webhooks"] = max(0, stored["pending_webhooks"] - 1)


def signed(
    text: str, secret: str, *, timestamp: int | None = None, schemes: Sequence[str] = ("v1",)
) -> str:
    """The header Stripe-Signature, now or as of another moment (seconds since 1970)."""
    at = int(time.time()) if timestamp is None else timestamp
    header = str(WebhookSignature.generate_signature_header(text, secret, at))
    moment, _comma, signature = header.partition(",")
    value = signature.partition("=")[2]
    return ",".join([moment, *(f"{scheme}={value}" for scheme in schemes)])


def post(url: str, body: bytes, signature: str) -> int:
    """The status of the answer, 0 without one."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature,
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return UNREACHED
    finally:
        connection.close()
