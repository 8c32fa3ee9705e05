"""Arithmetic on whole pictures: fields of floats (mode F), masks (mode L), colours (RGB)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image, ImageMath

from generator.providers.demo.colour import Colour, ramp
from generator.providers.demo.pen import Point

BICUBIC = Image.Resampling.BICUBIC
BILINEAR = Image.Resampling.BILINEAR
Size = tuple[int, int]


def noise(
    rng: random.Random,
    across: float,
    down: float,
    *,
    octaves: int = 4,
    gain: float = 0.5,
    size: Size = (256, 256),
) -> Image.Image:
    """A field of cloudy noise, about 0 to 1, with ``across`` x ``down`` of its largest lumps.

    Each octave has lumps of half the size and ``gain`` times the strength.
    """
    total, weight = Image.new("F", size), (1 - gain) / (1 - gain**octaves) / 255
    for octave in range(octaves):
        wide, high = (
            min(max(round(lumps * 2**octave), 1) + 3, side)
            for lumps, side in zip((across, down), size, strict=True)
        )
        lumps = Image.frombytes("L", (wide, high), rng.randbytes(wide * high)).convert("F")
        layer = lumps.resize(size, BICUBIC, (1, 1, wide - 1, high - 1))
        total = combine(lambda a, w=weight: a["total"] + a["layer"] * w, total=total, layer=layer)
        weight *= gain
    return total


def combine(formula: Callable[..., Any], **images: Image.Image) -> Image.Image:
    """Evaluate a formula for each pixel; it is given the images in a dict by their names."""
    result: Image.Image = ImageMath.lambda_eval(formula, **images)
    return result


def values(field: Image.Image) -> list[float]:
    """The numbers of a small field, row by row."""
    return [float(value) for value in field.get_flattened_data()]  # type: ignore[arg-type]


def levels(field: Image.Image, low: float, high: float) -> Image.Image:
    """A field as a mask: ``low`` and beyond is black, ``high`` and beyond is white."""
    span = 255 / (high - low)
    return field.point(lambda v: v * span - low * span).convert("L")


def dimmed(mask: Image.Image, strength: float) -> Image.Image:
    """A mask times a number."""
    return mask.point([min(255, round(strength * level)) for level in range(256)])


def falling(strengths: Sequence[float], size: Size) -> Image.Image:
    """A mask that runs through ``strengths`` (0 to 1) from its top to its bottom."""
    strip = Image.new("L", (1, len(strengths)))
    strip.putdata([round(255 * strength) for strength in strengths])
    return strip.resize((max(size[0], 1), max(size[1], 1)), BICUBIC)


def column(stops: Sequence[Colour], size: Size) -> Image.Image:
    """A picture that runs through the colours from its top to its bottom."""
    strip = Image.new("RGB", (1, 256))
    strip.putdata(ramp(stops, 256))
    return strip.resize((max(size[0], 1), max(size[1], 1)), BICUBIC)


def toned(mask: Image.Image, stops: Sequence[Colour]) -> Image.Image:
    """A mask's greys replaced by the colours of a ramp."""
    colours = ramp(stops, 256)
    return Image.merge("RGB", [mask.point([c[k] for c in colours]) for k in range(3)])


def warped(
    rng: random.Random, field: Image.Image, strength: float, *, lumps: float = 3
) -> Image.Image:
    """Bend a field by noise, as if it had been stirred.

    ``strength`` is how far a place may move, as a share of the shorter side; the result is
    smaller by as much, so that nothing comes from beyond the edge.
    """
    cells = 40
    reach = strength * min(field.size) / 2
    width, height = (max(round(side - 2 * reach), cells) for side in field.size)
    grid = (cells + 1, cells + 1)
    aside, down = (
        [(2 * value - 1) * reach for value in values(swirl)]
        for swirl in (noise(rng, lumps, lumps, octaves=2, gain=0.35, size=grid) for _ in range(2))
    )

    def source(corner: Point) -> Point:
        index = round(corner[1]) * grid[0] + round(corner[0])
        x, y = corner[0] * width // cells, corner[1] * height // cells
        return x + reach + aside[index], y + reach + down[index]

    return mesh(field, (width, height), cells, source)


def mesh(
    picture: Image.Image, size: Size, cells: int, source: Callable[[Point], Point]
) -> Image.Image:
    """Redraw a picture; ``source`` says where each corner (column, row) of the cells comes from."""
    quads = []
    for row in range(cells):
        for col in range(cells):
            box = (
                col * size[0] // cells,
                row * size[1] // cells,
                (col + 1) * size[0] // cells,
                (row + 1) * size[1] // cells,
            )
            corners = ((col, row), (col, row + 1), (col + 1, row + 1), (col + 1, row))
            quads.append((box, tuple(value for corner in corners for value in source(corner))))
    return picture.transform(size, Image.Transform.MESH, quads, BICUBIC)
