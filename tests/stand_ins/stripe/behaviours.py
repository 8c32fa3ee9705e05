"""Ways to misbehave, for :meth:`StripeStandIn.next` and :meth:`StripeStandIn.always`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.stand_ins.http_server import Exchange


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be sent."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    async def send(self, exchange: Exchange) -> None:
        """Send it in full."""
        await exchange.send(
            self.status, [self.body], headers=self.headers, content_type=self.content_type
        )


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the API: ``work`` does what it says, ``earlier`` answers with old facts."""

    exchange: Exchange
    work: Callable[[], Answer]
    earlier: Callable[[], Answer]


Behaviour = Callable[[Call], Awaitable[None]]


async def normal(call: Call) -> None:
    """As Stripe does on most days."""
    await call.work().send(call.exchange)


def fails(status: int = 500) -> Behaviour:
    """Nothing is done, and an error of theirs is answered."""
    return _says(status, "An unknown error occurred.", "api_error")


def busy(retry_after: int = 1) -> Behaviour:
    """Too many requests."""
    return _says(429, "Too many requests.", "invalid_request_error", retry_after=retry_after)


def missing() -> Behaviour:
    """The object is not there."""
    return _says(404, "No such object.", "invalid_request_error", code="resource_missing")


def hangs(seconds: float) -> Behaviour:
    """The answer takes this long."""

    async def behave(call: Call) -> None:
        await asyncio.sleep(seconds)
        await normal(call)

    return behave


def loses_answer() -> Behaviour:
    """The work is done, but the connection ends before the answer."""

    async def behave(call: Call) -> None:
        call.work()
        await call.exchange.cut()

    return behave


def cut() -> Behaviour:
    """Nothing is done and nothing is answered."""

    async def behave(call: Call) -> None:
        await call.exchange.cut()

    return behave


def stale() -> Behaviour:
    """The object as it was before its last change."""

    async def behave(call: Call) -> None:
        await call.earlier().send(call.exchange)

    return behave


def _says(
    status: int, message: str, kind: str, *, code: str | None = None, retry_after: int | None = None
) -> Behaviour:
    async def behave(call: Call) -> None:
        error = {"message": message, "type": kind, **({"code": code} if code else {})}
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        await call.exchange.send_json(status, {"error": error}, headers=headers)

    return behave
