"""By the water: the open sea, and cities."""

from __future__ import annotations

from generator.providers.demo import figures, foreground, mountains, skyline, water
from generator.providers.demo.canvas import Point
from generator.providers.demo.colour import mix
from generator.providers.demo.heavens import heavens
from generator.providers.demo.view import View


def sea_view(view: View) -> None:
    """Open water, with islands, a boat, a lighthouse where they fit."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    horizon = canvas.height * rng.uniform(0.54, 0.62)
    at = heavens(view, horizon)
    if view.wants("mountains") or rng.random() < 0.4:
        tall = min(canvas.unit, canvas.height) * (0.20 if view.wants("mountains") else 0.06)
        mountains.ridge(view, horizon + 2, tall, 0.14, peaks=1.4, rough=0.48)
    water.sea(canvas, palette, horizon, None if view.wants("aurora") else at)
    if view.wants("boat"):
        _boats(view, horizon, at)
    if view.wants("lighthouse"):
        _headland(view, horizon)
    foreground.lookout(view, at)


def city_view(view: View) -> None:
    """Towers to the sky, mirrored in a river where water is asked for."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    river = view.wants("water")
    shore = canvas.height * (rng.uniform(0.66, 0.72) if river else 1.03)
    at = heavens(view, min(shore, canvas.height * 0.86))
    if view.wants("mountains"):
        mountains.ridge(view, shore, canvas.height * 0.42, 0.06, peaks=1.6, rough=0.5)
    tall = min(canvas.height * (0.60 if river else 0.86), canvas.unit)
    skyline.skyline(canvas, palette, shore, tall)
    if river:
        water.mirror(canvas, palette, shore, calm=rng.uniform(0.2, 0.6))
        if view.wants("boat"):
            _boats(view, shore, at)
    foreground.lookout(view, at)


def _boats(view: View, horizon: float, light: Point) -> None:
    canvas, rng = view.canvas, view.rng
    deep = canvas.height - horizon
    side = 1 if light[0] < canvas.width / 2 else -1
    x = light[0] + side * canvas.unit * rng.uniform(0.10, 0.24)
    figures.sailboat(
        canvas, view.palette, (x, horizon + deep * rng.uniform(0.16, 0.30)), canvas.unit * 0.20
    )
    for _ in range(rng.randint(0, 2)):
        spot = canvas.width * rng.uniform(0.1, 0.9), horizon + deep * rng.uniform(0.02, 0.05)
        figures.sailboat(canvas, view.palette, spot, canvas.unit * rng.uniform(0.03, 0.055))


def _headland(view: View, horizon: float) -> None:
    """Rocks that run out into the water, with the lighthouse on them."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    unit = canvas.unit
    side = rng.choice((-1, 1))
    base = horizon + (canvas.height - horizon) * 0.34
    heights = mountains.outline(canvas, peaks=1.6, rough=0.55)
    for depth, scale, drop in ((0.72, 1.0, 0.0), (0.92, 0.62, 0.05)):
        reach = canvas.width * 0.12 + unit * 0.42 * scale
        edge = []
        for index, height in enumerate(heights):
            inward = index / (len(heights) - 1)
            x = inward * reach if side < 0 else canvas.width - inward * reach
            rise = (
                unit
                * scale
                * (0.12 * max(0.0, 1 - inward**1.8) + 0.10 * height * (1 - inward) ** 0.8)
            )
            edge.append((x, base + canvas.height * drop - rise))
        foot = base + canvas.height * drop
        corner = (-9.0 if side < 0 else canvas.width + 9.0, foot)
        colour = mix(palette.land(depth), palette.sky[0], 0.1)
        if depth < 0.8:
            place = edge[round(0.42 * (len(edge) - 1))]
            figures.lighthouse(canvas, palette, (place[0], place[1] + unit * 0.012), unit * 0.36)
        shape = [*edge, (edge[-1][0], foot), corner]
        image = [(x, foot + 0.4 * (foot - y)) for x, y in shape]
        canvas.polygon(image, mix(colour, palette.near, 0.5), opacity=0.45)
        canvas.polygon(shape, colour)
        canvas.veil(
            palette.haze, top=foot - unit * 0.02, bottom=foot + unit * 0.02, rise=(0, 0.10, 0)
        )
        heights = heights[::-1]
