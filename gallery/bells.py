"""Ringing for a worker without ever waiting long for the broker."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import Task, current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 10.0
"""After a failed ring this process rings no more for so long; the sweepers do it later."""

_silent_until = 0.0


def ring(task: Task[Any, Any] | str, *args: str, countdown: float = 0) -> bool:
    """Send a task, by itself or by name; False when the broker did not take it.

    Never raises: the work waits as a row in the database, and a sweeper rings again.
    """
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
        logger.warning("The broker does not answer (%s); the sweeper will ring again.", error)
        return False
    return True
