"""A webhook endpoint that keeps what it is given."""

from __future__ import annotations

import json
from typing import Any

from tests.stand_ins.http_server import Exchange, HttpServer


class Door(HttpServer):
    """Answers each post with the next of ``statuses``, then with 200."""

    secret = "whsec_of_the_door"

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[int] = []
        self.posts: list[tuple[bytes, str]] = []

    @property
    def url(self) -> str:
        """Where events go."""
        return f"http://127.0.0.1:{self.port}/webhook/"

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was posted, in the order of arrival."""
        return [json.loads(body) for body, _signature in self.posts]

    async def answer(self, exchange: Exchange) -> None:
        """Take it, or not."""
        self.posts.append((exchange.body, exchange.headers.get("stripe-signature", "")))
        await exchange.send_json(self.statuses.pop(0) if self.statuses else 200, {})
