"""Ridges one behind another, with light and shadow sides, snow and haze."""

from __future__ import annotations

from generator.providers.demo.canvas import Canvas, Point
from generator.providers.demo.colour import Colour, mix
from generator.providers.demo.view import View


def outline(canvas: Canvas, *, peaks: float, rough: float, spread: float = 1.0) -> list[float]:
    """A ridge as heights of about 0 to 1, evenly spaced over the width, by midpoint displacement.

    ``peaks`` is how many stand side by side, ``rough`` (0.3 to 0.6) how jagged they are.
    """
    rng = canvas.rng
    count = max(round(peaks * spread), 1)
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
    goal = min(canvas.width * 0.7, 1400 * min(canvas.detail, 1.0) + 200)
    while len(line) < goal:
        finer = []
        for left, right in zip(line, line[1:], strict=False):
            finer += [left, (left + right) / 2 + rng.uniform(-swing, swing)]
        line = [*finer, line[-1]]
        swing *= rough
    return line


def placed(canvas: Canvas, heights: list[float], base: float, tall: float) -> list[Point]:
    """Heights as places: 0 lies at ``base``, 1 lies ``tall`` pixels above it."""
    step = canvas.width / (len(heights) - 1)
    return [(index * step, base - tall * height) for index, height in enumerate(heights)]


def ground(canvas: Canvas, ridge: list[Point], bottom: float, top: Colour, foot: Colour) -> None:
    """Fill from a ridge down to ``bottom``, running from one colour to the other."""
    highest = min(y for _, y in ridge)
    box = canvas.clip((0, int(highest) - 1, canvas.width, round(bottom)))
    if box is None:
        return
    paint = Canvas.column((top, foot), canvas.width, box[3] - box[1])
    shape = [*ridge, (canvas.width + 2, bottom), (-2, bottom)]
    canvas.image.paste(paint, box, canvas.mask(lambda pen: pen.polygon(shape), box))


def ridge(
    view: View, base: float, tall: float, depth: float, *, peaks: float, rough: float
) -> list[Point]:
    """A plain ridge in the haze; returns its outline."""
    canvas, palette = view.canvas, view.palette
    heights = outline(canvas, peaks=peaks, rough=rough, spread=canvas.width / canvas.unit)
    line = placed(canvas, heights, base, tall)
    colour = palette.land(depth)
    if view.snowy and depth > 0.3:
        colour = view.white(depth)
    ground(canvas, line, canvas.height, colour, mix(colour, palette.haze, 0.10))
    canvas.veil(palette.haze, top=min(y for _, y in line), bottom=min(base + tall * 0.9, canvas.height),
                rise=(0, 0.05, 0.25 * (1 - depth) + 0.08, 0.6 * (1 - depth) + 0.1))  # fmt: skip
    return line
