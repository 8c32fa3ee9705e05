"""Worlds: banded globes with rings, and the edge of one from orbit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import WHITE, Colour, from_hex, lighten, mix
from generator.providers.demo.pen import Pen, Point, around
from generator.providers.demo.texture import (
    BICUBIC,
    combine,
    dimmed,
    levels,
    mesh,
    noise,
    toned,
    warped,
)

_SIDE, _CELLS = 256, 22
_AIR = from_hex("7fc4ff")


def planet(
    canvas: Canvas, gas: tuple[Colour, ...], at: Point, radius: float, *, ring: bool
) -> None:
    """A banded world, lit from one side, with or without a ring."""
    rng = canvas.rng
    towards = rng.choice((-1, 1)) * rng.uniform(0.5, 0.9), rng.uniform(-0.7, -0.2)
    tilt = rng.uniform(-0.45, 0.45)
    band = _ring(canvas, at, radius, tilt) if ring else None
    lit = at[0] + towards[0] * radius * 0.3, at[1] + towards[1] * radius * 0.3
    canvas.glow(lit, radius * 2.4, gas[3], power=2.6, strength=0.55)
    dust = mix(gas[4], gas[5], 0.4)
    if band:
        _draw_ring(canvas, band, dust, front=False)
    size = max(round(2 * radius), 8)
    left, top = round(at[0] - size / 2), round(at[1] - size / 2)
    face = _globe(canvas, gas, size, tilt)
    face.paste(lighten(gas[0], -0.02), (0, 0), _night(size, towards))
    box = canvas.clip((left, top, left + size, top + size))
    if box is not None:
        cut = box[0] - left, box[1] - top, box[2] - left, box[3] - top
        disc = canvas.mask(lambda pen: pen.ellipse(at, radius, radius), box)
        canvas.image.paste(face.crop(cut), box, disc)
    _rim(canvas, at, radius, towards, mix(gas[4], WHITE, 0.3))
    if band:
        _draw_ring(canvas, band, dust, front=True)


def _globe(canvas: Canvas, gas: tuple[Colour, ...], size: int, tilt: float) -> Image.Image:
    """A square picture of a banded globe's face."""
    rng, square = canvas.rng, (_SIDE, _SIDE)
    bands = noise(rng, 1.2, 15, octaves=3, gain=0.6, size=square)
    storms = noise(rng, 9, 22, octaves=4, gain=0.6, size=square)
    field = combine(lambda a: a["bands"] * 0.75 + a["storms"] * 0.25, bands=bands, storms=storms)
    stops = [mix(gas[2], gas[3], 0.3), mix(gas[3], gas[4], 0.5), mix(gas[4], gas[5], 0.4), *gas[2:]]
    rng.shuffle(stops)
    flat = toned(levels(warped(rng, field, 0.07), 0.22, 0.78), stops).resize(square, BICUBIC)
    ball = mesh(flat, square, _CELLS, _unrolled)
    return ball.rotate(-math.degrees(tilt), BICUBIC).resize((size, size), BICUBIC)


def _unrolled(corner: Point) -> Point:
    """Where a corner of the cells on a globe's disc lies on its flat map."""
    x, y = 2 * corner[0] / _CELLS - 1, 2 * corner[1] / _CELLS - 1
    y = min(max(y, -0.999), 0.999)
    x = min(max(x / math.sqrt(1 - y * y), -0.999), 0.999)
    half = _SIDE / 2
    return half + half * math.asin(x) * 2 / math.pi, half + half * math.asin(y) * 2 / math.pi


def _night(size: int, towards: Point) -> Image.Image:
    """A mask of the night side, soft where day ends."""
    lut = [round(255 * min(1.0, max(0.0, (d / 181 - 0.42) / 0.36)) ** 1.1) for d in range(256)]
    disc = Image.radial_gradient("L").resize((size * 2, size * 2), BICUBIC).point(lut)
    left, top = (round(size * (0.5 - 0.42 * share)) for share in towards)
    return disc.crop((left, top, left + size, top + size))


def _rim(canvas: Canvas, at: Point, radius: float, towards: Point, colour: Colour) -> None:
    """Air that shines along the lit edge."""
    aside = at[0] - towards[0] * radius * 0.06, at[1] - towards[1] * radius * 0.06

    def draw(pen: Pen) -> None:
        pen.ellipse(at, radius * 1.012, radius * 1.012)
        pen.ellipse(aside, radius, radius, 0)

    canvas.shapes(draw, around(at, 1.1 * radius), colour, opacity=0.75, blur=radius * 0.02)


