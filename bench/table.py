"""The table: one line a figure, with its target where it has one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

MARK = "bench-row:"
"""Begins a line in which a part hands a row to the table."""


@dataclass(frozen=True, slots=True)
class Row:
    """``met`` is None for what has no target, or could not be measured."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None
    how: str = ""


def at_most(what: str, measured: float, target: float, *, unit: str = "×", how: str = "") -> Row:
    met = measured <= target
    return Row(what, _figure(measured, unit), f"≤ {_figure(target, unit)}", met, how)


def at_least(what: str, measured: float, target: float, *, unit: str, how: str = "") -> Row:
    met = measured >= target
    return Row(what, _figure(measured, unit), f"≥ {_figure(target, unit)}", met, how)


def hand_over(rows: Sequence[Row]) -> None:
    """From a part's process to the one that prints."""
    for row in rows:
        sys.stdout.write(f"{MARK}{json.dumps(asdict(row))}\n")
    sys.stdout.flush()


def taken_over(output: str) -> list[Row]:
    lines = output.splitlines()
    return [Row(**json.loads(line.removeprefix(MARK))) for line in lines if line.startswith(MARK)]


def as_markdown(rows: Sequence[Row]) -> str:
    lines = [("What", "Measured", "Target", "Met", "How"), ("---", "---:", "---:", "---", "---")]
    words = {True: "yes", False: "**no**", None: ""}
    lines += [(row.what, row.measured, row.target, words[row.met], row.how) for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _figure(value: float, unit: str) -> str:
    digits = f"{value:.2f}" if value < 10 else f"{value:.0f}"
    return f"{digits} {unit}"
