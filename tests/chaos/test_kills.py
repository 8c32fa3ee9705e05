"""Workers die at any moment: each Generation ends, and nobody pays for what is not there."""

from __future__ import annotations

import os
import random
import time

import pytest

from gallery.models import Image
from generator.models import Generation, ProviderCall, State
from tests.cast import a_person, balance
from tests.chaos.house import (
    House,
    assert_exact,
    submit,
    sweep,
    wait_for_renditions,
    wait_for_the_end,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

KILLS = 20
DAYS = [
    "",
    "",
    "",
    "",
    " [slow 2]",
    " [slow 4]",
    " [busy 1]",
    " [deliver 1]",
    " [refuse]",
    " [cut]",
]
"""What the provider does with six in ten prompts; the others it draws at once."""


def test_twenty_kills_under_load_lose_nothing_and_charge_for_nothing(house: House) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or time.time_ns() % 1_000_000)
    print(f"CHAOS_SEED={seed}")
    dice = random.Random(seed)
    people = [a_person(f"person{number}", balance=500) for number in range(5)]
    house.openai.delay = 0.4
    house.start_workers()

    for number in range(KILLS):
        victim = dice.choice([house.generate, house.generate, house.workers[-1]])
        victim.wait_until_ready()
        for _ in range(dice.randint(3, 8)):
            day = dice.choice(DAYS) if dice.random() < 0.6 else ""
            prompt = f"work {Generation.objects.count()} {day}"
            submit(dice.choice(people), prompt, count=dice.choice([1, 1, 2, 3]))
        # Some die while they start on the work, some in the middle, some when it is nearly done.
        time.sleep(dice.choice([0.15, 1, 3]) * dice.random())
        victim.kill()
        print(f"kill {number}: {victim.name}, {Generation.objects.active().count()} active")
        victim.start()
        sweep()
    seconds = wait_for_the_end(seconds=90)

    unknown = ProviderCall.objects.filter(outcome=ProviderCall.Outcome.UNKNOWN).count()
    print(
        f"{Generation.objects.count()} ended {seconds:.1f} s after the last kill with "
        f"{Image.objects.count()} pictures, {unknown} unknown calls and "
        f"{len(house.stray_files())} files that nobody names"
    )
    assert Generation.objects.count() >= KILLS * 3
    assert Generation.objects.filter(state=State.SUCCEEDED).exists()
    assert not Generation.objects.filter(error_code="error").exists()
    assert_exact(house)
    assert sum(map(balance, people)) == 500 * len(people) - Image.objects.count()
    wait_for_renditions(seconds=90)
    assert not Image.objects.exclude(withdrawn_at=None).exists()
