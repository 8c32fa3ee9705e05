"""Ringing for a worker without ever waiting long for the broker.

A bell only says that there may be work; the row says whether there is. What is not rung is found
by a sweeper. Rung in the request itself, because a thread for it would fight the request for the
interpreter and make it slower than the third of a millisecond that this takes.
"""

from __future__ import annotations

import logging
import time
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
    options: dict[str, Any] = {"args": args, "countdown": countdown, "priority": priority}
    try:
        if isinstance(task, str):
            current_app.send_task(task, ignore_result=True, **options)
        else:
            task.apply_async(**options)
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
        queue = current_app.amqp.router.route({}, task.name)["queue"].name
        with current_app.connection_for_write() as connection:
            channel: Any = connection.default_channel
            return int(channel.queue_declare(queue).message_count)
    except Exception as error:
        # No reason is good enough to stop the sweeper, who asks.
        logger.warning("Nobody knows how many bells hang: %s", error)
        return 0
