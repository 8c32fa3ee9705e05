"""Stripe's events as they arrive: verified, stored once, answered at once, followed by a worker.

Following an event asks Stripe again, and Stripe may be slow: so it happens outside the request and
outside any transaction. Rows are dj-stripe's; an event that a worker could not follow is tried
again, after twice the time each time, for three days.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import stripe
from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from djstripe.models import Event, WebhookEndpoint, WebhookEventTrigger

from accounts import bells
from billing import events
from billing.gateway import Object

logger = logging.getLogger(__name__)

LARGEST = 1_000_000
"""Bytes of a delivery; Stripe's are a few thousand."""

TOLERANCE = 300
"""Seconds that a signature is good for, Stripe's own default."""

FIRST_WAIT = timedelta(seconds=25)
LONGEST = timedelta(days=3)
KEPT_FOR = timedelta(days=60)


class NotGenuine(Exception):
    """Not signed with a secret of ours, too old, or no event at all."""


def verified(body: bytes, signature: str) -> Object:
    """The event in a delivery. Raises NotGenuine."""
    if not signature.isascii():
        raise NotGenuine("The signature is none.")
    for secret in _secrets():
        try:
            stripe.WebhookSignature.verify_header(body.decode(), signature, secret, TOLERANCE)
            event = json.loads(body)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        except (ValueError, RecursionError) as error:
            raise NotGenuine("This is no JSON.") from error
        if not isinstance(event, dict) or not _is_event(event):
            raise NotGenuine("This is no event.")
        return event
    raise NotGenuine("The signature is not ours, or it is old.")


def receive(event: Object, *, ip: str) -> bool:
    """Store an event and ring for a worker; False where it is known already. Raises NotGenuine."""
    try:
        with transaction.atomic():
            if Event.objects.filter(id=event["id"]).exists():
                return False
            stored = Event.objects.create(
                id=event["id"],
                type=event["type"][:250],
                livemode=event["livemode"],
                api_version=str(event.get("api_version") or "")[:64],
                created=datetime.fromtimestamp(event["created"], UTC),
                data=event["data"],
            )
            trigger = WebhookEventTrigger.objects.create(
                remote_ip=ip, headers={}, body=json.dumps(event), valid=True, event=stored
            )
    except IntegrityError:
        # A copy was stored in the same moment.
        return False
    except (DataError, ValueError, OverflowError) as error:
        raise NotGenuine("This event cannot be stored.") from error
    ring(trigger.pk)
    return True


def ring(pk: int) -> bool:
    from billing.tasks import follow_event

    return bells.ring(follow_event, str(pk), priority=bells.URGENT_PRIORITY)


def follow(pk: int) -> bool:
    """Do what a stored event hints at; False where that failed and is tried again later."""
    trigger = WebhookEventTrigger.objects.filter(pk=pk, valid=True, processed=False).first()
    if trigger is None:
        return True
    try:
        events.follow(trigger.json_body)
    except Exception as error:
        logger.exception("Event %s could not be followed; it is tried again.", trigger.event_id)
        trigger.exception = f"{type(error).__name__}: {error}"[:128]
        trigger.save(update_fields=["exception", "updated"])
        return False
    trigger.processed, trigger.exception = True, ""
    trigger.save(update_fields=["processed", "exception", "updated"])
    return True


def sweep() -> int:
    """Ring for what nobody followed yet; how many there were."""
    now = timezone.now()
    waiting = unfollowed().filter(updated__lt=now - FIRST_WAIT).order_by("pk")
    times = waiting.values_list("pk", "created", "updated").iterator()
    due = [
        pk
        for pk, created, updated in times
        if now - updated >= min(updated - created, timedelta(hours=1))
    ][:500]
    for pk in due:
        ring(pk)
    return len(due)


def forget_old() -> None:
    """Drop what was done long ago; Stripe itself keeps events for thirty days."""
    before = timezone.now() - KEPT_FOR
    WebhookEventTrigger.objects.filter(created__lt=before).delete()
    Event.objects.filter(djstripe_created__lt=before).delete()


def unfollowed() -> QuerySet[WebhookEventTrigger]:
    """Events that wait for their first or next try."""
    since = timezone.now() - LONGEST
    waiting: QuerySet[WebhookEventTrigger] = WebhookEventTrigger.objects.filter(
        valid=True, processed=False, created__gt=since
    )
    return waiting


def _is_event(event: Object) -> bool:
    return (
        isinstance(event.get("id"), str)
        and 0 < len(event["id"]) <= 255
        and isinstance(event.get("type"), str)
        and isinstance(event.get("data"), dict)
        and isinstance(event.get("livemode"), bool)
        and isinstance(event.get("created"), int)
    )


def _secrets() -> Iterator[str]:
    if settings.STRIPE_WEBHOOK_SECRET:
        yield settings.STRIPE_WEBHOOK_SECRET
    own = WebhookEndpoint.objects.filter(livemode=settings.STRIPE_LIVE_MODE).exclude(secret="")
    yield from own.values_list("secret", flat=True)
