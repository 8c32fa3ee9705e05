"""OpenAI's image, model and moderation endpoints, on this machine and at our command.

In tests::

    with OpenAIStandIn() as stand_in:
        stand_in.next(busy(retry_after=7), refuse())
        provider = OpenAIProvider(api_key=stand_in.api_key, base_url=stand_in.base_url)

By hand: ``python -m tests.stand_ins.openai --port 9100 --delay 3``.
"""

from __future__ import annotations

import argparse
import itertools
import re
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.stand_ins.http_server import Exchange, HttpServer
from tests.stand_ins.openai_behaviours import Behaviour, named_in
from tests.stand_ins.openai_call import Call
from tests.stand_ins.openai_rules import MODELS, Refusal, check_key, check_order, read_object
from tests.stand_ins.pictures import Drawn

IMAGES = "images/generations"
MODERATIONS = "moderations"
MODEL_LIST = "models"

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
_FLAG = re.compile(r"\[flagged(?: ([a-z/-]+))?\]")


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came, also one that was refused. ``at`` is the monotonic clock's seconds."""

    method: str
    path: str
    headers: dict[str, str]
    json: dict[str, Any]
    at: float


class OpenAIStandIn(HttpServer):
    """Serves while its context is open.

    ``api_key`` None takes any key. ``delay`` is the seconds each picture takes, ``weight`` about
    how many bytes a picture has. :attr:`requests` and :attr:`pictures` tell what came and went.
    """

    api_key = "sk-stand-in-0123456789abcdef"

    def __init__(
        self,
        *,
        port: int = 0,
        api_key: str | None = api_key,
        delay: float = 0,
        weight: int = 0,
        keep: int | None = None,
    ) -> None:
        super().__init__(port=port)
        self.requests: deque[Received] = deque(maxlen=keep)
        self.delay = delay
        self.weight = weight
        self._wanted_key = api_key
        self.api_key = api_key or self.api_key
        self._sent: list[Drawn] = []
        self._keep = keep
        self._numbers = itertools.count(1)
        self._next: dict[str, deque[Behaviour]] = {}
        self._always: dict[str, Behaviour] = {}

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL should be."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def pictures(self) -> list[bytes]:
        """The files sent in full, oldest first."""
        return [drawn.content for drawn in self._sent]

    @property
    def orders(self) -> list[dict[str, Any]]:
        """The JSON of the requests for pictures, oldest first."""
        return [request.json for request in self.requests if request.path == f"/v1/{IMAGES}"]

    def next(self, *behaviours: Behaviour, on: str = IMAGES) -> None:
        """Answer the next requests to an endpoint like this, one after the other."""
        self._next.setdefault(on, deque()).extend(behaviours)

    def always(self, behaviour: Behaviour, *, on: str = IMAGES) -> None:
        """Answer all requests to an endpoint like this, from when :meth:`next` has run out."""
        self._always[on] = behaviour

    def reset(self) -> None:
        """Forget what was scripted and what happened."""
        self._next.clear()
        self._always.clear()
        self._sent.clear()
        self.requests.clear()

    async def answer(self, exchange: Exchange) -> None:
        """Check the request as OpenAI would, then behave."""
        exchange.extra_headers |= {
            "x-request-id": f"req_{uuid4().hex}",
            "openai-version": "2020-10-01",
        }
        self._log(exchange)
        try:
            await self._answer(exchange)
        except Refusal as refusal:
            await exchange.send_json(refusal.status, refusal.body)

    async def _answer(self, exchange: Exchange) -> None:
        endpoint = exchange.path.removeprefix("/v1/")
        check_key(exchange.headers, self._wanted_key)
        normal = {
            ("POST", IMAGES): _draw,
            ("POST", MODERATIONS): _moderate,
            ("GET", MODEL_LIST): _list_models,
        }.get((exchange.method, endpoint))
        if normal is None:
            raise Refusal(404, f"Invalid URL ({exchange.method} {exchange.path})")
        order = read_object(exchange.body) if exchange.method == "POST" else {}
        if endpoint == IMAGES:
            check_order(order)
        call = Call(
            exchange=exchange,
            order=order,
            proceed=normal,
            next_number=lambda: next(self._numbers),
            sent=self._sent,
            delay=self.delay,
            weight=self.weight,
        )
        behave = self._scripted(endpoint) or named_in(order.get("prompt")) or normal
        await behave(call)
        if self._keep is not None:
            del self._sent[: -self._keep or None]

    def _scripted(self, endpoint: str) -> Behaviour | None:
        queue = self._next.get(endpoint)
        return queue.popleft() if queue else self._always.get(endpoint)

    def _log(self, exchange: Exchange) -> None:
        try:
            order = read_object(exchange.body)
        except Refusal:
            order = {}
        self.requests.append(
            Received(exchange.method, exchange.path, exchange.headers, order, time.monotonic())
        )


async def _draw(call: Call) -> None:
    await call.deliver()


async def _list_models(call: Call) -> None:
    models: dict[str, str | None] = dict.fromkeys(MODELS)
    ending = {"gpt-image-1.5": "2026-12-01"}
    others = {"gpt-5.5": None, "omni-moderation-latest": None}
    data = [
        {
            "id": name,
            "object": "model",
            "created": 1_760_000_000,
            "owned_by": "system",
            "shutdown_date": shutdown,
        }
        for name, shutdown in (models | ending | others).items()
    ]
    await call.exchange.send_json(200, {"object": "list", "data": data})


async def _moderate(call: Call) -> None:
    given = call.order.get("input")
    if not isinstance(given, str):
        raise Refusal(400, "Invalid type for 'input': expected a string.", param="input")
    names = {found or "violence" for found in _FLAG.findall(given)}
    result = {
        "flagged": bool(names),
        "categories": {name: name in names for name in CATEGORIES},
        "category_scores": {name: 0.98 if name in names else 0.0001 for name in CATEGORIES},
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
    }
    answer = {"id": f"modr-{uuid4().hex}", "model": "omni-moderation-latest", "results": [result]}
    await call.exchange.send_json(200, answer)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.stand_ins.openai", description=__doc__)
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--delay", type=float, default=0, help="seconds that a picture takes")
    parser.add_argument("--weight", type=int, default=0, help="about how many bytes a picture has")
    options = parser.parse_args()
    stand_in = OpenAIStandIn(
        port=options.port, api_key=None, delay=options.delay, weight=options.weight, keep=0
    )
    with stand_in:
        print(f"OPENAI_BASE_URL={stand_in.base_url} OPENAI_API_KEY=any", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("Good-bye.")


if __name__ == "__main__":
    main()
