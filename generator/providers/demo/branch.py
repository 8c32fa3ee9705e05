"""A flowering branch before a large low sun or moon."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from generator.providers.demo import weather
from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import from_hex, lighten, mix, tint
from generator.providers.demo.pen import Pen, Point, around
from generator.providers.demo.petals import Petal, Stamp, place, shaded, stamp
from generator.providers.demo.view import View

_PINK: Petal = (from_hex("d86a92"), from_hex("f7b6c9"), from_hex("fff0f2"))
_BARK, _HEART, _POLLEN = from_hex("3a2430"), from_hex("8a1f4a"), from_hex("ffe2a8")


@dataclass(slots=True)
class Wood:
    """Outlines of the twigs, and the places on them where blossoms sit."""

    twigs: list[list[Point]] = field(default_factory=list)
    sites: list[Point] = field(default_factory=list)


def branch(view: View) -> None:
    """Sky, disc, wood, blossoms, loose petals."""
    canvas, rng, petal = view.canvas, view.rng, _PINK
    if view.hues:
        hue, chroma = view.hues[0]
        tints = (chroma, chroma * 0.6, 0.02)
        base, middle, tip = (tint(c, hue, t) for c, t in zip(_PINK, tints, strict=True))
        petal = base, middle, tip
    _backdrop(view, petal)
    wood, side = Wood(), rng.choice((-1, 1))
    # A great branch from one side, and a smaller one that hangs in from above on the other.
    for share, across, height, slope in (
        (1.0, side, rng.uniform(0.50, 0.72), rng.uniform(-20, -8)),
        (0.5, -side, rng.uniform(-0.02, 0.14), rng.uniform(8, 26)),
    ):
        start = canvas.width * (0.5 - 0.54 * across), canvas.height * height
        angle = math.radians(slope if across > 0 else 180 - slope)
        size = canvas.width * share, canvas.unit * 0.030 * share
        _grow(canvas, wood, start, angle, size, 0)
    canvas.polygons(wood.twigs, mix(_BARK, view.palette.near, 0.5))
    _blossoms(canvas, wood.sites, petal)
    weather.petals(view, petal[1], 40)


def _backdrop(view: View, petal: Petal) -> None:
    canvas, palette, rng, unit = view.canvas, view.palette, view.rng, view.canvas.unit
    stops = [lighten(colour, 0.03) for colour in palette.sky]
    canvas.gradient((stops[0], stops[1], stops[-2], stops[-1], mix(stops[-1], palette.far, 0.35)))
    at = canvas.width * rng.uniform(0.32, 0.68), canvas.height * rng.uniform(0.34, 0.56)
    canvas.glow(at, unit * 0.9, palette.light, power=2.2, strength=0.6)
    disc = mix(palette.light, palette.haze, 0.2)
    canvas.discs([(at, unit * rng.uniform(0.15, 0.21))], disc, opacity=0.85)
    soft = mix(petal[1], palette.haze, 0.3)
    for _ in range(round(14 * canvas.area)):
        size, strength = unit * rng.uniform(0.04, 0.14), rng.uniform(0.2, 0.45)
        canvas.glow(canvas.anywhere(), size, soft, power=0.8, strength=strength)


def _grow(canvas: Canvas, wood: Wood, start: Point, angle: float, size: Point, depth: int) -> None:
    """A crooked branch of a ``size`` (long, thick), and two generations of twigs on it."""
    rng, (long, thick) = canvas.rng, size
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
        if number > 1 and (depth or share > 0.3):
            wood.sites.append((x, y))
        if depth < 2 and number > 2 and rng.random() < (0.26 if depth else 0.44):
            away = angle + rng.choice((-1, 1)) * rng.uniform(0.5, 1.0)
            shorter = min(long, canvas.unit) * rng.uniform(0.16, 0.34)
            finer = thick * rng.uniform(0.35, 0.55) * (1 - 0.5 * share)
            _grow(canvas, wood, (x, y), away, (shorter, finer), depth + 1)
        # It wanders, and is drawn back to where it was heading.
        angle += rng.gauss(0, 0.11) + 0.12 * (heading - angle)
        x, y = x + step * math.cos(angle), y + step * math.sin(angle)
    wood.twigs.append(left + right[::-1])


def _blossoms(canvas: Canvas, sites: list[Point], petal: Petal) -> None:
    """The small ones first, so that the large ones stand in front."""
    rng, unit = canvas.rng, canvas.unit
    rng.shuffle(sites)
    petals = [stamp(unit * 0.036, unit * 0.032, shaded(petal, s)) for s in (-0.05, -0.02, 0, 0.02)]
    spots = []
    for x, y in sites[: round((80 + 40 * canvas.detail) * canvas.spread**0.5)]:
        at = x + unit * rng.gauss(0, 0.014), y + unit * rng.gauss(0, 0.014)
        spots.append((unit * rng.uniform(0.020, 0.042), at))
    heart = mix(petal[0], _HEART, 0.5)
    for reach, at in sorted(spots):
        _five_petals(canvas, at, reach, petals)
        canvas.glow(at, reach * 0.55, heart, power=1.4, strength=0.7)
        _stamens(canvas, at, reach)


def _five_petals(canvas: Canvas, at: Point, reach: float, petals: list[Stamp]) -> None:
    rng = canvas.rng
    turn, squeeze, usual = rng.random() * math.tau, rng.uniform(0.7, 1.0), rng.choice(petals)
    for number in range(5):
        angle = turn + number * math.tau / 5 + rng.uniform(-0.1, 0.1)
        long = reach * (squeeze + (1 - squeeze) * abs(math.cos(angle - turn)))
        petal = usual if rng.random() < 0.7 else rng.choice(petals)
        place(canvas, petal, at, angle, (long, reach * 0.86), shadow=reach * 0.06)


def _stamens(canvas: Canvas, at: Point, reach: float) -> None:
    rng, tips = canvas.rng, []
    turn = rng.random() * math.tau
    for number in range(9):
        angle = turn + number * math.tau / 9 + rng.uniform(-0.2, 0.2)
        long = reach * rng.uniform(0.28, 0.5)
        tips.append((at[0] + long * math.cos(angle), at[1] + long * math.sin(angle)))

    def draw(pen: Pen) -> None:
        for tip in tips:
            pen.line([at, tip], reach * 0.02)
            pen.ellipse(tip, reach * 0.045, reach * 0.045)

    canvas.shapes(draw, around(at, reach), _POLLEN, opacity=0.9)
