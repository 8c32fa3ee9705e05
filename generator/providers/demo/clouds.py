"""What drifts above the horizon: clouds, and northern lights."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import Colour, mix
from generator.providers.demo.palettes import Palette
from generator.providers.demo.pen import Point
from generator.providers.demo.texture import (
    BICUBIC,
    BILINEAR,
    column,
    combine,
    dimmed,
    falling,
    levels,
    noise,
    values,
)

_SIDE = 512


def clouds(canvas: Canvas, palette: Palette, horizon: float, *, cover: float) -> None:
    """A layer of cloud in perspective, lit from below; ``cover`` is 0 to 1."""
    size = canvas.width, max(round(horizon), 8)
    field = noise(canvas.rng, 7, 14, octaves=6, gain=0.52, size=(_SIDE, _SIDE))
    low = 0.60 - 0.22 * cover
    body = levels(field, low, low + 0.24)
    slope = combine(lambda a: a["x"] - a["y"], x=field, y=ImageChops.offset(field, 0, 5))
    rim = ImageChops.multiply(levels(slope, 0.0, 0.05), body)
    distance = falling((0.75, 0.9, 0.96, 0.86, 0.5, 0), size)
    for colour, mask, strength in (
        (palette.shade, body, 0.5 + 0.3 * cover),
        (palette.cloud, rim, 0.85),
    ):
        seen = mask.transform(size, Image.Transform.PERSPECTIVE, _ceiling(size), BICUBIC)
        canvas.wash(colour, ImageChops.multiply(seen, distance), strength=strength)


def _ceiling(size: tuple[int, int]) -> tuple[float, ...]:
    """Perspective that lays a square texture out overhead, far away at the bottom of ``size``.

    Pillow wants (a, b, c, d, e, f, g, h) for u = (ax + by + c) / (gx + hy + 1) and
    v = (dx + ey + f) / (gx + hy + 1). With y' = height - y above the horizon, v is
    side * near / (y' + near), and u runs alike from the middle.
    """
    width, height = size
    near, spread = height / 3.2, 0.74 * _SIDE
    total = height + near
    a = spread / width * near / total
    h = -1 / total
    return (a, _SIDE / 2 * h, _SIDE / 2 - a * width / 2, 0.0, 0.0, _SIDE * near / total, 0.0, h)


def streaks(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """A few long thin clouds low in the sky."""
    rng = canvas.rng
    for _ in range(rng.randint(4, 8)):
        at = canvas.width * rng.random(), horizon * rng.uniform(0.35, 0.93)
        width = canvas.width * rng.uniform(0.25, 0.7)
        height = canvas.unit * rng.uniform(0.004, 0.016) * (1.4 - at[1] / horizon)
        colour = mix(palette.cloud, palette.shade, rng.random() * 0.7)
        lens = _lens(canvas, at, width, height)
        opacity = rng.uniform(0.25, 0.6)
        canvas.polygons([lens], colour, opacity=opacity, blur=max(height / 5, 0.6))


def _lens(canvas: Canvas, at: Point, width: float, height: float) -> list[Point]:
    """A thin uneven lens."""
    rng, steps = canvas.rng, 24
    upper, lower = [], []
    for step in range(steps + 1):
        share = step / steps
        thick = height * math.sin(math.pi * share) ** 0.8
        x = at[0] + width * (share - 0.5)
        upper.append((x, at[1] - thick * rng.uniform(0.5, 1.2)))
        lower.append((x, at[1] + thick * rng.uniform(0.2, 0.7)))
    return upper + lower[::-1]


def aurora(canvas: Canvas, horizon: float, hues: tuple[Colour, Colour, Colour]) -> None:
    """Curtains of light: ``hues`` from the foot to the top."""
    foot, body, crown = hues
    large = canvas.width, max(round(horizon), 1)
    box = (0, 0, *large)
    colours = column((crown, crown, body, foot, foot), large)
    for _ in range(3):
        sheet = _curtain(canvas, max(round(320 * horizon / canvas.width), 24)).resize(
            large, BICUBIC
        )
        glow = ImageChops.multiply(colours, Image.merge("RGB", (sheet, sheet, sheet)))
        canvas.image.paste(ImageChops.screen(canvas.image.crop(box), glow), box)


def _curtain(canvas: Canvas, high: int) -> Image.Image:
    """A small mask, 320 pixels wide: rays that stand side by side on a waving line."""
    rng, wide = canvas.rng, 320
    sheet = Image.new("L", (wide, high))
    base, bend = high * rng.uniform(0.55, 0.85), high * rng.uniform(0.08, 0.2)
    phase = rng.random() * 7
    rays = values(noise(rng, 26, 1, octaves=4, gain=0.7, size=(wide, 4)))[wide : 2 * wide]
    calm = values(noise(rng, 3, 1, octaves=2, size=(wide, 4)))[wide : 2 * wide]
    # Sharp at the foot, and ever fainter upwards.
    ray = Image.new("L", (1, 64))
    ray.putdata([round(255 * min((v / 58) ** 2.4, (64 - v) / 6)) for v in range(64)])
    for x in range(wide):
        tall = max(round(high * (0.2 + 0.65 * rays[x])), 4)
        level = max(0.0, min(1.0, 2.6 * calm[x] - 0.75)) * (0.35 + 0.75 * rays[x])
        swing = math.sin(phase + 5 * x / wide) + 0.5 * math.sin(2 * phase + 11 * x / wide)
        line = dimmed(ray.resize((1, tall), BILINEAR), min(level, 1.0))
        sheet.paste(line, (x, round(base + bend * swing) - tall))
    return sheet.filter(ImageFilter.GaussianBlur(1.2))
