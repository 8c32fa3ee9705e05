"""The databases to measure on: SQLite always, PostgreSQL where one answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

NAME = "easel_bench"
LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"


@contextmanager
def sqlite(folder: Path, name: str = NAME) -> Iterator[str]:
    """A new file; gives its DATABASE_URL."""
    yield f"sqlite:///{folder / f'{name}.sqlite3'}"


@contextmanager
def postgresql(folder: Path, name: str = NAME) -> Iterator[str | None]:
    """A database of our own, dropped afterwards; None where no server answers.

    The server is that of ``BENCH_POSTGRES``, of a PostgreSQL ``DATABASE_URL``, or the local one.
    """
    url = _server()
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
    except psycopg.OperationalError:
        yield None
        return
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _server() -> str:
    if named := os.environ.get("BENCH_POSTGRES"):
        return named
    own = os.environ.get("DATABASE_URL", "")
    return own if own.startswith("postgres") else LOCAL


KINDS = {"sqlite": sqlite, "postgresql": postgresql}
