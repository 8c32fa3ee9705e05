"""Ringing for a worker without ever waiting long for the broker.

A bell only says that there may be work; the row says whether there is. What is not rung is found
by a sweeper. Rung in the request itself, because a thread for it would fight the request for the
interpreter and make it slower than the tenth of a millisecond that this takes.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from celery import Task, current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 10.0
"""After a failed ring this process rings no more for so long, so that a frozen broker costs one
request its timeout and not every request."""

USUAL_PRIORITY = 6
"""Redis keeps a list for each of 0, 3, 6 and 9 and empties the lower numbers first."""

URGENT_PRIORITY = 3
"""For work that was waiting already when its worker died. The scheduler's own messages have 0, so
that no sweep stands in line behind an hour of work."""

_silent_until = 0.0


def ring(
    task: Task[Any, Any] | str,
    *args: str,
    countdown: float = 0,
    priority: int = USUAL_PRIORITY,
) -> bool:
    """Send a task, by itself or by name; False when the broker did not take it. Never raises."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    name = task if isinstance(task, str) else task.name
    try:
        _send(name, args, countdown=countdown, priority=priority)
    except (OperationalError, RedisError, OSError) as error:
        _silent_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("The broker does not answer (%s); the sweeper rings later.", error)
        return False
    except Exception:
        # The work is accepted or done and written down: no bell is worth failing it.
        _silent_until = time.monotonic() + PAUSE_SECONDS
        logger.exception("The bell failed; the sweeper rings later.")
        return False
    return True


def hanging(task: Task[Any, Any]) -> int:
    """How many messages wait in the queue of ``task`` for a worker; 0 if the broker is away."""
    try:
        queue = _queue(task.name).name
        with current_app.connection_for_write() as connection:
            channel: Any = connection.default_channel
            return int(channel.queue_declare(queue).message_count)
    except Exception as error:
        # No reason is good enough to stop the sweeper, who asks.
        logger.warning("Nobody knows how many bells hang: %s", error)
        return 0


def _send(name: str, args: Sequence[str], *, countdown: float, priority: int) -> None:
    """Publish the message that ``apply_async`` would, with no more in it than a worker needs.

    That takes a third of the time, which a person waits for at each click. For what is in it see
    https://docs.celeryq.dev/en/stable/internals/protocol.html (version 2).
    """
    queue, bell = _queue(name), str(uuid.uuid4())
    headers = {"lang": "py", "task": name, "id": bell, "root_id": bell, "parent_id": None}
    headers |= {"group": None, "eta": _in_seconds(countdown) if countdown else None}
    embedded = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    with current_app.producer_pool.acquire(block=True) as producer:
        producer.publish(
            (args, {}, embedded),
            exchange="",
            routing_key=queue.name,
            declare=[queue],
            serializer="json",
            priority=priority,
            headers=headers,
            correlation_id=bell,
        )


@lru_cache(maxsize=64)
def _queue(name: str) -> Any:
    return current_app.amqp.router.route({}, name)["queue"]


def _in_seconds(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
