"""Sand: dunes with a lit and a shaded side, and the wind's ripples."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageChops

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import Colour, lighten, mix
from generator.providers.demo.pen import Box, Point
from generator.providers.demo.texture import BICUBIC, column, levels, noise
from generator.providers.demo.view import View

_ROWS = 6


@dataclass(frozen=True, slots=True)
class Top:
    """A dune's highest place, its height in pixels, and the ``side`` (-1, 1) away from the sun."""

    x: float
    high: float
    side: int


def dunes(view: View, horizon: float, sun_x: float, sand: Colour) -> None:
    """Rows of dunes from the horizon to our feet."""
    canvas, palette, rng = view.canvas, view.palette, view.rng
    depth = canvas.height - horizon
    for number in range(_ROWS):
        near = number / (_ROWS - 1)
        base = horizon + depth * (0.06 + 1.05 * near**1.3)
        tall = min(depth, canvas.unit * 0.6) * (0.10 + 0.34 * near**0.8) * rng.uniform(0.8, 1.15)
        lit = mix(mix(palette.haze, sand, 0.30 + 0.6 * near), palette.near, 0.12 * near)
        _row(view, base, tall, near, _tops(canvas, tall, near, sun_x), lit)


def _tops(canvas: Canvas, tall: float, near: float, sun_x: float) -> list[Top]:
    rng = canvas.rng
    count = max(round((2.6 - 1.4 * near) * canvas.spread), 1)
    tops = []
    for number in range(count):
        x = canvas.width * (number + rng.uniform(0.1, 0.9)) / count
        tops.append(Top(x, tall * rng.uniform(0.55, 1.0), 1 if x >= sun_x else -1))
    return tops


def _row(view: View, base: float, tall: float, near: float, tops: list[Top], lit: Colour) -> None:
    canvas, palette = view.canvas, view.palette
    crest = _crest(canvas, base, tops)
    box = canvas.clip((0, min(y for _, y in crest) - 1, canvas.width, base + tall * 2.4))
    if box is None:
        return
    shape = [*crest, (canvas.width + 2, box[3] + 2), (-2, box[3] + 2)]
    body = canvas.mask(lambda pen: pen.polygon(shape), box)
    foot = mix(lit, palette.near, 0.10 + 0.22 * near)
    canvas.image.paste(column((lighten(lit, 0.04), lit, foot), body.size), box, body)
    # Fine lines across the sand, wider towards us.
    texture = noise(view.rng, 4 + 2 / (near + 0.2), 40, octaves=3, gain=0.6)
    ripples = ImageChops.multiply(levels(texture.resize(body.size, BICUBIC), 0.48, 0.72), body)
    canvas.wash(lighten(foot, -0.05), ripples, box[:2], strength=0.26)
    shade = mix(mix(lit, palette.near, 0.62), palette.sky[0], 0.25)
    for top in tops:
        canvas.wash(shade, _shadow(canvas, body, box, top, base - top.high), box[:2])
    rise = (0, 0.02, 0.22 * (1 - near), 0.40 * (1 - near))
    canvas.veil(palette.haze, rise, top=box[1], bottom=box[3])


def _crest(canvas: Canvas, base: float, tops: list[Top]) -> list[Point]:
    """Long slopes towards the wind, short ones behind it, sharp where they meet."""
    rng, unit = canvas.rng, canvas.unit
    steps, phase = max(canvas.width // 3, 60), rng.random() * 6
    slopes = [(top, top.high * rng.uniform(4.5, 7), top.high * rng.uniform(2.6, 4)) for top in tops]
    points = []
    for step in range(steps + 1):
        x = step / steps * canvas.width
        height = 0.0
        for top, long, short in slopes:
            away = (x - top.x) * top.side
            share = max(0.0, 1 - (away / short if away > 0 else -away / long))
            height = max(height, top.high * share**1.35)
        points.append((x, base - height - 0.012 * unit * math.sin(phase + 5 * x / unit)))
    return points


def _shadow(canvas: Canvas, body: Image.Image, box: Box, top: Top, y: float) -> Image.Image:
    """A mask of the lee of a ridge that winds from a dune's top down towards us."""
    rng, high, side = canvas.rng, top.high, top.side
    bend, turns = high * rng.uniform(0.3, 0.7), rng.uniform(1.2, 1.7)
    drift, long = -side * high * rng.uniform(0.9, 2.2), high * rng.uniform(2.4, 3.4)
    spine = []
    for step in range(41):
        share = step / 40
        swing = side * bend * math.sin(turns * math.pi * share) * share**0.5
        spine.append((top.x + drift * share**0.85 + swing, y - 2 + long * share))
    edge = top.x + side * canvas.width
    shape = [*spine, (edge, spine[-1][1]), (edge, box[1] - 4), (top.x, box[1] - 4)]
    mask = ImageChops.multiply(canvas.mask(lambda pen: pen.polygon(shape), box), body)
    # Strongest at the top of the ridge; gone where the slope runs out, aside and below.
    reach = high * rng.uniform(3.0, 4.2)
    places = [side * ((i + 0.5) / 256 * canvas.width - top.x) + high * 0.3 for i in range(256)]
    aside = [max(0.0, 1 - max(0.0, place) / reach) for place in places]
    depths = [(i + 0.5) / 128 * body.height + box[1] - y for i in range(128)]
    below = [min(1.0, max(0.0, 1 - depth / long)) for depth in depths]
    falloff = Image.new("L", (256, 128))
    falloff.putdata([round(245 * b**0.75 * a**0.8) for b in below for a in aside])
    return ImageChops.multiply(mask, falloff.resize(mask.size, BICUBIC))
