"""Submitting: the whole of POST /generate/ against a view that inserts one row."""

from __future__ import annotations

import itertools
import uuid
from pathlib import Path

from django.db import connection

from accounts import bells
from bench.browser import Browser
from bench.people import people
from bench.processes import web_server
from bench.rounds import compare
from bench.table import Row, at_most
from billing.audit import differences
from generator import tasks
from generator.models import Generation

TARGETS = {"postgresql": 2.5, "sqlite": 3.0}
PEOPLE = 150
"""So many that nobody comes near the limits of a person: work in hand, requests a minute."""


def measure(folder: Path, *, quick: bool) -> list[Row]:
    browsers = itertools.cycle([Browser(user) for user in people(PEOPLE)])
    stranger = Browser()
    submitted = 0

    def insert() -> None:
        assert stranger.post("/bench/insert/", {}).status == 200

    def submit() -> None:
        nonlocal submitted
        answer = next(browsers).post("/generate/", _form())
        assert answer.status == 302, answer.body[:2000]
        submitted += 1

    with web_server(folder):
        result = compare(insert, submit, rounds=3 if quick else 15, calls=60)
    _check(submitted)
    how = (
        f"{result.whole:.2f} ms against {result.floor:.2f} ms; "
        f"median of {result.rounds} rounds of {result.calls} each"
    )
    target = TARGETS[connection.vendor]
    return [at_most(f"Submitting, {connection.vendor}", result.ratio, target, how=how)]


def _form() -> dict[str, str]:
    """What a browser sends with everything at its default."""
    return {
        "id": str(uuid.uuid4()),
        "price": "1",
        "prompt": "a lighthouse at dusk, seen from the sea, in the style of a woodcut",
        "model": "flare",
        "size": "1024x1024",
        "width": "",
        "height": "",
        "quality": "medium",
        "count": "1",
        "style": "",
        "category": "",
        "tags": "",
        "visibility": "public",
    }


def _check(submitted: int) -> None:
    """Nothing was left out: each request has its row, its entry, its message."""
    assert Generation.objects.count() == submitted
    assert not list(differences())
    assert bells.hanging(tasks.render) == submitted
