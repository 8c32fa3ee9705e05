"""Signs of life of the workers: each writes its name and queues to Redis every few seconds.

Written by the loop that also takes the messages, so that a worker which no longer takes any falls
silent, though its process may still be there.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import redis
from celery import bootsteps
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

INTERVAL_SECONDS = 5.0
LIFETIME_SECONDS = 20
"""A worker that was silent for this long counts as gone."""

TIMEOUT_SECONDS = 1.0
"""Redis may hold up the loop that takes messages no longer than this."""

_NAMES = "easel:workers"
_KEY = "easel:worker:{}"


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that was alive within the last ``LIFETIME_SECONDS``."""

    name: str
    queues: tuple[str, ...]


def alive() -> list[Worker]:
    """The workers that show signs of life, by name. Raises redis.RedisError."""
    with _client() as client:
        names = sorted(_text(name) for name in client.smembers(_NAMES))
        beats = client.mget([_KEY.format(name) for name in names]) if names else []
        silent = [name for name, beat in zip(names, beats, strict=True) if beat is None]
        if silent:
            client.srem(_NAMES, *silent)
    return [
        Worker(name=name, queues=tuple(json.loads(beat)))
        for name, beat in zip(names, beats, strict=True)
        if beat is not None
    ]


def beat(client: redis.Redis, name: str, queues: list[str]) -> None:
    """Show that the worker ``name`` serves ``queues`` now. Raises redis.RedisError."""
    with client.pipeline(transaction=False) as pipe:
        pipe.set(_KEY.format(name), json.dumps(sorted(queues)), ex=LIFETIME_SECONDS)
        pipe.sadd(_NAMES, name)
        pipe.execute()


def fall_silent(client: redis.Redis, name: str) -> None:
    """Take the worker off the list at once. Raises redis.RedisError."""
    with client.pipeline(transaction=False) as pipe:
        pipe.delete(_KEY.format(name))
        pipe.srem(_NAMES, name)
        pipe.execute()


class Heartbeat(bootsteps.StartStopStep):
    """Celery starts this once a worker takes messages, and again after each lost connection."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **kwargs: Any) -> None:
        super().__init__(consumer, **kwargs)
        self._client: redis.Redis | None = None
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        self._client = _client()
        self._beat(consumer)
        self._timer = consumer.timer.call_repeatedly(INTERVAL_SECONDS, self._beat, (consumer,))

    def stop(self, consumer: Any) -> None:
        if self._client is None:
            return
        self._timer.cancel()
        # Where Redis is away, the last beat runs out by itself.
        with suppress(redis.RedisError):
            fall_silent(self._client, consumer.hostname)
        self._client.close()
        self._client = None

    def _beat(self, consumer: Any) -> None:
        if self._client is None:
            return  # gevent's timers call once more after they were cancelled
        # The worker itself tells that its broker is away, and comes back by itself.
        with suppress(redis.RedisError):
            beat(self._client, consumer.hostname, list(consumer.app.amqp.queues.consume_from))


def _client() -> redis.Redis:
    client: redis.Redis = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return client


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
