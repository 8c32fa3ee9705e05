"""The web server, here and in production; https://gunicorn.org/reference/settings/ explains each.

Synchronous workers: measured, threads halve what a worker answers (they share one interpreter).
Slow readers are the affair of the proxy in front.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

wsgi_app = "config.wsgi"
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY") or min((os.cpu_count() or 1) + 1, 9))
worker_class = "sync"

# Loaded once and shared by the workers: they start at once and take less memory.
preload_app = True

# One request at a time in a process: no pool, but a connection that stays open.
os.environ.setdefault("DATABASE_POOL", "0")

# No page waits on a provider; what takes this long is stuck.
timeout = 30
graceful_timeout = 10


class Beating:
    """A response whose every sent piece is a sign of life, so that ``timeout`` ends a process whose
    reader takes nothing any more, and not one that has long been sending a large zip."""

    def __init__(self, pieces: Any, notify: Callable[[], None]) -> None:
        self.pieces = pieces
        self.notify = notify

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.notify()
            yield piece

    def close(self) -> None:
        if close := getattr(self.pieces, "close", None):
            close()


def post_worker_init(worker: Any) -> None:
    """Wrap streamed answers; a page or a file goes out as gunicorn knows best."""
    application = worker.wsgi

    def beating(environ: dict[str, Any], start_response: Any) -> Any:
        answer = application(environ, start_response)
        streams = getattr(answer, "streaming", False)
        return Beating(answer, worker.notify) if streams else answer

    worker.wsgi = beating


# A worker is renewed now and then, not all at the same moment.
max_requests = 20_000
max_requests_jitter = 5_000

# Off, because two installations of one user would share one socket in the home directory.
control_socket_disable = True
