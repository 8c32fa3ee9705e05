"""Still water that mirrors what stands above it, and open sea with waves."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import lighten, mix
from generator.providers.demo.pen import Pen, Point
from generator.providers.demo.texture import BICUBIC, BILINEAR, dimmed, falling, levels, noise
from generator.providers.demo.view import View


def mirror(view: View, shore: float, *, calm: float) -> None:
    """Reflect what is above ``shore`` into the water below; ``calm`` 1 is glass, 0 is rippled."""
    canvas, palette = view.canvas, view.palette
    top = round(shore)
    depth = canvas.height - top
    if depth < 4:
        return
    above = canvas.image.crop((0, top - min(top, round(depth * 1.15)), canvas.width, top))
    below = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((canvas.width, depth), BICUBIC)
    below = below.filter(ImageFilter.BoxBlur((canvas.unit * 0.0012, canvas.unit * 0.004)))
    canvas.image.paste(_rippled(canvas, below, 1 - calm), (0, top))
    deep = mix(palette.near, palette.sky[0], 0.55)
    canvas.veil(deep, (0.10, 0.16, 0.30, 0.55), top=top, bottom=canvas.height)
    _streaks(view, top, 1 - calm)
    edge = max(depth * 0.05, 3)
    canvas.veil(palette.haze, (0.0, 0.5, 0.25, 0), top=top - 2, bottom=top + edge)


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
        strip = (0, round(y), width, min(round(y + thick) + 1, height))
        result.paste(_slid(picture.crop(strip), shift), strip[:2])
        y += thick
    return result


def _slid(strip: Image.Image, shift: int) -> Image.Image:
    """Move sideways and fill the gap by stretching, so that no edge wraps round."""
    width, height = strip.size
    left, right = (0, width - shift) if shift > 0 else (-shift, width)
    return strip.resize(strip.size, BILINEAR, (left, 0, max(right, left + 1), height))


def _streaks(view: View, top: int, strength: float) -> None:
    """Long flat ripples that catch the sky."""
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    dashes = []
    for _ in range(round((90 + 200 * strength) * canvas.detail * canvas.spread)):
        share = rng.random() ** 1.4
        y = top + (canvas.height - top) * (0.03 + 0.97 * share)
        long = unit * (0.01 + 0.10 * share) * rng.uniform(0.3, 1.0)
        thin = max(unit * (0.0003 + 0.0016 * share) * rng.uniform(0.4, 1.0), 0.3)
        dashes.append(((rng.random() * canvas.width, y), long, thin, rng.randint(30, 120)))
    colour = mix(view.palette.haze, view.palette.sky[-2], 0.35)
    box = (0, top, canvas.width, canvas.height)

    def draw(pen: Pen) -> None:
        for dash in dashes:
            pen.ellipse(*dash)

    canvas.shapes(draw, box, colour, opacity=0.25 + 0.35 * strength)


def sea(view: View, horizon: float, light: Point | None) -> None:
    """Open water to the horizon, with a path of light under sun or moon at ``light``."""
    canvas, palette = view.canvas, view.palette
    top = round(horizon)
    size = canvas.width, max(canvas.height - top, 4)
    far = mix(palette.haze, palette.sky[len(palette.sky) // 2], 0.55)
    deep = mix(mix(palette.near, palette.sky[0], 0.6), palette.far, 0.15)
    canvas.gradient((far, mix(far, deep, 0.55), mix(far, deep, 0.85), deep), top=top)
    waves = _waves(canvas, size)
    distance = falling((0.15, 0.58, 0.78, 0.86, 0.9, 0.92, 0.92, 0.92), size)
    for colour, mask, strength in (
        (mix(far, palette.sky[-2], 0.4), levels(waves, 0.54, 0.80), 0.55),
        (lighten(deep, -0.04), levels(waves, 0.48, 0.22), 0.5),
    ):
        canvas.wash(colour, ImageChops.multiply(mask, distance), (0, top), strength=strength)
    if light is not None:
        _path(view, top, light[0], waves)
    edge = max(0.06 * size[1], 3)
    canvas.veil(palette.haze, (0.75, 0.45, 0.15, 0), top=top - 1, bottom=top + edge)


def _waves(canvas: Canvas, size: tuple[int, int]) -> Image.Image:
    """Wave heights as floats, in the perspective of somebody who stands at the shore.

    With y below the horizon, row v of the square texture is side * near / (y + near), and columns
    run alike from the middle; see ``clouds`` for the eight numbers.
    """
    side = 1024
    texture = noise(canvas.rng, 60, 190, octaves=4, gain=0.55, size=(side, side))
    h, spread = 9 / size[1], 880.0
    numbers = (spread / size[0], side / 2 * h, side / 2 - spread / 2, 0.0, 0.0, side - 1.0, 0.0, h)
    return texture.transform(size, Image.Transform.PERSPECTIVE, numbers, BICUBIC)


def _path(view: View, top: int, x: float, waves: Image.Image) -> None:
    """Light on the water: a column that widens towards us, broken by the waves."""
    palette, side = view.palette, 128
    column = Image.new("L", (side, side))
    strengths = []
    for row in range(side):
        half = 0.045 + 0.20 * row / side
        for place in range(side):
            off = ((place + 0.5) / side * waves.width - x) / view.canvas.unit / half
            strengths.append(round(255 * math.exp(-off * off) * (1 - 0.45 * row / side)))
    column.putdata(strengths)
    column = column.resize(waves.size, BICUBIC)
    view.canvas.wash(mix(palette.light, palette.haze, 0.5), dimmed(column, 0.32), (0, top))
    glint = ImageChops.multiply(levels(waves, 0.50, 0.66), column)
    view.canvas.wash(palette.light, glint, (0, top), strength=0.95)
