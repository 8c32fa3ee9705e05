"""The whole sky of a scene, with its light and all that flies in it."""

from __future__ import annotations

from generator.providers.demo import buildings, clouds, figures, sky
from generator.providers.demo.colour import WHITE, Colour, from_hex, mix
from generator.providers.demo.pen import Point
from generator.providers.demo.view import View

_STRIPES = (
    ("d9483b", "f6e7c8"),
    ("2d6a8f", "f2d7a0"),
    ("e9a13b", "b8412f"),
    ("7a4f9a", "f3c9a8"),
)
_NORTHERN: tuple[Colour, Colour, Colour] = (
    from_hex("5affa0"),
    from_hex("22d6a0"),
    from_hex("8a4fd8"),
)


def heavens(view: View, horizon: float) -> Point:
    """Paint everything above the horizon; returns where sun or moon stands."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    sky.air(canvas, palette, horizon)
    share = rng.choice((rng.uniform(0.26, 0.42), rng.uniform(0.58, 0.74)))
    at = canvas.width * share, horizon * (1 - palette.height * rng.uniform(0.85, 1.15))
    if palette.dark > 0.3:
        at = _night(view, horizon, at)
    else:
        size = 0.10 if view.posing and palette.height < 0.3 else 0.042
        sky.sun(canvas, palette, at, canvas.unit * size * rng.uniform(0.75, 1.25))
    cloudless = view.wants("aurora") or (palette.dark > 0.8 and not view.wants("clouds"))
    if not cloudless:
        _clouds(view, horizon)
    _flyers(view, horizon)
    return at


def _night(view: View, horizon: float, at: Point) -> Point:
    """Stars, and the moon or northern lights; returns where the moon stands."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    open_sky = not view.wants("aurora", "city") and rng.random() < 0.45
    if palette.dark > 0.8 and (view.wants("stars") or open_sky):
        sky.milky_way(canvas, palette, horizon)
    sky.stars(canvas, horizon, palette.dark)
    if view.wants("aurora"):
        hues = _NORTHERN
        if view.hues:
            body = mix(palette.cloud, WHITE, 0.1)
            hues = (mix(body, hues[0], 0.35), body, mix(body, hues[2], 0.5))
        clouds.aurora(canvas, horizon, hues)
        return at
    if view.posing:
        # Large and low, behind whoever looks at it.
        at = at[0], horizon * rng.uniform(0.60, 0.74)
    size = 0.17 if view.posing else 0.075 if view.wants("moon") else 0.038
    crescent = rng.random() < 0.3 and not view.posing
    radius = canvas.unit * size * rng.uniform(0.85, 1.2)
    sky.moon(canvas, palette, at, radius, crescent=crescent)
    return at


def _clouds(view: View, horizon: float) -> None:
    canvas, rng = view.canvas, view.rng
    heavy = view.wants("clouds", "rain")
    if heavy or rng.random() < 0.75:
        cover = rng.uniform(0.8, 1.0) if heavy else rng.uniform(0.1, 0.6)
        clouds.clouds(canvas, view.palette, horizon, cover=cover)
    if rng.random() < 0.6:
        clouds.streaks(canvas, view.palette, horizon)


def _flyers(view: View, horizon: float) -> None:
    """Balloons and birds."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    if view.wants("balloon"):
        sizes = sorted(rng.uniform(0.02, 0.045) for _ in range(rng.randint(2, 4)))
        sizes.append(rng.uniform(0.095, 0.13))
        for number, size in enumerate(sizes):
            share = (number + rng.uniform(0.25, 0.75)) / len(sizes)
            at = canvas.width * share, horizon * rng.uniform(0.22, 0.62)
            pale = max(0.05, 0.5 - 3.9 * size)
            pair = rng.choice(_STRIPES)
            stripes = tuple(mix(from_hex(colour), palette.haze, pale) for colour in pair)
            buildings.balloon(view, at, canvas.unit * size, stripes)
    if view.wants("birds"):
        figures.birds(view, horizon, rng.randint(9, 22))
    elif palette.dark < 0.4 and rng.random() < 0.35:
        figures.birds(view, horizon, rng.randint(3, 8))
