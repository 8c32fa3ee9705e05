"""Signs of life: who takes messages is on the list, and nobody else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import redis

from config import heartbeat
from config.heartbeat import Worker
from tests.stand_ins import processes
from tests.stand_ins.processes import wait_until


def names() -> list[str]:
    return [worker.name.partition("@")[0] for worker in heartbeat.alive()]


def test_a_worker_that_beats_is_alive_with_its_queues(settings: Any) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)

    heartbeat.beat(client, "two@here", ["images", "generate"])
    heartbeat.beat(client, "one@here", ["images"])

    assert heartbeat.alive() == [
        Worker(name="one@here", queues=("images",)),
        Worker(name="two@here", queues=("generate", "images")),
    ]


def test_a_worker_that_stopped_is_gone_at_once(settings: Any) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    heartbeat.beat(client, "one@here", ["images"])

    heartbeat.fall_silent(client, "one@here")

    assert heartbeat.alive() == []


def test_a_worker_that_fell_silent_is_gone_and_forgotten(settings: Any, monkeypatch: Any) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    monkeypatch.setattr(heartbeat, "LIFETIME_SECONDS", 1)
    heartbeat.beat(client, "one@here", ["images"])

    time.sleep(1.1)

    assert heartbeat.alive() == []
    assert client.smembers(heartbeat._NAMES) == set()


def test_without_redis_nobody_can_tell(settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock"

    with pytest.raises(redis.ConnectionError):
        heartbeat.alive()


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["threads", "gevent", "prefork"])
def test_real_workers_beat_stop_and_come_back_with_redis(
    pool: str, tmp_path: Path, settings: Any
) -> None:
    with processes.Redis(tmp_path) as server:
        settings.REDIS_URL = server.url
        env = {"REDIS_URL": server.url, "VAR_DIR": str(tmp_path)}
        with processes.Worker(tmp_path, pool, pool=pool, env=env) as worker:
            wait_until(lambda: names() == [pool], seconds=30, what="the worker beats")
            assert heartbeat.alive()[0].queues == ("generate", "images")

            server.kill()
            server.start()
            wait_until(lambda: names() == [pool], seconds=30, what="it beats again")

            worker.stop(seconds=30)
            assert names() == []
