"""What falls or drifts in front of a scene."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generator.providers.demo.colour import WHITE, Colour, lighten, mix
from generator.providers.demo.pen import Pen, Point
from generator.providers.demo.texture import BICUBIC, falling, levels, noise
from generator.providers.demo.view import View

# How many, how long and how thick (both in units), how strong.
_RAIN = ((900, 0.03, 0.0009, 0.30), (300, 0.07, 0.0014, 0.34), (60, 0.16, 0.0024, 0.20))
# How many, the smallest and the largest, how strong, how much out of focus.
_SNOW = (
    (700, 0.0008, 0.0019, 0.75, 0.0),
    (170, 0.0018, 0.0040, 0.75, 0.001),
    (34, 0.006, 0.013, 0.42, 0.004),
)


def rain(view: View) -> None:
    """Slanting lines, fine and many far off, few and long in front."""
    canvas, rng = view.canvas, view.rng
    slant = rng.uniform(-0.30, -0.08)
    for count, long, thin, opacity in _RAIN:
        drops = []
        for _ in range(round(count * canvas.area * canvas.detail)):
            x, y = rng.uniform(-0.1, 1.1) * canvas.width, rng.uniform(-0.1, 1.0) * canvas.height
            fall = canvas.unit * long * rng.uniform(0.5, 1.2)
            line = [(x, y), (x + slant * fall, y + fall)]
            drops.append((line, canvas.unit * thin, rng.randint(70, 255)))

        def draw(pen: Pen, drops: list[tuple[list[Point], float, int]] = drops) -> None:
            for drop in drops:
                pen.line(*drop)

        canvas.shapes(draw, canvas.whole, lighten(view.palette.haze, 0.12), opacity=opacity)


def snowfall(view: View) -> None:
    """Flakes: specks far off, soft discs close by."""
    canvas, rng = view.canvas, view.rng
    colour = mix(WHITE, view.palette.light, 0.2)
    for count, small, large, opacity, blur in _SNOW:
        flakes = [
            (canvas.anywhere(), canvas.unit * rng.uniform(small, large))
            for _ in range(round(count * canvas.area))
        ]
        canvas.discs(flakes, colour, opacity=opacity, blur=canvas.unit * blur, uneven=True)


def mist(view: View, *, top: float, strength: float) -> None:
    """Banks of fog between ``top`` and the foot of the picture."""
    canvas = view.canvas
    size = canvas.width, max(canvas.height - round(top), 4)
    banks = levels(noise(view.rng, 3.2 * canvas.spread, 7, octaves=5), 0.35, 0.75)
    rise = falling((0, 0.6, 1, 0.86, 0.6, 0.35), size)
    mask = ImageChops.multiply(banks.resize(size, BICUBIC), rise)
    canvas.wash(lighten(view.palette.haze, 0.04), mask, (0, round(top)), strength=strength)


def petals(view: View, colour: Colour, count: int) -> None:
    """Loose petals on the wind, the near ones out of focus."""
    canvas, rng = view.canvas, view.rng
    for _ in range(count):
        near, turn, (x, y) = rng.random() ** 2, rng.random() * math.tau, canvas.anywhere()
        size, cos, sin = canvas.unit * (0.005 + 0.016 * near), math.cos(turn), math.sin(turn)
        oval = [
            (size * math.cos(a), 0.5 * size * math.sin(a)) for a in (k * 0.45 for k in range(14))
        ]
        outline = [(x + u * cos - v * sin, y + u * sin + v * cos) for u, v in oval]
        blur = canvas.unit * 0.006 * near * rng.choice((0, 1))
        tone = lighten(colour, rng.uniform(-0.06, 0.08))
        canvas.polygons([outline], tone, opacity=0.85 - 0.35 * near, blur=blur)


def shafts(view: View, at: Point, strength: float) -> None:
    """Rays that fan out from a light through the air."""
    canvas, rng, small = view.canvas, view.rng, 6
    size = max(canvas.width // small, 8), max(canvas.height // small, 8)
    sheet = Image.new("L", size)
    pen = ImageDraw.Draw(sheet)
    x, y, far = at[0] / small, at[1] / small, 2.0 * max(size)
    for _ in range(18):
        angle, half = rng.uniform(0.7, math.pi - 0.7), rng.uniform(0.008, 0.05)
        ends = [
            (x + far * math.cos(a), y + far * math.sin(a)) for a in (angle - half, angle + half)
        ]
        pen.polygon([(x, y), *ends], fill=rng.randint(110, 255))
    sheet = sheet.filter(ImageFilter.GaussianBlur(min(size) / 60))
    mask = ImageChops.multiply(sheet, falling((1, 0.95, 0.8, 0.5, 0.2), size))
    canvas.wash(view.palette.light, canvas.fit(mask), strength=strength)
