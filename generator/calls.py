"""The diary of paid calls: an entry before each starts, and how it ended."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from generator import pricing
from generator.leases import Lease, LeaseLost
from generator.models import Generation, ProviderCall
from generator.providers.protocol import Delivery, ProviderError

Outcome = ProviderCall.Outcome

MAYBE_BILLED = (Outcome.UNKNOWN, Outcome.DELIVERED, Outcome.NOT_A_PICTURE, Outcome.ERROR)
"""Outcomes of calls that the provider may have billed."""


def begin(lease: Lease, generation: Generation) -> ProviderCall:
    """Write down that a call starts. Raises LeaseLost when it is no longer ours to make."""
    with transaction.atomic():
        if not lease.held().select_for_update().exists():
            raise LeaseLost
        earlier = generation.calls.count() if generation.attempts > 1 else 0
        return ProviderCall.objects.create(generation=generation, number=earlier + 1)


def close_abandoned(lease: Lease, generation: Generation) -> int:
    """Mark the open calls of dead workers as unknown; return how many may have been billed in all.

    A call that brought pictures counts, too: whoever held them died before the work had an end.
    Changes nothing where ``lease`` is lost, because an open call is then the new worker's.
    """
    if generation.attempts == 1:
        return 0  # nobody called before
    generation.calls.filter(outcome=Outcome.OPEN, generation__in=lease.held().values("pk")).update(
        outcome=Outcome.UNKNOWN,
        ended_at=timezone.now(),
        possible_cost=usual_cost(generation),
        detail="the worker died or fell silent during the call",
    )
    return generation.calls.filter(outcome__in=MAYBE_BILLED).count()


def end_with_pictures(
    call: ProviderCall, generation: Generation, delivery: Delivery, usable: int
) -> None:
    """Record what was paid. Says so too when the call had been given up for lost."""
    call.outcome = Outcome.DELIVERED
    call.request_id = delivery.request_id[:128]
    call.usage = dict(delivery.usage)
    call.cost = pricing.provider_cost(generation.model, delivery.usage)
    # Without usage, as from merely compatible servers, the catalogue's usual cost stands in.
    call.possible_cost = usual_cost(generation) if call.cost is None else None
    if usable < len(delivery.pictures):
        call.detail = f"{usable} of {len(delivery.pictures)} files were usable pictures"
    _save(call)


def end_without_pictures(call: ProviderCall, generation: Generation, error: ProviderError) -> None:
    """Record why there is nothing, and what it may have cost all the same."""
    call.outcome = Outcome(error.code)
    call.request_id = error.request_id[:128]
    call.detail = error.detail
    if call.outcome in MAYBE_BILLED:
        call.possible_cost = usual_cost(generation)
    _save(call)


def usual_cost(generation: Generation) -> Decimal:
    """What such a call usually costs in US dollars, by the catalogue; 0 where it does not say."""
    try:
        price = pricing.price_for(
            generation.model,
            generation.quality,
            generation.render_width * generation.render_height,
        )
    except pricing.NoPrice:
        return Decimal(0)
    return price.provider_cost * generation.count


def _save(call: ProviderCall) -> None:
    call.ended_at = timezone.now()
    call.save(
        update_fields=[
            "outcome",
            "request_id",
            "usage",
            "cost",
            "possible_cost",
            "detail",
            "ended_at",
        ]
    )
