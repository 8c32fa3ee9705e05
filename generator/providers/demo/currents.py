"""Thousands of fine lines that follow an unseen stream."""

from __future__ import annotations

import math
from dataclasses import dataclass

from generator.providers.demo.abstract import between, colours
from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import lighten, mix
from generator.providers.demo.pen import Pen, Point
from generator.providers.demo.texture import noise, values
from generator.providers.demo.view import View

_CELLS = 24
_TONES = 8

Line = tuple[list[Point], float, int]
"""Its points, its width in pixels, and its strength (0 to 255)."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A field of directions: ``angles`` in radians on a grid over the whole sheet."""

    canvas: Canvas
    angles: list[float]

    def heading(self, at: Point) -> float:
        """The direction at a place, between the four nearest corners of the grid."""
        x = min(max(at[0] / self.canvas.width, 0.0), 1.0) * (_CELLS - 1)
        y = min(max(at[1] / self.canvas.height, 0.0), 1.0) * (_CELLS - 1)
        column, row = min(int(x), _CELLS - 2), min(int(y), _CELLS - 2)
        x, y = x - column, y - row
        corner = row * _CELLS + column
        upper = self.angles[corner] * (1 - x) + self.angles[corner + 1] * x
        corner += _CELLS
        lower = self.angles[corner] * (1 - x) + self.angles[corner + 1] * x
        return upper * (1 - y) + lower * y

    def follow(self, start: Point, steps: int, step: float) -> list[Point]:
        """The way of something that floats."""
        x, y = start
        points = [start]
        for _ in range(steps):
            angle = self.heading((x, y))
            x, y = x + step * math.cos(angle), y + step * math.sin(angle)
            points.append((x, y))
        return points


def currents(view: View) -> None:
    """Lines whose colour changes across the sheet, neighbours alike."""
    canvas, rng, unit, stops = view.canvas, view.rng, view.canvas.unit, colours(view)
    canvas.gradient((lighten(stops[0], -0.05), stops[0], mix(stops[0], stops[1], 0.35)))
    turns, start = rng.uniform(2.2, 4.0) * math.pi, rng.random() * math.tau
    lumps = noise(rng, 2.2, 2.2, octaves=2, gain=0.4, size=(_CELLS, _CELLS))
    stream = Stream(canvas, [start + turns * value for value in values(lumps)])
    groups: list[list[Line]] = [[] for _ in range(_TONES)]
    for _ in range(round(1500 * canvas.detail * canvas.area)):
        x, y = rng.uniform(-0.05, 1.05), rng.uniform(-0.05, 1.05)
        points = stream.follow(
            (x * canvas.width, y * canvas.height), rng.randint(14, 46), unit * 0.011
        )
        tone = int((0.55 * x + 0.45 * y + rng.gauss(0, 0.10)) * _TONES)
        line = (points, unit * rng.uniform(0.0008, 0.0032), rng.randint(60, 235))
        groups[min(max(tone, 0), _TONES - 1)].append(line)
    order = list(enumerate(groups))
    rng.shuffle(order)
    for tone, lines in order:

        def draw(pen: Pen, lines: list[Line] = lines) -> None:
            for line in lines:
                pen.line(*line)

        canvas.shapes(draw, canvas.whole, between(stops[1:], tone / (_TONES - 1)), opacity=0.9)
