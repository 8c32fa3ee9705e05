"""A small HTTP/1.1 server that stands hundreds of waiting calls and can break its own answers."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

PIECE = 64 * 1024


@dataclass(slots=True)
class Exchange:
    """A request that has been read, and the way to answer it. Header names are in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    writer: asyncio.StreamWriter
    query: str = ""
    extra_headers: dict[str, str] = field(default_factory=dict)
    is_broken: bool = False

    async def send(
        self,
        status: int,
        parts: Iterable[bytes],
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer in full; ``parts`` together are the body."""
        parts = list(parts)
        length = {"content-length": str(sum(map(len, parts)))}
        await self.begin(status, content_type=content_type, headers={**length, **(headers or {})})
        for part in parts:
            await self.write(part)

    async def send_json(
        self, status: int, value: Any, *, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer with a JSON text."""
        await self.send(status, [json.dumps(value).encode()], headers=headers)

    async def begin(
        self, status: int, *, content_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send the head only; the body follows by :meth:`write` or :meth:`chunk`."""
        lines = [f"HTTP/1.1 {status} {_reason(status)}"]
        all_headers = {"content-type": content_type, **self.extra_headers, **(headers or {})}
        lines += [f"{name}: {value}" for name, value in all_headers.items()]
        await self.write("\r\n".join([*lines, "", ""]).encode())

    async def write(self, data: bytes) -> None:
        """Send bytes as they are, without piling them up for a slow reader."""
        view = memoryview(data)
        for at in range(0, len(data), PIECE):
            self.writer.write(view[at : at + PIECE])
            await self.writer.drain()

    async def chunk(self, data: bytes) -> None:
        """Send one chunk of a chunked body; an empty one ends it."""
        await self.write(b"%x\r\n%b\r\n" % (len(data), data))

    async def cut(self) -> None:
        """Close the connection where it stands."""
        self.is_broken = True
        self.writer.close()


class HttpServer:
    """Serves in a thread of its own from entering the context to leaving it.

    Subclasses write :meth:`answer`. ``port`` 0 takes any free one.
    """

    def __init__(self, *, port: int = 0) -> None:
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    async def answer(self, exchange: Exchange) -> None:
        """Answer one request."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        except BaseException as failure:
            self._failure = failure
            self._ready.set()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()  # what still waits is cancelled by the runner

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                exchange = await _read(reader, writer)
                await self.answer(exchange)
                if exchange.is_broken or exchange.headers.get("connection") == "close":
                    break
        writer.close()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _version = first.split(" ")
    headers = {}
    for line in lines:
        name, _colon, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path, _mark, query = target.partition("?")
    return Exchange(method, path, headers, body, writer, query)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unnamed"
