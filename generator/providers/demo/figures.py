"""Silhouettes that a scene can hold: people, cats, boats, houses, a lighthouse, balloons, birds."""

from __future__ import annotations

import math
from collections.abc import Sequence

from generator.providers.demo.canvas import Canvas, Pen, Point
from generator.providers.demo.colour import Colour, from_hex, lighten, mix
from generator.providers.demo.palettes import Palette

_LAMP = from_hex("ffd88f")


def smooth(points: Sequence[Point], *, closed: bool = True) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    count = len(points)
    curve: list[Point] = []
    for index in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (points[(index + k) % count] for k in (-1, 0, 1, 2))
        else:
            a, b, c, d = (points[min(max(index + k, 0), count - 1)] for k in (-1, 0, 1, 2))
        for step in range(8):
            t = step / 8
            curve.append(
                tuple(  # type: ignore[arg-type]
                    0.5
                    * (
                        2 * b[k]
                        + (c[k] - a[k]) * t
                        + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t**2
                        + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t**3
                    )
                    for k in (0, 1)
                )
            )
    return curve


def _set(points: Sequence[Point], foot: Point, tall: float, *, flip: bool = False) -> list[Point]:
    """Points in a figure's own measure (height 1, foot at 0, up is positive) on the sheet."""
    sign = -1 if flip else 1
    return [(foot[0] + sign * x * tall, foot[1] - y * tall) for x, y in points]


def sitting(
    canvas: Canvas, foot: Point, tall: float, colour: Colour, *, rim: Colour, dog: bool
) -> None:
    """A cat, or a dog, that sits with its back to us and looks out."""
    flip = canvas.rng.random() < 0.5
    body = smooth(
        [
            (-0.24, 0.0),
            (-0.27, 0.14),
            (-0.22, 0.34),
            (-0.15, 0.52),
            (-0.12, 0.62),
            (0.12, 0.62),
            (0.15, 0.52),
            (0.22, 0.34),
            (0.27, 0.14),
            (0.24, 0.0),
        ]
    )
    head = smooth(
        [
            (-0.165, 0.70),
            (-0.15, 0.80),
            (-0.08, 0.86),
            (0.08, 0.86),
            (0.15, 0.80),
            (0.165, 0.70),
            (0.11, 0.61),
            (0.0, 0.58),
            (-0.11, 0.61),
        ]
    )
    ears = [
        [(-0.155, 0.76), (-0.150, 1.0), (-0.035, 0.86)],
        [(0.155, 0.76), (0.150, 1.0), (0.035, 0.86)],
    ]
    if dog:
        ears = [
            smooth(
                [
                    (k * 0.07, 0.87),
                    (k * 0.16, 0.86),
                    (k * 0.235, 0.72),
                    (k * 0.225, 0.60),
                    (k * 0.165, 0.62),
                    (k * 0.13, 0.76),
                ]
            )
            for k in (-1, 1)
        ]
    tail = smooth(
        [(0.18, 0.03), (0.34, 0.02), (0.45, 0.09), (0.46, 0.22), (0.40, 0.30)], closed=False
    )
    shapes = [_set(s, foot, tall, flip=flip) for s in (body, head, *ears)]
    line = _set(tail, foot, tall, flip=flip)

    def draw(pen: Pen) -> None:
        for shape in shapes:
            pen.polygon(shape)
        for index, point in enumerate(line):
            width = tall * (0.042 - 0.010 * index / len(line))
            pen.ellipse(point, width, width)

    _with_rim(canvas, draw, foot, tall, colour, rim)


