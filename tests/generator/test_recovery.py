"""What is left when something breaks in the middle, and who puts it right."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import InterfaceError, OperationalError, connection, connections
from django.utils import timezone

from accounts.models import User
from gallery.models import Image, Tag
from generator import calls, deliveries, leases, moderation, rendering, settling
from generator.models import Generation, ProviderCall, State
from generator.providers.openai import OpenAIProvider
from generator.providers.protocol import Delivery, OutcomeUnknown
from tests.cast import a_generation, a_person, balance
from tests.stand_ins.openai import OpenAIStandIn

Outcome = ProviderCall.Outcome


def abandon(generation: Generation) -> None:
    """Its worker is dead and the lease over."""
    Generation.objects.filter(pk=generation.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


def claimed(generation: Generation) -> leases.Lease:
    lease = leases.claim(generation.pk)
    assert lease
    return lease


def failing_once(function: Callable[..., Any], error: Exception, *, after: bool) -> Any:
    """``function``, whose first call raises ``error`` before or after it did its work."""
    errors = [error]

    def call(*args: Any, **kwargs: Any) -> Any:
        if errors and not after:
            raise errors.pop()
        result = function(*args, **kwargs)
        if errors:
            raise errors.pop()
        return result

    return call


@pytest.mark.django_db
def test_a_trouble_after_the_end_costs_no_picture(
    alice: User, openai: OpenAIStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(pk: uuid.UUID) -> None:
        raise ValueError("a bug in the cache")

    monkeypatch.setattr(settling, "cards", SimpleNamespace(changed=changed))

    rendering.render(a_generation(alice).pk)

    assert Generation.objects.get().state == State.SUCCEEDED
    assert Image.objects.get().original.open().read() == openai.pictures[0]


@pytest.mark.django_db
@pytest.mark.parametrize("after", [False, True], ids=["not committed", "committed unseen"])
def test_a_database_that_restarts_at_the_end_costs_neither_picture_nor_call(
    alice: User, openai: OpenAIStandIn, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    monkeypatch.setattr(rendering, "DATABASE_PAUSES", (0.01,))
    error = OperationalError("terminating connection due to administrator command")
    monkeypatch.setattr(settling, "deliver", failing_once(settling.deliver, error, after=after))

    rendering.render(a_generation(alice).pk)

    assert Generation.objects.get().state == State.SUCCEEDED
    assert Image.objects.get().original.open().read() == openai.pictures[0]
    assert len(openai.orders) == 1
    assert balance(alice) == 9


@pytest.mark.django_db
def test_a_database_away_before_the_call_leaves_the_work_to_the_next_worker(
    alice: User, openai: OpenAIStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "begin", failing_once(calls.begin, InterfaceError(), after=False))
    generation = a_generation(alice)

    rendering.render(generation.pk)
    assert Generation.objects.get().state == State.RUNNING
    abandon(generation)
    rendering.render(generation.pk)

    assert Generation.objects.get().state == State.SUCCEEDED


@pytest.mark.django_db
def test_files_of_a_delivery_that_breaks_half_way_are_removed(
    alice: User,
    openai: OpenAIStandIn,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(
        deliveries, "_image", failing_once(deliveries._image, KeyError("size"), after=False)
    )
    one, two = a_generation(alice, count=2), a_generation(alice)
    write = deliveries._write

    def second_is_stopped(image: Image, picture: Any) -> None:
        write(image, picture)
        raise SystemExit

    rendering.render(one.pk)
    monkeypatch.setattr(deliveries, "_write", second_is_stopped)
    with pytest.raises(SystemExit):
        rendering.render(two.pk)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.django_db
def test_pictures_that_two_workers_died_with_are_not_bought_a_third_time(
    alice: User, openai: OpenAIStandIn
) -> None:
    generation = a_generation(alice)
    for number in (1, 2):
        claimed(generation)
        ProviderCall.objects.create(
            generation=generation, number=number, outcome=Outcome.DELIVERED, cost=Decimal("0.04")
        )
        abandon(generation)

    rendering.render(generation.pk)

    assert openai.orders == []
    assert Generation.objects.get().state == State.FAILED
    assert balance(alice) == 10


@pytest.mark.django_db
def test_a_zombie_cannot_close_the_call_of_its_successor(alice: User) -> None:
    generation = a_generation(alice)
    zombie = claimed(generation)
    abandon(generation)
    successor = claimed(generation)
    call = calls.begin(successor, generation)

    calls.close_abandoned(zombie, generation)

    call.refresh_from_db()
    assert call.outcome == Outcome.OPEN


@pytest.mark.django_db
def test_a_call_given_up_for_lost_that_returns_is_not_counted_twice(
    alice: User, openai: OpenAIStandIn
) -> None:
    generation = a_generation(alice)
    call = calls.begin(claimed(generation), generation)
    calls.end_without_pictures(call, generation, OutcomeUnknown("cut"))
    assert call.possible_cost == Decimal("0.04")
    abandon(generation)

    rendering.render(generation.pk)
    delivered = generation.calls.get(outcome=Outcome.DELIVERED)
    assert (delivered.possible_cost, call.outcome) == (None, Outcome.UNKNOWN)

    late = Delivery(pictures=[], usage={"input_text": 1, "input_image": 0, "output": 1000})
    calls.end_with_pictures(call, generation, late, 1)
    assert call.cost
    assert call.possible_cost is None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("error", [InterfaceError("connection already closed"), ValueError("bug")])
def test_leases_are_renewed_again_after_any_error(
    settings: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    settings.LEASE_SECONDS = 2
    monkeypatch.setattr(leases, "_keeper", leases._Keeper())
    generation = a_generation(a_person("alice", balance=10))
    lease = claimed(generation)
    filter_ = Generation.objects.filter
    monkeypatch.setattr(Generation.objects, "filter", failing_once(filter_, error, after=False))

    with leases.keep(lease):
        time.sleep(3)
        held_until = Generation.objects.get().lease_until

    assert held_until
    assert held_until > timezone.now()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("waiting_for", ["moderation", "provider", "storage"])
def test_no_connection_is_held_while_waiting_for_the_world(
    openai: OpenAIStandIn, settings: Any, monkeypatch: pytest.MonkeyPatch, waiting_for: str
) -> None:
    alice = a_person("alice", balance=10)
    generation = a_generation(alice)
    settings.PROMPT_MODERATION = "openai"
    held: list[bool] = []
    where, name = {
        "moderation": (moderation, "flagged_categories"),
        "provider": (OpenAIProvider, "generate"),
        "storage": (FileSystemStorage, "save"),
    }[waiting_for]
    original = getattr(where, name)

    def watched(*args: Any, **kwargs: Any) -> Any:
        held.append(connection.connection is not None)
        return original(*args, **kwargs)

    monkeypatch.setattr(where, name, watched)
    rendering.render(generation.pk)

    assert Generation.objects.get().state == State.SUCCEEDED
    assert held == [False]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_deliveries_with_the_same_new_tags_do_not_wait_for_each_other() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has a single writer and so no such race")
    alice = a_person("alice", balance=100)
    for turn in range(8):
        words = [f"{turn}-{number}" for number in range(3000)]
        works = [a_generation(alice, tags=words[:: (-1) ** number]) for number in range(4)]
        assert at_once([partial(delivered, work) for work in works]) == [True] * 4

    assert Tag.objects.count() == 8 * 3000


def delivered(generation: Generation) -> bool:
    settling.deliver(claimed(generation), generation, [])
    return True


def at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """Results or exceptions of jobs that begin together, each in a thread of its own."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return job()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
