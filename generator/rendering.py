"""Doing the work: claim, moderate, call the provider, check and store what came back.

Each step is written down before it happens, so that whoever takes over after a death knows what
may have been paid for (invariant W2).
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import random
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from generator import calls, cards, deliveries, leases, moderation, previews, settling
from generator.catalogue import STYLE_WORDS
from generator.leases import Lease, LeaseLost
from generator.models import Generation
from generator.providers.protocol import (
    Delivery,
    Order,
    OutcomeUnknown,
    PromptRefused,
    ProviderBusy,
    ProviderDown,
    ProviderError,
)
from generator.providers.registry import provider_for

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
"""Claims of one Generation, whatever ended the earlier ones (invariant W5)."""

MAX_UNKNOWN_CALLS = 2
"""A call that may have been billed for nothing is followed by at most one more (invariant W2)."""

PATIENCE = timedelta(minutes=10)
"""How long after the click a busy provider is asked again."""

FIRST_PAUSE = 2.0
"""Seconds before the second attempt; doubles with each, and is spread by half to one and a half."""

DATABASE_PAUSES = (0.5, 2.0, 6.0)
"""Seconds between the attempts to write down what was paid for, while the database is away."""


def render(pk: uuid.UUID) -> None:
    """Do the work of one Generation if it is there to be done; otherwise nothing.

    Safe to call any number of times, from anywhere, at once: one caller wins the claim.
    """
    lease = leases.claim(pk)
    if lease is None:
        return
    cards.changed(pk)
    generation = Generation.objects.select_related("model").get(pk=pk)
    try:
        with leases.keep(lease):
            _work(lease, generation)
    except LeaseLost:
        logger.warning("Generation %s was taken over by another worker", pk)
    except (OperationalError, InterfaceError):
        # Whoever takes over when the lease has run out finds in the diary what was paid for.
        logger.exception("Generation %s is left to its lease: the database is away", pk)
    except Exception:
        logger.exception("Generation %s failed for a reason of our own", pk)
        _give_up(lease, generation, code="error")
    finally:
        previews.forget(pk)


def _work(lease: Lease, generation: Generation) -> None:
    billed = calls.close_abandoned(lease, generation)
    if billed >= MAX_UNKNOWN_CALLS:
        return _give_up(lease, generation, code=OutcomeUnknown.code)
    if generation.attempts > MAX_ATTEMPTS:
        return _give_up(lease, generation, code=generation.error_code or "attempts")
    if settings.PROMPT_MODERATION == "openai":
        _hang_up()
    if categories := moderation.flagged_categories(generation.prompt):
        detail = f"moderation: {', '.join(categories)}"
        return settling.fail(lease, generation, code="moderated", detail=detail, refused=True)

    with _workdir() as workdir:
        call = calls.begin(lease, generation)
        try:
            delivery = _call_provider(generation, workdir)
            pictures = deliveries.accepted(delivery, generation)
        except ProviderError as error:
            calls.end_without_pictures(call, generation, error)
            return _after_error(lease, generation, error, billed)
        except Exception as error:
            calls.end_without_pictures(call, generation, _own_error(error))
            raise
        _insist(lambda: calls.end_with_pictures(call, generation, delivery, len(pictures)))
        _hang_up()
        try:
            images = deliveries.store(generation, delivery, pictures, cost=call.cost)
        except deliveries.StorageDown as error:
            return settling.fail(lease, generation, code="storage", detail=str(error))
        try:
            _insist(lambda: settling.deliver(lease, generation, images))
        except BaseException:
            deliveries.discard(images)
            raise


def _call_provider(generation: Generation, workdir: Path) -> Delivery:
    provider = provider_for(generation.model.provider)
    order = order_for(generation, workdir)
    _hang_up()
    return provider.generate(
        order,
        on_preview=lambda path: previews.keep(generation.pk, path),
        wants_preview=lambda: previews.are_wanted(generation.pk),
    )


def order_for(generation: Generation, workdir: Path) -> Order:
    """The Generation in the provider's terms."""
    words = STYLE_WORDS.get(generation.style, "")
    return Order(
        model=generation.model.provider_model,
        prompt=f"{generation.prompt}\n\n{words}" if words else generation.prompt,
        width=generation.render_width,
        height=generation.render_height,
        quality=generation.quality,
        count=generation.count,
        workdir=workdir,
        timeout=float(settings.PROVIDER_TIMEOUT),
        user_hash=safety_identifier(generation.user_id),
        seed=generation.seed,
        stream=generation.model.streams,
    )


def safety_identifier(user_pk: int) -> str:
    """A stable pseudonym of a person for the provider: it helps to stop abuse and names nobody.

    https://platform.openai.com/docs/guides/safety-best-practices
    """
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"safety:{user_pk}".encode(), hashlib.sha256).hexdigest()[:32]


def _hang_up() -> None:
    """Give the database connection back before waiting for anything outside.

    Hundreds of jobs wait at once on a pool of ten connections, and so do their leases' renewals.
    """
    if not connection.in_atomic_block:
        connection.close()


def _insist(step: Callable[[], None]) -> None:
    """Take a repeatable step again while the database restarts or fails over."""
    for pause in DATABASE_PAUSES:
        try:
            return step()
        except (OperationalError, InterfaceError) as error:
            logger.warning("The database is away: %s", error)
            _hang_up()
            time.sleep(pause)
    return step()


def _after_error(lease: Lease, generation: Generation, error: ProviderError, billed: int) -> None:
    if isinstance(error, PromptRefused):
        return settling.fail(lease, generation, code=error.code, detail=error.detail, refused=True)
    again = isinstance(error, ProviderBusy | ProviderDown) or (
        isinstance(error, OutcomeUnknown) and billed + 1 < MAX_UNKNOWN_CALLS
    )
    pause = _pause(generation.attempts, error)
    in_time = timezone.now() + timedelta(seconds=pause) < generation.created_at + PATIENCE
    if again and in_time and generation.attempts < MAX_ATTEMPTS:
        return settling.put_back(lease, generation, seconds=pause, code=error.code)
    return settling.fail(lease, generation, code=error.code, detail=error.detail)


def _pause(attempts: int, error: ProviderError) -> float:
    """Seconds until the next attempt: what the provider asks for, else doubling, with jitter."""
    told = error.retry_after if isinstance(error, ProviderBusy) else None
    base = told if told is not None else FIRST_PAUSE * 2 ** (attempts - 1)
    spread = random.uniform(1.0, 1.5) if told is not None else random.uniform(0.5, 1.5)  # noqa: S311
    return max(0.1, base * spread)


def _give_up(lease: Lease, generation: Generation, *, code: str) -> None:
    try:
        settling.fail(lease, generation, code=code)
    except LeaseLost:
        logger.warning("Generation %s had ended or changed hands already", generation.pk)


def _own_error(error: Exception) -> ProviderError:
    wrapped = ProviderError(f"{type(error).__name__}: {error}"[:500])
    wrapped.__cause__ = error
    return wrapped


@contextmanager
def _workdir() -> Iterator[Path]:
    """A private folder for what comes in, on the disk of the media; gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="call-", dir=settings.FILE_UPLOAD_TEMP_DIR))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
