"""What falls or drifts in front of a scene."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw, ImageFilter

from generator.providers.demo.canvas import Canvas, Pen, levels
from generator.providers.demo.colour import Colour, lighten, mix
from generator.providers.demo.palettes import Palette

_WHITE: Colour = (255, 255, 255)


def rain(canvas: Canvas, palette: Palette) -> None:
    """Slanting lines, fine and many far off, few and long in front."""
    rng = canvas.rng
    slant = rng.uniform(-0.30, -0.08)
    area = canvas.width * canvas.height / canvas.unit**2
    for count, long, thin, opacity in (
        (900, 0.03, 0.0009, 0.30),
        (300, 0.07, 0.0014, 0.34),
        (60, 0.16, 0.0024, 0.20),
    ):
        drops = [
            (
                rng.uniform(-0.1, 1.1) * canvas.width,
                rng.uniform(-0.1, 1.0) * canvas.height,
                canvas.unit * long * rng.uniform(0.5, 1.2),
                round(rng.uniform(70, 255)),
            )
            for _ in range(round(count * area * canvas.detail))
        ]

        def draw(
            pen: Pen, drops: list[tuple[float, float, float, int]] = drops, thin: float = thin
        ) -> None:
            for x, y, length, level in drops:
                pen.line([(x, y), (x + slant * length, y + length)], canvas.unit * thin, level)

        canvas.shapes(
            draw, (0, 0, canvas.width, canvas.height), lighten(palette.haze, 0.12), opacity=opacity
        )


def snowfall(canvas: Canvas, palette: Palette) -> None:
    """Flakes: specks far off, soft discs close by."""
    rng = canvas.rng
    area = canvas.width * canvas.height / canvas.unit**2
    for count, small, large, opacity, blur in (
        (700, 0.0008, 0.0019, 0.75, 0.0),
        (170, 0.0018, 0.0040, 0.75, 0.0010),
        (34, 0.006, 0.013, 0.42, 0.0040),
    ):
        flakes = [
            (
                (rng.random() * canvas.width, rng.random() * canvas.height),
                canvas.unit * rng.uniform(small, large),
                round(rng.uniform(110, 255)),
            )
            for _ in range(round(count * area))
        ]

        def draw(pen: Pen, flakes: list[tuple[tuple[float, float], float, int]] = flakes) -> None:
            for at, radius, level in flakes:
                pen.ellipse(at, radius, radius, level)

        canvas.shapes(
            draw,
            (0, 0, canvas.width, canvas.height),
            mix(_WHITE, palette.light, 0.2),
            opacity=opacity,
            blur=canvas.unit * blur,
        )


def mist(canvas: Canvas, palette: Palette, *, top: float, strength: float) -> None:
    """Banks of fog between ``top`` and the foot of the picture."""
    high = max(canvas.height - round(top), 4)
    field = canvas.noise(3.2 * canvas.width / canvas.unit, 7, octaves=5, gain=0.5)
    mask = levels(field, 0.35, 0.75).resize((canvas.width, high), Image.Resampling.BICUBIC)
    fade = Image.new("L", (1, 6))
    fade.putdata([0, 150, 255, 220, 150, 90])
    fade = fade.resize(mask.size, Image.Resampling.BICUBIC).point(
        [round(v * strength) for v in range(256)]
    )
    blank = Image.new("L", mask.size)
    canvas.wash(lighten(palette.haze, 0.04), Image.composite(mask, blank, fade), (0, round(top)))


def petals(canvas: Canvas, colour: Colour, count: int) -> None:
    """Loose petals on the wind, the near ones out of focus."""
    rng = canvas.rng
    for number in range(count):
        near = rng.random() ** 2
        size = canvas.unit * (0.005 + 0.016 * near)
        at = rng.random() * canvas.width, rng.random() * canvas.height
        turn = rng.random() * math.tau
        shape = [
            (
                at[0] + size * (math.cos(a) * math.cos(turn) - 0.5 * math.sin(a) * math.sin(turn)),
                at[1] + size * (math.cos(a) * math.sin(turn) + 0.5 * math.sin(a) * math.cos(turn)),
            )
            for a in (i * math.tau / 14 for i in range(14))
        ]
        tone = lighten(colour, rng.uniform(-0.06, 0.08))
        pad = 4 * size
        canvas.shapes(
            lambda pen, s=shape: pen.polygon(s),
            (at[0] - pad, at[1] - pad, at[0] + pad, at[1] + pad),
            tone,
            opacity=0.85 - 0.35 * near,
            blur=canvas.unit * 0.006 * near if number % 2 else 0,
        )


def shafts(canvas: Canvas, palette: Palette, at: tuple[float, float], strength: float) -> None:
    """Rays that fan out from a light through the air."""
    rng = canvas.rng
    small = 6
    size = max(canvas.width // small, 8), max(canvas.height // small, 8)
    sheet = Image.new("L", size)
    pen = ImageDraw.Draw(sheet)
    x, y = at[0] / small, at[1] / small
    far = 2.0 * max(size)
    for _ in range(16):
        angle = rng.uniform(0.12, math.pi - 0.12)
        width = rng.uniform(0.01, 0.05)
        pen.polygon(
            [
                (x, y),
                (x + far * math.cos(angle - width), y + far * math.sin(angle - width)),
                (x + far * math.cos(angle + width), y + far * math.sin(angle + width)),
            ],
            fill=round(rng.uniform(60, 190)),
        )
    sheet = sheet.filter(ImageFilter.GaussianBlur(min(size) / 42))
    fade = Image.new("L", (1, 5))
    fade.putdata([255, 215, 150, 70, 20])
    mask = Image.composite(sheet, Image.new("L", size), fade.resize(size, Image.Resampling.BICUBIC))
    mask = mask.point([round(v * strength) for v in range(256)])
    canvas.wash(palette.light, canvas.fit(mask))
