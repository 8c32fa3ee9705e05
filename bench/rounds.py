"""Comparing two things on a noisy machine: by turns, in rounds, and only as a ratio."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Action = Callable[[], None]

BLOCK = 10
"""Calls of one side in a row; short enough that noise meets both sides alike."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``floor`` and ``whole`` in milliseconds a call; ``ratio`` is the median of the rounds'."""

    ratio: float
    floor: float
    whole: float
    rounds: int
    calls: int


def compare(floor: Action, whole: Action, *, rounds: int, calls: int) -> Comparison:
    """Call both sides ``calls`` times in each of ``rounds``, after one round to warm up.

    A round's figure for a side is its lower quartile: what it takes when nobody else wants the
    machine, yet not its luckiest moment.
    """
    found = [_round(floor, whole, calls) for _ in range(rounds + 1)][1:]
    return Comparison(
        ratio=median(b / a for a, b in found),
        floor=1000 * median(a for a, _b in found),
        whole=1000 * median(b for _a, b in found),
        rounds=rounds,
        calls=calls,
    )


def _round(floor: Action, whole: Action, calls: int) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    while len(times[1]) < calls:
        for action, taken in zip((floor, whole), times, strict=True):
            for _ in range(min(BLOCK, calls - len(taken))):
                started = time.perf_counter()
                action()
                taken.append(time.perf_counter() - started)
    lower, upper = (sorted(taken)[len(taken) // 4] for taken in times)
    return lower, upper
