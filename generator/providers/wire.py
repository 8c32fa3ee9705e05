"""The HTTP road to a provider: one deadline, one connection per call, no surprises on the way.

What the usual client leaves open, and a paid call cannot:

* Its timeouts count each read by itself, so a body that trickles never ends. Here the ``read``
  timeout is the time for the whole exchange.
* It reads an error's body to the end, however long. Here it stops at ``MAX_ERROR_BYTES``.
* It reuses connections. A server that closes an idle one while we write leaves a call whose outcome
  nobody knows, so each call gets its own; a handshake is nothing beside a picture.
* It follows redirects with our key, obeys ``HTTP_PROXY``, unpacks gzip bombs and keeps cookies.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any

import httpcore2
import httpx2

MAX_ERROR_BYTES = 64 * 1024


def client() -> httpx2.Client:
    """Return a client to share between all threads and greenlets of a process.

    It holds no connection between calls, so it also survives a fork.
    """
    return httpx2.Client(
        transport=OneCallTransport(),
        trust_env=False,
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
    )


class OneCallTransport(httpx2.BaseTransport):
    """Opens a connection for each request and closes it with the response.

    Raises the exceptions of ``httpx2``; any read or write after the deadline is a timeout.
    """

    def __init__(self) -> None:
        self._tls = httpx2.create_ssl_context(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request; the response's body is still on the wire."""
        with _named_by_httpx():
            answer, connection = self._send(request)
        is_error = answer.status >= 300
        body = (_ErrorBody if is_error else _Body)(answer.stream, connection)
        return httpx2.Response(
            status_code=answer.status,
            headers=_kept(answer.headers, is_error=is_error),
            stream=body,
            extensions=answer.extensions,
        )

    def _send(self, request: httpx2.Request) -> tuple[httpcore2.Response, httpcore2.HTTPConnection]:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        if url.scheme not in (b"http", b"https"):
            raise httpcore2.UnsupportedProtocol("The address must begin with http:// or https://")
        deadline = time.monotonic() + request.extensions["timeout"]["read"]
        connection = httpcore2.HTTPConnection(
            url.origin, self._tls, network_backend=_Backend(deadline)
        )
        message = httpcore2.Request(
            method=request.method,
            url=url,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            return connection.handle_request(message), connection
        except BaseException:
            connection.close()
            raise


class _Body(httpx2.SyncByteStream):
    def __init__(self, stream: Any, connection: httpcore2.HTTPConnection) -> None:
        self._stream = stream
        self._connection = connection

    def __iter__(self) -> Iterator[bytes]:
        with _named_by_httpx():
            yield from self._stream

    def close(self) -> None:
        self._connection.close()


class _ErrorBody(_Body):
    """The status is the verdict and the body a comment: what is missing of it changes nothing."""

    def __iter__(self) -> Iterator[bytes]:
        left = MAX_ERROR_BYTES
        try:
            for chunk in super().__iter__():
                yield chunk[:left]
                left -= len(chunk)
                if left <= 0:
                    return
        except httpx2.TransportError:
            return


class _Backend(httpcore2.SyncBackend):
    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        allowed = _allowed(timeout, self._deadline, httpcore2.ConnectTimeout)
        stream = super().connect_tcp(host, port, allowed, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        allowed = _allowed(timeout, self._deadline, httpcore2.ReadTimeout)
        return self._stream.read(max_bytes, allowed)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _allowed(timeout, self._deadline, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        allowed = _allowed(timeout, self._deadline, httpcore2.ConnectTimeout)
        return _Stream(
            self._stream.start_tls(ssl_context, server_hostname, allowed), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _allowed(timeout: float | None, deadline: float, late: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise late("the time for the whole call is over")
    return left if timeout is None else min(timeout, left)


def _kept(headers: list[tuple[bytes, bytes]], *, is_error: bool) -> list[tuple[bytes, bytes]]:
    # Without its encoding an error's body stays as it came, and cannot swell on reading.
    dropped = {b"set-cookie", b"content-encoding"} if is_error else {b"set-cookie"}
    return [(name, value) for name, value in headers if name.lower() not in dropped]


@contextmanager
def _named_by_httpx() -> Iterator[None]:
    # The two libraries use the same names for the same troubles.
    try:
        yield
    except (
        httpcore2.TimeoutException,
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpcore2.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx2, type(error).__name__)(str(error)) from error
