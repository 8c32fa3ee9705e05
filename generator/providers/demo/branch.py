"""A flowering branch before a large low sun or moon."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from generator.providers.demo import weather
from generator.providers.demo.canvas import Canvas, Pen, Point
from generator.providers.demo.colour import from_hex, lighten, mix, tint
from generator.providers.demo.palettes import Palette
from generator.providers.demo.petals import Hues, Petal, Stamp, place, stamp


@dataclass(slots=True)
class Wood:
    """Outlines of the twigs, and the places on them where blossoms sit."""

    twigs: list[list[Point]] = field(default_factory=list)
    sites: list[Point] = field(default_factory=list)


def branch(canvas: Canvas, palette: Palette, hues: Hues) -> None:
    """Sky, disc, wood, blossoms, loose petals."""
    rng = canvas.rng
    pink: Petal = (from_hex("d86a92"), from_hex("f7b6c9"), from_hex("fff0f2"))
    if hues:
        hue, chroma = hues[0]
        pink = (
            tint(pink[0], hue, chroma),
            tint(pink[1], hue, chroma * 0.6),
            tint(pink[2], hue, 0.02),
        )
    _backdrop(canvas, palette, pink)
    wood, side = Wood(), rng.choice((-1, 1))
    for number in range(2):
        across = side if number == 0 else -side
        height = rng.uniform(0.50, 0.72) if number == 0 else rng.uniform(-0.02, 0.14)
        start = canvas.width * (0.5 - 0.54 * across), canvas.height * height
        slope = rng.uniform(-20, -8) if number == 0 else rng.uniform(8, 26)
        angle = math.radians(slope if across > 0 else 180 - slope)
        share = 1.0 if number == 0 else 0.5
        _grow(canvas, wood, start, angle, canvas.unit * 0.030 * share, canvas.width * share, 0)
    _draw(canvas, mix(from_hex("3a2430"), palette.near, 0.5), wood.twigs)
    _blossoms(canvas, wood.sites, pink)
    weather.petals(canvas, pink[1], 40)


def _backdrop(canvas: Canvas, palette: Palette, pink: Petal) -> None:
    rng, unit = canvas.rng, canvas.unit
    stops = [lighten(colour, 0.03) for colour in palette.sky]
    canvas.gradient((stops[0], stops[1], stops[-2], stops[-1], mix(stops[-1], palette.far, 0.35)))
    at = canvas.width * rng.uniform(0.32, 0.68), canvas.height * rng.uniform(0.34, 0.56)
    size = unit * rng.uniform(0.15, 0.21)
    canvas.glow(at, unit * 0.9, palette.light, power=2.2, strength=0.6)
    box = at[0] - size, at[1] - size, at[0] + size, at[1] + size
    disc = mix(palette.light, palette.haze, 0.2)
    canvas.shapes(lambda pen: pen.ellipse(at, size, size), box, disc, opacity=0.85)
    for _ in range(14):
        soft = mix(pink[1], palette.haze, 0.3)
        canvas.glow(canvas.anywhere(), unit * rng.uniform(0.04, 0.14), soft, power=0.8,
                    strength=rng.uniform(0.2, 0.45))  # fmt: skip


def _grow(
    canvas: Canvas, wood: Wood, start: Point, angle: float, thick: float, long: float, depth: int
) -> None:
    """A crooked branch and the smaller ones that leave it; two generations of them."""
    rng = canvas.rng
    steps = max(round(long / (canvas.unit * 0.028)), 4)
    step, heading = long / steps, angle
    x, y = start
    left, right = [], []
    for number in range(steps + 1):
        share = number / steps
        half = thick / 2 * (1 - 0.85 * share) * rng.uniform(0.9, 1.12)
        dx, dy = -math.sin(angle) * half, math.cos(angle) * half
        left.append((x + dx, y + dy))
        right.append((x - dx, y - dy))
        if (number > 1) if depth else (share > 0.3):
            wood.sites.append((x, y))
        if depth < 2 and number > 2 and rng.random() < (0.44 if depth == 0 else 0.26):
            turn = rng.choice((-1, 1)) * rng.uniform(0.5, 1.0)
            finer = thick * rng.uniform(0.35, 0.55) * (1 - 0.5 * share)
            _grow(
                canvas, wood, (x, y), angle + turn, finer, long * rng.uniform(0.16, 0.34), depth + 1
            )
        # It wanders, and is drawn back to where it was heading.
        angle += rng.gauss(0, 0.11) + 0.12 * (heading - angle)
        x, y = x + step * math.cos(angle), y + step * math.sin(angle)
    wood.twigs.append(left + right[::-1])


def _blossoms(canvas: Canvas, sites: list[Point], pink: Petal) -> None:
    """The small ones first, so that the large ones stand in front."""
    rng, unit = canvas.rng, canvas.unit
    rng.shuffle(sites)
    shades = [
        (lighten(pink[0], s), lighten(pink[1], s), lighten(pink[2], s))
        for s in (-0.05, -0.02, 0, 0.02)
    ]
    petals = [stamp(unit * 0.036, unit * 0.032, shade) for shade in shades]
    spots = [
        (
            unit * rng.uniform(0.020, 0.042),
            (x + unit * rng.gauss(0, 0.014), y + unit * rng.gauss(0, 0.014)),
        )
        for x, y in sites[: round(80 + 40 * canvas.detail)]
    ]
    for reach, at in sorted(spots):
        _blossom(canvas, at, reach, petals, pink)


def _blossom(canvas: Canvas, at: Point, reach: float, petals: list[Stamp], pink: Petal) -> None:
    rng = canvas.rng
    turn, squeeze = rng.random() * math.tau, rng.uniform(0.7, 1.0)
    shaded = rng.choice(petals)
    for number in range(5):
        angle = turn + number * math.tau / 5 + rng.uniform(-0.1, 0.1)
        long = reach * (squeeze + (1 - squeeze) * abs(math.cos(angle - turn)))
        petal = shaded if rng.random() < 0.7 else rng.choice(petals)
        place(canvas, petal, at, angle, long, reach * 0.86, shadow=reach * 0.06)
    canvas.glow(at, reach * 0.55, mix(pink[0], from_hex("8a1f4a"), 0.5), power=1.4, strength=0.7)
    stamens = [
        (turn + i * math.tau / 9 + rng.uniform(-0.2, 0.2), rng.uniform(0.28, 0.5)) for i in range(9)
    ]

    def draw(pen: Pen) -> None:
        for angle, long in stamens:
            tip = at[0] + reach * long * math.cos(angle), at[1] + reach * long * math.sin(angle)
            pen.line([at, tip], reach * 0.02)
            pen.ellipse(tip, reach * 0.045, reach * 0.045)

    box = at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach
    canvas.shapes(draw, box, from_hex("ffe2a8"), opacity=0.9)


def _draw(canvas: Canvas, bark: tuple[int, int, int], twigs: list[list[Point]]) -> None:
    def draw(pen: Pen) -> None:
        for twig in twigs:
            pen.polygon(twig)

    canvas.shapes(draw, (0, 0, canvas.width, canvas.height), bark)
