"""Bells: ids in, one domain function called. The truth is in the rows."""

from __future__ import annotations

import uuid

from celery import shared_task

from accounts import bells

LONGEST_COUNTDOWN = 30.0
"""Longer pauses are left to the sweeper, so that no worker hoards messages."""


@shared_task(name="generator.tasks.render", ignore_result=True)
def render(generation_id: str) -> None:
    from generator import rendering

    rendering.render(uuid.UUID(generation_id))


@shared_task(name="generator.tasks.sweep_generations", ignore_result=True)
def sweep_generations() -> None:
    from generator import sweeping

    sweeping.sweep()


@shared_task(name="generator.tasks.settle_withdrawn", ignore_result=True)
def settle_withdrawn(generation_id: str) -> None:
    from generator import settling

    settling.settle_withdrawn(uuid.UUID(generation_id))


@shared_task(name="generator.tasks.measure_durations", ignore_result=True)
def measure_durations() -> None:
    from generator import durations

    durations.measure()


def ring(pk: uuid.UUID, *, countdown: float = 0, urgent: bool = False) -> bool:
    """Tell a worker that there is work; False when it must wait for the sweeper."""
    if countdown > LONGEST_COUNTDOWN:
        return False
    priority = bells.URGENT_PRIORITY if urgent else bells.USUAL_PRIORITY
    return bells.ring(render, str(pk), countdown=countdown, priority=priority)
