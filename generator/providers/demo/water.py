"""Still water that mirrors what stands above it, and open sea with waves."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.canvas import Canvas, Pen, Point, levels
from generator.providers.demo.colour import Colour, lighten, mix
from generator.providers.demo.palettes import Palette

_BICUBIC = Image.Resampling.BICUBIC


def mirror(canvas: Canvas, palette: Palette, shore: float, *, calm: float) -> None:
    """Reflect what is above ``shore`` into the water below; ``calm`` 1 is glass, 0 is rippled."""
    top = round(shore)
    depth = canvas.height - top
    if depth < 4:
        return
    taken = min(top, round(depth * 1.15))
    above = canvas.image.crop((0, top - taken, canvas.width, top))
    below = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((canvas.width, depth), _BICUBIC)
    below = below.filter(ImageFilter.BoxBlur((canvas.unit * 0.0012, canvas.unit * 0.004)))
    canvas.image.paste(_rippled(canvas, below, 1 - calm), (0, top))
    deep = mix(palette.near, palette.sky[0], 0.55)
    canvas.veil(deep, top=top, bottom=canvas.height, rise=(0.10, 0.16, 0.30, 0.55))
    _streaks(canvas, palette, top, 1 - calm)
    canvas.veil(
        palette.haze, top=top - 2, bottom=top + max(depth * 0.05, 3), rise=(0.0, 0.5, 0.25, 0)
    )


def sea(canvas: Canvas, palette: Palette, horizon: float, light: Point | None) -> None:
    """Open water to the horizon, with a path of light under sun or moon at ``light``."""
    top = round(horizon)
    size = (canvas.width, max(canvas.height - top, 4))
    far = mix(palette.haze, palette.sky[len(palette.sky) // 2], 0.55)
    deep = mix(mix(palette.near, palette.sky[0], 0.6), palette.far, 0.15)
    canvas.gradient((far, mix(far, deep, 0.55), mix(far, deep, 0.85), deep), top=top)
    waves = _waves(canvas, size)
    fade = Image.new("L", (1, 8))
    fade.putdata([40, 150, 200, 220, 230, 235, 235, 235])
    fade = fade.resize(size, _BICUBIC)
    crest = ImageChops.multiply(levels(waves, 0.54, 0.80), fade)
    trough = ImageChops.multiply(levels(waves, 0.48, 0.22), fade)
    canvas.wash(
        mix(far, palette.sky[-2], 0.4), crest.point([round(v * 0.55) for v in range(256)]), (0, top)
    )
    canvas.wash(lighten(deep, -0.04), trough.point([round(v * 0.5) for v in range(256)]), (0, top))
    if light is not None:
        _path(canvas, palette, top, light[0], waves)
    canvas.veil(
        palette.haze, top=top - 1, bottom=top + max(0.06 * size[1], 3), rise=(0.75, 0.45, 0.15, 0)
    )


def _waves(canvas: Canvas, size: tuple[int, int]) -> Image.Image:
    """Wave heights as floats, in the perspective of somebody who stands at the shore."""
    side = 1024
    texture = canvas.noise(60, 190, octaves=4, gain=0.55, size=(side, side))
    width, height = size
    d0 = height / 9
    # Row v = side * d0 / (d + d0) for the distance d below the horizon; columns alike from the middle.
    spread = 880.0
    h = 1 / d0
    a = spread / width
    coefficients = (a, side / 2 * h, side / 2 - spread / 2, 0.0, 0.0, side - 1.0, 0.0, h)
    return texture.transform(
        size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC
    )


def _path(canvas: Canvas, palette: Palette, top: int, x: float, waves: Image.Image) -> None:
    """Light on the water: a column that widens towards us, broken by the waves."""
    width, height = waves.size
    rows = 128
    column = Image.new("L", (128, rows))
    values = []
    for row in range(rows):
        share = row / rows
        half = 0.045 + 0.20 * share
        for place in range(128):
            off = ((place + 0.5) / 128 - x / width) * width / canvas.unit / half
            values.append(round(255 * math.exp(-off * off) * (1 - 0.45 * share)))
    column.putdata(values)
    column = column.resize(waves.size, _BICUBIC)
    glint = ImageChops.multiply(levels(waves, 0.50, 0.66), column)
    soft = column.point([round(0.32 * v) for v in range(256)])
    canvas.wash(mix(palette.light, palette.haze, 0.5), soft, (0, top))
    canvas.wash(palette.light, glint.point([round(0.95 * v) for v in range(256)]), (0, top))


def _rippled(canvas: Canvas, picture: Image.Image, strength: float) -> Image.Image:
    """Shift each strip of rows a little sideways, more towards the viewer."""
    rng = canvas.rng
    width, height = picture.size
    result = picture.copy()
    y, phase = 0.0, rng.random() * 6
    while round(y) < height:
        share = y / height
        thick = max(1.0, canvas.unit * (0.0012 + 0.004 * share))
        swing = canvas.unit * (0.0015 + 0.012 * share) * (0.25 + strength)
        shift = round(swing * (math.sin(phase + 38 * share**0.5) * 0.6 + rng.uniform(-0.7, 0.7)))
        first, last = round(y), min(round(y + thick) + 1, height)
        row = picture.crop((0, first, width, last))
        result.paste(
            ImageChops.offset(row, shift, 0) if abs(shift) < 2 else _slide(row, shift), (0, first)
        )
        y += thick
    return result


def _slide(row: Image.Image, shift: int) -> Image.Image:
    """Move sideways and fill the gap by stretching, so that no edge wraps round."""
    width, height = row.size
    source = (
        (0.0, 0.0, float(width - shift), float(height))
        if shift > 0
        else (float(-shift), 0.0, float(width), float(height))
    )
    return row.resize((width, height), Image.Resampling.BILINEAR, source)


def _streaks(canvas: Canvas, palette: Palette, top: int, strength: float) -> None:
    """Long flat ripples that catch the sky."""
    rng = canvas.rng
    depth = canvas.height - top
    dashes = []
    for _ in range(round((90 + 200 * strength) * canvas.detail)):
        share = rng.random() ** 1.4
        y = top + depth * (0.03 + 0.97 * share)
        long = canvas.unit * (0.01 + 0.10 * share) * rng.uniform(0.3, 1.0)
        thin = max(canvas.unit * (0.0003 + 0.0016 * share) * rng.uniform(0.4, 1.0), 0.3)
        dashes.append(((rng.random() * canvas.width, y), long, thin, round(rng.uniform(30, 120))))

    def draw(pen: Pen) -> None:
        for at, long, thin, level in dashes:
            pen.ellipse(at, long, thin, level)

    box = (0, top, canvas.width, canvas.height)
    colour: Colour = mix(palette.haze, palette.sky[-2], 0.35)
    canvas.shapes(draw, box, colour, opacity=0.25 + 0.35 * strength)
