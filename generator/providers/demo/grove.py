"""Inside a wood: trunks in the mist, and light that falls between them."""

from __future__ import annotations

import math

from PIL import Image, ImageChops

from generator.providers.demo import weather
from generator.providers.demo.canvas import Canvas, Pen, Point, levels
from generator.providers.demo.colour import lighten, mix
from generator.providers.demo.palettes import Palette

_BICUBIC = Image.Resampling.BICUBIC


def grove(canvas: Canvas, palette: Palette) -> None:
    """Five rows of trunks from the palest to the darkest."""
    rng = canvas.rng
    sky = palette.sky
    canvas.gradient(
        (mix(sky[1], sky[-1], 0.35), sky[-2], sky[-1], mix(sky[-1], palette.far, 0.35), palette.far)
    )
    at = (canvas.width * rng.uniform(0.3, 0.7), canvas.height * rng.uniform(0.16, 0.36))
    canvas.glow(at, canvas.unit * 0.8, palette.light, power=2.0, strength=0.8, stretch=1.2)
    for layer in range(5):
        near = layer / 4
        depth = 0.06 + 0.94 * near**1.3
        floor = canvas.height * (0.70 + 0.24 * near)
        _floor(canvas, palette, floor, depth)
        _trunks(canvas, palette, floor, near, depth)
        if layer > 1:
            _leaves(canvas, palette, near, depth)
        if layer in (1, 3):
            weather.shafts(
                canvas, palette, (at[0], -canvas.height * 0.25), 0.5 if layer == 1 else 0.34
            )
        if layer < 4:
            fog = 0.5 * (1 - near)
            canvas.veil(
                palette.haze,
                top=canvas.height * 0.3,
                bottom=floor + canvas.height * 0.1,
                rise=(0, 0.2 * fog, 0.7 * fog, fog + 0.1, 0),
            )
            canvas.glow(at, canvas.unit * 0.7, palette.light, power=2.2, strength=0.30 * (1 - near))
    _grass(canvas, palette)


def _trunks(canvas: Canvas, palette: Palette, floor: float, near: float, depth: float) -> None:
    rng, unit = canvas.rng, canvas.unit
    wide = unit * (0.008 + 0.050 * near**1.6)
    count = round((16 - 11.5 * near) * canvas.width / unit)
    shapes: list[list[Point]] = []
    for number in range(count):
        # The row in front leaves the middle of the picture open.
        share = (number + rng.uniform(0.1, 0.9)) / count
        if near > 0.9 and abs(share - 0.5) < 0.16:
            continue
        shapes += _trunk(
            canvas,
            share * canvas.width,
            floor + unit * 0.03 * rng.random(),
            wide * rng.uniform(0.6, 1.3),
        )

    def draw(pen: Pen) -> None:
        for shape in shapes:
            pen.polygon(shape)

    canvas.shapes(draw, (0, 0, canvas.width, canvas.height), palette.land(depth))


def _trunk(canvas: Canvas, x: float, foot: float, wide: float) -> list[list[Point]]:
    """A trunk that leaves the picture at its top, flared at the root, with a few thin boughs."""
    rng = canvas.rng
    lean, bend, phase = (
        rng.uniform(-0.04, 0.04) * foot,
        wide * rng.uniform(0.1, 0.5),
        rng.random() * 6,
    )
    left, right = [], []
    for step in range(25):
        share = step / 24
        y = foot - (foot + 10) * share
        middle = x + lean * share + bend * math.sin(phase + 4 * share)
        half = (
            wide
            / 2
            * (1 - 0.45 * share)
            * (1 + 0.9 * max(0.0, 1 - share * 14) ** 2)
            * rng.uniform(0.96, 1.04)
        )
        left.append((middle - half, y))
        right.append((middle + half, y))
    shapes = [left + right[::-1]]
    for _ in range(rng.randint(2, 5)):
        place = rng.randint(8, 23)
        start = left[place] if rng.random() < 0.5 else right[place]
        side = -1 if start is left[place] else 1
        long, rise = wide * rng.uniform(1.5, 4.5), rng.uniform(0.2, 0.9)
        thick = wide * rng.uniform(0.07, 0.16)
        tip = (start[0] + side * long, start[1] - rise * long)
        elbow = (start[0] + side * long * 0.5, start[1] - rise * long * 0.3)
        shapes.append(
            [
                (start[0], start[1] - thick),
                (elbow[0], elbow[1] - thick * 0.7),
                tip,
                (elbow[0], elbow[1] + thick * 0.5),
                (start[0] - side * 2, start[1] + thick),
            ]
        )
    return shapes


