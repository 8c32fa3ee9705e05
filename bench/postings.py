"""Postings a second: by several processes at once, each with its own connection."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.pool import Pool
from multiprocessing.synchronize import Barrier
from statistics import median

from django.db import connection, transaction

from accounts.models import User
from billing import credits
from billing.models import CreditEntry

CONNECTIONS = 4
"""Two for each core: some compute while others wait for the disk."""

Post = Callable[[User], object]


def _insert(user: User) -> None:
    """The floor: the row of a posting and nothing else, in a transaction of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_entry (account_id, kind, delta, reference, reason, created_at)"
            " VALUES (%s, 'spend', -1, %s, '', now())",
            [user.pk, f"generation:{uuid.uuid4()}"],
        )


@transaction.atomic
def _charge(user: User) -> None:
    credits.charge(user=user, amount=1, reference=f"generation:{uuid.uuid4()}")


def _give(user: User) -> None:
    kind = CreditEntry.Kind.DAILY
    credits.give(user=user, kind=kind, amount=1, reference=f"daily:{uuid.uuid4()}")


WAYS: dict[str, Post] = {"insert": _insert, "charge": _charge, "give": _give}

_together: Barrier


def rates(users: Sequence[User], *, rounds: int, seconds: float) -> dict[str, list[float]]:
    """For each of WAYS, by turns: postings a second of all connections together, round by round.

    The first round warms up and does not count.
    """
    with _floor(), _processes() as pool:
        found = [{way: _turn(pool, way, users, seconds) for way in WAYS} for _ in range(rounds + 1)]
    return {way: [each[way] for each in found[1:]] for way in WAYS}


def share(found: dict[str, list[float]], way: str) -> float:
    """Of the floor's postings, in %; the median of the rounds."""
    pairs = zip(found[way], found["insert"], strict=True)
    return 100 * median(ours / floor for ours, floor in pairs)


@contextmanager
def _floor() -> Iterator[None]:
    """A table like the ledger, with the same indexes, checks and foreign key."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_entry (LIKE billing_creditentry INCLUDING ALL)")
        cursor.execute(
            "ALTER TABLE bench_entry ADD FOREIGN KEY (account_id)"
            " REFERENCES billing_creditaccount DEFERRABLE INITIALLY DEFERRED"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_entry")


@contextmanager
def _processes() -> Iterator[Pool]:
    """Forked, so that they are ready at once; they must not inherit a connection."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    context = multiprocessing.get_context("fork")
    with context.Pool(CONNECTIONS, _remember, (context.Barrier(CONNECTIONS),)) as pool:
        yield pool


def _remember(barrier: Barrier) -> None:
    global _together
    _together = barrier


def _turn(pool: Pool, way: str, users: Sequence[User], seconds: float) -> float:
    jobs = [(way, users, seconds)] * CONNECTIONS
    return sum(pool.starmap(_work, jobs, chunksize=1))


def _work(way: str, users: Sequence[User], seconds: float) -> float:
    """Postings a second of this process, after all of them have come here."""
    connection.ensure_connection()
    post = WAYS[way]
    _together.wait()
    started = time.perf_counter()
    for done in itertools.count(1):
        post(random.choice(users))
        taken = time.perf_counter() - started
        if taken > seconds:
            return done / taken
    raise AssertionError
