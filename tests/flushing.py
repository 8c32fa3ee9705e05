"""Emptying the ledger between tests, which the database itself refuses (billing/finality.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from billing import finality


@pytest.fixture(scope="session", autouse=True)
def _ledger_can_be_flushed() -> Iterator[None]:
    """``flush``, by which tests with real transactions end, lifts the protection for a moment."""
    # Of the class: other threads and event loops have connections of their own.
    operations: Any = type(connection.ops)
    plain = operations.sql_flush

    def sql_flush(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        statements: list[str] = plain(self, *args, **kwargs)
        if not any("billing_creditentry" in statement for statement in statements):
            return statements
        return [*finality.undoing(connection), *statements, *finality.protection(connection)]

    patch = pytest.MonkeyPatch()
    patch.setattr(operations, "sql_flush", sql_flush)
    yield
    patch.undo()