@dataclass(frozen=True, slots=True)
class _Ring:
    """``bands`` hold each band's radius, breadth and strength (0 to 255)."""

    at: Point
    tilt: float
    flat: float
    bands: list[tuple[float, float, int]]

    def arc(self, reach: float, first: float) -> list[Point]:
        """Half an ellipse, from the angle ``first`` on."""
        points, cos, sin = [], math.cos(self.tilt), math.sin(self.tilt)
        for step in range(97):
            angle = first + math.pi * step / 96
            x, y = reach * math.cos(angle), reach * self.flat * math.sin(angle)
            points.append((self.at[0] + x * cos - y * sin, self.at[1] + x * sin + y * cos))
        return points


def _ring(canvas: Canvas, at: Point, radius: float, tilt: float) -> _Ring:
    rng = canvas.rng
    bands, reach = [], radius * 1.32
    while reach < radius * 2.15:
        breadth = radius * rng.uniform(0.008, 0.05)
        level = round(rng.choice((25, 90, 140, 190)) * rng.uniform(0.7, 1.1))
        bands.append((reach, breadth, level))
        reach += breadth
    return _Ring(at, tilt, rng.uniform(0.16, 0.30), bands)


def _draw_ring(canvas: Canvas, ring: _Ring, colour: Colour, *, front: bool) -> None:
    first = 0.0 if front else math.pi

    def draw(pen: Pen) -> None:
        for reach, breadth, level in ring.bands:
            pen.polygon([*ring.arc(reach + breadth, first), *ring.arc(reach, first)[::-1]], level)

    canvas.shapes(draw, around(ring.at, ring.bands[-1][0] * 1.1), colour, opacity=0.85)


def orbit(canvas: Canvas, gas: tuple[Colour, ...]) -> None:
    """The edge of a world from above, with its sun about to rise."""
    rng, unit = canvas.rng, canvas.unit
    radius = max(canvas.width, canvas.height) * rng.uniform(1.1, 1.5)
    top = canvas.height * rng.uniform(0.60, 0.70)
    at = canvas.width * rng.uniform(0.4, 0.6), top + radius
    air = mix(gas[4], _AIR, 0.35)
    for spread, strength in ((0.16, 0.42), (0.06, 0.55), (0.02, 0.8)):
        rise = max(top - 3 * spread * unit, 0)
        _halo(canvas, at, radius, (0, rise, canvas.width, canvas.height), air, (spread, strength))
    _surface(canvas, gas, at, radius, air)
    angle = rng.uniform(-0.16, 0.16)
    sun = at[0] + radius * math.sin(angle), at[1] - radius * math.cos(angle)
    glare = mix(air, WHITE, 0.35)
    canvas.glow(sun, unit * 0.75, glare, power=3.4, strength=0.8, stretch=1.8)
    canvas.glow(sun, unit * 0.28, glare, power=2.4, strength=0.9, stretch=1.6)
    canvas.glow(sun, unit * 0.085, mix(air, WHITE, 0.95), power=1.2, stretch=1.2)
    canvas.glow(sun, unit * 0.010, WHITE, power=1.4, strength=0.8, stretch=60)


def _halo(
    canvas: Canvas,
    at: Point,
    radius: float,
    box: tuple[float, float, float, float],
    colour: Colour,
    shine: tuple[float, float],
) -> None:
    """A blurred disc in light: ``shine`` is how far it spreads (in units) and how strongly."""
    spread, strength = shine
    canvas.shapes(
        lambda pen: pen.ellipse(at, radius, radius),
        box,
        colour,
        opacity=strength,
        blur=canvas.unit * spread,
    )


def _surface(
    canvas: Canvas, gas: tuple[Colour, ...], at: Point, radius: float, air: Colour
) -> None:
    """Land and clouds in the dark, and the thin line of air along the edge."""
    rng, unit = canvas.rng, canvas.unit
    box = canvas.clip((0, at[1] - radius - 2, canvas.width, canvas.height))
    if box is None:
        return
    size = box[2] - box[0], box[3] - box[1]
    lumps = noise(rng, 4 * size[0] / unit, 5 * size[1] / unit, octaves=6, gain=0.6, size=(320, 200))
    dark, dim, bright = (
        mix(gas[0], gas[1], 0.8),
        mix(gas[1], gas[2], 0.6),
        mix(gas[2], gas[4], 0.35),
    )
    stops = (lighten(gas[0], -0.02), gas[0], dark, dim, bright)
    land = toned(levels(warped(rng, lumps, 0.24), 0.30, 0.85), stops)
    disc = canvas.mask(lambda pen: pen.ellipse(at, radius, radius), box)
    canvas.image.paste(land.resize(size, BICUBIC), box, disc)
    lower = at[0], at[1] + unit * 0.035
    inner = canvas.mask(lambda pen: pen.ellipse(lower, radius, radius), box)
    edge = ImageChops.subtract(disc, inner).filter(ImageFilter.GaussianBlur(unit * 0.012))
    canvas.wash(air, dimmed(edge, 0.8), box[:2])
