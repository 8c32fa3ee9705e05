"""Petals: shaded, of any size, turned any way, each with the shadow it throws."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

from generator.providers.demo.canvas import Canvas, Point
from generator.providers.demo.colour import Colour, from_hex, mix, tint
from generator.providers.demo.view import Hues

Petal = tuple[Colour, Colour, Colour]
"""A petal's colours at its base, its middle and its tip."""

_BICUBIC = Image.Resampling.BICUBIC
_EDGE = 3
_SETS = (
    ("5c0f3a", "c2356f", "ff9fb6"),
    ("7a1f14", "e2583a", "ffc08a"),
    ("3a1a6b", "8a55c8", "e0b8ff"),
    ("8a4a10", "f0a030", "ffe6a0"),
    ("8a3048", "f0a0a8", "fff0ea"),
    ("12305f", "4a86d0", "cfe6ff"),
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """One petal that points to the right, its base at the middle of the left side."""

    picture: Image.Image
    shape: Image.Image


def petal_colours(canvas: Canvas, hues: Hues) -> Petal:
    """A set of colours by chance, or the first of the ``hues`` asked for."""
    base, middle, tip = (from_hex(colour) for colour in canvas.rng.choice(_SETS))
    if hues:
        hue, chroma = hues[0]
        base, middle, tip = (tint(colour, hue, chroma) for colour in (base, middle, tip))
    return base, middle, tip


def stamp(long: float, wide: float, colours: Petal) -> Stamp:
    """Paint a petal of ``long`` × ``wide`` pixels."""
    size = max(round(long), 8), max(round(wide), 6)
    base, middle, tip = colours
    stops = (tip, mix(middle, tip, 0.6), middle, mix(base, middle, 0.6), base)
    along = Canvas.column(stops, 1, size[0]).transpose(Image.Transpose.ROTATE_270)
    picture = along.resize(size, _BICUBIC)
    # Across it is a shallow boat: dark in the crease and along one edge, light along the other.
    dark = [0.30 * math.exp(-(((i - 15.5) / 2.2) ** 2)) + 0.42 * max(0.0, (i - 18) / 13) ** 1.6
            for i in range(32)]  # fmt: skip
    light = [0.35 * math.exp(-(((i - 8) / 4) ** 2)) for i in range(32)]
    for colour, levels in (
        (mix(base, (0, 0, 0), 0.2), dark),
        (mix(tip, (255, 255, 255), 0.4), light),
    ):
        strip = Image.new("L", (1, 32))
        strip.putdata([round(255 * level) for level in levels])
        picture.paste(colour, (0, 0), strip.resize(size, _BICUBIC))
    return Stamp(picture, _shape(size))


def _shape(size: tuple[int, int]) -> Image.Image:
    """A drop, widest beyond its middle, with a little room round it for a smooth edge."""
    scale = 3
    large = Image.new("L", (size[0] * scale, size[1] * scale))
    middle, room = large.height / 2, _EDGE * scale
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
    canvas: Canvas,
    petal: Stamp,
    at: Point,
    angle: float,
    long: float,
    wide: float,
    *,
    shadow: float,
) -> None:
    """Lay a petal with its base ``at`` a place; ``shadow`` is how soft its shadow is in pixels."""
    cos, sin = math.cos(angle), math.sin(angle)
    corners = [
        (u * cos - v * sin, u * sin + v * cos) for u in (0, long) for v in (-wide / 2, wide / 2)
    ]
    pad = math.ceil(2 * shadow) + 1
    left, top = (math.floor(at[k] + min(c[k] for c in corners)) - pad for k in (0, 1))
    right, bottom = (math.ceil(at[k] + max(c[k] for c in corners)) + pad for k in (0, 1))
    box = canvas.clip((left, top, right, bottom))
    if box is None:
        return
    # From a place in the box to one in the petal's own picture.
    along, across = petal.picture.width / long, petal.picture.height / wide
    x, y = box[0] - at[0], box[1] - at[1]
    affine = (cos * along, sin * along, (x * cos + y * sin) * along,
              -sin * across, cos * across, (y * cos - x * sin + wide / 2) * across)  # fmt: skip
    size = box[2] - box[0], box[3] - box[1]
    bilinear = Image.Resampling.BILINEAR
    shape = petal.shape.transform(size, Image.Transform.AFFINE, affine, bilinear)
    if shadow >= 1:
        dark = shape.point([round(0.40 * v) for v in range(256)]).filter(
            ImageFilter.BoxBlur(shadow)
        )
        canvas.wash((12, 4, 12), dark, box[:2])
    picture = petal.picture.transform(size, Image.Transform.AFFINE, affine, bilinear)
    canvas.image.paste(picture, box, shape)
