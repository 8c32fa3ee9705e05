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

_silent_until = 0.0


def ring(task: Task[Any, Any] | str, *args: str, countdown: float = 0) -> bool:
    """Send a task, by itself or by name; False when the broker did not take it. Never raises."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        if isinstance(task, str):
            current_app.send_task(task, args=args, countdown=countdown, ignore_result=True)
        else:
            task.apply_async(args=args, countdown=countdown)
    except (OperationalError, RedisError, OSError) as error:
        _silent_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("The broker does not answer (%s); the sweeper rings later.", error)
        return False
    return True
