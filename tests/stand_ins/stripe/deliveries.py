"""Events on their way to webhook endpoints: signed, and late, doubled or lost as we please."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from tests.stand_ins.stripe.world import Object, World

TIMEOUT = 30
BACKOFF = (0.5, 1, 2, 4, 8, 15, 30)
"""Seconds before each repetition in automatic mode; Stripe's own are hours."""


class Deliveries:
    """Holds events back until told, or with ``automatic`` sends each by itself, in its turn."""

    def __init__(self, world: World, *, automatic: bool = False, delay: float = 0) -> None:
        self.world = world
        self.pending: deque[Object] = deque()
        self.failed: list[Object] = []
        self.delay = delay
        self._bell = threading.Condition()
        self._is_closed = False
        if automatic:
            threading.Thread(target=self._run, daemon=True).start()
        world.listeners.append(self._hear)

    def close(self) -> None:
        """Send nothing more."""
        self._is_closed = True
        with self._bell:
            self._bell.notify_all()

    def deliver(
        self,
        event: Object,
        *,
        copies: int = 1,
        at_once: int = 1,
        timestamp: int | None = None,
        secret: str | None = None,
        scheme: str = "v1",
        change: Callable[[Object], Object] | None = None,
    ) -> list[int]:
        """Send one event to each endpoint that wants it; the statuses of the answers.

        ``change`` forges the body before it is signed; ``secret`` signs with another one.
        """
        body = json.dumps(change(event) if change else event)
        jobs = []
        for endpoint in self._wanting(event):
            key = secret or self.world.secrets[endpoint["id"]]
            signature = signed(body, key, timestamp=timestamp, scheme=scheme)
            jobs += [(endpoint["url"], body, signature)] * copies
        if at_once == 1:
            return [_post(*job) for job in jobs]
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(lambda job: _post(*job), jobs))

    def deliver_all(self, order: Iterable[int] | None = None) -> list[int]:
        """Send what is pending, by default in its order."""
        events = [self.pending.popleft() for _ in range(len(self.pending))]
        chosen = [events[at] for at in order] if order is not None else events
        return [status for event in chosen for status in self.deliver(event)]

    def lose(self) -> list[Object]:
        """What is pending never arrives."""
        lost = list(self.pending)
        self.pending.clear()
        return lost

    def _hear(self, event: Object) -> None:
        with self._bell:
            self.pending.append(event)
            self._bell.notify_all()

    def _wanting(self, event: Object) -> list[Object]:
        return [
            each
            for each in self.world.every("webhook_endpoint", status="enabled")
            if {"*", event["type"]} & set(each["enabled_events"])
        ]

    def _run(self) -> None:
        while not self._is_closed:
            with self._bell:
                self._bell.wait_for(lambda: self.pending or self._is_closed)
                event = self.pending.popleft() if self.pending else None
            if event:
                time.sleep(self.delay)
                self._persist(event)

    def _persist(self, event: Object) -> None:
        """Later ones do not wait for one that fails: it is repeated beside them."""
        if all(200 <= status < 300 for status in self.deliver(event)):
            return

        def again() -> None:
            for pause in BACKOFF:
                time.sleep(pause)
                statuses = self.deliver(event)
                if self._is_closed or all(200 <= status < 300 for status in statuses):
                    return
            self.failed.append(event)

        threading.Thread(target=again, daemon=True).start()


def signed(body: str, secret: str, *, timestamp: int | None = None, scheme: str = "v1") -> str:
    """The header Stripe-Signature; see https://docs.stripe.com/webhooks#verify-manually."""
    moment = int(time.time()) if timestamp is None else timestamp
    digest = hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={moment},{scheme}={digest}"


def _post(url: str, body: str, signature: str) -> int:
    """The status; 0 where nobody answered."""
    headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
    request = urllib.request.Request(url, body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
