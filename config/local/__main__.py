"""Prepare this machine, say what is in the way, and hand over to the supervisor."""

from __future__ import annotations

import errno
import fcntl
import os
import shlex
import socket
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError

from config.local import embedded_redis, practice
from config.local.embedded_redis import SocketRefused

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"


class Obstacle(Exception):
    """Easel cannot start; the text says why and what to do."""


def main() -> None:
    os.chdir(ROOT)
    try:
        prepare()
    except Obstacle as obstacle:
        sys.exit(str(obstacle))
    except KeyboardInterrupt:
        sys.exit(130)
    # The supervisor needs nothing of what was loaded to prepare: it starts as a fresh program.
    os.execv(sys.executable, [sys.executable, "-m", "config.local.terminal"])  # noqa: S606


def prepare() -> None:
    """Everything that must be true before the processes start. Raises Obstacle."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise Obstacle(str(error)) from error
    port = chosen_port()
    hold_lock(settings.VAR_DIR / "running.lock", port)
    try_port(port)
    prepare_database()
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)
    os.environ.update(prepare_redis())
    os.environ.update(practice.prepare(port))
    os.environ.update(
        PORT=str(port),
        EASEL_PYTHON=shlex.quote(sys.executable),
        EASEL_VAR_DIR=str(settings.VAR_DIR),
        EASEL_WELCOME=welcome(port),
    )


def chosen_port() -> int:
    """``PORT``, by default 8000. Raises Obstacle."""
    given = os.environ.get("PORT", "8000")
    if given.isdecimal() and 1 <= int(given) <= 65535:
        return int(given)
    raise Obstacle(f"PORT is {given!r}; it must be a number from 1 to 65535.")


def hold_lock(path: Path, port: int) -> None:
    """Keep a second start away from the same data until this process and its successor end."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        address = os.read(lock, 200).decode(errors="replace").strip() or "another terminal"
        raise Obstacle(
            f"Easel runs already with the data in {path.parent}: see {address}. "
            "Stop it there with Ctrl-C first."
        ) from None
    os.ftruncate(lock, 0)
    os.write(lock, f"http://{HOST}:{port}, process {os.getpid()}\n".encode())
    os.set_inheritable(lock, True)  # the supervisor inherits it; its children do not


def try_port(port: int) -> None:
    """Raise Obstacle if gunicorn could not listen on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Obstacle(
                    f"Port {port} is in use by another program. "
                    f"Choose another one: PORT={port + 1} make run"
                ) from error
            raise Obstacle(f"Port {port} cannot be used: {error.strerror}.") from error


def prepare_database() -> None:
    """Apply the migrations. Raises Obstacle when the database does not answer."""
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        raise Obstacle(f"The database does not work: {str(error).strip()}") from error


def prepare_redis() -> dict[str, str]:
    """The variables from which supervisord.conf starts the embedded Redis, or does not."""
    socket_path = settings.EMBEDDED_REDIS_SOCKET
    data = settings.VAR_DIR / "redis"
    if settings.REDIS_IS_EMBEDDED:
        data.mkdir(exist_ok=True)
        try:
            embedded_redis.make_private_folder(socket_path)
        except SocketRefused as error:
            raise Obstacle(str(error)) from error
    return {
        "EASEL_REDIS": shlex.join(embedded_redis.command(socket_path, data)),
        "EASEL_REDIS_WANTED": str(settings.REDIS_IS_EMBEDDED).lower(),
    }


def welcome(port: int) -> str:
    """What a newcomer needs to know once everything runs."""
    models = (
        "OpenAI, with your key"
        if settings.OPENAI_API_KEY
        else "the demo model, which draws on this machine and is no AI; for OpenAI write\n"
        "             OPENAI_API_KEY=sk-... into the file .env here, and start again"
    )
    money = (
        "pretend money, to practise buying; docs/payments.md says how to take real money"
        if os.environ.get("STRIPE_PRACTICE")
        else "Stripe, with your key"
    )
    return f"""
  Easel is running.

    Open     http://{HOST}:{port}
    Models   {models}
    Money    {money}
    Data     {settings.VAR_DIR.resolve()} (database, pictures); it stays when Easel stops
    Admin    .venv/bin/python manage.py createsuperuser, then http://{HOST}:{port}/admin/
    Stop     Ctrl-C
"""


if __name__ == "__main__":
    main()
