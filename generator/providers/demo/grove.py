"""Inside a wood: trunks in the mist, and light that falls between them."""

from __future__ import annotations

import math

from generator.providers.demo import weather
from generator.providers.demo.colour import lighten, mix
from generator.providers.demo.mountains import ground
from generator.providers.demo.pen import Point
from generator.providers.demo.plants import blade
from generator.providers.demo.view import View

_LAYERS = 5


def grove(view: View) -> None:
    """Five rows of trunks from the palest to the darkest."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    top, low, haze = palette.sky[1], palette.sky[-2], palette.sky[-1]
    # Darker than the open sky, so that the light between the trunks can be seen.
    dim = mix(haze, palette.land(0.55), 0.42)
    canvas.gradient((mix(top, dim, 0.6), mix(low, dim, 0.7), dim, mix(dim, palette.far, 0.5)))
    at = canvas.width * rng.uniform(0.3, 0.7), canvas.height * rng.uniform(0.16, 0.36)
    canvas.glow(at, canvas.unit, palette.light, power=2.0, strength=0.9, stretch=1.2)
    for layer in range(_LAYERS):
        near = layer / (_LAYERS - 1)
        depth = 0.06 + 0.94 * near**1.3
        floor = canvas.height * (0.70 + 0.24 * near)
        _floor(view, floor, depth)
        canvas.polygons(_trunks(view, floor, near), palette.land(depth))
        if layer > 1:
            _leaves(view, near, depth)
        if layer in (1, 3):
            above = at[0], -canvas.height * 0.25
            weather.shafts(view, above, 0.60 if layer == 1 else 0.40)
        if layer < _LAYERS - 1:
            fog = 0.5 * (1 - near)
            rise = (0, 0.2 * fog, 0.7 * fog, fog + 0.1, 0)
            low_edge = floor + canvas.height * 0.1
            canvas.veil(mix(haze, dim, 0.35), rise, top=canvas.height * 0.3, bottom=low_edge)
            shine = 0.30 * (1 - near)
            canvas.glow(at, canvas.unit * 0.9, palette.light, power=2.2, strength=shine)
    _grass(view)


def _floor(view: View, floor: float, depth: float) -> None:
    canvas, rng = view.canvas, view.rng
    phase, colour = rng.random() * 6, view.palette.land(depth)
    edge = []
    for step in range(61):
        wave = 0.012 * math.sin(phase + step / 9) + 0.004 * rng.uniform(-1, 1)
        edge.append((step * canvas.width / 60, floor + canvas.unit * wave))
    ground(canvas, edge, mix(colour, view.palette.haze, 0.25), colour)


def _trunks(view: View, floor: float, near: float) -> list[list[Point]]:
    canvas, rng = view.canvas, view.rng
    wide = canvas.unit * (0.008 + 0.050 * near**1.6)
    count = max(round((16 - 11.5 * near) * canvas.spread), 1)
    outlines = []
    for number in range(count):
        share = (number + rng.uniform(0.1, 0.9)) / count
        # The row in front leaves the middle of the picture open.
        if near < 0.9 or abs(share - 0.5) > 0.16:
            foot = share * canvas.width, floor + canvas.unit * 0.03 * rng.random()
            outlines += _trunk(view, foot, wide * rng.uniform(0.6, 1.3))
    return outlines


def _trunk(view: View, foot: Point, wide: float) -> list[list[Point]]:
    """A trunk that leaves the picture at its top, flared at the root, with a few thin boughs."""
    rng = view.rng
    lean, bend = rng.uniform(-0.04, 0.04) * foot[1], wide * rng.uniform(0.1, 0.5)
    phase = rng.random() * 6
    left, right = [], []
    for step in range(25):
        share = step / 24
        middle = foot[0] + lean * share + bend * math.sin(phase + 4 * share)
        root = 1 + 0.9 * max(0.0, 1 - share * 14) ** 2
        half = wide / 2 * (1 - 0.45 * share) * root * rng.uniform(0.96, 1.04)
        y = foot[1] - (foot[1] + 10) * share
        left.append((middle - half, y))
        right.append((middle + half, y))
    outlines = [left + right[::-1]]
    for _ in range(rng.randint(2, 5)):
        side, edge = rng.choice(((-1, left), (1, right)))
        outlines.append(_bough(view, edge[rng.randint(8, 23)], side, wide))
    return outlines


def _bough(view: View, start: Point, side: int, wide: float) -> list[Point]:
    rng = view.rng
    long, rise = wide * rng.uniform(1.5, 4.5), rng.uniform(0.2, 0.9)
    thick = wide * rng.uniform(0.07, 0.16)
    x, y = start
    elbow = x + side * long * 0.5, y - rise * long * 0.3
    tip = x + side * long, y - rise * long
    upper, lower = (elbow[0], elbow[1] - thick * 0.7), (elbow[0], elbow[1] + thick * 0.5)
    return [(x, y - thick), upper, tip, lower, (x - side * 2, y + thick)]


def _leaves(view: View, near: float, depth: float) -> None:
    """Foliage that hangs in from the top, lower at the sides than in the middle."""
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    leaves = []
    for _ in range(round(13 * canvas.spread)):
        x = rng.uniform(-0.05, 1.05)
        low = (0.03 + 0.16 * abs(2 * x - 1) ** 1.5) * rng.uniform(0.0, 1.1)
        reach = unit * rng.uniform(0.03, 0.075)
        for _ in range(round(260 * canvas.detail)):
            at = (
                x * canvas.width + rng.gauss(0, reach * 1.5),
                unit * low + rng.gauss(0, reach * 0.7),
            )
            leaves.append((at, unit * (0.0022 + 0.0018 * near) * rng.uniform(0.6, 1.5)))
    canvas.discs(leaves, view.palette.land(depth), flat=0.7)


def _grass(view: View) -> None:
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    blades = []
    for _ in range(round(420 * canvas.detail * canvas.spread)):
        foot = rng.random() * canvas.width, canvas.height * rng.uniform(0.95, 1.03)
        tall, lean = unit * rng.uniform(0.015, 0.065), unit * rng.uniform(-0.025, 0.025)
        blades.append(blade(foot, tall, lean, unit * 0.0016))
    canvas.polygons(blades, lighten(view.palette.near, -0.02))
