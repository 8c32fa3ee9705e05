"""Great flowers close by, before a garden out of focus."""

from __future__ import annotations

import math

from generator.providers.demo.canvas import Canvas, Pen, Point
from generator.providers.demo.colour import from_hex, lighten, mix
from generator.providers.demo.palettes import Palette
from generator.providers.demo.petals import Hues, Petal, petal_colours, place, stamp

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_SEEDS = ("5a6a1c", "4a3a12", "38200c", "6b3a12", "a8641c", "d8952c")


def dahlia(canvas: Canvas, palette: Palette, hues: Hues) -> None:
    """Petals in the golden angle, the outer ones first."""
    rng, unit = canvas.rng, canvas.unit
    base, middle, tip = colours = petal_colours(canvas, hues)
    garden(canvas, palette, colours)
    at = canvas.width * rng.uniform(0.44, 0.56), canvas.height * rng.uniform(0.45, 0.55)
    reach = unit * rng.uniform(0.40, 0.46)
    canvas.glow((at[0], at[1] + reach * 0.2), reach * 1.9, (8, 10, 16), power=1.6, strength=0.6)
    count, group = round(80 + 60 * canvas.detail), 5
    for first in range(0, count, group):
        share = first / count
        long = reach * (1.0 - 0.90 * share**0.72)
        wide = long * (0.34 + 0.10 * share) + reach * 0.02
        drift = rng.uniform(-0.015, 0.015)
        tone = (
            mix(base, (0, 0, 0), 0.15 * share),
            lighten(mix(middle, base, 0.55 * share), drift),
            lighten(mix(tip, middle, 0.75 * share**0.7), drift),
        )
        petal = stamp(long, wide, tone)
        for number in range(first, first + group):
            size = rng.uniform(0.95, 1.04)
            place(
                canvas,
                petal,
                at,
                number * GOLDEN_ANGLE,
                long * size,
                wide * size,
                shadow=reach * 0.02,
            )
    canvas.glow(at, reach * 0.16, mix(base, (0, 0, 0), 0.3), power=1.6, strength=0.45)


def sunflower(canvas: Canvas, palette: Palette, hues: Hues) -> None:
    """Three rows of petals round a disc of seeds."""
    rng = canvas.rng
    colours: Petal = (from_hex("a8500c"), from_hex("f5a81c"), from_hex("ffe27a"))
    if hues:
        colours = petal_colours(canvas, hues)
    garden(canvas, palette, colours)
    at = canvas.width * rng.uniform(0.42, 0.58), canvas.height * rng.uniform(0.46, 0.54)
    reach = canvas.unit * 0.43
    canvas.glow((at[0], at[1] + reach * 0.2), reach * 1.9, (8, 10, 16), power=1.6, strength=0.6)
    for row, count in ((0, 21), (1, 21), (2, 17)):
        long = reach * (1.0 - 0.10 * row)
        tones = [_shaded(colours, rng.uniform(-0.035, 0.02) - 0.02 * (2 - row)) for _ in range(4)]
        petals = [stamp(long, long * 0.27, tone) for tone in tones]
        for number in range(count):
            angle = (number + 0.5 * row + rng.uniform(-0.18, 0.18)) * math.tau / count
            size, wide = long * rng.uniform(0.92, 1.05), long * rng.uniform(0.24, 0.30)
            place(canvas, rng.choice(petals), at, angle, size, wide, shadow=reach * 0.025)
    _seeds(canvas, at, reach * 0.47)


def _shaded(colours: Petal, amount: float) -> Petal:
    base, middle, tip = (lighten(colour, amount) for colour in colours)
    return base, middle, tip


def _seeds(canvas: Canvas, at: Point, reach: float) -> None:
    """A disc of seeds in the golden angle, dark in the middle and golden at the edge."""
    rng = canvas.rng
    box = (at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach)
    canvas.shapes(lambda pen: pen.ellipse(at, reach, reach), box, from_hex("2a1408"))
    rings: list[list[tuple[Point, float]]] = [[] for _ in _SEEDS]
    total = 620
    for number in range(total):
        share = math.sqrt((number + 0.5) / total)
        away, angle = 0.97 * reach * share, number * GOLDEN_ANGLE
        spot = at[0] + away * math.cos(angle), at[1] + away * math.sin(angle)
        ring = min(5, max(0, int(share * 6 + rng.uniform(-0.7, 0.7))))
        rings[ring].append((spot, reach * (0.016 + 0.014 * share)))
    for tone, seeds in zip(_SEEDS, rings, strict=True):

        def draw(pen: Pen, seeds: list[tuple[Point, float]] = seeds) -> None:
            for spot, size in seeds:
                pen.ellipse(spot, size, size)

        canvas.shapes(draw, box, from_hex(tone))
    light, dark = (
        (at[0] - reach * 0.3, at[1] - reach * 0.4),
        (at[0] + reach * 0.3, at[1] + reach * 0.4),
    )
    canvas.glow(light, reach * 0.9, from_hex("ffd88a"), power=1.8, strength=0.28)
    canvas.glow(dark, reach * 0.8, (10, 4, 2), power=1.6, strength=0.5)


def garden(canvas: Canvas, palette: Palette, colours: Petal) -> None:
    """Leaves and other blossoms, far out of focus."""
    rng, unit = canvas.rng, canvas.unit
    leaf = mix(from_hex("1d4a34"), palette.near, 0.35)
    canvas.gradient((mix(leaf, palette.sky[1], 0.35), leaf, lighten(leaf, -0.12)))
    tones = (lighten(leaf, 0.08), lighten(leaf, -0.08), mix(leaf, from_hex("8ab04a"), 0.4),
             mix(leaf, palette.haze, 0.4))  # fmt: skip
    spread = canvas.width * canvas.height / unit**2
    for _ in range(round(26 * spread)):
        canvas.glow(canvas.anywhere(), unit * rng.uniform(0.10, 0.44), rng.choice(tones), power=1.5,
                    strength=rng.uniform(0.25, 0.7), stretch=rng.uniform(0.7, 1.5))  # fmt: skip
    for _ in range(round(rng.randint(4, 7) * spread)):
        at = canvas.anywhere()
        canvas.glow(
            at,
            unit * rng.uniform(0.10, 0.26),
            mix(colours[1], leaf, 0.15),
            power=0.9,
            strength=0.65,
        )
        canvas.glow(at, unit * rng.uniform(0.04, 0.10), colours[2], power=1.2, strength=0.4)
    bokeh(canvas, palette, round(22 * spread))


def bokeh(canvas: Canvas, palette: Palette, count: int) -> None:
    """Points of light out of focus: discs with a brighter edge."""
    rng, unit = canvas.rng, canvas.unit
    colour = mix(palette.light, palette.haze, 0.4)
    for _ in range(count):
        at, radius = canvas.anywhere(), unit * rng.uniform(0.008, 0.034)

        def draw(pen: Pen, at: Point = at, radius: float = radius) -> None:
            pen.ellipse(at, radius, radius)
            pen.ellipse(at, radius * 0.93, radius * 0.93, 190)

        box = at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius
        canvas.shapes(draw, box, colour, opacity=rng.uniform(0.08, 0.30), blur=unit * 0.0016)