def person(canvas: Canvas, foot: Point, tall: float, colour: Colour, *, rim: Colour) -> None:
    """Somebody who stands and looks into the distance, coat and scarf in the wind."""
    flip = canvas.rng.random() < 0.5
    coat = smooth([(-0.085, 0.36), (-0.075, 0.58), (-0.105, 0.76), (-0.075, 0.825), (0.0, 0.84),
                   (0.075, 0.825), (0.105, 0.76), (0.08, 0.58), (0.135, 0.35), (0.03, 0.375)])  # fmt: skip
    head = smooth([(-0.056, 0.925), (-0.044, 0.975), (0.0, 0.998), (0.044, 0.975), (0.056, 0.925),
                   (0.038, 0.872), (0.0, 0.858), (-0.038, 0.872)])  # fmt: skip
    arms = [smooth([(s * 0.10, 0.77), (s * 0.135, 0.62), (s * 0.125, 0.47), (s * 0.10, 0.46),
                    (s * 0.09, 0.60), (s * 0.065, 0.74)]) for s in (-1, 1)]  # fmt: skip
    legs = [
        [(-0.075, 0.40), (-0.070, 0.20), (-0.078, 0.0), (-0.030, 0.0), (-0.012, 0.22), (0.0, 0.40)],
        [(0.0, 0.40), (0.022, 0.22), (0.050, 0.0), (0.098, 0.0), (0.082, 0.20), (0.085, 0.40)],
    ]
    scarf = smooth([(0.0, 0.875), (0.13, 0.885), (0.22, 0.84), (0.33, 0.865), (0.325, 0.83),
                    (0.22, 0.795), (0.12, 0.835), (0.0, 0.83)])  # fmt: skip
    neck = [(-0.03, 0.80), (-0.03, 0.89), (0.03, 0.89), (0.03, 0.80)]
    shapes = [_set(s, foot, tall, flip=flip) for s in (coat, head, *arms, *legs, neck, scarf)]

    def draw(pen: Pen) -> None:
        for shape in shapes:
            pen.polygon(shape)

    _with_rim(canvas, draw, foot, tall, colour, rim)


def _with_rim(
    canvas: Canvas, draw: object, foot: Point, tall: float, colour: Colour, rim: Colour
) -> None:
    """A dark shape with a thin edge of light."""
    box = foot[0] - 0.6 * tall, foot[1] - 1.05 * tall, foot[0] + 0.6 * tall, foot[1] + 0.02 * tall
    canvas.shapes(
        draw,
        (box[0], box[1] - 2, box[2], box[3]),
        mix(colour, rim, 0.55),
        opacity=0.6,
        blur=tall * 0.012,
    )  # type: ignore[arg-type]
    canvas.shapes(draw, box, colour)  # type: ignore[arg-type]


def sailboat(canvas: Canvas, palette: Palette, foot: Point, tall: float) -> None:
    """A boat under sail, and its broken image in the water."""
    rng = canvas.rng
    flip = rng.random() < 0.5
    hull = smooth([(-0.34, 0.10), (-0.26, 0.0), (0.22, 0.0), (0.40, 0.13)])
    main = [(0.02, 0.16), (0.02, 1.0), (-0.09, 0.72), (-0.22, 0.42), (-0.30, 0.16)]
    jib = [(0.05, 0.16), (0.05, 0.88), (0.16, 0.56), (0.36, 0.16)]
    dark = palette.land(0.85)
    sail = mix(palette.light, palette.haze, 0.35 + 0.3 * palette.dark)
    parts: list[tuple[list[Point], Colour]] = [
        (main, sail),
        (jib, lighten(sail, -0.06)),
        (hull, dark),
        ([(0.025, 0.1), (0.025, 1.03), (0.04, 1.03), (0.04, 0.1)], dark),
    ]
    for points, colour in parts:
        mirrored = [(x + 0.02 * math.sin(60 * y), -0.72 * y) for x, y in points]
        canvas.polygon(_set(mirrored, foot, tall, flip=flip), colour, opacity=0.28)
    for points, colour in parts:
        canvas.polygon(_set(points, foot, tall, flip=flip), colour)


