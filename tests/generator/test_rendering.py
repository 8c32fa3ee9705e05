"""Doing the work: every good and bad answer of a provider ends in one state and exact credits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from accounts.models import User
from billing import audit
from gallery.models import Image
from generator import cards, leases, previews, rendering, settling
from generator.models import Generation, ImageModel, ProviderCall, State
from tests.cast import a_generation, balance, do_the_work
from tests.stand_ins import openai_behaviours as behaviours
from tests.stand_ins.openai import OpenAIStandIn

pytestmark = pytest.mark.django_db


def rendered(generation: Generation) -> Generation:
    rendering.render(generation.pk)
    return Generation.objects.get(pk=generation.pk)


def test_a_delivered_picture_is_stored_byte_for_byte(alice: User, openai: OpenAIStandIn) -> None:
    done = rendered(a_generation(alice, category=None, tags=["sea", "night"]))

    image = Image.objects.get(generation_id=done.pk)
    assert done.state == State.SUCCEEDED
    assert image.original.open().read() == openai.pictures[0]
    assert (image.width, image.height, image.content_type) == (1024, 1024, "image/png")
    assert image.bytes == len(openai.pictures[0])
    assert {tag.name for tag in image.tags.all()} == {"sea", "night"}
    assert image.key in image.original_name
    assert balance(alice) == 9


def test_the_record_says_who_made_it_and_what_it_cost(alice: User, openai: OpenAIStandIn) -> None:
    done = rendered(a_generation(alice, style="vivid"))

    image, call = Image.objects.get(), ProviderCall.objects.get()
    assert (image.provider, image.model_slug, image.model_name) == ("openai", "flare", "Flare")
    assert call.outcome == "delivered"
    assert call.request_id
    assert call.cost is not None
    assert call.cost > 0
    assert image.provider_cost == call.cost == call.cost.quantize(Decimal("0.0001"))
    assert image.settings["requested"]["style"] == "vivid"
    assert image.settings["delivered"]["size"] == "1024x1024"
    assert done.seconds is not None
    assert "vivid" in openai.orders[0]["prompt"]


def test_the_provider_gets_a_pseudonym_and_never_the_person(
    alice: User, openai: OpenAIStandIn
) -> None:
    rendered(a_generation(alice))

    sent = str(openai.orders[0])
    assert rendering.safety_identifier(alice.pk) in sent
    assert alice.email not in sent
    assert alice.username not in sent


def test_two_of_four_images_delivered_costs_two(alice: User, openai: OpenAIStandIn) -> None:
    openai.next(behaviours.deliver(2))

    done = rendered(a_generation(alice, count=4))

    assert (done.state, done.delivered, done.refunded) == (State.PARTLY, 2, 2)
    assert Image.objects.for_user(alice).count() == 2
    assert balance(alice) == 10 - 2
    assert "2 pictures fewer" in cards.card_for(done).sentence


BAD_DAYS: list[tuple[str, Callable[[], Any], str, str]] = [
    ("refusal", behaviours.refuse, State.REFUSED, "refused"),
    ("quota gone", behaviours.quota, State.FAILED, "quota"),
    ("bad request", behaviours.reject, State.FAILED, "bad_request"),
    ("wrong key", behaviours.unauthorised, State.FAILED, "unauthorised"),
    ("HTML with status 200", behaviours.html, State.FAILED, "not_a_picture"),
    ("bad base64", behaviours.bad_base64, State.FAILED, "not_a_picture"),
    ("no image", behaviours.no_image, State.FAILED, "not_a_picture"),
    ("a text file", behaviours.text_file, State.FAILED, "not_a_picture"),
    ("30,000 × 30,000", behaviours.huge, State.FAILED, "not_a_picture"),
]


@pytest.mark.parametrize(
    ("behaviour", "state", "code"),
    [day[1:] for day in BAD_DAYS],
    ids=[day[0] for day in BAD_DAYS],
)
def test_an_answer_without_pictures_ends_in_a_sentence_and_a_refund(
    alice: User, openai: OpenAIStandIn, behaviour: Callable[[], Any], state: str, code: str
) -> None:
    openai.always(behaviour())

    done = rendered(a_generation(alice, count=2))

    assert (done.state, done.error_code, done.refunded) == (state, code, 2)
    assert len(cards.card_for(done).sentence) > 20
    assert ProviderCall.objects.get().outcome == code
    assert len(openai.orders) == 1
    assert balance(alice) == 10
    assert not Image.objects.exists()


@pytest.mark.parametrize("behaviour", [behaviours.busy, behaviours.fail], ids=["429", "500"])
def test_a_rejected_call_is_made_again_until_it_is_accepted(
    alice: User, openai: OpenAIStandIn, behaviour: Callable[[], Any]
) -> None:
    openai.next(behaviour(), behaviour())
    generation = a_generation(alice)

    first = rendered(generation)
    assert first.state == State.QUEUED
    assert first.not_before is not None
    assert first.not_before > timezone.now()
    assert "again by ourselves" in cards.card_for(first).sentence
    assert balance(alice) == 9
    do_the_work()
    do_the_work()

    assert Generation.objects.get().state == State.SUCCEEDED
    assert ProviderCall.objects.count() == 3
    assert balance(alice) == 9


def test_a_provider_that_stays_busy_is_asked_a_bounded_number_of_times(
    alice: User, openai: OpenAIStandIn
) -> None:
    openai.always(behaviours.busy(0))
    a_generation(alice)

    for _ in range(rendering.MAX_ATTEMPTS + 3):
        do_the_work()

    done = Generation.objects.get()
    assert (done.state, done.error_code) == (State.FAILED, "busy")
    assert len(openai.orders) == rendering.MAX_ATTEMPTS
    assert balance(alice) == 10


def test_a_retry_after_is_honoured_and_a_hopeless_one_ends_at_once(
    alice: User, openai: OpenAIStandIn
) -> None:
    openai.next(behaviours.busy(45), behaviours.busy(3600))
    generation = a_generation(alice)

    waiting = rendered(generation)
    assert waiting.not_before is not None
    assert timedelta(seconds=44) < waiting.not_before - timezone.now() < timedelta(seconds=68)
    Generation.objects.update(not_before=None)

    assert rendered(generation).state == State.FAILED
    assert balance(alice) == 10


UNKNOWN = [
    ("cut before the answer", behaviours.cut),
    ("truncated JSON", behaviours.truncated),
]


@pytest.mark.parametrize("behaviour", [day[1] for day in UNKNOWN], ids=[day[0] for day in UNKNOWN])
def test_an_unknown_outcome_is_followed_by_one_call_and_no_more(
    alice: User, openai: OpenAIStandIn, behaviour: Callable[[], Any]
) -> None:
    openai.always(behaviour())
    a_generation(alice)

    for _ in range(4):
        do_the_work()

    done = Generation.objects.get()
    assert (done.state, done.error_code) == (State.FAILED, "unknown")
    assert len(openai.orders) == rendering.MAX_UNKNOWN_CALLS == 2
    assert [call.possible_cost for call in done.calls.all()] == [Decimal("0.0400")] * 2
    assert balance(alice) == 10


def test_after_a_cut_connection_the_second_call_may_succeed(
    alice: User, openai: OpenAIStandIn
) -> None:
    openai.next(behaviours.cut())
    a_generation(alice)

    do_the_work()
    do_the_work()

    done = Generation.objects.get()
    assert done.state == State.SUCCEEDED
    first, second = done.calls.all()
    assert (first.outcome, second.outcome) == ("unknown", "delivered")
    assert first.possible_cost
    assert balance(alice) == 9


def test_a_hanging_provider_is_left_after_the_timeout(
    alice: User, openai: OpenAIStandIn, settings: Any
) -> None:
    settings.PROVIDER_TIMEOUT = 1
    openai.always(behaviours.hang())

    assert rendered(a_generation(alice)).error_code == "unknown"


def test_nobody_there_counts_as_down_and_is_tried_again(
    alice: User, openai: OpenAIStandIn, settings: Any
) -> None:
    settings.OPENAI_BASE_URL = "http://127.0.0.1:9/v1"

    waiting = rendered(a_generation(alice))

    assert (waiting.state, waiting.error_code) == (State.QUEUED, "down")


def test_one_bell_too_many_changes_nothing(alice: User, openai: OpenAIStandIn) -> None:
    generation = a_generation(alice)

    for _ in range(5):
        rendering.render(generation.pk)

    assert len(openai.orders) == 1
    assert Image.objects.count() == 1


def test_work_under_a_live_lease_is_left_alone(alice: User, openai: OpenAIStandIn) -> None:
    generation = a_generation(alice)
    assert leases.claim(generation.pk)

    rendering.render(generation.pk)

    assert openai.orders == []
    assert Generation.objects.get().state == State.RUNNING


def test_a_zombie_can_end_nothing_that_another_worker_took_over(
    alice: User, openai: OpenAIStandIn
) -> None:
    generation = a_generation(alice)
    zombie = leases.claim(generation.pk)
    assert zombie
    Generation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    rendering.render(generation.pk)

    with pytest.raises(leases.LeaseLost):
        settling.fail(zombie, generation, code="error")
    with pytest.raises(leases.LeaseLost):
        settling.deliver(zombie, generation, [])

    assert Generation.objects.get().state == State.SUCCEEDED
    assert balance(alice) == 9


def test_a_call_that_a_dead_worker_left_open_counts_as_unknown(
    alice: User, openai: OpenAIStandIn
) -> None:
    generation = a_generation(alice)
    for number in (1, 2):
        assert leases.claim(generation.pk)
        ProviderCall.objects.create(generation=generation, number=number)
        Generation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    done = rendered(generation)

    assert (done.state, done.error_code) == (State.FAILED, "unknown")
    assert openai.orders == []
    assert {call.outcome for call in done.calls.all()} == {"unknown"}
    assert balance(alice) == 10


def test_work_that_kills_its_workers_stops_after_a_bounded_number_of_attempts(
    alice: User, openai: OpenAIStandIn
) -> None:
    generation = a_generation(alice)
    for _ in range(rendering.MAX_ATTEMPTS):
        assert leases.claim(generation.pk)
        Generation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    done = rendered(generation)

    assert (done.state, done.error_code) == (State.FAILED, "attempts")
    assert balance(alice) == 10


def test_storage_that_is_down_is_tried_again_and_then_refunded(
    alice: User, openai: OpenAIStandIn, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from generator import deliveries

    monkeypatch.setattr(deliveries, "STORAGE_PAUSES", (0.01, 0.01))
    blocked = Path(django_settings.MEDIA_ROOT) / "blocked"
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("a file where a folder should be")
    settings.MEDIA_ROOT = str(blocked)

    done = rendered(a_generation(alice))

    assert (done.state, done.error_code) == (State.FAILED, "storage")
    assert ProviderCall.objects.get().outcome == "delivered"
    assert balance(alice) == 10


def test_a_prompt_that_moderation_flags_is_refused_before_it_is_paid_for(
    alice: User, openai: OpenAIStandIn, settings: Any
) -> None:
    settings.PROMPT_MODERATION = "openai"

    done = rendered(a_generation(alice, prompt="a scene [flagged]"))

    assert (done.state, done.error_code) == (State.REFUSED, "moderated")
    assert openai.orders == []
    assert balance(alice) == 10


def test_a_model_whose_code_is_unknown_fails_with_a_refund(alice: User, db: None) -> None:
    model = ImageModel.objects.get(slug="flare")
    ImageModel.objects.filter(pk=model.pk).update(provider="vanished")

    done = rendered(a_generation(alice, model=model))

    assert (done.state, done.error_code) == (State.FAILED, "error")
    assert balance(alice) == 10


@pytest.fixture
def last_previews(
    monkeypatch: pytest.MonkeyPatch, fresh_cache: None
) -> list[previews.Preview | None]:
    """What a page could show just before each work ended."""
    seen: list[previews.Preview | None] = []
    forget = previews.forget

    def look(pk: uuid.UUID) -> None:
        seen.append(previews.newest(pk))
        forget(pk)

    monkeypatch.setattr(previews, "forget", look)
    return seen


def test_partial_pictures_are_kept_until_the_work_ends(
    alice: User, openai: OpenAIStandIn, last_previews: list[previews.Preview | None]
) -> None:
    generation = a_generation(alice)
    cards.card_for(generation)

    rendered(generation)

    [kept] = last_previews
    assert kept is not None
    assert kept.number == 2
    assert kept.data.startswith(b"\x89PNG")
    assert previews.newest(generation.pk) is None
    assert previews.newest_number(generation.pk) == 0


def test_partial_pictures_at_which_nobody_looks_are_not_kept(
    alice: User, openai: OpenAIStandIn, last_previews: list[previews.Preview | None]
) -> None:
    rendered(a_generation(alice))

    assert last_previews == [None]


def test_whatever_happens_the_ledger_stays_exact(alice: User, openai: OpenAIStandIn) -> None:
    openai.next(behaviours.refuse(), behaviours.deliver(1), behaviours.busy(0), behaviours.html())
    for count in (1, 2, 3, 1):
        a_generation(alice, count=count)
    for _ in range(3):
        do_the_work()

    assert list(audit.differences()) == []
    assert not Generation.objects.active().exists()
    assert balance(alice) == 10 - Image.objects.count()


def test_work_that_does_not_exist_is_no_error(db: None) -> None:
    rendering.render(uuid.uuid4())
