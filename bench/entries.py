"""A ledger of any length, written by the database itself, with balances that are right."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User

EVERY_TENTH = 10
"""How often an entry is the busy person's."""

FEW = 100
"""Entries of the one who has few."""

# Nine in ten entries are work, as many as fit are refunds, and every fiftieth was paid for.
_ENTRIES = """
WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
INSERT INTO billing_creditentry (account_id, kind, delta, reference, reason, created_at)
SELECT account,
    CASE WHEN what = 0 THEN 'purchase' WHEN what < 5 THEN 'refund' ELSE 'spend' END,
    CASE WHEN what = 0 THEN 100 WHEN what < 5 THEN 1 ELSE -1 END,
    CASE WHEN what = 0 THEN 'in_' ELSE 'generation:' END || gen_random_uuid(),
    CASE WHEN what = 0 THEN 'A hundred credits' ELSE '' END,
    {moment}
FROM (
    SELECT n, (n * 31 / 97) % 50 AS what,
        CASE
            WHEN n % {every_tenth} = 0 THEN {busy}
            WHEN n % {every_few} = 1 AND n < {every_few} * {few} THEN {quiet}
            ELSE {others} + n % {many}
        END AS account
    FROM numbers
) AS drawn
"""

_MOMENTS = {
    "postgresql": "CURRENT_TIMESTAMP - ({end} - n) * INTERVAL '1 second'",
    "sqlite": "datetime('now', (n - {end}) || ' seconds')",
}
"""One entry a second, as if all of them had just been written."""

_END = 2_000_000

_PAYMENTS = """
INSERT INTO billing_payment (account_id, source, reference, livemode, payment_intent, subscription,
    offer, description, number, invoice_url, invoice_pdf, currency, amount, credits,
    reversed_amount, reversed_credits, paid_at, created_at)
SELECT account_id, 'stripe', reference, %s, '', '', 'pack', reason, '', '', '', 'eur', 900, delta,
    0, 0, created_at, created_at
FROM billing_creditentry WHERE kind = 'purchase'
    AND reference NOT IN (SELECT reference FROM billing_payment)
"""

_BALANCES = """
UPDATE billing_creditaccount SET balance = (
    SELECT COALESCE(SUM(delta), 0) FROM billing_creditentry WHERE account_id = user_id
)
"""


def write(people: Sequence[User], *, first: int, last: int, few_every: int) -> None:
    """Entries number ``first`` to ``last`` in the order of time, each purchase with its payment.

    Every tenth is the first person's, every ``few_every``-th the second's up to a hundred; the
    others share the rest.
    """
    busy, quiet, *others = [user.pk for user in people]
    statement = _ENTRIES.format(
        first=first,
        moment=_MOMENTS[connection.vendor].format(end=_END),
        last=last,
        every_tenth=EVERY_TENTH,
        every_few=few_every,
        few=FEW,
        busy=busy,
        quiet=quiet,
        others=others[0],
        many=len(others),
    )
    assert others == list(range(others[0], others[0] + len(others)))
    _lend_a_function()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute(_PAYMENTS, [settings.STRIPE_LIVE_MODE])
        cursor.execute(_BALANCES)
    _take_stock()


def _lend_a_function() -> None:
    """SQLite draws no UUIDs by itself."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.create_function("gen_random_uuid", 0, lambda: str(uuid.uuid4()))


def _take_stock() -> None:
    """What autovacuum does sooner or later."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
