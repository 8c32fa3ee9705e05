"""Conifers, single and by the hundred."""

from __future__ import annotations

import math

from generator.providers.demo.canvas import Canvas, Pen, Point
from generator.providers.demo.colour import Colour


def conifer(canvas: Canvas, foot: Point, tall: float) -> list[Point]:
    """The outline of a fir that stands at ``foot``."""
    rng = canvas.rng
    tiers = max(5, min(round(tall / canvas.unit * 70 * (0.6 + 0.4 * canvas.detail)), 22))
    wide = tall * rng.uniform(0.15, 0.21)
    lean = tall * rng.uniform(-0.015, 0.015)
    right: list[Point] = []
    left: list[Point] = []
    x, y = foot
    for tier in range(tiers):
        share = (tier + 1) / tiers
        reach = wide * share**0.85
        level = y - tall * (1 - share * 0.93)
        middle = x + lean * (1 - share)
        for side, sign in ((right, 1), (left, -1)):
            out = reach * rng.uniform(0.72, 1.12)
            side.append((middle + sign * out, level + tall * rng.uniform(0.0, 0.012)))
            side.append((middle + sign * out * rng.uniform(0.40, 0.55), level - tall * 0.012))
    trunk = tall * 0.018
    top = (x + lean, y - tall)
    return [
        top,
        *right,
        (x + trunk, y - tall * 0.05),
        (x + trunk, y + 2),
        (x - trunk, y + 2),
        (x - trunk, y - tall * 0.05),
        *left[::-1],
    ]


def row(canvas: Canvas, ridge: list[Point], tall: float, colour: Colour, *, density: float) -> None:
    """A wood along a ridge: trees of many heights, ``density`` 1 leaves few gaps."""
    rng = canvas.rng
    outlines = []
    x = -tall * 0.2
    last = len(ridge) - 1
    phase = rng.random() * 6
    while x < canvas.width + tall * 0.2:
        place = min(max(x / canvas.width, 0.0), 1.0) * last
        y = ridge[int(place)][1]
        clump = 0.5 + 0.5 * math.sin(phase + 9 * x / canvas.unit) * math.sin(
            phase * 2 + 4.1 * x / canvas.unit
        )
        size = tall * (0.45 + 0.4 * clump + 0.35 * rng.random() ** 2)
        outlines.append(conifer(canvas, (x, y + 0.11 * size), size))
        x += tall * rng.uniform(0.06, 0.20) / max(density, 0.1) * (1.4 - 0.6 * clump)
    top = min(y for outline in outlines for _, y in outline)
    bottom = max(y for outline in outlines for _, y in outline)
    draw_all(canvas, outlines, (0, top, canvas.width, bottom), colour)


def draw_all(
    canvas: Canvas,
    outlines: list[list[Point]],
    box: tuple[float, float, float, float],
    colour: Colour,
) -> None:
    """Fill many outlines in one go."""

    def draw(pen: Pen) -> None:
        for outline in outlines:
            pen.polygon(outline)

    canvas.shapes(draw, box, colour)
