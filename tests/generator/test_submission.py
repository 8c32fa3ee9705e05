"""Accepting work: charged once, within the limits, or refused without a trace."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from billing import audit, credits
from billing.models import CreditAccount, CreditEntry, Tier
from generator import moderation, pricing, settling, submission
from generator.models import BlockedTerm, Generation, ImageModel, State
from generator.submission import ImageRequest
from tests.cast import a_generation, a_person, all_at_once, balance


def a_wish(*, count: int = 1, **fields: Any) -> ImageRequest:
    model = ImageModel.objects.prefetch_related("prices").get(slug="flare")
    quote = pricing.quote(model=model, quality="medium", width=1024, height=1024, count=count)
    values = {"id": uuid.uuid4(), "prompt": "a lighthouse", "quality": "medium", **fields}
    return ImageRequest(model=model, quote=quote, **values)


@pytest.mark.django_db
def test_accepted_work_is_queued_and_charged(alice: User) -> None:
    generation = submission.submit(user=alice, request=a_wish(count=3))

    assert generation.state == State.QUEUED
    assert balance(alice) == 7
    assert CreditEntry.objects.get(kind="spend").reference == f"generation:{generation.pk}"


@pytest.mark.django_db
def test_a_double_click_finds_the_first_one(alice: User) -> None:
    wish = a_wish()

    first = submission.submit(user=alice, request=wish)
    second = submission.submit(user=alice, request=wish)

    assert first == second
    assert balance(alice) == 9


@pytest.mark.django_db
def test_somebody_elses_id_gets_its_own(alice: User, bob: User) -> None:
    wish = a_wish()
    hers = submission.submit(user=alice, request=wish)

    his = submission.submit(user=bob, request=wish)

    assert his.pk != hers.pk
    assert his.user == bob
    assert (balance(alice), balance(bob)) == (9, 9)


@pytest.mark.django_db
def test_too_few_credits_leave_no_trace(db: None) -> None:
    dora = a_person("dora", balance=2)

    with pytest.raises(credits.InsufficientCredits):
        submission.submit(user=dora, request=a_wish(count=3))

    assert not Generation.objects.exists()
    assert balance(dora) == 2


@pytest.mark.django_db
def test_the_switch_stops_new_work(alice: User, settings: Any) -> None:
    settings.GENERATION_ENABLED = False

    with pytest.raises(submission.GenerationSwitchedOff) as caught:
        submission.submit(user=alice, request=a_wish())

    assert "switched off" in str(caught.value.sentence)
    assert balance(alice) == 10


@pytest.mark.django_db
def test_costly_work_needs_a_verified_address_where_the_house_asks_for_it(
    alice: User, settings: Any
) -> None:
    settings.EMAIL_VERIFICATION = "optional"

    with pytest.raises(submission.EmailNotVerified):
        submission.submit(user=alice, request=a_wish())

    assert balance(alice) == 10


@pytest.mark.django_db
def test_one_person_cannot_fill_the_queue(alice: User, bob: User, settings: Any) -> None:
    settings.MAX_ACTIVE_GENERATIONS = 2
    submission.submit(user=alice, request=a_wish())
    first = submission.submit(user=bob, request=a_wish())
    submission.submit(user=bob, request=a_wish())

    with pytest.raises(submission.TooManyAtOnce) as caught:
        submission.submit(user=bob, request=a_wish())
    assert "2 requests in the making" in caught.value.sentence
    settling.cancel(user=bob, pk=first.pk)

    assert submission.submit(user=bob, request=a_wish())


@pytest.mark.django_db
def test_too_many_requests_within_a_minute_are_refused(alice: User, settings: Any) -> None:
    settings.MAX_GENERATIONS_PER_MINUTE = 2
    for _ in range(2):
        pk = submission.submit(user=alice, request=a_wish()).pk
        settling.cancel(user=alice, pk=pk)

    with pytest.raises(submission.TooFast):
        submission.submit(user=alice, request=a_wish())
    Generation.objects.update(created_at=timezone.now() - timedelta(minutes=2))

    assert submission.submit(user=alice, request=a_wish())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("term", "prompt", "blocked"),
    [
        ("gore", "Scenes of GORE", True),
        ("gore", "gorgeous hills", False),
        ("two words", "two\u00a0 words", True),
        ("血腥", "很血腥的画面", True),
        ("gore", "ｇｏｒｅ", True),
    ],
)
def test_blocked_terms_are_found_as_words_in_any_spelling(
    alice: User, term: str, prompt: str, blocked: bool
) -> None:
    BlockedTerm.objects.create(term=term)
    moderation.forget_terms()

    if blocked:
        with pytest.raises(moderation.PromptBlocked):
            submission.submit(user=alice, request=a_wish(prompt=prompt))
        assert balance(alice) == 10
    else:
        assert submission.submit(user=alice, request=a_wish(prompt=prompt))


@pytest.mark.django_db
def test_cancelling_gives_everything_back_once(alice: User) -> None:
    generation = submission.submit(user=alice, request=a_wish(count=3))

    assert settling.cancel(user=alice, pk=generation.pk)
    assert not settling.cancel(user=alice, pk=generation.pk)

    assert balance(alice) == 10
    assert Generation.objects.get().state == State.CANCELLED


@pytest.mark.django_db
def test_nobody_cancels_the_work_of_another(alice: User, bob: User) -> None:
    generation = a_generation(alice)

    assert not settling.cancel(user=bob, pk=generation.pk)

    assert Generation.objects.get().state == State.QUEUED


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_fifty_submits_at_once_with_credits_for_ten_accept_ten(settings: Any) -> None:
    alice = a_person("alice", balance=10)
    wishes = [a_wish() for _ in range(50)]

    results = all_at_once([partial(submission.submit, user=alice, request=wish) for wish in wishes])

    accepted = [result for result in results if isinstance(result, Generation)]
    refused = [result for result in results if isinstance(result, credits.InsufficientCredits)]
    assert (len(accepted), len(refused)) == (10, 40)
    assert balance(alice) == 0
    assert list(audit.differences()) == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_form_sent_twenty_times_at_once_is_one_request(settings: Any) -> None:
    alice = a_person("alice", balance=10)
    wish = a_wish()

    results = all_at_once([lambda: submission.submit(user=alice, request=wish)] * 20)

    assert {getattr(result, "pk", result) for result in results} == {wish.id}
    assert balance(alice) == 9


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_without_the_lock_the_same_fifty_overspend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the race is real, and so that the test above can fail."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has a single writer and so no such race")
    Tier.objects.update(jobs_at_once=100)  # else the tier would stop them, not the credits
    alice = a_person("alice", balance=10)
    wishes = [a_wish() for _ in range(50)]

    def unguarded(*, user: User, amount: int, reference: str) -> None:
        account = CreditAccount.objects.get(pk=user.pk)
        if account.balance < amount:
            raise credits.InsufficientCredits(needed=amount, available=account.balance)
        time.sleep(0.05)
        account.balance -= amount
        account.save()
        account.entries.create(kind="spend", delta=-amount, reference=reference)

    monkeypatch.setattr(credits, "charge", unguarded)
    results = all_at_once([partial(submission.submit, user=alice, request=wish) for wish in wishes])

    accepted = [result for result in results if isinstance(result, Generation)]
    assert len(accepted) > 10
    assert list(audit.differences())
