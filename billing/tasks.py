"""Bells of the till: ids in, one domain function called. The truth is in the rows."""

from __future__ import annotations

from contextlib import suppress

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


@shared_task(name="billing.tasks.check_play_purchase", ignore_result=True)
def check_play_purchase(token: str) -> None:
    """The token and not a row's id, because Google may tell of a purchase before the app does."""
    from billing.google_play import client, purchases

    with suppress(client.PlayUnavailable):  # the sweep asks again
        purchases.check(token)


@shared_task(name="billing.tasks.collect_play_refunds", ignore_result=True)
def collect_play_refunds() -> None:
    from billing.google_play import client, refunds

    if client.is_configured():
        with suppress(client.PlayUnavailable):  # it was logged, and is read again in an hour
            refunds.collect()


@shared_task(name="billing.tasks.sweep_play_purchases", ignore_result=True)
def sweep_play_purchases() -> None:
    from billing.google_play import client, purchases

    if client.is_configured():
        purchases.sweep()
        collect_play_refunds()
