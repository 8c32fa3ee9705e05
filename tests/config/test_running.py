"""`make run` as a person has it: in a terminal of its own, with processes that die."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0
"""Seconds; on an idle machine everything runs after four."""

PROGRAMS = {
    "till": "tests.stand_ins.stripe",
    "redis": "redis-server",
    "web": "gunicorn",
    "worker": " worker ",
    "beat": " beat ",
}


class Terminal:
    """`make run` in a session of its own, as a terminal window starts it."""

    def __init__(self, var: Path, **env: str) -> None:
        self.port = free_port()
        given = {
            name: value
            for name, value in os.environ.items()
            if name in {"PATH", "HOME", "LANG", "TMPDIR"}
        }
        settings = {
            "EASEL_IGNORE_DOTENV": "1",
            "VAR_DIR": str(var),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
        }
        self.pid, self._screen = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execvpe("make", ["make", "run"], {**given, **settings, **env})
        self._text = b""
        self._is_open = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        # No blocking read: it would keep the window open after close_window().
        with suppress(OSError):
            while self._is_open:
                if select.select([self._screen], [], [], 0.05)[0]:
                    self._text += os.read(self._screen, 65536)

    @property
    def text(self) -> str:
        return self._text.decode(errors="replace").replace("\r\n", "\n")

    def wait_for(self, what: Callable[[], object], seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, self.text
            time.sleep(0.05)

    def wait_until_it_runs(self) -> None:
        self.wait_for(lambda: "Easel is running" in self.text)

    def pages_answer(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as page:
                return bool(page.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False

    def processes(self) -> dict[int, str]:
        """Whatever belongs to this session, wherever it hangs in the tree: command by id."""
        found = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error, ProcessLookupError):
                if os.getsid(process.pid) == self.pid and process.status() != "zombie":
                    found[process.pid] = " ".join(process.cmdline())
        return found

    def pid_of(self, name: str) -> int:
        """The process that the supervisor started as ``name``, or 0."""
        supervisor = next(p for p, c in self.processes().items() if "config.local.terminal" in c)
        for process in psutil.Process(supervisor).children():
            with suppress(psutil.Error):
                if PROGRAMS[name] in " ".join(process.cmdline()):
                    return int(process.pid)
        return 0

    def press_ctrl_c(self) -> None:
        os.write(self._screen, b"\x03")

    def close_window(self) -> None:
        self._is_open = False
        self._reader.join()
        os.close(self._screen)

    def wait_for_the_end(self) -> None:
        self.wait_for(lambda: os.waitpid(self.pid, os.WNOHANG)[0])
        self.wait_for(lambda: not self.processes(), seconds=20)

    def kill(self) -> None:
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    window = Terminal(tmp_path)
    yield window
    window.kill()


@pytest.mark.slow
def test_each_process_that_dies_is_started_again_and_ctrl_c_ends_them_all(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.wait_until_it_runs()
    assert f"http://127.0.0.1:{terminal.port}" in terminal.text
    assert "OPENAI_API_KEY=sk-" in terminal.text
    assert "pretend money" in terminal.text
    assert str(tmp_path) in terminal.text
    terminal.wait_for(terminal.pages_answer)

    for name in PROGRAMS:
        first = terminal.pid_of(name)
        os.kill(first, signal.SIGKILL)
        terminal.wait_for(lambda name=name, first=first: terminal.pid_of(name) not in {0, first})  # type: ignore[misc]
        assert f"{name} has died and is started again." in terminal.text
    terminal.wait_for(terminal.pages_answer)

    terminal.press_ctrl_c()
    terminal.wait_for_the_end()
    assert "Traceback" not in terminal.text


@pytest.mark.slow
def test_a_second_start_with_the_same_data_says_where_the_first_one_is(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.wait_until_it_runs()

    second = Terminal(tmp_path)
    second.wait_for_the_end()

    assert f"Easel runs already with the data in {tmp_path}" in second.text
    assert f"http://127.0.0.1:{terminal.port}" in second.text
    assert terminal.pages_answer()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["closed window", "terminated make", "killed supervisor"])
def test_nothing_is_left_behind_after_a(how: str, terminal: Terminal) -> None:
    if how == "killed supervisor" and sys.platform != "linux":
        pytest.skip("only Linux tells children that their parent has died")
    terminal.wait_until_it_runs()

    if how == "closed window":
        terminal.close_window()
    elif how == "terminated make":
        os.kill(terminal.pid, signal.SIGTERM)
    else:
        supervisor = psutil.Process(terminal.pid_of("web")).ppid()
        os.kill(supervisor, signal.SIGKILL)

    terminal.wait_for_the_end()


@pytest.mark.slow
def test_a_second_ctrl_c_does_not_wait_for_a_process_that_will_not_end(terminal: Terminal) -> None:
    terminal.wait_until_it_runs()
    os.kill(terminal.pid_of("worker"), signal.SIGSTOP)

    terminal.press_ctrl_c()
    terminal.wait_for(lambda: "Ctrl-C again" in terminal.text)
    terminal.press_ctrl_c()

    terminal.wait_for_the_end()


@pytest.mark.slow
def test_a_port_in_use_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        window = Terminal(tmp_path, PORT=str(port))
        window.wait_for_the_end()

    assert f"Port {port} is in use by another program. Choose another one" in window.text
    assert "Traceback" not in window.text


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), [("PORT", "eight"), ("SIGNUP_CREDITS", "many")])
def test_a_wrong_setting_is_told_in_one_sentence(tmp_path: Path, name: str, value: str) -> None:
    window = Terminal(tmp_path, **{name: value})
    window.wait_for_the_end()

    assert re.search(rf"^{name} is '{value}'; it must be", window.text, flags=re.MULTILINE)
    assert "Traceback" not in window.text


@pytest.mark.slow
def test_the_data_is_kept_for_the_next_start(tmp_path: Path) -> None:
    first = Terminal(tmp_path)
    first.wait_until_it_runs()
    database = (tmp_path / "db.sqlite3").stat().st_ino
    key = (tmp_path / "secret_key").read_text()
    first.press_ctrl_c()
    first.wait_for_the_end()

    second = Terminal(tmp_path)
    began = time.monotonic()
    second.wait_until_it_runs()
    took = time.monotonic() - began
    second.press_ctrl_c()
    second.wait_for_the_end()

    assert (tmp_path / "db.sqlite3").stat().st_ino == database
    assert (tmp_path / "secret_key").read_text() == key
    assert took < PATIENCE


def test_a_wrong_python_is_told_in_one_sentence() -> None:
    answer = subprocess.run(
        ["make", "run", "PYTHON=false"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert answer.returncode != 0
    assert answer.stderr.startswith("Easel needs Python 3.11, and 'false' is not it.")
