"""Deploys, frozen workers and doubled messages: one outcome each, and one price."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter

import pytest
from django.utils import timezone

from accounts.models import User
from gallery.models import Image
from generator import cards, rendering, tasks
from generator.models import Generation, ProviderCall, State
from tests.cast import a_person, balance
from tests.chaos.house import (
    LEASE_SECONDS,
    House,
    assert_exact,
    submit,
    sweep,
    wait_for_the_end,
)
from tests.stand_ins import openai_behaviours as behaviours
from tests.stand_ins.openai import MODERATIONS
from tests.stand_ins.openai_call import Call
from tests.stand_ins.processes import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def alice(transactional_db: None) -> User:
    return a_person("alice", balance=500)


def wait_for_orders(house: House, number: int) -> None:
    wait_until(lambda: len(house.openai.orders) >= number, seconds=30, what=f"{number} orders")


def test_a_deploy_finishes_running_work_and_hands_on_the_rest(house: House, alice: User) -> None:
    house.openai.delay = 2
    house.start_workers()
    for number in range(30):
        submit(alice, f"work {number}")
    wait_for_orders(house, 4)

    seconds = [worker.stop(seconds=30) for worker in house.workers]
    stopped = Counter(Generation.objects.values_list("state", flat=True))
    house.restart_workers()
    wait_for_the_end(seconds=60)

    print(f"stopped after {max(seconds):.1f} s with {dict(stopped)}")
    assert max(seconds) < 15
    assert stopped[State.RUNNING] == 0
    assert stopped[State.SUCCEEDED] >= 4
    assert len(house.openai.orders) == 30
    assert Generation.objects.filter(state=State.SUCCEEDED).count() == 30
    assert_exact(house)
    assert balance(alice) == 500 - 30


def test_work_that_was_handed_on_begins_without_a_sweep(house: House, alice: User) -> None:
    house.openai.delay = 1
    house.start_workers()
    for number in range(24):
        submit(alice, f"work {number}")
    wait_for_orders(house, 2)

    for worker in house.workers:
        worker.stop(seconds=30)
    house.restart_workers()

    wait_for_the_end(seconds=60, sweeps=False)
    assert len(house.openai.orders) == 24


def test_a_worker_that_was_frozen_longer_than_its_lease_changes_nothing(
    house: House, alice: User
) -> None:
    house.openai.delay = 1.5
    house.start_workers()
    generations = [submit(alice, f"work {number}") for number in range(4)]
    wait_for_orders(house, 4)

    zombies = list(house.workers)
    for zombie in zombies:
        zombie.freeze()
    time.sleep(LEASE_SECONDS + 0.5)
    house.start_more_workers()
    wait_for_the_end(seconds=60)
    for zombie in zombies:
        zombie.thaw()
    house.generate.wait_for_log("(?s)(taken over by another worker.*){4}")

    calls = Counter(ProviderCall.objects.values_list("outcome", flat=True))
    assert calls == {"delivered": 8}, "what the zombies received was paid for, and is written down"
    assert Image.objects.count() == len(generations)
    assert len(house.openai.orders) == 8
    assert_exact(house)
    assert balance(alice) == 500 - 4
    wait_until(lambda: not house.stray_files(), seconds=10, what="nothing lies about")


def test_a_message_delivered_many_times_to_many_workers_is_one_piece_of_work(
    house: House, alice: User
) -> None:
    house.openai.delay = 1
    house.start_workers(DJANGO_SETTINGS_MODULE="tests.chaos.forgetful")
    house.start_more_workers(DJANGO_SETTINGS_MODULE="tests.chaos.forgetful")
    generations = [submit(alice, f"work {number}") for number in range(6)]
    for _ in range(20):
        for generation in generations:
            tasks.ring(generation.pk)
            tasks.ring(generation.pk, countdown=2.5)

    wait_for_the_end(seconds=60)
    time.sleep(4)

    assert len(house.openai.orders) == 6
    assert Image.objects.count() == 6
    assert_exact(house)
    assert balance(alice) == 500 - 6


def test_work_that_kills_its_workers_is_stopped_and_refunded_and_others_go_on(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()

    async def kill_who_asks(call: Call) -> None:
        asked.set()
        await asyncio.sleep(60)

    monkeypatch.setitem(behaviours.BY_NAME, "poison", lambda: kill_who_asks)
    house.start_workers()
    poison = submit(alice, "a cup of [poison]")
    others = []

    kills = 0
    while poison.is_active:
        if asked.wait(timeout=0.5):
            house.generate.kill()
            asked.clear()
            kills += 1
            others.append(submit(alice, f"work {kills}"))
            house.generate.start()
        sweep()
        poison.refresh_from_db()
    seconds = wait_for_the_end(seconds=30)

    print(f"{kills} kills, {seconds:.1f} s for the others")
    assert kills == rendering.MAX_UNKNOWN_CALLS
    assert (poison.state, poison.refunded) == (State.FAILED, poison.cost)
    assert cards.card_for(poison).sentence
    for other in others:
        other.refresh_from_db()
        assert other.state == State.SUCCEEDED
    assert_exact(house)


def test_work_that_kills_its_workers_before_the_call_is_stopped_too(
    house: House, alice: User
) -> None:
    house.openai.always(behaviours.slow(0.5), on=MODERATIONS)
    house.start_workers(PROMPT_MODERATION="openai")
    poison = submit(alice, "poison")

    kills = 0
    while poison.is_active:
        # It dies while the prompt is moderated; a claim too many only settles the account.
        if poison.state == State.RUNNING and kills < poison.attempts <= rendering.MAX_ATTEMPTS:
            house.generate.kill()
            kills += 1
            Generation.objects.update(lease_until=timezone.now())
            house.generate.start()
        sweep()
        time.sleep(0.2)
        poison.refresh_from_db()

    assert kills == rendering.MAX_ATTEMPTS
    assert (poison.state, poison.refunded) == (State.FAILED, poison.cost)
    assert house.openai.orders == []
    assert_exact(house)
