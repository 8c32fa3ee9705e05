"""Rolling hills, a lone tree, and a field of flowers at our feet."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from generator.providers.demo import trees
from generator.providers.demo.canvas import Canvas, Pen, Point
from generator.providers.demo.colour import Colour, from_hex, mix
from generator.providers.demo.mountains import ground, placed
from generator.providers.demo.view import View


def green(view: View, depth: float) -> Colour:
    """Grass at a depth of 0 (far) to 1 (near), in the light of the hour."""
    palette = view.palette
    if view.snowy:
        return view.white(depth)
    grass = mix(from_hex("9fb35a"), from_hex("2f5a2c"), depth)
    return mix(palette.land(depth), grass, (0.2 if view.hues else 0.55) * (1 - palette.dark))


def hills(view: View, horizon: float) -> None:
    """Soft ridges to our feet."""
    canvas, palette, rows = view.canvas, view.palette, 5
    for number in range(rows):
        depth = 0.15 + 0.75 * number / (rows - 1)
        base = horizon + (canvas.height - horizon) * (number / rows) ** 1.1
        ridge = placed(canvas, _roll(canvas), base, canvas.height * (0.035 + 0.06 * depth))
        colour = green(view, depth)
        ground(
            canvas,
            ridge,
            canvas.height,
            mix(colour, palette.light, 0.20),
            mix(colour, palette.near, 0.30),
        )
        _copses(view, ridge, depth)
        canvas.veil(palette.haze, top=min(y for _, y in ridge), bottom=base + canvas.height * 0.12,
                    rise=(0, 0.06, 0.26 * (1 - depth), 0.36 * (1 - depth), 0))  # fmt: skip


def _roll(canvas: Canvas) -> list[float]:
    rng = canvas.rng
    waves = [
        (rng.uniform(0.5, 1.2), rng.random() * 7, 0.8),
        (rng.uniform(1.4, 2.4), rng.random() * 7, 0.3),
    ]
    spread = canvas.width / canvas.unit * math.pi
    return [
        0.5 + 0.5 * sum(w * math.sin(p + s * spread * i / 200) for s, p, w in waves)
        for i in range(201)
    ]


def _copses(view: View, ridge: list[Point], depth: float) -> None:
    """Small woods along a hill: firs, and round crowns where there is no snow."""
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    firs: list[list[Point]] = []
    crowns: list[tuple[Point, float]] = []
    for _ in range(round(rng.randint(3, 5) * canvas.width / unit)):
        centre, firry = rng.random(), view.snowy or rng.random() < 0.5
        for _ in range(rng.randint(4, 12)):
            off = rng.gauss(0, 0.03)
            share = min(max(centre + off, 0.0), 1.0)
            x, y = ridge[round(share * (len(ridge) - 1))]
            size = (
                unit * (0.010 + 0.042 * depth) * rng.uniform(0.5, 1.1) * max(0.35, 1 - 9 * abs(off))
            )
            if firry:
                firs.append(trees.conifer(canvas, (x, y + size * 0.08), size * 1.5))
                continue
            for _ in range(6):
                lump = size * rng.uniform(0.14, 0.30)
                at = x + rng.gauss(0, size * 0.24), y - size * rng.uniform(0.10, 0.62)
                crowns.append((at, lump))

    def draw(pen: Pen) -> None:
        for fir in firs:
            pen.polygon(fir)
        for at, size in crowns:
            pen.ellipse(at, size, size * 0.9)

    ys = [y for _, y in ridge]
    box = (0, min(ys) - 0.12 * unit, canvas.width, max(ys) + 0.03 * unit)
    canvas.shapes(draw, box, mix(view.palette.land(depth), view.palette.near, 0.35))


@dataclass(slots=True)
class Growth:
    """A tree's limbs as outlines, and the places where leaves may sit."""

    limbs: list[list[Point]] = field(default_factory=list)
    tips: list[Point] = field(default_factory=list)


def tree(
    canvas: Canvas, foot: Point, tall: float, wood: Colour, leaves: tuple[Colour, ...]
) -> None:
    """A broad old tree; without ``leaves`` it is bare. The last tone of the leaves is on top."""
    grown, rng = Growth(), canvas.rng
    _limb(canvas, foot, -math.pi / 2, tall * 0.26, tall * 0.072, grown, 0)
    box = foot[0] - 1.2 * tall, foot[1] - 1.6 * tall, foot[0] + 1.2 * tall, foot[1] + 4
    canvas.shapes(lambda pen: [pen.polygon(limb) for limb in grown.limbs], box, wood)
    for number, tone in enumerate(leaves):
        spots = []
        for x, y in grown.tips[:: number + 1]:
            for _ in range(11):
                # Each lighter tone sits a little higher, on the side of the sky.
                at = (
                    x + rng.gauss(0, tall * 0.038),
                    y + rng.gauss(0, tall * 0.030) - tall * 0.018 * number,
                )
                spots.append((at, tall * rng.uniform(0.004, 0.011)))

        def dab(pen: Pen, spots: list[tuple[Point, float]] = spots) -> None:
            for at, size in spots:
                pen.ellipse(at, size, size * 0.75)

        canvas.shapes(dab, box, tone)


def _limb(
    canvas: Canvas, start: Point, angle: float, long: float, thick: float, grown: Growth, depth: int
) -> None:
    rng = canvas.rng
    left, right = [], []
    x, y = start
    for number in range(8):
        half = thick / 2 * (1 - 0.40 * number / 7) * (1.7 if depth == 0 and number == 0 else 1.0)
        dx, dy = -math.sin(angle) * half, math.cos(angle) * half
        left.append((x + dx, y + dy))
        right.append((x - dx, y - dy))
        if depth >= 3:
            grown.tips.append((x, y))
        if number < 7:
            angle += rng.gauss(0, 0.07)
            x, y = x + long / 7 * math.cos(angle), y + long / 7 * math.sin(angle)
    grown.limbs.append(left + right[::-1])
    if depth == 5:
        return
    turns = [rng.uniform(-0.75, -0.3), rng.uniform(0.3, 0.75)]
    if rng.random() < 0.5:
        turns.append(rng.uniform(-0.2, 0.2))
    for turn in turns:
        # Boughs strive upwards a little, whichever way they set out.
        away = angle + turn - 0.16 * math.sin(angle + turn + math.pi / 2)
        _limb(canvas, (x, y), away, long * rng.uniform(0.64, 0.82), thick * 0.60, grown, depth + 1)
