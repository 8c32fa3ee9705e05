"""Ridges one behind another in the haze."""

from __future__ import annotations

from itertools import pairwise

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import Colour, mix
from generator.providers.demo.pen import Point
from generator.providers.demo.texture import column
from generator.providers.demo.view import View


def outline(canvas: Canvas, *, peaks: float, rough: float) -> list[float]:
    """A ridge as heights of about 0 to 1, evenly spaced over the width, by midpoint displacement.

    ``peaks`` is how many stand in one unit, ``rough`` (0.3 to 0.6) how jagged they are.
    """
    rng = canvas.rng
    count = max(round(peaks * canvas.spread), 1)
    # Valleys and summits alternate at uneven distances, and one summit is the highest.
    chief = rng.randrange(count)
    line: list[float] = []
    for number in range(count):
        high = rng.uniform(0.88, 1.0) if number == chief else rng.uniform(0.40, 0.80)
        up, down = rng.randint(3, 6), rng.randint(3, 6)
        low, following = rng.uniform(0.05, 0.38), rng.uniform(0.05, 0.38)
        line += [low + (high - low) * i / up for i in range(up)]
        line += [high + (following - high) * i / down for i in range(down)]
    shift = rng.randrange(len(line))
    line = [*line[shift:], *line[:shift]]
    swing = 0.13
    while len(line) < min(canvas.width * 0.7, 1600):
        finer = []
        for left, right in pairwise(line):
            finer += [left, (left + right) / 2 + rng.uniform(-swing, swing)]
        line = [*finer, line[-1]]
        swing *= rough
    return line


def placed(canvas: Canvas, heights: list[float], base: float, tall: float) -> list[Point]:
    """Heights as places: 0 lies at ``base``, 1 lies ``tall`` pixels above it."""
    step = canvas.width / (len(heights) - 1)
    return [(index * step, base - tall * height) for index, height in enumerate(heights)]


def ground(canvas: Canvas, edge: list[Point], top: Colour, foot: Colour) -> None:
    """Fill from an edge down to the foot of the sheet, running from one colour to the other."""
    box = canvas.clip((0, min(y for _, y in edge) - 1, canvas.width, canvas.height))
    if box is None:
        return
    shape = [*edge, (canvas.width + 2, box[3] + 2), (-2, box[3] + 2)]
    mask = canvas.mask(lambda pen: pen.polygon(shape), box)
    canvas.image.paste(column((top, foot), mask.size), box, mask)


def ridge(
    view: View, base: float, tall: float, depth: float, *, peaks: float, rough: float
) -> list[Point]:
    """Paint a plain ridge in the haze; returns its edge."""
    canvas, palette = view.canvas, view.palette
    edge = placed(canvas, outline(canvas, peaks=peaks, rough=rough), base, tall)
    colour = view.white(depth) if view.snowy and depth > 0.3 else palette.land(depth)
    ground(canvas, edge, colour, mix(colour, palette.haze, 0.10))
    far = 1 - depth
    rise = (0, 0.05, 0.25 * far + 0.08, 0.6 * far + 0.1)
    canvas.veil(
        palette.haze,
        rise,
        top=min(y for _, y in edge),
        bottom=min(base + tall * 0.9, canvas.height),
    )
    return edge
