"""Two hundred at once on one account: nobody spends what is not there."""

from __future__ import annotations

import threading
import time
import uuid
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import User
from billing import audit, credits, tiers
from billing.models import CreditAccount, CreditEntry, Tier
from generator import pricing, submission
from generator.models import Generation, ImageModel
from generator.submission import ImageRequest
from tests.cast import a_person, all_at_once, balance

THREADS = 200
PICTURES = 37
AT_ONCE = 25
"""Connections at a time: a server of the usual 100 has others to serve."""

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def _no_other_limits(settings: Any, transactional_db: None) -> None:
    settings.MAX_ACTIVE_GENERATIONS = settings.MAX_GENERATIONS_PER_MINUTE = THREADS + 1
    # The credits are to stop them, not the tier.
    Tier.objects.update(jobs_at_once=THREADS + 1, images_per_day=None)
    tiers.forget()


def test_two_hundred_with_credits_for_37_pictures_get_37() -> None:
    alice = a_person("alice", balance=PICTURES)

    results = two_hundred_submits(alice)

    accepted = [result for result in results if isinstance(result, Generation)]
    refused = [result for result in results if isinstance(result, credits.InsufficientCredits)]
    assert (len(accepted), len(refused)) == (PICTURES, THREADS - PICTURES)
    assert set(Generation.objects.values_list("pk", flat=True)) == {one.pk for one in accepted}
    assert charged(alice) == {one.reference for one in accepted}
    assert balance(alice) == 0
    assert list(audit.differences()) == []


@pytest.mark.postgresql
def test_without_the_condition_the_same_two_hundred_overspend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that the race is real, and so that the test above can fail."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has a single writer and so no such race")
    alice = a_person("alice", balance=PICTURES)

    monkeypatch.setattr(credits, "charge", read_then_write)
    two_hundred_submits(alice)

    assert len(charged(alice)) > PICTURES
    assert list(audit.differences())


def two_hundred_submits(user: User) -> list[object]:
    """From as many threads, of which few hold a connection at a time."""
    seats = threading.BoundedSemaphore(AT_ONCE)

    def submit(wish: ImageRequest) -> Generation:
        with seats:
            try:
                return submission.submit(user=user, request=wish)
            finally:
                connections.close_all()

    return all_at_once([partial(submit, a_wish()) for _ in range(THREADS)])


def a_wish() -> ImageRequest:
    model = ImageModel.objects.prefetch_related("prices").get(slug="flare")
    quote = pricing.quote(model=model, quality="medium", width=1024, height=1024, count=1)
    return ImageRequest(
        id=uuid.uuid4(), model=model, prompt="a lighthouse", quote=quote, quality="medium"
    )


def charged(user: User) -> set[str]:
    """The references of what the person paid for, one credit each."""
    entries = CreditEntry.objects.for_user(user).filter(kind="spend", delta=-1)
    return set(entries.values_list("reference", flat=True))


def read_then_write(*, user: User, amount: int, reference: str) -> None:
    """``charge`` without its guard: what is true when it is read need not be when it is written."""
    account = CreditAccount.objects.get(pk=user.pk)
    if account.balance < amount:
        raise credits.InsufficientCredits(needed=amount, available=account.balance)
    time.sleep(0.05)
    account.balance -= amount
    account.save()
    account.entries.create(kind="spend", delta=-amount, reference=reference)
