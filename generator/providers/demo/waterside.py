"""By the water: the open sea, and cities."""

from __future__ import annotations

from generator.providers.demo import buildings, foreground, mountains
from generator.providers.demo.colour import mix
from generator.providers.demo.heavens import heavens
from generator.providers.demo.pen import Point
from generator.providers.demo.skyline import skyline
from generator.providers.demo.view import View
from generator.providers.demo.water import mirror, sea


def sea_view(view: View) -> None:
    """Open water, with islands, a boat, a lighthouse where they fit."""
    canvas, rng = view.canvas, view.rng
    horizon = canvas.height * rng.uniform(0.54, 0.62)
    at = heavens(view, horizon)
    if view.wants("mountains") or rng.random() < 0.4:
        tall = canvas.unit * (0.20 if view.wants("mountains") else 0.06)
        mountains.ridge(view, horizon + 2, tall, 0.14, peaks=1.4, rough=0.48)
    sea(view, horizon, None if view.wants("aurora") else at)
    if view.wants("boat"):
        _boats(view, horizon, at)
    if view.wants("lighthouse"):
        _headland(view, horizon)
    foreground.lookout(view, at)


def city_view(view: View) -> None:
    """Towers to the sky, mirrored in a river where water is asked for."""
    canvas, rng = view.canvas, view.rng
    river = view.wants("water")
    shore = canvas.height * (rng.uniform(0.66, 0.72) if river else 1.03)
    at = heavens(view, min(shore, canvas.height * 0.86))
    if view.wants("mountains"):
        mountains.ridge(view, shore, canvas.height * 0.42, 0.06, peaks=1.6, rough=0.5)
    tall = min(canvas.height * (0.60 if river else 0.86), canvas.unit)
    skyline(view, shore, tall)
    if river:
        mirror(view, shore, calm=rng.uniform(0.2, 0.6))
        if view.wants("boat"):
            _boats(view, shore, at)
    foreground.lookout(view, at)


def _boats(view: View, horizon: float, light: Point) -> None:
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    deep = canvas.height - horizon
    side = 1 if light[0] < canvas.width / 2 else -1
    x = light[0] + side * unit * rng.uniform(0.10, 0.24)
    buildings.sailboat(view, (x, horizon + deep * rng.uniform(0.16, 0.30)), unit * 0.20)
    for _ in range(rng.randint(0, 2)):
        spot = canvas.width * rng.uniform(0.1, 0.9), horizon + deep * rng.uniform(0.02, 0.05)
        buildings.sailboat(view, spot, unit * rng.uniform(0.03, 0.055))


def _headland(view: View, horizon: float) -> None:
    """Rocks that run out into the water, with the lighthouse on them."""
    canvas, palette, unit = view.canvas, view.palette, view.canvas.unit
    side = view.rng.choice((-1, 1))
    heights = mountains.outline(canvas, peaks=1.6 / canvas.spread, rough=0.55)
    for depth, size, drop in ((0.72, 1.0, 0.34), (0.92, 0.62, 0.46)):
        foot = horizon + (canvas.height - horizon) * drop
        reach = canvas.width * 0.12 + unit * 0.42 * size
        edge = []
        for index, height in enumerate(heights):
            inward = index / (len(heights) - 1)
            x = inward * reach if side < 0 else canvas.width - inward * reach
            slope = 0.12 * max(0.0, 1 - inward**1.8) + 0.10 * height * (1 - inward) ** 0.8
            edge.append((x, foot - unit * size * slope))
        if size == 1.0:
            x, y = edge[round(0.42 * (len(edge) - 1))]
            buildings.lighthouse(view, (x, y + unit * 0.012), unit * 0.36)
        rock = [*edge, (edge[-1][0], foot), (-9.0 if side < 0 else canvas.width + 9.0, foot)]
        image = [(x, foot + 0.4 * (foot - y)) for x, y in rock]
        colour = mix(palette.land(depth), palette.sky[0], 0.1)
        canvas.polygons([image], mix(colour, palette.near, 0.5), opacity=0.45)
        canvas.polygons([rock], colour)
        near = unit * 0.02
        canvas.veil(palette.haze, (0, 0.10, 0), top=foot - near, bottom=foot + near)
        heights = heights[::-1]
