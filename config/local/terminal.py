"""Supervisor in a terminal: it starts the processes, restarts what dies, and ends them all.

Supervisor (http://supervisord.org) was made for daemons. Four things make it at home in a terminal:
each line is shown with the name of its process, closing the terminal ends everything, so does the
death of the supervisor itself, and a second Ctrl-C does not wait for work under way.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from supervisor import events
from supervisor.medusa.asyncore_25 import ExitNow
from supervisor.options import ServerOptions
from supervisor.process import Subprocess
from supervisor.states import SupervisorStates
from supervisor.supervisord import Supervisor

CONFIGURATION = Path(__file__).with_name("supervisord.conf")

ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP}

STANDARD_INPUT = 0

_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""


class Screen:
    """Standard output, line by line; it may go away while the processes still end."""

    def __init__(self) -> None:
        self._unfinished: dict[str, bytes] = {}

    def say(self, text: str) -> None:
        try:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
        except OSError:
            # The terminal was closed, or the reader of a pipe has ended.
            sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - open until the end

    def show(self, name: str, data: bytes) -> None:
        """Lines of the process ``name``; an unfinished one waits for its rest."""
        *lines, rest = (self._unfinished.get(name, b"") + data).split(b"\n")
        self._unfinished[name] = rest
        for line in lines:
            self.say(f"{name:>6} | {line.decode(errors='replace')}")


class Options(ServerOptions):  # type: ignore[misc]  # supervisor has no annotations
    """How a process is started: alone in its process group, and not to outlive its parent."""

    def __init__(self) -> None:
        super().__init__()
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def setpgrp(self) -> None:
        super().setpgrp()
        if self._libc is not None:
            self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Terminal(Supervisor):  # type: ignore[misc]
    """Says what happens to the processes and ends on whatever a terminal can send."""

    def __init__(self, options: Options, screen: Screen, welcome: str) -> None:
        super().__init__(options)
        self._screen = screen
        self._welcome = welcome
        # `nohup make run` is meant to outlive its terminal.
        outlives = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        self._ending = ENDING - {signal.SIGHUP} if outlives else ENDING
        self._has_terminal = os.isatty(STANDARD_INPUT) and not outlives

    def runforever(self) -> None:
        events.subscribe(events.ProcessLogEvent, self._on_output)
        events.subscribe(events.ProcessStateExitedEvent, self._on_death)
        events.subscribe(events.ProcessStateBackoffEvent, self._on_death)
        super().runforever()

    def handle_signal(self) -> None:
        if self.options.get_signal() not in self._ending:
            return
        if self.stopping:
            self._screen.say("Stopping at once.")
            for process in self._processes():
                process.kill(signal.SIGKILL)
        else:
            self._stop()

    def tick(self, now: float | None = None) -> None:
        """Supervisor calls this each second; the welcome waits for the web server."""
        super().tick(now)
        # When a terminal closes, SIGHUP goes to the leader of its session, and where that is make
        # it goes no further.
        if self._has_terminal and not os.isatty(STANDARD_INPUT):
            self._has_terminal = False
            self._stop()
        if self._welcome and not self.stopping and _answers(int(os.environ["PORT"])):
            self._screen.say(self._welcome)
            self._welcome = ""

    def _stop(self) -> None:
        self._screen.say("Stopping; work under way is finished. Ctrl-C again: at once.")
        self.options.mood = SupervisorStates.SHUTDOWN

    def _processes(self) -> list[Subprocess]:
        return [
            process
            for group in self.process_groups.values()
            for process in group.processes.values()
        ]

    def _on_output(self, event: events.ProcessLogEvent) -> None:
        self._screen.show(event.process.config.name, event.data)

    def _on_death(self, event: events.ProcessStateEvent) -> None:
        # What a dead process leaves behind, such as gunicorn's workers, would keep its port.
        with suppress(ProcessLookupError):
            os.killpg(event.process.pid, signal.SIGKILL)
        self._screen.say(f"{event.process.config.name} has died and is started again.")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def main() -> None:
    options = Options()
    options.realize(["-c", str(CONFIGURATION)])
    options.first, options.test = True, False
    with suppress(ExitNow):
        Terminal(options, Screen(), os.environ.get("EASEL_WELCOME", "")).main()
    options.close_logger()


if __name__ == "__main__":
    main()
