"""The whole sky of a scene, with its light and all that flies in it."""

from __future__ import annotations

from generator.providers.demo import figures, sky
from generator.providers.demo.canvas import Point
from generator.providers.demo.colour import Colour, from_hex, mix
from generator.providers.demo.view import View

_STRIPES = (
    ("d9483b", "f6e7c8"), ("2d6a8f", "f2d7a0"), ("e9a13b", "b8412f"), ("7a4f9a", "f3c9a8"),
)  # fmt: skip


def heavens(view: View, horizon: float) -> Point:
    """Paint everything above the horizon; returns where sun or moon stands."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    sky.air(canvas, palette, horizon)
    side = rng.choice((rng.uniform(0.26, 0.42), rng.uniform(0.58, 0.74)))
    at = canvas.width * side, horizon * (1 - palette.height * rng.uniform(0.85, 1.15))
    posing = view.wants("cat", "dog", "person", "couple")
    if posing and palette.dark > 0.3:
        at = at[0], horizon * rng.uniform(0.60, 0.74)
    if palette.dark > 0.3:
        wide_sky = not view.wants("aurora", "city")
        if palette.dark > 0.8 and (view.wants("stars") or (wide_sky and rng.random() < 0.45)):
            sky.milky_way(canvas, palette, horizon)
        sky.stars(canvas, horizon, palette.dark)
    if view.wants("aurora"):
        _aurora(view, horizon)
    elif palette.dark > 0.3:
        size = 0.17 if posing else 0.075 if view.wants("moon") else 0.038
        crescent = rng.random() < 0.3 and not posing
        sky.moon(
            canvas, palette, at, canvas.unit * size * rng.uniform(0.85, 1.2), crescent=crescent
        )
    else:
        size = 0.10 if posing and palette.height < 0.3 else 0.042
        sky.sun(canvas, palette, at, canvas.unit * size * rng.uniform(0.75, 1.25))
    _clouds(view, horizon)
    _flyers(view, horizon)
    return at


def _aurora(view: View, horizon: float) -> None:
    hues: tuple[Colour, Colour, Colour] = (
        from_hex("5affa0"),
        from_hex("22d6a0"),
        from_hex("8a4fd8"),
    )
    if view.hues:
        body = mix(view.palette.cloud, from_hex("ffffff"), 0.1)
        hues = (mix(body, hues[0], 0.35), body, mix(body, hues[2], 0.5))
    sky.aurora(view.canvas, horizon, hues)


def _clouds(view: View, horizon: float) -> None:
    canvas, palette, rng = view.canvas, view.palette, view.rng
    if view.wants("aurora") or (palette.dark > 0.8 and not view.wants("clouds")):
        return
    heavy = view.wants("clouds", "rain", "storm")
    if heavy or rng.random() < 0.75:
        cover = rng.uniform(0.8, 1.0) if heavy else rng.uniform(0.1, 0.6)
        sky.clouds(canvas, palette, horizon, cover=cover)
    if rng.random() < 0.6:
        sky.streaks(canvas, palette, horizon)


def _flyers(view: View, horizon: float) -> None:
    """Balloons and birds."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    if view.wants("balloon"):
        sizes = sorted(rng.uniform(0.05, 0.12) for _ in range(rng.randint(2, 4)))
        sizes.append(rng.uniform(0.26, 0.36))
        for number, size in enumerate(sizes):
            share = (number + rng.uniform(0.25, 0.75)) / len(sizes)
            at = canvas.width * share, horizon * rng.uniform(0.22, 0.62)
            pair = rng.choice(_STRIPES)
            away = 0.5 - 1.4 * size
            stripes = tuple(mix(from_hex(c), palette.haze, max(0.05, away)) for c in pair)
            figures.balloon(canvas, palette, at, canvas.unit * size, stripes)
    likely = palette.dark < 0.4 and rng.random() < 0.35
    if view.wants("birds") or likely:
        count = rng.randint(9, 22) if view.wants("birds") else rng.randint(3, 8)
        figures.birds(canvas, mix(palette.near, palette.sky[0], 0.3), horizon, count)
