"""Outlines of what grows: firs, grass, a broad old tree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import Colour
from generator.providers.demo.pen import Point


def fir(canvas: Canvas, foot: Point, tall: float) -> list[Point]:
    """A fir that stands at ``foot``, its lowest boughs a little above it."""
    rng = canvas.rng
    tiers = max(5, min(round(tall / canvas.unit * 70 * (0.6 + 0.4 * canvas.detail)), 22))
    wide, lean = tall * rng.uniform(0.15, 0.21), tall * rng.uniform(-0.015, 0.015)
    x, y = foot
    sides: tuple[list[Point], list[Point]] = ([], [])
    for tier in range(1, tiers + 1):
        share = tier / tiers
        level, middle = y - tall * (1 - share * 0.93), x + lean * (1 - share)
        for side, sign in zip(sides, (1, -1), strict=True):
            out = wide * share**0.85 * rng.uniform(0.72, 1.12) * sign
            side.append((middle + out, level + tall * rng.uniform(0.0, 0.012)))
            side.append((middle + out * rng.uniform(0.40, 0.55), level - tall * 0.012))
    trunk = tall * 0.018
    feet = [
        (x + trunk, y - 0.05 * tall),
        (x + trunk, y + 2),
        (x - trunk, y + 2),
        (x - trunk, y - 0.05 * tall),
    ]
    return [(x + lean, y - tall), *sides[0], *feet, *sides[1][::-1]]


def wood(canvas: Canvas, ridge: list[Point], tall: float, *, density: float) -> list[list[Point]]:
    """Firs along a ridge, of many heights; ``density`` 1 leaves few gaps."""
    rng, unit = canvas.rng, canvas.unit
    firs = []
    x, phase = -tall * 0.2, rng.random() * 6
    while x < canvas.width + tall * 0.2:
        place = min(max(x / canvas.width, 0.0), 1.0) * (len(ridge) - 1)
        waves = math.sin(phase + 9 * x / unit) * math.sin(2 * phase + 4.1 * x / unit)
        clump = 0.5 + 0.5 * waves
        size = tall * (0.45 + 0.4 * clump + 0.35 * rng.random() ** 2)
        firs.append(fir(canvas, (x, ridge[int(place)][1] + 0.11 * size), size))
        x += tall * rng.uniform(0.06, 0.20) / density * (1.4 - 0.6 * clump)
    return firs


def blade(foot: Point, tall: float, lean: float, thick: float) -> list[Point]:
    """A blade of grass, bent towards its tip."""
    x, y = foot
    elbow = x + lean * 0.35, y - tall * 0.6
    tip = x + lean, y - tall
    return [(x - thick, y), elbow, tip, (elbow[0] + thick, elbow[1]), (x + thick, y)]


def turf(canvas: Canvas, edge: list[Point]) -> list[list[Point]]:
    """Short blades along an edge."""
    rng, unit = canvas.rng, canvas.unit
    blades = []
    for _ in range(round(len(edge) * 4 * canvas.detail)):
        x, y = rng.choice(edge)
        foot = x + rng.uniform(-0.5, 0.5) * canvas.width / 80, y + 4
        tall, lean = unit * rng.uniform(0.004, 0.018) + 4, unit * rng.uniform(-0.008, 0.008)
        blades.append(blade(foot, tall, lean, unit * 0.0011))
    return blades


@dataclass(slots=True)
class Growth:
    """A tree's limbs as outlines, and the places where leaves may sit."""

    limbs: list[list[Point]] = field(default_factory=list)
    tips: list[Point] = field(default_factory=list)


def tree(canvas: Canvas, foot: Point, tall: float, bark: Colour, leaves: Sequence[Colour]) -> None:
    """Paint a broad old tree; it is bare without ``leaves``, whose last tone is on top."""
    grown, rng = Growth(), canvas.rng
    _limb(canvas, grown, foot, -math.pi / 2, tall * 0.26, tall * 0.072, 0)
    canvas.polygons(grown.limbs, bark)
    for number, tone in enumerate(leaves):
        spots = []
        for x, y in grown.tips[:: number + 1]:
            for _ in range(11):
                # Each lighter tone sits a little higher, on the side of the sky.
                up = tall * (0.018 * number - rng.gauss(0, 0.030))
                spot = x + rng.gauss(0, tall * 0.038), y - up
                spots.append((spot, tall * rng.uniform(0.004, 0.011)))
        canvas.discs(spots, tone, flat=0.75)


def _limb(
    canvas: Canvas, grown: Growth, start: Point, angle: float, long: float, thick: float, depth: int
) -> None:
    """A limb and, up to five times, those that grow from its end."""
    rng, steps = canvas.rng, 7
    left, right = [], []
    x, y = start
    for number in range(steps + 1):
        half = thick / 2 * (1 - 0.40 * number / steps)
        if depth == 0 and number == 0:
            half *= 1.7
        dx, dy = -math.sin(angle) * half, math.cos(angle) * half
        left.append((x + dx, y + dy))
        right.append((x - dx, y - dy))
        if depth >= 3:
            grown.tips.append((x, y))
        if number < steps:
            angle += rng.gauss(0, 0.07)
            x, y = x + long / steps * math.cos(angle), y + long / steps * math.sin(angle)
    grown.limbs.append(left + right[::-1])
    if depth == 5:
        return
    turns = [rng.uniform(-0.75, -0.3), rng.uniform(0.3, 0.75)]
    if rng.random() < 0.5:
        turns.append(rng.uniform(-0.2, 0.2))
    for turn in turns:
        # Boughs strive upwards a little, whichever way they set out.
        away = angle + turn - 0.16 * math.cos(angle + turn)
        _limb(canvas, grown, (x, y), away, long * rng.uniform(0.64, 0.82), thick * 0.60, depth + 1)
