"""Bring .venv in line with a requirements file: `python3.11 config/local/environment.py FILE`.

Runs before anything is installed, so it uses the standard library only. What was installed is
remembered by the contents of the files, so that the next call takes no time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


class NotInstalled(Exception):
    """The environment could not be made; the text says why and what to do."""


def main(name: str) -> None:
    try:
        wait_for_others()
        bring_in_line(name)
    except NotInstalled as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def wait_for_others() -> None:
    """Two installations at once would spoil each other. The lock, on the folder, ends with us."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Packages are being installed here already; waiting for that.")
        fcntl.flock(folder, fcntl.LOCK_EX)


def bring_in_line(name: str) -> None:
    """Make the environment if need be, and install what the file ``name`` pins."""
    if works() and is_installed(name):
        return
    if not works():
        make()
    say(f"Installing the packages of {name}; the first time this takes a minute or two.")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--requirement", str(ROOT / name)], check=False).returncode:  # noqa: S603
        raise NotInstalled("The packages could not be installed; the lines above say why.")
    for each in (name, *included(name)):
        stamp(each).write_text(digest(each))


def works() -> bool:
    """Is there an environment of Python 3.11 with pip?"""
    probe = "import sys, pip; sys.exit(sys.version_info[:2] != (3, 11))"
    try:
        found = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, check=False)  # noqa: S603
    except OSError:
        return False
    return found.returncode == 0


def make() -> None:
    """Make a new environment with the Python that runs this. Raises NotInstalled."""
    say(f"Making the environment {VENV.name} with Python {sys.version.split()[0]}.")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        raise NotInstalled(
            "This Python cannot make virtual environments. "
            "On Debian and Ubuntu: apt install python3.11-venv"
        )


def is_installed(name: str) -> bool:
    """Was the file installed as it stands now?"""
    try:
        return stamp(name).read_text() == digest(name)
    except FileNotFoundError:
        return False


def digest(name: str) -> str:
    """A fingerprint of the file and those that it includes."""
    contents = [(ROOT / each).read_bytes() for each in (name, *included(name))]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()


def included(name: str) -> list[str]:
    """The files that ``name`` includes by ``-r``."""
    return re.findall(r"^-r (\S+)", (ROOT / name).read_text(), flags=re.MULTILINE)


def stamp(name: str) -> Path:
    return VENV / f"installed-{name}"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
