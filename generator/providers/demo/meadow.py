"""Rolling hills with small woods on them."""

from __future__ import annotations

import math

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import Colour, from_hex, mix
from generator.providers.demo.mountains import ground, placed
from generator.providers.demo.pen import Point
from generator.providers.demo.plants import fir
from generator.providers.demo.view import View

_ROWS = 5
_HAY, _GRASS = from_hex("9fb35a"), from_hex("2f5a2c")


def green(view: View, depth: float) -> Colour:
    """Grass at a depth of 0 (far) to 1 (near), in the light of the hour; or snow."""
    if view.snowy:
        return view.white(depth)
    share = (0.2 if view.hues else 0.55) * (1 - view.palette.dark)
    return mix(view.palette.land(depth), mix(_HAY, _GRASS, depth), share)


def hills(view: View, horizon: float) -> None:
    """Soft ridges to our feet."""
    canvas, palette = view.canvas, view.palette
    for number in range(_ROWS):
        depth = 0.15 + 0.75 * number / (_ROWS - 1)
        base = horizon + (canvas.height - horizon) * (number / _ROWS) ** 1.1
        edge = placed(canvas, _roll(canvas), base, canvas.height * (0.035 + 0.06 * depth))
        colour = green(view, depth)
        ground(canvas, edge, mix(colour, palette.light, 0.20), mix(colour, palette.near, 0.30))
        _copses(view, edge, depth)
        rise = (0, 0.06, 0.26 * (1 - depth), 0.36 * (1 - depth), 0)
        low = base + canvas.height * 0.12
        canvas.veil(palette.haze, rise, top=min(y for _, y in edge), bottom=low)


def _roll(canvas: Canvas) -> list[float]:
    rng = canvas.rng
    waves = [
        (rng.uniform(0.5, 1.2), rng.random() * 7, 0.8),
        (rng.uniform(1.4, 2.4), rng.random() * 7, 0.3),
    ]
    step = canvas.spread * math.pi / 200
    return [
        0.5 + 0.5 * sum(high * math.sin(phase + speed * step * i) for speed, phase, high in waves)
        for i in range(201)
    ]


def _copses(view: View, edge: list[Point], depth: float) -> None:
    """Small woods along a hill: firs, and round crowns where there is no snow."""
    canvas, rng = view.canvas, view.rng
    firs: list[list[Point]] = []
    crowns: list[tuple[Point, float]] = []
    for _ in range(round(rng.randint(3, 5) * canvas.spread)):
        centre, firry = rng.random(), view.snowy or rng.random() < 0.5
        for _ in range(rng.randint(4, 12)):
            off = rng.gauss(0, 0.03)
            x, y = edge[round(min(max(centre + off, 0.0), 1.0) * (len(edge) - 1))]
            size = canvas.unit * (0.010 + 0.042 * depth) * rng.uniform(0.5, 1.1)
            size *= max(0.35, 1 - 9 * abs(off))
            if firry:
                firs.append(fir(canvas, (x, y + size * 0.08), size * 1.5))
                continue
            for _ in range(6):
                at = x + rng.gauss(0, size * 0.24), y - size * rng.uniform(0.10, 0.62)
                crowns.append((at, size * rng.uniform(0.14, 0.30)))
    colour = mix(view.palette.land(depth), view.palette.near, 0.35)
    canvas.polygons(firs, colour)
    canvas.discs(crowns, colour, flat=0.9)
