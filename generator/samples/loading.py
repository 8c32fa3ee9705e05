"""Putting many rows into a table at once: COPY on PostgreSQL, one prepared INSERT on SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

Cell = str | int | float | bool | None


def insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Insert ``rows``, whose cells are what the database itself would print."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {quote(table)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            sql = f"INSERT INTO {quote(table)} ({names}) VALUES ({places})"  # noqa: S608 - our own names
            cursor.executemany(sql, rows)


@contextmanager
def hurried(tables: Sequence[str], *, rebuild: bool) -> Iterator[None]:
    """One transaction for a great many rows: all of them or none.

    With ``rebuild`` the tables' indexes and foreign keys are taken away first and made anew at
    the end, which is faster where rows come in more than are there. Until then others wait.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic(), _postgresql(tables if rebuild else []):
            yield
    else:
        with _sqlite_pragmas(), transaction.atomic(), _sqlite(tables if rebuild else []):
            yield


@contextmanager
def _postgresql(tables: Sequence[str]) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        # A table with checks still to come cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        constraints = [row for table in tables for row in _constraints(cursor, table)]
        for table, name, _definition in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        indexes = [row for table in tables for row in _indexes(cursor, table)]
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _constraints(cursor: Any, table: str) -> list[tuple[str, str, str]]:
    """Foreign keys before what they may refer to; as PostgreSQL itself describes them."""
    cursor.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('f', 'u')"
        " ORDER BY contype",
        [table],
    )
    return list(cursor.fetchall())


def _indexes(cursor: Any, table: str) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)"
        " FROM pg_index WHERE indrelid = %s::regclass AND NOT indisprimary",
        [table],
    )
    return list(cursor.fetchall())


@contextmanager
def _sqlite_pragmas() -> Iterator[None]:
    """Of this connection, and back to what they were; within a transaction they cannot change."""
    if connection.in_atomic_block:
        yield
        return
    hurry = {"synchronous": "OFF", "foreign_keys": "OFF", "cache_size": "-400000"}
    with connection.cursor() as cursor:
        before = {}
        for name, value in hurry.items():
            [before[name]] = cursor.execute(f"PRAGMA {name}").fetchone()
            cursor.execute(f"PRAGMA {name} = {value}")
        try:
            yield
        finally:
            for name, value in before.items():
                cursor.execute(f"PRAGMA {name} = {value}")
            # All of it went through the log, which would keep its size.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@contextmanager
def _sqlite(tables: Sequence[str]) -> Iterator[None]:
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(tables))
        cursor.execute(
            "SELECT name, sql FROM sqlite_master"  # noqa: S608 - placeholders only
            f" WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({places})",
            list(tables),
        )
        indexes = cursor.fetchall()
        for name, _sql in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        yield
        for _name, sql in indexes:
            cursor.execute(sql)