def _floor(canvas: Canvas, palette: Palette, floor: float, depth: float) -> None:
    rng = canvas.rng
    phase = rng.random() * 6
    edge = [
        (
            x * canvas.width / 60,
            floor
            + canvas.unit * 0.012 * math.sin(phase + x / 9)
            + canvas.unit * 0.004 * rng.uniform(-1, 1),
        )
        for x in range(61)
    ]
    colour = palette.land(depth)
    top = min(y for _, y in edge)
    box = canvas.clip((0, int(top) - 1, canvas.width, canvas.height))
    if box is None:
        return
    mask = canvas.mask(
        lambda pen: pen.polygon(
            [*edge, (canvas.width + 1, canvas.height + 1), (-1, canvas.height + 1)]
        ),
        box,
    )
    canvas.image.paste(
        Canvas.column((mix(colour, palette.haze, 0.25), colour), canvas.width, mask.height),
        box,
        mask,
    )


def _leaves(canvas: Canvas, palette: Palette, near: float, depth: float) -> None:
    """Foliage that hangs in from the top."""
    high = round(canvas.height * (0.16 + 0.12 * near))
    scale = 15 - 7 * near
    field = canvas.noise(
        scale * canvas.width / canvas.unit,
        scale * high / canvas.unit,
        octaves=5,
        gain=0.72,
        size=(512, 256),
    )
    field = field.resize((canvas.width, high), _BICUBIC)
    fade = Image.linear_gradient("L").resize((canvas.width, high), _BICUBIC).convert("F")
    hang = canvas.noise(3 * canvas.width / canvas.unit, 1, octaves=2, size=(128, 8)).resize(
        (canvas.width, high), _BICUBIC
    )
    mask = levels(
        ImageChops.subtract_modulo(field, field) if False else _sum(field, fade, hang), 0.60, 0.66
    )
    canvas.wash(palette.land(depth), mask)


def _sum(field: Image.Image, fade: Image.Image, hang: Image.Image) -> Image.Image:
    from generator.providers.demo.canvas import combine

    return combine(
        lambda a: a["f"] + 0.42 - a["d"] / 255 * 0.95 + (a["h"] - 0.5) * 0.7,
        f=field,
        d=fade,
        h=hang,
    )


def _grass(canvas: Canvas, palette: Palette) -> None:
    rng, unit = canvas.rng, canvas.unit
    blades = []
    for _ in range(round(420 * canvas.detail * canvas.width / unit)):
        x = rng.random() * canvas.width
        y = canvas.height * rng.uniform(0.95, 1.03)
        tall, lean = unit * rng.uniform(0.015, 0.065), unit * rng.uniform(-0.025, 0.025)
        thick = unit * 0.0016
        blades.append(
            [
                (x - thick, y),
                (x + lean * 0.4, y - tall * 0.6),
                (x + lean, y - tall),
                (x + lean * 0.4 + thick, y - tall * 0.55),
                (x + thick, y),
            ]
        )

    def draw(pen: Pen) -> None:
        for blade in blades:
            pen.polygon(blade)

    canvas.shapes(
        draw, (0, canvas.height * 0.85, canvas.width, canvas.height), lighten(palette.near, -0.02)
    )
