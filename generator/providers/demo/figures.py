"""Silhouettes of the living: people, cats, dogs, birds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generator.providers.demo.colour import lighten, mix
from generator.providers.demo.pen import Pen, Point, smooth
from generator.providers.demo.view import View


def path(text: str) -> list[Point]:
    """Points from a text such as ``"-.2 0, .2 0, 0 1"``: x and y by a blank."""
    pairs = (pair.split() for pair in text.split(","))
    return [(float(x), float(y)) for x, y in pairs]


def mirrored(points: Sequence[Point]) -> list[Point]:
    """Half an outline, from the foot up, and its other half."""
    return [*points, *((-x, y) for x, y in reversed(points))]


def put(points: Sequence[Point], foot: Point, tall: float, *, flip: bool = False) -> list[Point]:
    """A figure's own points (it is 1 high, its foot at 0, up is positive) on the sheet."""
    sign = -1 if flip else 1
    return [(foot[0] + sign * x * tall, foot[1] - y * tall) for x, y in points]


_SITTING = smooth(mirrored(path("-.24 0, -.27 .14, -.22 .34, -.15 .52, -.12 .62")))
_HEAD = smooth(mirrored(path("0 .58, -.11 .61, -.165 .70, -.15 .80, -.08 .86")))
_TAIL = smooth(path(".18 .03, .34 .02, .45 .09, .46 .22, .40 .30"), closed=False)
_CAT_EAR = path("-.155 .76, -.150 1, -.035 .86")
_DOG_EAR = smooth(path("-.07 .87, -.16 .86, -.235 .72, -.225 .60, -.165 .62, -.13 .76"))

_COAT = smooth(
    path(
        "-.085 .36, -.075 .58, -.105 .76, -.075 .825, 0 .84, .075 .825, .105 .76, .08 .58,"
        ".135 .35, .03 .375"
    )
)
_FACE = smooth(mirrored(path("0 .858, -.038 .872, -.056 .925, -.044 .975, 0 .998")))
_ARM = smooth(path("-.10 .77, -.135 .62, -.125 .47, -.10 .46, -.09 .60, -.065 .74"))
_LEGS = (
    path("-.075 .40, -.070 .20, -.078 0, -.030 0, -.012 .22, 0 .40"),
    path("0 .40, .022 .22, .050 0, .098 0, .082 .20, .085 .40"),
)
_NECK = path("-.03 .80, -.03 .89, .03 .89, .03 .80")
_SCARF = smooth(path("0 .875, .13 .885, .22 .84, .33 .865, .325 .83, .22 .795, .12 .835, 0 .83"))


def sitting(view: View, foot: Point, tall: float, *, dog: bool) -> None:
    """A cat, or a dog, that sits with its back to us and looks out."""
    flip, ear = view.rng.random() < 0.5, _DOG_EAR if dog else _CAT_EAR
    parts = (_SITTING, _HEAD, ear, [(-x, y) for x, y in ear])
    outlines = [put(part, foot, tall, flip=flip) for part in parts]
    tail = put(_TAIL, foot, tall, flip=flip)

    def draw(pen: Pen) -> None:
        pen.polygons(outlines)
        for index, point in enumerate(tail):
            thick = tall * (0.042 - 0.010 * index / len(tail))
            pen.ellipse(point, thick, thick)

    _rimmed(view, draw, foot, tall)


def person(view: View, foot: Point, tall: float) -> None:
    """Somebody who stands and looks into the distance, coat and scarf in the wind."""
    flip = view.rng.random() < 0.5
    arm = [(-x, y) for x, y in _ARM]
    parts = (_COAT, _FACE, _ARM, arm, *_LEGS, _NECK, _SCARF)
    outlines = [put(part, foot, tall, flip=flip) for part in parts]
    _rimmed(view, lambda pen: pen.polygons(outlines), foot, tall)


def _rimmed(view: View, draw: Callable[[Pen], None], foot: Point, tall: float) -> None:
    """A dark shape with a thin edge of light."""
    palette = view.palette
    dark, light = lighten(palette.land(1.0), -0.02), mix(palette.light, palette.haze, 0.4)
    x, y = foot
    box = x - 0.6 * tall, y - 1.08 * tall, x + 0.6 * tall, y + 0.03 * tall
    view.canvas.shapes(draw, box, mix(dark, light, 0.55), opacity=0.6, blur=tall * 0.012)
    view.canvas.shapes(draw, box, dark)


def birds(view: View, horizon: float, count: int) -> None:
    """A loose flock, far away."""
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    middle = canvas.width * rng.uniform(0.25, 0.75), horizon * rng.uniform(0.35, 0.7)
    wings = []
    for _ in range(count):
        at = rng.gauss(middle[0], unit * 0.10), rng.gauss(middle[1], unit * 0.045)
        size, lift = unit * rng.uniform(0.005, 0.014), rng.uniform(0.2, 0.7)
        span = [(-1, lift * 0.4), (-0.45, lift), (0, 0), (0.5, lift), (1, lift * 0.3)]
        wings.append((smooth(put(span, at, size), closed=False), size * 0.17))

    def draw(pen: Pen) -> None:
        for wing, thick in wings:
            pen.line(wing, thick)

    colour = mix(view.palette.near, view.palette.sky[0], 0.3)
    canvas.shapes(draw, (0, 0, canvas.width, horizon), colour, opacity=0.85)
