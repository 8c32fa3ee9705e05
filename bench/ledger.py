"""The ledger: postings a second, the credits page of a busy person, and the audit of a million."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.core.management import call_command
from django.db import connection

from accounts.models import User
from bench import entries, postings
from bench.browser import Browser
from bench.people import people
from bench.processes import web_server
from bench.rounds import Action, compare
from bench.table import Row, at_least, at_most
from billing.audit import differences
from billing.models import CreditAccount, CreditEntry

FEW, MANY, QUICK = 10_000, 1_000_000, 200_000
PEOPLE = 10_002
SPREAD = 1_000

LEAST_OF_INSERTS = {
    ("charge", 1): 15,
    ("give", 1): 10,
    ("charge", SPREAD): 35,
    ("give", SPREAD): 15,
}
"""In %. A posting takes more round trips than an insert; on one account the others wait for it."""

MOST_GROWTH_OF_PAGE = 2.0
MOST_SECONDS = 30.0
MOST_GROWTH_OF_MEMORY = 1.10


@dataclass(frozen=True, slots=True)
class Audit:
    """One run of the command in a process of its own."""

    seconds: float
    peak: float
    """The most MB that it held, looked at a hundred times a second."""


def measure(folder: Path, *, quick: bool) -> list[Row]:
    call_command("collectstatic", interactive=False, verbosity=0)
    everybody = people(PEOPLE)
    last = QUICK if quick else MANY
    every = last // entries.FEW
    entries.write(everybody, first=1, last=FEW, few_every=every)
    before = _audit(everybody[5])
    rows = _postings(everybody, quick=quick) if connection.vendor == "postgresql" else []
    entries.write(everybody, first=FEW + 1, last=last, few_every=every)
    rows += _audits(before, _audit(everybody[5]), last)
    return rows + _pages(folder, everybody[0], everybody[1], quick=quick)


def _postings(everybody: Sequence[User], *, quick: bool) -> list[Row]:
    rows = []
    rounds, seconds = (2, 0.5) if quick else (7, 1.0)
    for count in (1, SPREAD):
        found = postings.rates(everybody[2 : 2 + count], rounds=rounds, seconds=seconds)
        floor = median(found["insert"])
        for way in ("charge", "give"):
            how = (
                f"{median(found[way]):,.0f} against {floor:,.0f} a second, over "
                f"{postings.CONNECTIONS} connections; median of {rounds} rounds of {seconds:.1f} s"
            )
            what = f"Ledger, {_name(way, count)}, of bare inserts, {connection.vendor}"
            least = LEAST_OF_INSERTS[way, count]
            rows.append(at_least(what, postings.share(found, way), least, unit="%", how=how))
    assert not list(differences())
    return rows


def _name(way: str, count: int) -> str:
    return f"{way} on one account" if count == 1 else f"{way} over {count:,} accounts"


def _audits(before: Audit, after: Audit, last: int) -> list[Row]:
    floor = min(_seconds_of_sums() for _ in range(3))
    count, vendor = CreditEntry.objects.count(), connection.vendor
    return [
        at_most(
            f"audit_ledger over {count:,} entries, {vendor}",
            after.seconds,
            MOST_SECONDS,
            unit="s",
            how=f"{before.seconds:.1f} s over {FEW:,}; the bare sums by account take {floor:.2f} s",
        ),
        at_most(
            f"Memory of audit_ledger, {last:,} entries against {FEW:,}, {vendor}",
            after.peak / before.peak,
            MOST_GROWTH_OF_MEMORY,
            how=f"{after.peak:.1f} MB against {before.peak:.1f} MB",
        ),
    ]


def _audit(wronged: User) -> Audit:
    """``audit_ledger`` with one balance that is wrong by one, which it has to find."""
    account = CreditAccount.objects.filter(pk=wronged.pk)
    right = account.get().balance
    account.update(balance=right + 1)
    started, peak = time.perf_counter(), 0
    process = subprocess.Popen(
        [sys.executable, "manage.py", "audit_ledger"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while process.poll() is None:
        peak = max(peak, _own_bytes(process.pid))
        time.sleep(0.01)
    seconds = time.perf_counter() - started
    said = process.communicate()[0]
    account.update(balance=right)
    assert process.returncode == 1, said
    assert f"{wronged.username}: the balance is" in said, said
    assert "1 differences" in said, said
    return Audit(seconds, peak / 1e6)


def _own_bytes(pid: int) -> int:
    """What a process holds by itself; the file that SQLite maps is the system's cache."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return 1024 * int(found[1]) if found else 0


def _seconds_of_sums() -> float:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, SUM(delta) FROM billing_creditentry GROUP BY account_id")
        assert len(cursor.fetchall()) == PEOPLE
    return time.perf_counter() - started


def _pages(folder: Path, busy: User, quiet: User, *, quick: bool) -> list[Row]:
    """The credits page of one with many entries against that of one with few."""
    many, few = (_ids(user) for user in (busy, quiet))
    assert len(many) > 100 * len(few) or quick
    first, later, middle = "", f"?after={many[49]}", f"?after={many[len(many) // 2]}"
    short = f"?after={few[49]}"
    rows = []
    with web_server(folder):
        his, hers = Browser(quiet), Browser(busy)
        for name, floor, whole in [
            ("first page", first, first),
            ("second page", short, later),
            ("middle page", short, middle),
        ]:
            rounds, calls = (2, 20) if quick else (7, 40)
            result = compare(_visit(his, floor), _visit(hers, whole), rounds=rounds, calls=calls)
            what = f"Credits, {name}: {len(many):,} entries against {len(few)}, {connection.vendor}"
            how = (
                f"{result.whole:.2f} ms against {result.floor:.2f} ms; "
                f"median of {rounds} rounds of {calls}"
            )
            rows.append(at_most(what, result.ratio, MOST_GROWTH_OF_PAGE, how=how))
    return rows


def _ids(user: User) -> list[int]:
    newest_first = CreditEntry.objects.for_user(user).newest_first()
    return list(newest_first.values_list("pk", flat=True))


def _visit(browser: Browser, query: str) -> Action:
    def visit() -> None:
        answer = browser.get(f"/billing/{query}")
        assert answer.status == 200, (query, answer.status, answer.body[:2000])
        assert answer.body.count(b"data-entry=") == 50, answer.body.count(b"data-entry=")

    return visit
