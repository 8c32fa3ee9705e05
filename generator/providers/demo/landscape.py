"""Land under the open sky: mountains, woods, deserts, hills."""

from __future__ import annotations

from generator.providers.demo import foreground, mountains, water, weather
from generator.providers.demo.colour import from_hex, mix
from generator.providers.demo.dunes import dunes
from generator.providers.demo.field import flower_field
from generator.providers.demo.grove import grove
from generator.providers.demo.heavens import heavens
from generator.providers.demo.massif import massif
from generator.providers.demo.meadow import hills
from generator.providers.demo.plants import wood
from generator.providers.demo.view import View

_SAND = from_hex("e8a55c")
_LAYERS = 5


def mountain_view(view: View) -> None:
    """A great range with woods before it, by a lake where water is asked for."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    lake = view.wants("water")
    horizon = canvas.height * (rng.uniform(0.60, 0.66) if lake else rng.uniform(0.64, 0.72))
    at = heavens(view, horizon)
    tall = min(canvas.height * rng.uniform(0.34, 0.46), canvas.width * 0.5)
    mountains.ridge(view, horizon, tall * 0.62, 0.04, peaks=2.2, rough=0.5)
    massif(view, horizon, tall, at[0])
    rise = (0, 0.16, 0.5, 0.72, 0.55, 0.25, 0)
    canvas.veil(palette.haze, rise, top=horizon - tall * 0.45, bottom=horizon + tall * 0.35)
    edge = mountains.ridge(view, horizon + tall * 0.02, tall * 0.28, 0.42, peaks=3, rough=0.45)
    canvas.polygons(wood(canvas, edge, canvas.unit * 0.035, density=1.2), palette.land(0.46))
    rise = (0, 0.14, 0.38, 0.5, 0.35, 0.15, 0)
    canvas.veil(palette.haze, rise, top=horizon - tall * 0.22, bottom=horizon + tall * 0.25)
    if lake:
        foreground.on_shore(view, horizon)
        water.mirror(view, horizon, calm=rng.uniform(0.5, 1))
        foreground.banks(view)
    else:
        _foothills(view)
    foreground.lookout(view, at)


def _foothills(view: View) -> None:
    canvas = view.canvas
    for depth, base, rise in ((0.62, 0.80, 0.14), (0.80, 0.90, 0.13), (1.0, 1.02, 0.13)):
        low, tall = canvas.height * base, canvas.height * rise
        edge = mountains.ridge(view, low, tall, depth, peaks=1.6, rough=0.42)
        size = canvas.unit * (0.03 + 0.11 * depth**2)
        canvas.polygons(wood(canvas, edge, size, density=1.0), view.palette.land(depth + 0.02))


def forest_view(view: View) -> None:
    """Wooded slopes in the mist, layer behind layer."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    at = heavens(view, canvas.height * rng.uniform(0.62, 0.72))
    for layer in range(_LAYERS):
        near = layer / (_LAYERS - 1)
        far, base = 1 - near, canvas.height * (0.56 + 0.42 * near**1.2)
        heights = mountains.outline(canvas, peaks=0.8, rough=0.42)
        edge = mountains.placed(canvas, heights, base, canvas.height * 0.17)
        colour = palette.land(0.10 + 0.90 * near**1.25)
        floor = view.white(near) if view.snowy else colour
        mountains.ground(canvas, edge, floor, mix(floor, palette.haze, 0.45 * far))
        tall = canvas.unit * (0.07 + 0.34 * near**1.5)
        canvas.polygons(wood(canvas, edge, tall, density=0.9 - 0.35 * near), colour)
        if layer < _LAYERS - 1:
            rise = (0, 0.10 * far, 0.42 * far + 0.08, 0.66 * far + 0.12, 0)
            top = min(y for _, y in edge) - canvas.unit * 0.05 * near
            canvas.veil(palette.haze, rise, top=top, bottom=base + canvas.height * 0.16)
        if layer == 2 and palette.dark < 0.8:
            weather.shafts(view, at, 0.30)
    foreground.lookout(view, at)


def grove_view(view: View) -> None:
    """Among the trunks."""
    grove(view)
    foreground.walker(view)


def desert_view(view: View) -> None:
    """Dunes to the horizon."""
    canvas, palette = view.canvas, view.palette
    horizon = canvas.height * view.rng.uniform(0.48, 0.58)
    at = heavens(view, horizon)
    mountains.ridge(view, horizon + 3, canvas.unit * 0.07, 0.12, peaks=2.2, rough=0.4)
    share = 0.9 if view.hues else 0.15 + 0.75 * palette.dark
    dunes(view, horizon, at[0], mix(_SAND, palette.land(0.45), share))
    foreground.walker(view)


def hill_view(view: View) -> None:
    """Rolling country; flowers and a tree where they are asked for."""
    canvas, rng = view.canvas, view.rng
    horizon = canvas.height * rng.uniform(0.56, 0.64)
    at = heavens(view, horizon)
    if view.wants("mountains") or rng.random() < 0.6:
        mountains.ridge(view, horizon + 4, canvas.unit * 0.16, 0.10, peaks=1.6, rough=0.48)
    hills(view, horizon)
    if view.wants("flowers"):
        foreground.stand(view, (at[0], canvas.height * 0.76))
        flower_field(view, canvas.height * rng.uniform(0.72, 0.77))
        return
    if view.snowy:
        foreground.banks(view)
    foreground.lookout(view, at)
    if not view.snowy:
        foreground.tall_grass(view)
