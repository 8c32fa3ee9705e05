"""Great flowers close by, before a garden out of focus."""

from __future__ import annotations

import math

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import BLACK, from_hex, lighten, mix
from generator.providers.demo.pen import Pen, Point, around
from generator.providers.demo.petals import Petal, petal_colours, place, shaded, stamp
from generator.providers.demo.view import View

_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_DARK, _LEAF, _LIME = from_hex("080a10"), from_hex("1d4a34"), from_hex("8ab04a")
_YELLOW: Petal = (from_hex("a8500c"), from_hex("f5a81c"), from_hex("ffe27a"))
_DISC, _SHINE = from_hex("2a1408"), from_hex("ffd88a")
_SEEDS = ("5a6a1c", "4a3a12", "38200c", "6b3a12", "a8641c", "d8952c")
_SEED_COUNT = 620


def dahlia(view: View) -> None:
    """Petals in the golden angle, the outer ones first."""
    canvas, rng = view.canvas, view.rng
    base, middle, tip = colours = petal_colours(view)
    _garden(view, colours)
    at = canvas.width * rng.uniform(0.44, 0.56), canvas.height * rng.uniform(0.46, 0.54)
    reach = canvas.unit * rng.uniform(0.40, 0.45)
    canvas.glow((at[0], at[1] + reach * 0.2), reach * 1.9, _DARK, power=1.6, strength=0.6)
    count, group = round(80 + 60 * canvas.detail), 5
    for first in range(0, count, group):
        share, drift = first / count, rng.uniform(-0.015, 0.015)
        inner = mix(middle, base, 0.65 * share), mix(tip, middle, 0.80 * share**0.7)
        tone = mix(base, BLACK, 0.2 * share), lighten(inner[0], drift), lighten(inner[1], drift)
        petal = stamp(*_petal_size(reach, share), tone)
        for number in range(first, first + group):
            size = rng.uniform(0.95, 1.04)
            long, wide = _petal_size(reach, number / count)
            angle = number * _GOLDEN_ANGLE
            place(canvas, petal, at, angle, (long * size, wide * size), shadow=reach * 0.02)
    canvas.glow(at, reach * 0.20, mix(base, BLACK, 0.3), power=1.6, strength=0.45)


def _petal_size(reach: float, share: float) -> Point:
    """Length and breadth of a petal at a ``share`` of the way from the rim to the heart."""
    long = reach * (1.0 - 0.90 * min(share, 1.0) ** 0.72)
    return long, long * (0.34 + 0.10 * share) + reach * 0.02


def sunflower(view: View) -> None:
    """Three rows of petals round a disc of seeds."""
    canvas, rng = view.canvas, view.rng
    colours = petal_colours(view) if view.hues else _YELLOW
    _garden(view, colours)
    at = canvas.width * rng.uniform(0.44, 0.56), canvas.height * rng.uniform(0.47, 0.53)
    reach = canvas.unit * 0.43
    canvas.glow((at[0], at[1] + reach * 0.2), reach * 1.9, _DARK, power=1.6, strength=0.6)
    for row, count in ((0, 21), (1, 21), (2, 17)):
        long, dim = reach * (1.0 - 0.10 * row), 0.02 * (2 - row)
        tones = [shaded(colours, rng.uniform(-0.035, 0.02) - dim) for _ in range(4)]
        petals = [stamp(long, long * 0.27, tone) for tone in tones]
        for number in range(count):
            angle = (number + 0.5 * row + rng.uniform(-0.18, 0.18)) * math.tau / count
            size = long * rng.uniform(0.92, 1.05), long * rng.uniform(0.24, 0.30)
            place(canvas, rng.choice(petals), at, angle, size, shadow=reach * 0.025)
    _seeds(canvas, at, reach * 0.47)


def _seeds(canvas: Canvas, at: Point, reach: float) -> None:
    """A disc of seeds in the golden angle, dark in the middle and golden at the edge."""
    rng = canvas.rng
    canvas.discs([(at, reach)], _DISC)
    rings: list[list[tuple[Point, float]]] = [[] for _ in _SEEDS]
    for number in range(_SEED_COUNT):
        share = math.sqrt((number + 0.5) / _SEED_COUNT)
        away, angle = 0.97 * reach * share, number * _GOLDEN_ANGLE
        spot = at[0] + away * math.cos(angle), at[1] + away * math.sin(angle)
        ring = int(share * len(_SEEDS) + rng.uniform(-0.7, 0.7))
        rings[min(max(ring, 0), len(_SEEDS) - 1)].append((spot, reach * (0.016 + 0.014 * share)))
    for tone, seeds in zip(_SEEDS, rings, strict=True):
        canvas.discs(seeds, from_hex(tone))
    off = reach * 0.3
    canvas.glow((at[0] - off, at[1] - off), reach * 1.1, _SHINE, power=2, strength=0.28)
    canvas.glow((at[0] + off, at[1] + off), reach, _DARK, power=1.8, strength=0.5)


def _garden(view: View, colours: Petal) -> None:
    """Leaves and other blossoms, far out of focus."""
    canvas, palette, rng, unit = view.canvas, view.palette, view.rng, view.canvas.unit
    leaf = mix(_LEAF, palette.near, 0.35)
    canvas.gradient((mix(leaf, palette.sky[1], 0.35), leaf, lighten(leaf, -0.12)))
    tones = [lighten(leaf, 0.08), lighten(leaf, -0.08), mix(leaf, _LIME, 0.4)]
    tones.append(mix(leaf, palette.haze, 0.4))
    for _ in range(round(26 * canvas.area)):
        size, strength = unit * rng.uniform(0.10, 0.44), rng.uniform(0.25, 0.7)
        tone, stretch = rng.choice(tones), rng.uniform(0.7, 1.5)
        canvas.glow(canvas.anywhere(), size, tone, power=1.5, strength=strength, stretch=stretch)
    for _ in range(round(rng.randint(4, 7) * canvas.area)):
        at, size = canvas.anywhere(), unit * rng.uniform(0.10, 0.26)
        canvas.glow(at, size, mix(colours[1], leaf, 0.15), power=0.9, strength=0.65)
        canvas.glow(at, size * 0.4, colours[2], power=1.2, strength=0.4)
    for _ in range(round(22 * canvas.area)):
        _bokeh(view)


def _bokeh(view: View) -> None:
    """A point of light out of focus: a disc with a brighter edge."""
    canvas, rng = view.canvas, view.rng
    at, radius = canvas.anywhere(), canvas.unit * rng.uniform(0.008, 0.034)

    def draw(pen: Pen) -> None:
        pen.ellipse(at, radius, radius)
        pen.ellipse(at, radius * 0.93, radius * 0.93, 190)

    colour = mix(view.palette.light, view.palette.haze, 0.4)
    opacity, blur = rng.uniform(0.08, 0.30), canvas.unit * 0.0016
    canvas.shapes(draw, around(at, radius), colour, opacity=opacity, blur=blur)
