"""A field of flowers at our feet."""

from __future__ import annotations

import math

from generator.providers.demo.colour import WHITE, from_hex, lighten, mix
from generator.providers.demo.meadow import green
from generator.providers.demo.pen import Point
from generator.providers.demo.petals import Petal, petal_colours, place, stamp
from generator.providers.demo.plants import blade
from generator.providers.demo.view import View

_BANDS = 9


def flower_field(view: View, top: float) -> None:
    """Flowers from specks in the distance, at ``top``, to open heads in front of us."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    one, two = petal_colours(view), petal_colours(view)
    sets = [one, two, (one[0], mix(one[1], two[1], 0.4), mix(one[2], WHITE, 0.3))]
    canvas.gradient(
        (green(view, 0.55), green(view, 0.85), mix(green(view, 1), palette.near, 0.5)), top=top
    )
    canvas.veil(green(view, 0.55), (0, 1), top=top - canvas.unit * 0.012, bottom=top + 1)
    edges = [top + (canvas.height * 1.04 - top) * (b / _BANDS) ** 1.6 for b in range(_BANDS + 1)]
    for band in range(_BANDS):
        near, rows = band / (_BANDS - 1), (edges[band], edges[band + 1])
        _blades(view, rows, near)
        if near < 0.6:
            for colours in sets:
                _specks(view, colours, rows, near)
        else:
            _heads(view, sets, rows, near)
    for _ in range(round(5 * canvas.spread)):
        # A few so close that they are only a blur.
        at = rng.random() * canvas.width, canvas.height * rng.uniform(0.97, 1.04)
        reach = canvas.unit * rng.uniform(0.05, 0.11)
        canvas.glow(at, reach, rng.choice(sets)[1], power=0.9, strength=0.75)


def _blades(view: View, rows: Point, near: float) -> None:
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    blades = []
    for _ in range(round(330 * canvas.detail * canvas.spread)):
        foot = rng.random() * canvas.width, rng.uniform(*rows) + unit * 0.03 * near
        tall = unit * (0.008 + 0.075 * near) * rng.uniform(0.5, 1.2)
        lean, thick = unit * 0.025 * near * rng.uniform(-1, 1), unit * (0.0006 + 0.0016 * near)
        blades.append(blade(foot, tall, lean, thick))
    colour = mix(green(view, 0.5 + 0.5 * near), view.palette.near, 0.3 * near)
    canvas.polygons(blades, colour, opacity=0.8)


def _specks(view: View, colours: Petal, rows: Point, near: float) -> None:
    """Heads too far away to have petals."""
    canvas, rng, palette = view.canvas, view.rng, view.palette
    size = canvas.unit * (0.0016 + 0.011 * near**1.2)
    count = round((420 - 330 * near**0.5) * canvas.spread * (0.4 + 0.6 * canvas.detail))
    heads, shines = [], []
    for _ in range(count):
        x, y = rng.random() * canvas.width, rng.uniform(*rows)
        reach = size * rng.uniform(0.55, 1.15)
        heads.append(((x, y), reach))
        shines.append(((x - reach * 0.2, y - reach * 0.25), reach * 0.55))
    dim = 0.22 * (1 - near) + 0.4 * palette.dark
    canvas.discs(heads, mix(mix(colours[0], colours[1], 0.75), palette.land(0.5), dim), flat=0.72)
    canvas.discs(shines, mix(colours[2], palette.land(0.5), dim), flat=0.6, opacity=0.75)


def _heads(view: View, sets: list[Petal], rows: Point, near: float) -> None:
    """Open flowers on stems, those behind first."""
    canvas, rng, palette = view.canvas, view.rng, view.palette
    size = canvas.unit * (0.012 + 0.034 * ((near - 0.5) / 0.5) ** 1.2)
    stamps = []
    for colours in sets:
        base, middle, tip = (mix(colour, palette.near, 0.35 * palette.dark) for colour in colours)
        stamps.append(stamp(size * 1.1, size, (base, middle, tip)))
    count = round((34 - 20 * near) * canvas.spread)
    heart = lighten(mix(palette.near, from_hex("4a2a10"), 0.6), 0.02)
    for y, x in sorted((rng.uniform(*rows), rng.random() * canvas.width) for _ in range(count)):
        reach = size * rng.uniform(0.75, 1.1)
        _stem(view, (x, y), reach)
        petal, turn = rng.choice(stamps), rng.random() * math.tau
        for number in range(6):
            angle = turn + number * math.tau / 6
            # Heads are seen a little from the side.
            long = reach * (0.72 + 0.28 * abs(math.cos(angle)))
            place(canvas, petal, (x, y), angle, (long, reach * 0.95), shadow=reach * 0.07)
        canvas.glow((x, y), reach * 0.36, heart, power=0.7)


def _stem(view: View, head: Point, reach: float) -> None:
    sway = reach * view.rng.uniform(-0.6, 0.6)
    line = [(head[0] + sway * (k / 5) ** 2, head[1] + reach * 4.5 * k / 5) for k in range(6)]
    box = head[0] - reach, head[1], head[0] + reach, head[1] + reach * 4.5
    colour = mix(green(view, 0.8), view.palette.near, 0.25)
    view.canvas.shapes(lambda pen: pen.line(line, max(reach * 0.09, 1.0)), box, colour)
