"""An installation as a stranger meets it: real processes with data of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Self

from tests.stand_ins.processes import (
    ROOT,
    Beat,
    Redis,
    Web,
    Worker,
    free_port,
    wait_until,
)

PEOPLE = 60
"""How many people a site knows from the start; a test takes one and nobody takes the same."""


class Person(NamedTuple):
    """Somebody with credits who is logged in: ``session`` is the cookie's value."""

    name: str
    session: str


class Site:
    """Web server, worker, scheduler and Redis, from entering the context to leaving it.

    ``data`` is a VAR_DIR with a fresh database, which is copied. ``settings`` are variables of the
    environment. Leaving the context checks the ledger and the logs, whatever the visitors did.
    """

    def __init__(self, folder: Path, *, data: Path, **settings: str) -> None:
        self.folder = folder
        self.var = folder / "var"
        shutil.copytree(data, self.var)
        self.redis = Redis(folder)
        port = free_port()
        own = {"REDIS_URL": self.redis.url, "SITE_URL": f"http://127.0.0.1:{port}"}
        self.env = {**environment(self.var), **own, **settings}
        self.web = Web(folder, env=self.env, port=port)
        self.worker = Worker(folder, "worker", env=self.env)
        self.beat = Beat(folder, env=self.env)
        self._people: list[Person] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for process in (self.redis, self.web, self.worker, self.beat):
                stack.enter_context(process)
            told = run(self.env, "-m", "tests.browser.people", str(PEOPLE))
            self._people = [Person(*pair) for pair in json.loads(told)]
            self.worker.wait_until_ready()
            self.wait_until_it_answers()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        with self._stack:
            if kind is None:
                self._check()

    @property
    def url(self) -> str:
        return self.web.url

    def somebody(self) -> Person:
        """A person who did nothing here yet and has ten credits."""
        return self._people.pop()

    def manage(self, *words: str) -> str:
        """Run a command of ``manage.py`` and return what it wrote."""
        return run(self.env, "manage.py", *words)

    def restart_web(self) -> None:
        """Kill the web server and start it again, as after a crash."""
        self.web.kill()
        self.web.start()
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        wait_until(self._answers, seconds=30, what=f"{self.url} answers", each=0.1)

    def originals(self) -> list[bytes]:
        """What lies in storage as it came from the model."""
        folder = self.var / "media" / "originals"
        return [path.read_bytes() for path in folder.rglob("*.*")]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _check(self) -> None:
        print(self.manage("audit_ledger"))
        for process in (self.web, self.worker, self.beat):
            _before, trouble, after = process.log.read_text().partition("Traceback")
            assert not trouble, f"{process.name}: {after[:4000]}"


def environment(var: Path) -> dict[str, str]:
    """The settings of a fresh clone, whatever those of the test run are."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EASEL_IGNORE_DOTENV": "1",
        "VAR_DIR": str(var),
        "DATABASE_URL": f"sqlite:///{var / 'db.sqlite3'}",
        "PYTHONUNBUFFERED": "1",
    }


def run(env: dict[str, str], *words: str) -> str:
    """Run Python with these words in the project's folder; return what it wrote."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{words}: {done.stderr[-4000:]}"
    return done.stdout
