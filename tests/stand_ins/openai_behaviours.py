"""The bad days of an image provider. Each function returns a behaviour for one answer.

Most can be named in a prompt as well: ``a lighthouse [busy]``, ``a cat [slow 3]``, ``[500]``.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tests.stand_ins.openai_call import Call, as_drawn
from tests.stand_ins.openai_rules import Refusal
from tests.stand_ins.pictures import Drawn, bomb, in_format

Behaviour = Callable[[Call], Awaitable[None]]
Maker = TypeVar("Maker", bound=Callable[..., Behaviour])

BY_NAME: dict[str, Callable[..., Behaviour]] = {}
_WORD = re.compile(r"\[([a-z][a-z0-9 ]*?)(?: ([0-9]+(?:\.[0-9]+)?))?\]|\[([1-5][0-9][0-9])\]")


def named_in(text: object) -> Behaviour | None:
    """Return the first behaviour that a prompt asks for."""
    for name, number, status in _WORD.findall(text if isinstance(text, str) else ""):
        if status:
            return busy() if status == "429" else fail(int(status))
        if name in BY_NAME:
            arguments = [float(number) if "." in number else int(number)] if number else []
            return BY_NAME[name](*arguments)
    return None


def _named(maker: Maker) -> Maker:
    BY_NAME[maker.__name__.replace("_", " ")] = maker
    return maker


# Errors with a status


@_named
def busy(retry_after: float | str | None = 2, *, milliseconds: int | None = None) -> Behaviour:
    """429; ``retry_after`` is seconds or an HTTP date."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    if milliseconds is not None:
        headers["retry-after-ms"] = str(milliseconds)
    return refusing(
        Refusal(429, "Rate limit reached.", "tokens", code="rate_limit_exceeded"), headers
    )


@_named
def quota() -> Behaviour:
    """429, but the account is empty."""
    message = "You exceeded your current quota, please check your plan and billing details."
    return refusing(Refusal(429, message, "insufficient_quota", code="insufficient_quota"))


@_named
def billing_limit() -> Behaviour:
    """The other empty account, which comes with 400."""
    message = "Billing hard limit has been reached"
    return refusing(Refusal(400, message, code="billing_hard_limit_reached"))


@_named
def refuse(code: str = "moderation_blocked") -> Behaviour:
    """The safety system says no."""
    message = "Your request was rejected by the safety system. safety_violations=[violence]."
    return refusing(Refusal(400, message, "image_generation_user_error", code=code))


@_named
def reject() -> Behaviour:
    """A plain 400."""
    return refusing(Refusal(400, "Invalid value.", param="size", code="invalid_value"))


@_named
def unauthorised(message: str = "Incorrect API key provided.") -> Behaviour:
    """401, as after a key was withdrawn."""
    return refusing(Refusal(401, message, code="invalid_api_key"))


@_named
def fail(status: int = 500) -> Behaviour:
    """Any status, in OpenAI's error shape."""
    return refusing(Refusal(status, "The server had an error.", "server_error"))


def refusing(refusal: Refusal, headers: dict[str, str] | None = None) -> Behaviour:
    """Answer with an error of your own."""

    async def behave(call: Call) -> None:
        await call.exchange.send_json(refusal.status, refusal.body, headers=headers)

    return behave


@_named
def html(status: int = 200) -> Behaviour:
    """A page where JSON should be, such as a captive portal or a proxy sends."""
    page = b"<!doctype html><title>Maintenance</title><p>We will be back {soon}.</p>"
    return saying(page, content_type="text/html", status=status)


@_named
def text() -> Behaviour:
    """Plain words with status 200."""
    return saying(b"upstream said nothing", content_type="text/plain")


@_named
def nothing() -> Behaviour:
    """Status 200 and not one byte."""
    return saying(b"")


@_named
def garbage() -> Behaviour:
    """Braces that match, and still no JSON."""
    return saying(b'{"created": 1, "data": [b64_json]}')


