"""Ringing while Redis is dead or frozen: it must fail within the time that a submission has."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError

from tests.stand_ins.processes import Redis

MOST_SECONDS = 3.0
"""A submission must answer within five, and has other things to do."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    with Redis(tmp_path) as server:
        yield server


def connection(url: str) -> Connection:
    """As the app connects, but to ``url``."""
    return current_app.connection_for_write(
        url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    )


def seconds_to_fail(broker: Connection) -> float:
    began = time.monotonic()
    with pytest.raises(OperationalError):
        current_app.send_task("generator.tasks.sweep_generations", connection=broker)
    return time.monotonic() - began


def ring(broker: Connection) -> None:
    current_app.send_task("generator.tasks.sweep_generations", connection=broker)


@pytest.mark.parametrize("kind", ["url", "tcp_url"])
def test_a_frozen_broker_costs_each_ring_its_timeout_and_no_more(server: Redis, kind: str) -> None:
    with connection(getattr(server, kind)) as broker:
        ring(broker)
        server.freeze()

        first, again = seconds_to_fail(broker), seconds_to_fail(broker)
        server.thaw()
        ring(broker)

    assert 1 < first < MOST_SECONDS
    assert 1 < again < MOST_SECONDS


@pytest.mark.parametrize("kind", ["url", "tcp_url"])
def test_a_dead_broker_is_told_at_once(server: Redis, kind: str) -> None:
    with connection(getattr(server, kind)) as broker:
        ring(broker)
        server.kill()

        first, again = seconds_to_fail(broker), seconds_to_fail(broker)
        server.start()
        ring(broker)

    assert max(first, again) < 1


def test_a_broker_that_never_was_is_told_at_once(tmp_path: Path) -> None:
    with connection(f"unix://{tmp_path}/nothing.sock?db=0") as broker:
        assert seconds_to_fail(broker) < 1
