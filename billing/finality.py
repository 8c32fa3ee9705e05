"""The database's own refusal to change or delete an entry of the ledger (invariant M2).

SQLite makes a table anew for many schema changes, and the triggers go with the old one: a
migration that changes the ledger ends with ``migrations.RunPython(protect, unprotect)``.
A test looks whether they are there.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

SENTENCE = "An entry of the ledger is never changed or deleted; write a new one."

_POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION billing_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE OR REPLACE TRIGGER billing_entry_is_final BEFORE UPDATE OR DELETE
    ON billing_creditentry FOR EACH ROW EXECUTE FUNCTION billing_entry_is_final()""",
    """CREATE OR REPLACE TRIGGER billing_ledger_is_final BEFORE TRUNCATE
    ON billing_creditentry FOR EACH STATEMENT EXECUTE FUNCTION billing_entry_is_final()""",
]
_SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS billing_entry_no_{action} BEFORE {action}
    ON billing_creditentry BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"""
    for action in ("UPDATE", "DELETE")
]
_POSTGRESQL_UNDONE = [
    "DROP TRIGGER IF EXISTS billing_entry_is_final ON billing_creditentry",
    "DROP TRIGGER IF EXISTS billing_ledger_is_final ON billing_creditentry",
]
_SQLITE_UNDONE = [
    f"DROP TRIGGER IF EXISTS billing_entry_no_{action}" for action in ("UPDATE", "DELETE")
]


def protect(apps: Any, schema_editor: Any) -> None:
    """For a migration: from here on entries are final."""
    for statement in protection(schema_editor.connection):
        schema_editor.execute(statement, params=None)


def unprotect(apps: Any, schema_editor: Any) -> None:
    """For a migration that is undone."""
    for statement in undoing(schema_editor.connection):
        schema_editor.execute(statement, params=None)


def protection(connection: BaseDatabaseWrapper) -> list[str]:
    """The statements that protect, harmless where that is done."""
    return _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE


def undoing(connection: BaseDatabaseWrapper) -> list[str]:
    """The statements that end the protection."""
    return _POSTGRESQL_UNDONE if connection.vendor == "postgresql" else _SQLITE_UNDONE
