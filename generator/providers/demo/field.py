"""A field of flowers at our feet."""

from __future__ import annotations

import math

from generator.providers.demo.canvas import Canvas, Pen, Point
from generator.providers.demo.colour import Colour, from_hex, lighten, mix
from generator.providers.demo.meadow import green
from generator.providers.demo.petals import Petal, petal_colours, place, stamp
from generator.providers.demo.view import View

_BANDS = 9


def flower_field(view: View, top: float) -> None:
    """Flowers from specks in the distance, at ``top``, to open heads in front of us."""
    canvas, palette, unit = view.canvas, view.palette, view.canvas.unit
    sets = [petal_colours(canvas, view.hues) for _ in range(3)]
    sets[2] = (sets[0][0], mix(sets[0][1], sets[1][1], 0.4), mix(sets[0][2], (255, 255, 255), 0.3))
    ground = (green(view, 0.55), green(view, 0.85), mix(green(view, 1.0), palette.near, 0.5))
    canvas.gradient(ground, top=top)
    canvas.veil(ground[0], top=top - unit * 0.012, bottom=top + 1, rise=(0, 1))
    edges = [top + (canvas.height * 1.04 - top) * (b / _BANDS) ** 1.6 for b in range(_BANDS + 1)]
    for band in range(_BANDS):
        near = band / (_BANDS - 1)
        low, high = edges[band], edges[band + 1]
        _blades(
            canvas, mix(green(view, 0.5 + 0.5 * near), palette.near, 0.3 * near), low, high, near
        )
        if near < 0.6:
            for colours in sets:
                _specks(view, colours, low, high, near)
        else:
            _heads(view, sets, low, high, near)
    for _ in range(round(5 * canvas.width / unit)):
        # A few so close that they are only a blur.
        at = view.rng.random() * canvas.width, canvas.height * view.rng.uniform(0.97, 1.04)
        tone = view.rng.choice(sets)[1]
        canvas.glow(at, unit * view.rng.uniform(0.05, 0.11), tone, power=0.9, strength=0.75)


def _specks(view: View, colours: Petal, low: float, high: float, near: float) -> None:
    """Heads too far away to have petals."""
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    size = unit * (0.0016 + 0.011 * near**1.2)
    count = round((420 - 330 * near**0.5) * canvas.width / unit * (0.4 + 0.6 * canvas.detail))
    spots = []
    for _ in range(count):
        at = rng.random() * canvas.width, rng.uniform(low, high)
        spots.append((at, size * rng.uniform(0.55, 1.15)))

    def draw(pen: Pen) -> None:
        for at, reach in spots:
            pen.ellipse(at, reach, reach * 0.72)

    def shine(pen: Pen) -> None:
        for at, reach in spots:
            pen.ellipse((at[0] - reach * 0.2, at[1] - reach * 0.25), reach * 0.55, reach * 0.32)

    box = (0, low - unit * 0.02, canvas.width, high + unit * 0.02)
    dim = 0.22 * (1 - near) + 0.4 * view.palette.dark
    canvas.shapes(draw, box, mix(mix(colours[0], colours[1], 0.75), view.palette.land(0.5), dim))
    canvas.shapes(shine, box, mix(colours[2], view.palette.land(0.5), dim), opacity=0.75)


def _blades(canvas: Canvas, colour: Colour, low: float, high: float, near: float) -> None:
    rng, unit = canvas.rng, canvas.unit
    blades = []
    for _ in range(round(330 * canvas.detail * canvas.width / unit)):
        x, y = rng.random() * canvas.width, rng.uniform(low, high) + unit * 0.03 * near
        tall = unit * (0.008 + 0.075 * near) * rng.uniform(0.5, 1.2)
        lean, thick = unit * 0.025 * near * rng.uniform(-1, 1), unit * (0.0006 + 0.0016 * near)
        elbow = x + lean * 0.35, y - tall * 0.6
        blades.append(
            [
                (x - thick, y),
                elbow,
                (x + lean, y - tall),
                (elbow[0] + thick, elbow[1]),
                (x + thick, y),
            ]
        )

    def draw(pen: Pen) -> None:
        for blade in blades:
            pen.polygon(blade)

    canvas.shapes(
        draw, (0, low - unit * 0.1, canvas.width, high + unit * 0.04), colour, opacity=0.8
    )


def _heads(view: View, sets: list[Petal], low: float, high: float, near: float) -> None:
    """Open flowers on stems, those behind first."""
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    size = unit * (0.012 + 0.034 * ((near - 0.5) / 0.5) ** 1.2)
    stamps = []
    for colours in sets:
        base, middle, tip = (mix(c, view.palette.near, 0.35 * view.palette.dark) for c in colours)
        stamps.append(stamp(size * 1.1, size, (base, middle, tip)))
    places = sorted(
        (rng.uniform(low, high), rng.random())
        for _ in range(round((34 - 20 * near) * canvas.width / unit))
    )
    stem = mix(green(view, 0.8), view.palette.near, 0.25)
    for y, share in places:
        x, reach = share * canvas.width, size * rng.uniform(0.75, 1.1)
        _stem(canvas, (x, y), reach, stem)
        petal, turn = rng.choice(stamps), rng.random() * math.tau
        for number in range(6):
            angle = turn + number * math.tau / 6
            # Heads are seen a little from the side.
            long = reach * (0.72 + 0.28 * abs(math.cos(angle)))
            place(canvas, petal, (x, y), angle, long, reach * 0.95, shadow=reach * 0.07)
        heart = lighten(mix(view.palette.near, from_hex("4a2a10"), 0.6), 0.02)
        canvas.glow((x, y), reach * 0.36, heart, power=0.7)


def _stem(canvas: Canvas, head: Point, reach: float, colour: Colour) -> None:
    sway = reach * canvas.rng.uniform(-0.6, 0.6)
    line = [(head[0] + sway * (k / 5) ** 2, head[1] + reach * 4.5 * k / 5) for k in range(6)]
    box = (head[0] - reach, head[1], head[0] + reach, head[1] + reach * 4.5)
    canvas.shapes(lambda pen: pen.line(line, max(reach * 0.09, 1.0)), box, colour)
