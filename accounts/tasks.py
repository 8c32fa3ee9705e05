"""Bells of the people's pictures and sessions; they ring on the `images` queue, which burns CPU."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command


@shared_task(name="accounts.tasks.make_avatar", ignore_result=True)
def make_avatar(user_pk: int) -> None:
    from accounts import avatars

    avatars.make(user_pk)


@shared_task(name="accounts.tasks.sweep_avatars", ignore_result=True)
def sweep_avatars() -> None:
    from accounts import avatars

    avatars.sweep()


@shared_task(name="accounts.tasks.clear_sessions", ignore_result=True)
def clear_sessions() -> None:
    """Remove the rows of sessions that have expired."""
    call_command("clearsessions")