def cabin(canvas: Canvas, palette: Palette, foot: Point, tall: float) -> None:
    """A house with lit windows and smoke from its chimney."""
    rng = canvas.rng
    mound = [(-1.5, -0.06), (-1.0, 0.03), (0.0, 0.07), (1.0, 0.03), (1.5, -0.06)]
    canvas.polygon(_set(smooth(mound), foot, tall), palette.land(0.75))
    wall, roof = palette.land(0.88), lighten(palette.land(0.97), -0.02)
    for step in range(14):
        share = step / 13
        at = (
            foot[0] + tall * (0.36 + 0.5 * share**1.4 + 0.06 * math.sin(5 * share)),
            foot[1] - tall * (1.22 + 1.3 * share),
        )
        canvas.glow(
            at, tall * (0.10 + 0.26 * share), palette.haze, power=1.6, strength=0.26 * (1 - share)
        )
    canvas.polygon(_set([(0.30, 0.9), (0.30, 1.24), (0.42, 1.24), (0.42, 0.8)], foot, tall), roof)
    canvas.polygon(_set([(-0.62, 0.0), (-0.62, 0.58), (0.62, 0.58), (0.62, 0.0)], foot, tall), wall)
    canvas.polygon(
        _set([(-0.80, 0.52), (-0.44, 1.05), (0.50, 1.05), (0.80, 0.52)], foot, tall), roof
    )
    panes = [(-0.46, 0.20, 0.20, 0.24), (0.26, 0.20, 0.20, 0.24)]
    door = [(-0.10, 0.0), (-0.10, 0.42), (0.12, 0.42), (0.12, 0.0)]
    canvas.polygon(_set(door, foot, tall), mix(wall, _LAMP, 0.35))
    for x, y, wide, high in panes:
        shape = [(x, y), (x, y + high), (x + wide, y + high), (x + wide, y)]
        middle = foot[0] + (x + wide / 2) * tall, foot[1] - (y + high / 2) * tall
        canvas.polygon(_set(shape, foot, tall), _LAMP)
        cross = [
            (x + wide * 0.46, y),
            (x + wide * 0.46, y + high),
            (x + wide * 0.54, y + high),
            (x + wide * 0.54, y),
        ]
        canvas.polygon(_set(cross, foot, tall), wall)
        canvas.glow(middle, tall * 0.9, _LAMP, power=2.4, strength=0.5)
    canvas.glow(
        (foot[0], foot[1]),
        tall * 1.1,
        _LAMP,
        power=2.2,
        strength=0.22 + 0.2 * palette.dark,
        stretch=1.9,
    )
    del rng


def lighthouse(canvas: Canvas, palette: Palette, foot: Point, tall: float) -> None:
    """A banded tower on its rock; its beam shows when it is dark."""
    rng = canvas.rng
    lamp = foot[0], foot[1] - 0.90 * tall
    side = 1 if foot[0] < canvas.width / 2 else -1
    if palette.dark > 0.1 or palette.height < 0.25:
        far = canvas.width * 1.2
        strength = 0.16 + 0.30 * palette.dark
        for spread in (0.10, 0.055, 0.022):
            beam = [
                lamp,
                (lamp[0] + side * far, lamp[1] - far * (0.10 + spread)),
                (lamp[0] + side * far, lamp[1] - far * (0.10 - spread)),
            ]
            box = (
                min(p[0] for p in beam),
                min(p[1] for p in beam),
                max(p[0] for p in beam),
                max(p[1] for p in beam),
            )
            canvas.shapes(
                lambda pen, b=beam: pen.polygon(b),
                box,
                _LAMP,
                opacity=strength,
                blur=canvas.unit * 0.006,
            )  # type: ignore[misc]
    pale = mix(mix(palette.light, palette.haze, 0.4), palette.near, 0.10 + 0.45 * palette.dark)
    red = mix(from_hex("c8402f"), palette.near, 0.15 + 0.45 * palette.dark)

    def half(y: float) -> float:
        return 0.105 - 0.045 * y / 0.80

    for band in range(5):
        low, high = band * 0.16, (band + 1) * 0.16
        shape = [(-half(low), low), (-half(high), high), (half(high), high), (half(low), low)]
        canvas.polygon(_set(shape, foot, tall), red if band % 2 == 0 else pale)
    shade = [
        (0.02 * side * -1, 0.0),
        (0.02 * side * -1, 0.8),
        (-side * half(0.8), 0.8),
        (-side * half(0.0), 0.0),
    ]
    dark = palette.land(0.95)
    canvas.polygon(
        _set([(x * -1 if x else x, y) for x, y in shade], foot, tall), dark, opacity=0.30
    )
    canvas.polygon(
        _set([(-0.085, 0.795), (-0.085, 0.825), (0.085, 0.825), (0.085, 0.795)], foot, tall), dark
    )
    canvas.polygon(
        _set([(-0.045, 0.825), (-0.045, 0.94), (0.045, 0.94), (0.045, 0.825)], foot, tall),
        mix(_LAMP, dark, 0.25),
    )
    canvas.polygon(
        _set(
            smooth([(-0.06, 0.935), (-0.04, 0.98), (0.0, 1.02), (0.04, 0.98), (0.06, 0.935)]),
            foot,
            tall,
        ),
        dark,
    )
    canvas.glow(lamp, tall * 0.55, _LAMP, power=2.6, strength=0.5 + 0.3 * palette.dark)
    canvas.glow(lamp, tall * 0.09, (255, 250, 235), power=1.2, strength=0.95)
    del rng


