"""What the stand-in's Stripe knows: objects, their events, and a clock that can be moved."""

from __future__ import annotations

import copy
import json
import pickle
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.stand_ins.stripe.wire import missing, new_id

Object = dict[str, Any]

VERSION = "2026-05-27.dahlia"

SHAPES: dict[str, Object] = json.loads(Path(__file__).with_name("shapes.json").read_text())
"""The keys of each kind of object in that version, with what stands there when nothing does."""


class World:
    """One account at Stripe. Callers hold :attr:`lock` while they change more than one thing."""

    def __init__(self, *, livemode: bool = False, state: Path | None = None) -> None:
        self.livemode = livemode
        self.lock = threading.RLock()
        self.things: dict[str, dict[str, Object]] = {}
        self.before: dict[str, Object] = {}
        self.secrets: dict[str, str] = {}
        self.offset = 0
        self.failing_renewals: set[str] = set()
        self.listeners: list[Callable[[Object], None]] = []
        self.site = ""
        self._state = state
        if state and state.exists():
            self._load(state)

    def now(self) -> int:
        """Seconds since 1970, as this world's clock has it."""
        return int(time.time()) + self.offset

    def make(self, kind: str, prefix: str, *, pk: str = "", **values: Any) -> Object:
        """A new object with all keys of its kind."""
        thing = copy.deepcopy(SHAPES[kind])
        thing |= {"id": pk or new_id(prefix), **values}
        if "livemode" in thing:
            thing["livemode"] = self.livemode
        if "created" in thing:
            thing["created"] = self.now()
        self.things.setdefault(kind, {})[thing["id"]] = thing
        return thing

    def change(self, thing: Object, *events: str, **values: Any) -> Object:
        """Change an object and tell of it, with what it was before."""
        previous = {key: copy.deepcopy(thing.get(key)) for key in values}
        self.before[thing["id"]] = copy.deepcopy(thing)
        thing.update(values)
        previous = {key: old for key, old in previous.items() if old != thing[key]}
        for event in events:
            self.emit(event, thing, previous if event.endswith(".updated") else None)
        return thing

    def emit(self, kind: str, thing: Object, previous: Object | None = None) -> Object:
        """An event with the object as it is now."""
        data: Object = {"object": copy.deepcopy(thing)}
        if previous:
            data["previous_attributes"] = previous
        event = self.make(
            "event", "evt", type=kind, data=data, api_version=VERSION, pending_webhooks=1
        )
        event["request"] = {"id": new_id("req"), "idempotency_key": None}
        for listener in self.listeners:
            listener(event)
        return event

    def get(self, kind: str, pk: Any, *, param: str = "id") -> Object:
        """Raises Refusal, as Stripe does."""
        found = self.things.get(kind, {}).get(str(pk))
        if found is None:
            raise missing(kind.split(".")[-1].replace("_", " "), pk, param=param)
        return found

    def every(self, kind: str, **values: Any) -> list[Object]:
        """Those with these values, the newest first."""
        things = reversed(list(self.things.get(kind, {}).values()))
        return [
            each for each in things if all(each.get(key) == value for key, value in values.items())
        ]

    def save(self) -> None:
        """Keep everything for the next start, where a file was given."""
        if self._state:
            kept = (self.things, self.secrets, self.offset)
            fresh = self._state.with_suffix(".new")
            fresh.write_bytes(pickle.dumps(kept))
            fresh.replace(self._state)

    def _load(self, state: Path) -> None:
        self.things, self.secrets, self.offset = pickle.loads(state.read_bytes())
