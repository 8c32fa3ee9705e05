"""All that the stand-in knows: its objects by id, the time, and what has happened."""

from __future__ import annotations

import copy
import itertools
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any

from tests.stand_ins.stripe.clock import Clock
from tests.stand_ins.stripe.refusals import missing
from tests.stand_ins.stripe.shapes import blank

API_VERSION = "2026-05-27.dahlia"
Thing = dict[str, Any]

_KEPT = ("objects", "before", "orders", "secrets", "answers", "failing", "late")
_PREFIXES = {
    "account": "acct",
    "balance_transaction": "txn",
    "billing_portal.configuration": "bpc",
    "billing_portal.session": "bps",
    "charge": "ch",
    "checkout.session": "cs_test",
    "customer": "cus",
    "dispute": "dp",
    "event": "evt",
    "invoice": "in",
    "invoice_payment": "inpay",
    "invoiceitem": "ii",
    "item": "li",
    "line_item": "il",
    "payment_intent": "pi",
    "payment_method": "pm",
    "price": "price",
    "product": "prod",
    "refund": "re",
    "setup_intent": "seti",
    "subscription": "sub",
    "subscription_item": "si",
    "subscription_schedule": "sub_sched",
    "webhook_endpoint": "we",
}


class Account:
    """One Stripe account with its objects, kept in the order in which they were made.

    Whoever reads or changes it holds :attr:`lock`. Objects are stored as the API shows them by
    default, with ids where they can be expanded. ``heard`` is called with each new event.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.objects: dict[str, Thing] = {}
        self.before: dict[str, Thing] = {}
        self.orders: dict[str, Thing] = {}
        self.secrets: dict[str, str] = {}
        self.answers: dict[str, Thing] = {}
        self.failing: dict[str, int | None] = {}
        self.late: dict[str, int] = {}
        self.livemode = False
        self.base_url = ""
        self.request: Thing = {"id": None, "idempotency_key": None}
        self.heard: Callable[[Thing], None] = lambda event: None
        self._numbers = itertools.count(1)

    @property
    def now(self) -> int:
        """Seconds since 1970 by the account's own clock."""
        return self.clock.now()

    def new_id(self, kind: str) -> str:
        """A name that no other object has; Stripe's are as long."""
        if kind == "checkout.session" and self.livemode:
            return f"cs_live_{secrets.token_hex(24)}"
        return f"{_PREFIXES[kind]}_{next(self._numbers):06d}{secrets.token_hex(9)}"

    def make(self, kind: str, /, **values: Any) -> Thing:
        """A new object that is not stored yet; what is not given is as the shape has it."""
        thing = blank(kind) | {"id": self.new_id(kind), "object": kind}
        dated = {"created": self.now, "livemode": self.livemode}
        thing |= {name: value for name, value in dated.items() if name in thing}
        return thing | values

    def add(self, thing: Thing, *events: str) -> Thing:
        """Store an object and tell of it."""
        self.objects[thing["id"]] = thing
        for event in events:
            self.tell(event, thing)
        return thing

    def change(self, thing: Thing, /, *events: str, **values: Any) -> Thing:
        """Change an object, keep what it was, and tell of the difference."""
        earlier = copy.deepcopy(thing)
        thing |= values
        changed = {name: earlier.get(name) for name in values if earlier.get(name) != thing[name]}
        if changed:
            self.before[thing["id"]] = earlier
        for event in events:
            differs = event.endswith(".updated")
            if changed or not differs:
                self.tell(event, thing, previous=changed if differs else None)
        return thing

    def tell(self, kind: str, thing: Thing, *, previous: Thing | None = None) -> Thing:
        """Write an event down and hand it to the deliveries."""
        data: Thing = {"object": copy.deepcopy(thing)}
        if previous is not None:
            data["previous_attributes"] = copy.deepcopy(previous)
        event = self.make(
            "event",
            type=kind,
            data=data,
            api_version=API_VERSION,
            request=dict(self.request),
            livemode=thing.get("livemode", self.livemode),
        )
        self.objects[event["id"]] = event
        self.heard(event)
        return event

    def get(self, kind: str, given: Any, *, param: str = "id") -> Thing:
        """The object of this kind and id, or a refusal."""
        thing = self.objects.get(given or "")
        if thing is None or thing["object"] != kind or thing.get("deleted"):
            raise missing(kind, str(given), param=param)
        if thing.get("livemode", self.livemode) != self.livemode:
            raise missing(kind, str(given), param=param)
        return thing

    def find(self, given: str | None) -> Thing | None:
        """Any object by its id."""
        return self.objects.get(given or "")

    def all(self, kind: str, **values: Any) -> Iterator[Thing]:
        """The objects of a kind that have these values, newest first."""
        for thing in reversed(list(self.objects.values())):
            if thing["object"] == kind and all(
                thing.get(name) == value for name, value in values.items()
            ):
                yield thing

    def forget(self) -> None:
        """Begin anew, as on the first day."""
        for name in _KEPT:
            getattr(self, name).clear()
        self.clock.offset = 0

    def dump(self) -> Thing:
        """All of it, as JSON can write it."""
        return {name: getattr(self, name) for name in _KEPT} | {
            "offset": self.clock.offset,
            "number": len(self.objects) + 1,
        }

    def load(self, written: Thing) -> None:
        """What :meth:`dump` gave."""
        for name in _KEPT:
            setattr(self, name, written[name])
        self.clock.offset = written["offset"]
        self._numbers = itertools.count(written["number"])
