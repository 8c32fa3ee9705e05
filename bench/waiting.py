"""Waiting: hundreds of Generations in flight in one process, each held up by the provider."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import psutil
from django.conf import settings
from django.db import connection
from django.db.models import Max, Min

from accounts.models import User
from bench.memory import Memory
from bench.people import people
from bench.processes import Process, answers, running
from bench.table import Row, at_most
from billing import credits
from billing.audit import differences
from gallery.models import Image
from generator import tasks
from generator.models import Generation, ImageModel, State

JOBS = 400
WAIT_SECONDS = 10.0
PICTURE_BYTES = 1_000_000
PATIENCE = 120.0

MOST_TIMES_THE_WAIT = 1.35
MOST_KIB_A_JOB = 400.0


def measure(folder: Path, *, quick: bool) -> list[Row]:
    """All jobs arrive at once. ``quick`` changes nothing: it takes half a minute."""
    [user] = people(1)
    with _provider(folder), _worker(folder) as worker:
        # What is imported at the first job is no part of what a waiting job costs.
        _ring_and_wait([_queued(user)])
        pks = [_queued(user) for _ in range(JOBS)]
        with Memory(worker.pid) as memory:
            cpu = _cpu_seconds(worker)
            began = _ring_and_wait(pks)
            cpu = _cpu_seconds(worker) - cpu
    return _rows(began, pks, memory, cpu)


def _rows(began: float, pks: list[UUID], memory: Memory, cpu: float) -> list[Row]:
    done = Generation.objects.filter(pk__in=pks)
    assert done.filter(state=State.SUCCEEDED).count() == JOBS, done.values("state", "error_detail")
    assert Image.objects.filter(generation_id__in=pks).count() == JOBS
    assert not list(differences())
    at = done.aggregate(
        all_wait=Max("started_at"), first_done=Min("finished_at"), all_done=Max("finished_at")
    )
    all_wait, first_done, all_done = (moment.timestamp() for moment in at.values())
    took = all_done - began
    kib = memory.growth(since=all_wait, until=first_done) / JOBS / 1024
    peak = memory.growth() / JOBS / 1024
    vendor = connection.vendor
    return [
        at_most(
            f"{JOBS} jobs waiting {WAIT_SECONDS:.0f} s, {vendor}: all done within",
            took / WAIT_SECONDS,
            MOST_TIMES_THE_WAIT,
            unit="× the wait",
            how=f"{took:.1f} s; all calls begun after {all_wait - began:.1f} s; "
            f"{1000 * cpu / JOBS:.1f} ms of the worker's CPU a job; one run",
        ),
        at_most(
            f"– memory a waiting job, {vendor}",
            kib,
            MOST_KIB_A_JOB,
            unit="KiB",
            how=f"growth over the idle worker; {peak:.0f} KiB at the peak of delivery",
        ),
    ]


def _queued(user: User) -> UUID:
    """One that was paid for, as submission leaves it, without the limits of a person."""
    generation = Generation.objects.create(
        user=user,
        model=ImageModel.objects.get(slug="flare"),
        prompt="a lighthouse at dusk",
        width=1024,
        height=1024,
        render_width=1024,
        render_height=1024,
        quality="medium",
        unit_price=1,
    )
    credits.spend(user=user, amount=1, reference=generation.reference)
    return generation.pk


def _ring_and_wait(pks: list[UUID]) -> float:
    """Return when the first bell rang, as ``time.time`` has it."""
    began = time.time()
    for pk in pks:
        assert tasks.ring(pk)
    active = Generation.objects.filter(pk__in=pks).active()
    while active.exists():
        assert time.time() < began + PATIENCE, f"{active.count()} are not done"
        time.sleep(0.2)
    return began


@contextmanager
def _provider(folder: Path) -> Iterator[None]:
    """The stand-in of OpenAI, in a process of its own at OPENAI_BASE_URL."""
    port = urlsplit(settings.OPENAI_BASE_URL).port
    command = [sys.executable, "-m", "tests.stand_ins.openai", "--port", str(port)]
    command += ["--delay", str(WAIT_SECONDS), "--weight", str(PICTURE_BYTES)]
    log = folder / "provider.log"
    with running(command, log=log, is_ready=lambda: answers("127.0.0.1", port)):
        yield


@contextmanager
def _worker(folder: Path) -> Iterator[Process]:
    """The process of the Procfile that serves the queue `generate`."""
    log = folder / "worker.log"
    lines = (settings.BASE_DIR / "Procfile").read_text().splitlines()
    line = next(line for line in lines if line.startswith("generate:"))
    command = [sys.executable, *shlex.split(line)[2:]]
    is_ready: Callable[[], bool] = lambda: b" ready." in log.read_bytes()  # noqa: E731
    with running(command, log=log, is_ready=is_ready) as worker:
        yield worker


def _cpu_seconds(process: Process) -> float:
    spent = psutil.Process(process.pid).cpu_times()
    return float(spent.user + spent.system)