def balloon(
    canvas: Canvas, palette: Palette, at: Point, tall: float, stripes: tuple[Colour, ...]
) -> None:
    """A hot-air balloon by the middle of its envelope."""
    reach = tall * 0.36
    outline = smooth(
        [
            (0.0, 1.0),
            (0.62, 0.82),
            (0.98, 0.28),
            (0.86, -0.30),
            (0.42, -0.86),
            (0.16, -1.12),
            (-0.16, -1.12),
            (-0.42, -0.86),
            (-0.86, -0.30),
            (-0.98, 0.28),
            (-0.62, 0.82),
        ]
    )
    box = at[0] - reach, at[1] - 1.05 * reach, at[0] + reach, at[1] + 1.2 * reach
    found = canvas.clip((int(box[0]), int(box[1]), int(box[2]) + 1, int(box[3]) + 1))
    if found is None:
        return
    body = _set(outline, at, reach)
    canvas.polygon(body, stripes[0])
    gores = 6
    for gore in range(gores):
        left, right = (math.sin((k / gores - 0.5) * math.pi) for k in (gore, gore + 1))
        strip = [(left if i < 0 else right, 0.0) for i in (-1, 1)]
        shape = [(x * strip[0][0], y) for x, y in _profile()] + [
            (x * strip[1][0], y) for x, y in reversed(_profile())
        ]
        canvas.polygon(_set(shape, at, reach), stripes[gore % len(stripes)])
    dark = palette.land(0.9)
    canvas.shapes(
        lambda pen: pen.polygon(body), box, dark, opacity=0.5, fade=(0, 0, 0.15, 0.5, 0.9)
    )
    canvas.glow(
        (at[0] - reach * 0.35, at[1] - reach * 0.4),
        reach * 0.7,
        palette.light,
        power=2,
        strength=0.35,
    )
    for x in (-0.13, 0.13):
        canvas.polygon(
            _set(
                [(x, -1.1), (x * 0.8, -1.5), (x * 0.8 + 0.015, -1.5), (x + 0.015, -1.1)], at, reach
            ),
            dark,
        )
    canvas.polygon(
        _set([(-0.14, -1.48), (-0.11, -1.74), (0.11, -1.74), (0.14, -1.48)], at, reach), dark
    )


def _profile() -> list[Point]:
    """Half the envelope's outline from top to bottom: how wide it is at each height."""
    return smooth(
        [(0.0, 1.0), (0.62, 0.82), (0.98, 0.28), (0.86, -0.30), (0.42, -0.86), (0.16, -1.12)],
        closed=False,
    )


def birds(canvas: Canvas, colour: Colour, horizon: float, count: int) -> None:
    """A loose flock, far away."""
    rng, unit = canvas.rng, canvas.unit
    middle = canvas.width * rng.uniform(0.25, 0.75), horizon * rng.uniform(0.35, 0.7)
    lines = []
    for _ in range(count):
        x, y = rng.gauss(middle[0], unit * 0.10), rng.gauss(middle[1], unit * 0.045)
        size, lift = unit * rng.uniform(0.005, 0.014), rng.uniform(0.2, 0.7)
        wing = smooth(
            [
                (x - size, y - size * lift * 0.4),
                (x - size * 0.45, y - size * lift),
                (x, y),
                (x + size * 0.5, y - size * lift),
                (x + size, y - size * lift * 0.3),
            ],
            closed=False,
        )
        lines.append((wing, size * 0.17))

    def draw(pen: Pen) -> None:
        for wing, width in lines:
            pen.line(wing, width)

    canvas.shapes(draw, (0, 0, canvas.width, horizon), colour, opacity=0.85)
