"""Bells: a worker hears of work what Celery's own way of sending it would tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from kombu.transport.virtual import Message

from accounts import bells
from gallery.tasks import render_image, sweep_renditions


@pytest.fixture
def queue() -> Iterator[Any]:
    """Takes the next message off the queue `images`, which is empty before and after."""
    bells._silent_until = 0.0
    with current_app.connection_for_write() as broker:
        channel: Any = broker.default_channel
        channel.queue_purge("images")
        yield lambda: channel.basic_get("images", no_ack=True)
        channel.queue_purge("images")


def told(message: Message) -> tuple[Any, ...]:
    headers = message.headers
    told: Any = (headers["task"], message.payload, message.properties["priority"])
    return (*told, headers["eta"], headers["group"], headers["parent_id"], headers["lang"])


def test_a_bell_says_what_celery_would_say(queue: Any) -> None:
    render_image.apply_async(args=("an id",), priority=bells.URGENT_PRIORITY)
    by_celery = queue()

    assert bells.ring(render_image, "an id", priority=bells.URGENT_PRIORITY)
    by_us = queue()

    assert told(by_us) == told(by_celery)
    assert by_us.headers["id"] == by_us.headers["root_id"] == by_us.properties["correlation_id"]
    assert by_us.headers["id"] != by_celery.headers["id"]


def test_a_bell_may_be_rung_by_the_name_of_a_task_of_another_app(queue: Any) -> None:
    assert bells.ring(sweep_renditions.name)

    assert queue().headers["task"] == "gallery.tasks.sweep_renditions"


def test_a_countdown_is_a_time_not_before_which_the_worker_begins(queue: Any) -> None:
    assert bells.ring(render_image, "an id", countdown=20)

    eta = datetime.fromisoformat(queue().headers["eta"])
    assert abs(eta - datetime.now(UTC) - timedelta(seconds=20)) < timedelta(seconds=5)