def saying(
    body: bytes,
    *,
    content_type: str = "application/json",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Behaviour:
    """Answer with a body of your own."""

    async def behave(call: Call) -> None:
        await call.exchange.send(status, [body], content_type=content_type, headers=headers)

    return behave


@_named
def redirect(to: str = "http://127.0.0.1:9/elsewhere") -> Behaviour:
    """307, which asks a client to send the same again to another place, key and all."""
    return saying(b"", status=307, headers={"location": to})


# Connections and time


@_named
def slow(seconds: float = 3) -> Behaviour:
    """A good answer, later than usual."""

    async def behave(call: Call) -> None:
        call.delay = seconds
        if not call.order.get("prompt"):
            await asyncio.sleep(seconds)
        await call.proceed(call)

    return behave


@_named
def hang() -> Behaviour:
    """No answer, ever."""
    return slow(24 * 60 * 60)


@_named
def cut() -> Behaviour:
    """The connection closes before a word was said."""

    async def behave(call: Call) -> None:
        await call.exchange.cut()

    return behave


@_named
def cut_in_body(share: float = 0.5, *, chunked: bool = False) -> Behaviour:
    """The connection closes after this share of the answer."""

    async def behave(call: Call) -> None:
        body = b"".join(call.answer(call.draw(call.count)))
        promise = {"transfer-encoding": "chunked"} if chunked else {"content-length": len(body)}
        headers = {name: str(value) for name, value in promise.items()}
        await call.exchange.begin(200, content_type="application/json", headers=headers)
        part = body[: int(len(body) * share)]
        await (call.exchange.chunk(part) if chunked else call.exchange.write(part))
        await call.exchange.cut()

    return behave


@_named
def truncated(share: float = 0.5) -> Behaviour:
    """The whole of a shorter answer: HTTP is content, the JSON stops in the middle."""

    async def behave(call: Call) -> None:
        body = b"".join(call.answer(call.draw(call.count)))
        await call.exchange.send(200, [body[: int(len(body) * share)]])

    return behave


@_named
def trickle(pause: float = 0.05, *, head_too: bool = False) -> Behaviour:
    """A byte at a time, for ever: the header lines as well, or only the body."""

    async def behave(call: Call) -> None:
        if head_too:
            await call.exchange.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
        else:
            await call.exchange.begin(200, content_type="application/json")
        while True:
            await call.exchange.write(b" " if not head_too else b"a")
            await asyncio.sleep(pause)

    return behave


def endless(status: int = 200, filler: bytes = b"x" * 65536) -> Behaviour:
    """A body without end, as fast as it goes."""

    async def behave(call: Call) -> None:
        await call.exchange.begin(status, content_type="application/json")
        while True:
            await call.exchange.write(filler)

    return behave


# Pictures that are none, or not the right ones


@_named
def deliver(count: int) -> Behaviour:
    """Fewer pictures than ordered, or more."""

    async def behave(call: Call) -> None:
        await call.deliver(call.draw(count))

    return behave


def sending(make: Callable[[tuple[int, int]], bytes]) -> Behaviour:
    """Any bytes in place of each picture; ``make`` is told the size."""

    async def behave(call: Call) -> None:
        await call.deliver([as_drawn(make(call.size)) for _ in range(call.count)])

    return behave


@_named
def text_file() -> Behaviour:
    """Good base64 of something that is no picture."""
    return sending(lambda _size: b"This is not a picture.\n" * 40)


@_named
def huge() -> Behaviour:
    """A small PNG that claims 30,000 by 30,000 pixels."""
    return sending(lambda _size: bomb())


@_named
def jpeg() -> Behaviour:
    """JPEG, though PNG was ordered."""
    return sending(lambda size: in_format("JPEG", *size))


@_named
def webp() -> Behaviour:
    """WebP, though PNG was ordered."""
    return sending(lambda size: in_format("WEBP", *size))


@_named
def wrong_size(width: int = 512, height: int = 512) -> Behaviour:
    """A PNG of another size."""

    async def behave(call: Call) -> None:
        await call.deliver(call.draw(call.count, size=(width, height)))

    return behave


@_named
def bad_base64() -> Behaviour:
    """A picture's text with characters that base64 does not have."""

    async def behave(call: Call) -> None:
        good = call.draw(1)[0]
        await call.deliver([Drawn(b"", b"", good.rest_base64[:4000] + b"!" + good.rest_base64)])

    return behave


@_named
def no_image() -> Behaviour:
    """All is well, says the answer, and brings nothing."""
    return answering([])


@_named
def null() -> Behaviour:
    """An entry whose picture is null."""
    return answering([{"b64_json": None, "revised_prompt": 'he said "b64_json": "aGk="'}])


@_named
def url(address: str = "http://127.0.0.1:9/picture.png") -> Behaviour:
    """An address in place of the picture, as retired models gave."""
    return answering([{"url": address}])


def answering(data: list[dict[str, str | None]]) -> Behaviour:
    """Answer in JSON with any entries."""

    async def behave(call: Call) -> None:
        await call.exchange.send_json(200, call.answer_with(list(data)))

    return behave


# Streams


@_named
def plain() -> Behaviour:
    """JSON, whether or not a stream was ordered."""

    async def behave(call: Call) -> None:
        call.wants_stream = False
        await call.deliver()

    return behave


@_named
def streaming() -> Behaviour:
    """A stream, whether or not one was ordered."""

    async def behave(call: Call) -> None:
        call.wants_stream = True
        await call.deliver()

    return behave


@_named
def stream_error(
    code: str = "moderation_blocked", kind: str = "image_generation_user_error"
) -> Behaviour:
    """Partial pictures, and then an error."""

    async def behave(call: Call) -> None:
        await call.begin_stream()
        error = {"type": kind, "code": code, "message": "It did not go well.", "param": None}
        await call.event({"type": "error", "error": error})
        await call.exchange.chunk(b"")

    return behave


@_named
def cut_in_stream(*, after_the_picture: bool = False) -> Behaviour:
    """The connection closes after the partial pictures, or after the whole one."""

    async def behave(call: Call) -> None:
        partials = await call.begin_stream()
        if after_the_picture:
            pictures = call.draw(1)
            call.sent.extend(pictures)
            await call.event(call.completed(partials), pictures)
        await call.exchange.cut()

    return behave


@_named
def stream_without_end() -> Behaviour:
    """Partial pictures, and a stream that is over without the whole one."""

    async def behave(call: Call) -> None:
        await call.begin_stream()
        await call.event({"type": "keepalive", "created_at": int(time.time())})
        await call.exchange.chunk(b"")

    return behave
