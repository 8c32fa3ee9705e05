"""Bells of the till: ids in, one domain function called. The truth is in the rows."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="billing.tasks.follow_event", ignore_result=True)
def follow_event(pk: str) -> None:
    from billing import inbox

    inbox.follow(int(pk))


@shared_task(name="billing.tasks.sweep_events", ignore_result=True)
def sweep_events() -> None:
    from billing import inbox

    inbox.sweep()


@shared_task(name="billing.tasks.reconcile", ignore_result=True)
def reconcile() -> None:
    from billing import gateway, inbox, reconciling

    inbox.forget_old()
    if gateway.is_configured():
        reconciling.run()
