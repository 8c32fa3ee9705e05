"""Redis or the storage is down, frozen or emptied: pages answer, and the work waits in its row."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from gallery import publishing
from gallery.models import Image
from generator import cards, sweeping
from generator.models import Generation, State
from tests.cast import PASSWORD, a_person, a_request, balance
from tests.chaos.house import House, assert_exact, submit, wait_for_renditions, wait_for_the_end
from tests.stand_ins.processes import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

ANSWER_SECONDS = 5
RETURN_SECONDS = 90
"""The contract (W4): how long an answer may take, and the beginning after the broker's return."""


@pytest.fixture
def alice(transactional_db: None) -> User:
    person = a_person("alice", balance=500)
    person.set_password(PASSWORD)
    person.save()
    return person


def freeze(house: House) -> None:
    house.redis.freeze()


def kill(house: House) -> None:
    house.redis.kill()


def empty(house: House) -> None:
    house.redis.client().flushall()


def bring_back(house: House) -> None:
    if house.redis.is_alive:
        house.redis.thaw()
    else:
        house.redis.start()


TROUBLES = pytest.mark.parametrize("trouble", [freeze, kill, empty])


@TROUBLES
def test_every_page_answers_and_accepted_work_waits(
    house: House, alice: User, client: Client, trouble: Callable[[House], None]
) -> None:
    client.force_login(alice)
    client.post("/generate/", a_request(prompt="before"))
    before = Generation.objects.get()
    trouble(house)

    slowest = 0.0
    for turn in range(4):
        for path in ("/", "/generate/", "/history/", "/billing/", before.get_absolute_url()):
            slowest = max(slowest, seconds_of(lambda path=path: client.get(path)))  # type: ignore[misc]
        form = a_request(prompt=f"during {turn}")
        slowest = max(slowest, seconds_of(lambda form=form: client.post("/generate/", form)))  # type: ignore[misc]
    somebody = Client()
    credentials = {"login": alice.email, "password": PASSWORD}
    login = seconds_of(lambda: somebody.post("/accounts/login/", credentials))

    print(f"slowest answer {slowest:.2f} s, login {login:.2f} s")
    assert max(slowest, login) < ANSWER_SECONDS
    assert somebody.get("/history/").status_code == 200
    assert Generation.objects.queued().count() == 5

    bring_back(house)
    house.start_workers()
    wait_for_the_end(seconds=60)
    assert Generation.objects.filter(state=State.SUCCEEDED).count() == 5
    assert_exact(house)


def seconds_of(request: Callable[[], object]) -> float:
    began = time.monotonic()
    response = request()
    assert getattr(response, "status_code", 500) in (200, 302)
    return time.monotonic() - began


@TROUBLES
def test_workers_end_what_they_began_and_then_find_the_rest(
    house: House, alice: User, trouble: Callable[[House], None]
) -> None:
    house.openai.delay = 2
    house.start_workers()
    for number in range(4):
        submit(alice, f"work {number}")
    wait_until(lambda: len(house.openai.orders) == 4, seconds=30, what="4 orders")

    trouble(house)
    submit(alice, "during the trouble")
    ended = Generation.objects.filter(state=State.SUCCEEDED)
    wait_until(lambda: ended.count() >= 4, seconds=30, what="what was begun ends")
    time.sleep(3)
    bring_back(house)
    seconds = wait_for_the_end(seconds=60)
    wait_for_renditions(seconds=60)

    print(f"the rest ended {seconds:.1f} s after the return")
    assert ended.count() == 5
    assert len(house.openai.orders) == 5
    assert_exact(house)


def test_work_starts_by_itself_within_ninety_seconds_of_the_brokers_return(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the intervals of every installation: nobody sweeps but the scheduler."""
    house.start_workers()
    house.start_beat()
    freeze(house)
    submit(alice, "while it is frozen")
    time.sleep(6)
    kill(house)
    submit(alice, "while it is down")
    time.sleep(6)

    bring_back(house)
    seconds = wait_for_the_end(seconds=RETURN_SECONDS, sweeps=False)

    print(f"ended {seconds:.1f} s after the broker's return")
    assert Generation.objects.filter(state=State.SUCCEEDED).count() == 2
    pictures = Image.objects.exclude(rendered_at=None)
    wait_until(lambda: pictures.count() == 2, seconds=60, what="both have their renditions")


def block(storage: Path) -> None:
    """Nothing can be written any more, not even by root."""
    shutil.rmtree(storage / "originals", ignore_errors=True)
    storage.mkdir(exist_ok=True)
    (storage / "originals").write_text("a file where a folder should be")


def unblock(storage: Path) -> None:
    (storage / "originals").unlink()


def test_a_storage_that_is_away_for_a_moment_costs_nothing(house: House, alice: User) -> None:
    storage = Path(house.env["MEDIA_ROOT"])
    house.start_workers()
    block(storage)
    generation = submit(alice, "a lighthouse", count=2)
    house.generate.wait_for_log("Storing an original failed")

    unblock(storage)
    wait_for_the_end(seconds=30)

    generation.refresh_from_db()
    assert generation.state == State.SUCCEEDED
    assert len(house.openai.orders) == 1
    assert_exact(house)


def test_a_storage_that_stays_away_is_refunded_with_a_sentence(house: House, alice: User) -> None:
    storage = Path(house.env["MEDIA_ROOT"])
    house.start_workers()
    block(storage)
    generations = [submit(alice, f"work {number}") for number in range(12)]

    seconds = wait_for_the_end(seconds=60)
    unblock(storage)
    after = submit(alice, "afterwards")
    wait_for_the_end(seconds=30)

    print(f"refunded after {seconds:.1f} s")
    for generation in generations:
        generation.refresh_from_db()
        assert (generation.state, generation.error_code) == (State.FAILED, "storage")
        assert "could not be stored" in cards.card_for(generation).sentence
    after.refresh_from_db()
    assert after.state == State.SUCCEEDED
    assert len(house.openai.orders) == 13
    assert_exact(house)
    assert balance(alice) == 500 - 1
    assert not house.stray_files()


def test_a_provider_that_hangs_delays_no_other_work_and_no_page(
    house: House, alice: User, client: Client
) -> None:
    client.force_login(alice)
    house.start_workers()
    for number in range(6):
        submit(alice, f"work {number} [hang]")
    wait_until(lambda: len(house.openai.orders) == 6, seconds=30, what="6 orders")

    quick = submit(alice, "a quick one")

    assert seconds_of(lambda: client.get("/generate/")) < ANSWER_SECONDS
    wait_until(
        lambda: Generation.objects.get(pk=quick.pk).state == State.SUCCEEDED,
        seconds=15,
        what="the quick one",
    )
    assert Generation.objects.active().count() == 6


def test_the_intervals_of_every_installation_keep_the_contract() -> None:
    from django.conf import settings

    between = float(str(settings.CELERY_BEAT_SCHEDULE["sweep-generations"]["schedule"]))
    assert sweeping.RING_AGAIN + timedelta(seconds=between) < timedelta(seconds=RETURN_SECONDS)
    assert timedelta(seconds=RETURN_SECONDS) > publishing.RING_AGAIN
