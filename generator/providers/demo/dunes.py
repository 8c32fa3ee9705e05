"""Sand: dunes with a lit and a shaded side, and the wind's ripples."""

from __future__ import annotations

import math

from PIL import Image, ImageChops

from generator.providers.demo.canvas import Box, Canvas, Point, levels
from generator.providers.demo.colour import Colour, lighten, mix
from generator.providers.demo.palettes import Palette

_BICUBIC = Image.Resampling.BICUBIC


def dunes(canvas: Canvas, palette: Palette, horizon: float, sun_x: float, sand: Colour) -> None:
    """Dunes from the horizon to our feet."""
    rng = canvas.rng
    count = 6
    ground = canvas.height - horizon
    for number in range(count):
        near = number / (count - 1)
        base = horizon + ground * (0.06 + 1.05 * near**1.3)
        tall = min(ground, canvas.unit * 0.6) * (0.10 + 0.34 * near**0.8) * rng.uniform(0.8, 1.15)
        lit = mix(mix(palette.haze, sand, 0.30 + 0.6 * near), palette.near, 0.12 * near)
        _dune(canvas, palette, base, tall, near, sun_x, lit)


def _dune(
    canvas: Canvas,
    palette: Palette,
    base: float,
    tall: float,
    near: float,
    sun_x: float,
    lit: Colour,
) -> None:
    tops = _tops(canvas, tall, near, sun_x)
    crest = _crest(canvas, base, tops)
    bottom = min(canvas.height, round(base + tall * 2.4))
    box = canvas.clip((0, int(min(y for _, y in crest)) - 1, canvas.width, bottom))
    if box is None:
        return
    body = canvas.mask(
        lambda pen: pen.polygon([*crest, (canvas.width + 2, box[3]), (-2, box[3])]), box
    )
    foot = mix(lit, palette.near, 0.10 + 0.22 * near)
    paint = Canvas.column((lighten(lit, 0.04), lit, foot), canvas.width, body.height)
    canvas.image.paste(paint, box, body)
    _ripples(canvas, body, box, foot, near)
    shade = mix(mix(lit, palette.near, 0.62), palette.sky[0], 0.25)
    for x, high, side in tops:
        _shadow(canvas, body, box, (x, base - high), side, high, shade)
    canvas.veil(
        palette.haze,
        top=box[1],
        bottom=bottom,
        rise=(0, 0.02, 0.22 * (1 - near), 0.40 * (1 - near)),
    )


def _tops(canvas: Canvas, tall: float, near: float, sun_x: float) -> list[tuple[float, float, int]]:
    """Each top's place, height, and the side away from the sun."""
    rng = canvas.rng
    spread = canvas.width / canvas.unit
    count = max(round((2.6 - 1.4 * near) * spread), 1)
    tops = []
    for number in range(count):
        x = canvas.width * (number + rng.uniform(0.1, 0.9)) / count
        tops.append((x, tall * rng.uniform(0.55, 1.0), 1 if x >= sun_x else -1))
    return tops


def _crest(canvas: Canvas, base: float, tops: list[tuple[float, float, int]]) -> list[Point]:
    """Long slopes towards the wind, short ones behind it, sharp where they meet."""
    rng = canvas.rng
    steps = max(canvas.width // 3, 60)
    phase = rng.random() * 6
    slopes = [
        (x, high, side, high * rng.uniform(4.5, 7), high * rng.uniform(2.6, 4.0))
        for x, high, side in tops
    ]
    points = []
    for step in range(steps + 1):
        x = step / steps * canvas.width
        height = 0.0
        for top, high, side, long, short in slopes:
            away = (x - top) * side
            share = max(0.0, 1 - (away / short if away > 0 else -away / long))
            height = max(height, high * share**1.35)
        points.append(
            (x, base - height - 0.012 * canvas.unit * math.sin(phase + 5 * x / canvas.unit))
        )
    return points


def _shadow(
    canvas: Canvas, body: Image.Image, box: Box, top: Point, side: int, high: float, shade: Colour
) -> None:
    """Darken the lee of a ridge that winds from the top of a dune down towards us."""
    rng = canvas.rng
    bend, turns = high * rng.uniform(0.35, 0.8), rng.uniform(1.2, 1.7)
    drift, long = -side * high * rng.uniform(0.5, 1.5), high * rng.uniform(2.4, 3.4)
    spine = []
    for step in range(41):
        share = step / 40
        x = (
            top[0]
            + drift * share**1.2
            + side * bend * math.sin(turns * math.pi * share) * share**0.5
        )
        spine.append((x, top[1] - 2 + long * share))
    edge = top[0] + side * canvas.width
    shape = [*spine, (edge, spine[-1][1]), (edge, box[1] - 4), (top[0], box[1] - 4)]
    mask = ImageChops.multiply(canvas.mask(lambda pen: pen.polygon(shape), box), body)
    # Strongest at the top of the ridge; gone where the slope runs out, aside and below.
    reach = high * rng.uniform(3.0, 4.2)
    aside = [
        max(
            0.0, 1 - max(0.0, side * ((i + 0.5) / 256 * canvas.width - top[0]) + high * 0.3) / reach
        )
        for i in range(256)
    ]
    below = [
        min(1.0, max(0.0, 1 - ((i + 0.5) / 128 * body.height + box[1] - top[1]) / long))
        for i in range(128)
    ]
    falloff = Image.new("L", (256, 128))
    falloff.putdata([round(245 * b**0.75 * a**0.8) for b in below for a in aside])
    canvas.wash(shade, ImageChops.multiply(mask, falloff.resize(mask.size, _BICUBIC)), box[:2])


def _ripples(canvas: Canvas, body: Image.Image, box: Box, colour: Colour, near: float) -> None:
    """Fine lines across the sand, wider towards us."""
    texture = canvas.noise(4 + 2 / (near + 0.2), 40, octaves=3, gain=0.6, size=(256, 256))
    rows = texture.resize(body.size, _BICUBIC)
    mask = ImageChops.multiply(levels(rows, 0.48, 0.72), body)
    canvas.wash(lighten(colour, -0.05), mask.point([round(0.26 * v) for v in range(256)]), box[:2])
