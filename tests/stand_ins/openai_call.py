"""One call to the OpenAI stand-in, and the answers that OpenAI documents for it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.stand_ins.http_server import Exchange
from tests.stand_ins.openai_rules import check_size
from tests.stand_ins.pictures import Drawn, draw

TOKENS_OF_A_PARTIAL = 100
TOKENS_AT_1024 = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 8320, "max": 16640}
"""Output tokens of a square picture; others cost by their area."""

_HOLE = re.compile(r'"<picture (\d+)>"')


@dataclass(slots=True)
class Call:
    """A request that OpenAI would accept. ``order`` is its JSON, ``delay`` the seconds to draw.

    ``sent`` gathers what is sent in full, ``proceed`` gives the answer of a good day.
    """

    exchange: Exchange
    order: dict[str, Any]
    proceed: Callable[[Call], Awaitable[None]]
    next_number: Callable[[], int]
    sent: list[Drawn]
    delay: float = 0
    weight: int = 0
    wants_stream: bool = field(init=False)

    def __post_init__(self) -> None:
        self.wants_stream = bool(self.order.get("stream"))

    @property
    def count(self) -> int:
        """How many pictures are wanted."""
        return self.order.get("n") or 1

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        size = self.order.get("size") or "auto"
        return (1024, 1024) if size == "auto" else check_size(size)

    def draw(self, count: int, *, size: tuple[int, int] | None = None) -> list[Drawn]:
        """Make pictures as ordered, each unlike any other."""
        width, height = size or self.size
        return [
            draw(width, height, number=self.next_number(), weight=self.weight) for _ in range(count)
        ]

    async def deliver(self, pictures: Sequence[Drawn] | None = None) -> None:
        """Answer with pictures (by default those ordered), as JSON or as events."""
        if pictures is None:
            pictures = self.draw(self.count)
        self.sent.extend(pictures)
        if self.wants_stream:
            await self.stream(pictures)
        else:
            await asyncio.sleep(self.delay)
            await self.exchange.send(200, self.answer(pictures))

    async def stream(self, pictures: Sequence[Drawn]) -> None:
        """Answer with events: partial pictures spread over the delay, then the whole ones."""
        partials = await self.begin_stream()
        for picture in pictures:
            await self.event(self.completed(partials), [picture])
        await self.exchange.chunk(b"")

    async def begin_stream(self) -> int:
        """Send the head and the partial pictures; return how many those were.

        A provider draws on while its answers are read slowly, so time runs from the beginning.
        """
        began = asyncio.get_running_loop().time()
        await self.exchange.begin(
            200,
            content_type="text/event-stream; charset=utf-8",
            headers={"transfer-encoding": "chunked", "cache-control": "no-cache"},
        )
        partials: int = self.order.get("partial_images") or 0
        for index in range(partials):
            await _until(began + self.delay * (index + 1) / (partials + 1))
            event = {
                "type": "image_generation.partial_image",
                "partial_image_index": index,
                "b64_json": "<picture 0>",
                "created_at": int(time.time()),
                **self.settings,
            }
            await self.event(event, self.draw(1))
        await _until(began + self.delay)
        return partials

    async def event(self, event: dict[str, Any], pictures: Sequence[Drawn] = ()) -> None:
        """Send one server-sent event, named by its type."""
        parts = [f"event: {event['type']}\ndata: ".encode(), *_filled(event, pictures), b"\n\n"]
        await self.exchange.write(b"%x\r\n" % sum(map(len, parts)))
        for part in parts:
            await self.exchange.write(part)
        await self.exchange.write(b"\r\n")

    def answer(self, pictures: Sequence[Drawn]) -> list[bytes]:
        """The body of an answer that is not streamed, in parts."""
        data = [{"b64_json": f"<picture {index}>"} for index in range(len(pictures))]
        return _filled(self.answer_with(data), pictures)

    def answer_with(self, data: list[dict[str, Any]]) -> dict[str, Any]:
        """An ``ImagesResponse`` around ``data``."""
        return {
            "created": int(time.time()),
            "data": data,
            **self.settings,
            "usage": self.usage(pictures=len(data)),
        }

    def completed(self, partials: int) -> dict[str, Any]:
        """An ``ImageGenCompletedEvent`` with a hole for the picture."""
        usage = self.usage(pictures=1, partials=partials)
        del usage["output_tokens_details"]
        return {
            "type": "image_generation.completed",
            "b64_json": "<picture 0>",
            "created_at": int(time.time()),
            **self.settings,
            "usage": usage,
        }

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters as delivered."""
        quality = self.order.get("quality") or "auto"
        background = self.order.get("background") or "auto"
        delivered = {
            "background": "opaque" if background == "auto" else background,
            "output_format": self.order.get("output_format") or "png",
            "quality": "medium" if quality == "auto" else quality,
            "size": "{}x{}".format(*self.size),
        }
        identifier = self.order.get("safety_identifier") or self.order.get("user")
        return delivered | ({"safety_identifier": identifier} if identifier else {})

    def usage(self, *, pictures: int, partials: int = 0) -> dict[str, Any]:
        """An ``ImageGenUsage``."""
        width, height = self.size
        text = 1 + len(self.order["prompt"]) // 4
        drawn = TOKENS_AT_1024[self.settings["quality"]] * width * height // 1024**2
        output = pictures * drawn + partials * TOKENS_OF_A_PARTIAL
        return {
            "input_tokens": text,
            "input_tokens_details": {"text_tokens": text, "image_tokens": 0},
            "output_tokens": output,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": output},
            "total_tokens": text + output,
        }


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0, moment - asyncio.get_running_loop().time()))


def as_drawn(content: bytes) -> Drawn:
    """Wrap any bytes so that they can be sent in place of a picture."""
    return Drawn(b"", content, b64encode(content))


def _filled(value: dict[str, Any], pictures: Sequence[Drawn]) -> list[bytes]:
    pieces = _HOLE.split(json.dumps(value))
    parts = [pieces[0].encode()]
    for number, after in zip(pieces[1::2], pieces[2::2], strict=True):
        parts += [b'"', *pictures[int(number)].base64, b'"', after.encode()]
    return parts
