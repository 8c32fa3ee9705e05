"""Petals: shaded, of any size, turned any way, each with the shadow it throws."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import BLACK, WHITE, Colour, from_hex, lighten, mix, tint
from generator.providers.demo.pen import Point, bounds
from generator.providers.demo.texture import BICUBIC, BILINEAR, Size, column, dimmed
from generator.providers.demo.view import View

Petal = tuple[Colour, Colour, Colour]
"""A petal's colours at its base, its middle and its tip."""

_SETS = (
    "5c0f3a c2356f ff9fb6",
    "7a1f14 e2583a ffc08a",
    "3a1a6b 8a55c8 e0b8ff",
    "8a4a10 f0a030 ffe6a0",
    "8a3048 f0a0a8 fff0ea",
    "12305f 4a86d0 cfe6ff",
)
_KINDS = {"poppies": "6e0f0c d8331f ff9a6a", "lavender": "34206b 7f5cc4 cdb4f5"}
_SHADE = from_hex("0c040c")
_ROOM = 3  # pixels round a petal's picture, for a smooth edge


@dataclass(frozen=True, slots=True)
class Stamp:
    """One petal that points to the right, its base at the middle of the left side."""

    picture: Image.Image
    shape: Image.Image


def petal_colours(view: View) -> Petal:
    """A set of colours by chance, in the first of the hues asked for."""
    chosen = next((_KINDS[kind] for kind in _KINDS if view.wants(kind)), view.rng.choice(_SETS))
    base, middle, tip = (from_hex(colour) for colour in chosen.split())
    if view.hues:
        hue, chroma = view.hues[0]
        base, middle, tip = (tint(colour, hue, chroma) for colour in (base, middle, tip))
    return base, middle, tip


def shaded(petal: Petal, amount: float) -> Petal:
    """All three colours lighter or darker."""
    base, middle, tip = (lighten(colour, amount) for colour in petal)
    return base, middle, tip


def stamp(long: float, wide: float, colours: Petal) -> Stamp:
    """Paint a petal of ``long`` x ``wide`` pixels."""
    size = max(round(long), 8), max(round(wide), 6)
    base, middle, tip = colours
    stops = (tip, mix(middle, tip, 0.6), middle, mix(base, middle, 0.6), base)
    along = column(stops, (1, size[0])).transpose(Image.Transpose.ROTATE_270)
    picture = along.resize(size, BICUBIC)
    # Across it is a shallow boat: dark in the crease and along one edge, light along the other.
    rows = range(32)
    crease = [0.30 * math.exp(-(((i - 15.5) / 2.2) ** 2)) for i in rows]
    dark = [crease[i] + 0.42 * max(0.0, (i - 18) / 13) ** 1.6 for i in rows]
    light = [0.35 * math.exp(-(((i - 8) / 4) ** 2)) for i in rows]
    for colour, strengths in ((mix(base, BLACK, 0.2), dark), (mix(tip, WHITE, 0.4), light)):
        strip = Image.new("L", (1, 32))
        strip.putdata([round(255 * strength) for strength in strengths])
        picture.paste(colour, (0, 0), strip.resize(size, BICUBIC))
    return Stamp(picture, _shape(size))


def _shape(size: Size) -> Image.Image:
    """A drop, widest beyond its middle."""
    scale = 3
    large = Image.new("L", (size[0] * scale, size[1] * scale))
    middle, room = large.height / 2, _ROOM * scale
    upper, lower = [], []
    for step in range(49):
        share = step / 48
        half = math.sin(math.pi * min(share**1.35, 1.0)) ** 0.72 if 0 < step < 48 else 0.0
        half *= (0.55 + 0.45 * share) * max(middle - room / 2, 1)
        x = room / 2 + share * (large.width - room)
        upper.append((x, middle - half))
        lower.append((x, middle + half))
    ImageDraw.Draw(large).polygon(upper + lower[::-1], fill=255)
    return large.reduce(scale)


def place(
    canvas: Canvas, petal: Stamp, at: Point, angle: float, size: Point, *, shadow: float
) -> None:
    """Lay a petal of a ``size`` (long, wide) with its base ``at`` a place.

    ``angle`` is where it points, in radians from the right; ``shadow`` is in pixels.
    """
    (long, wide), cos, sin = size, math.cos(angle), math.sin(angle)
    ends = [(u, v) for u in (0.0, long) for v in (-wide / 2, wide / 2)]
    corners = [(at[0] + u * cos - v * sin, at[1] + u * sin + v * cos) for u, v in ends]
    left, top, right, bottom = bounds([corners])
    room = math.ceil(2 * shadow) + 1
    box = canvas.clip((left - room, top - room, right + room + 1, bottom + room + 1))
    if box is None:
        return
    # From a place in the box to one in the petal's own picture.
    along, across = petal.picture.width / long, petal.picture.height / wide
    x, y = box[0] - at[0], box[1] - at[1]
    affine = (
        *(cos * along, sin * along, (x * cos + y * sin) * along),
        *(-sin * across, cos * across, (y * cos - x * sin + wide / 2) * across),
    )
    area = box[2] - box[0], box[3] - box[1]
    shape = petal.shape.transform(area, Image.Transform.AFFINE, affine, BILINEAR)
    if shadow >= 1:
        dark = dimmed(shape, 0.40).filter(ImageFilter.BoxBlur(shadow))
        canvas.wash(_SHADE, dark, box[:2])
    picture = petal.picture.transform(area, Image.Transform.AFFINE, affine, BILINEAR)
    canvas.image.paste(picture, box, shape)
