"""What shines above the horizon: air, sun, moon, stars."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import WHITE, from_hex, lighten, mix
from generator.providers.demo.palettes import Palette
from generator.providers.demo.pen import Pen, Point
from generator.providers.demo.texture import BICUBIC, combine, dimmed, levels, noise, values

STARLIGHT = (WHITE, from_hex("cfe0ff"), from_hex("ffe9cf"))


def air(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """The sky's own colours, and everything below the horizon in the last of them."""
    canvas.image.paste(palette.haze, canvas.whole)
    canvas.gradient(palette.sky, bottom=horizon)


def sun(canvas: Canvas, palette: Palette, at: Point, radius: float) -> None:
    """A disc with the light around it."""
    warm = mix(palette.haze, palette.light, 0.55)
    canvas.glow(at, 18 * radius, warm, power=3.0, strength=0.55, stretch=1.4)
    canvas.glow(at, 8 * radius, palette.light, power=2.6, strength=0.6)
    canvas.glow(at, 2.6 * radius, palette.light, power=1.6, strength=0.7)
    canvas.discs([(at, radius)], mix(palette.light, WHITE, 0.5))


def moon(canvas: Canvas, palette: Palette, at: Point, radius: float, *, crescent: bool) -> None:
    """A full moon with its seas, or a crescent."""
    pale = mix(palette.light, palette.sky[-2], 0.4)
    canvas.glow(at, 13 * radius, pale, power=3.2, strength=0.4)
    canvas.glow(at, 3.6 * radius, palette.light, power=2.2, strength=0.42)
    size = max(round(2 * radius) + 2, 4)
    left, top = round(at[0] - size / 2), round(at[1] - size / 2)
    box = canvas.clip((left, top, left + size, top + size))
    seas = levels(noise(canvas.rng, 3, 3, octaves=5, gain=0.55, size=(128, 128)), 0.64, 0.38)
    if box is None:
        return

    def draw(pen: Pen) -> None:
        pen.ellipse(at, radius, radius)
        if crescent:
            aside = at[0] + 0.52 * radius, at[1] - 0.22 * radius
            pen.ellipse(aside, 0.9 * radius, 0.9 * radius, 0)

    face = Image.new("RGB", (size, size), mix(palette.light, palette.sky[1], 0.22))
    face.paste(palette.light, (0, 0), seas.resize((size, size), BICUBIC))
    cut = box[0] - left, box[1] - top, box[2] - left, box[3] - top
    canvas.image.paste(face.crop(cut), box, canvas.mask(draw, box))


def stars(canvas: Canvas, horizon: float, strength: float) -> None:
    """Points of many sizes; the few bright ones have a halo."""
    rng, unit = canvas.rng, canvas.unit
    area = canvas.width * horizon / unit**2
    size = canvas.width, max(round(horizon), 1)
    points = []
    for _ in range(round(900 * area * canvas.detail)):
        place = int(rng.random() * size[0]), int(rng.random() ** 1.25 * size[1])
        points.append((place, int(40 + 190 * rng.random() ** 2.2)))
    light = specks(size, points)
    if unit > 900:
        # A single pixel is too fine for a large sheet.
        soft = light.filter(ImageFilter.GaussianBlur(unit / 2000))
        light = ImageChops.lighter(light, dimmed(soft, 3))
    canvas.wash(WHITE, light, strength=strength)
    for _ in range(round(26 * area)):
        at = rng.random() * canvas.width, rng.random() ** 1.4 * horizon * 0.95
        reach, tone = unit * (0.0008 + 0.0013 * rng.random() ** 2), rng.choice(STARLIGHT)
        canvas.glow(at, 7 * reach, tone, power=3, strength=0.45 * strength)
        canvas.glow(at, 1.8 * reach, tone, power=0.7, strength=strength)


def milky_way(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """A slanting river of faint stars, with dark dust in it."""
    rng = canvas.rng
    size = (256, max(round(256 * horizon / canvas.width), 16))
    high = size[1] / size[0]
    slope, middle = rng.choice((-1, 1)) * rng.uniform(0.5, 0.9), size[0] * rng.uniform(0.4, 0.6)
    band = Image.new("F", size)
    offsets = [x - middle + slope * (y - size[1] / 2) for y in range(size[1]) for x in range(256)]
    band.putdata([math.exp(-((off / (0.16 * size[0])) ** 2)) for off in offsets])
    cloud = noise(rng, 6, 6 * high, octaves=5, gain=0.6, size=size)
    dust = noise(rng, 9, 9 * high, octaves=4, gain=0.6, size=size)
    field = combine(
        lambda a: a["band"] * (a["cloud"] * 1.5 - a["dust"] * 0.75),
        band=band,
        cloud=cloud,
        dust=dust,
    )
    large = canvas.width, max(round(horizon), 1)
    veil = levels(field.resize(large, BICUBIC), 0.06, 0.85)
    canvas.wash(lighten(mix(palette.sky[-1], WHITE, 0.35), 0.05), veil)
    density, points = values(field), []
    for _ in range(round(14_000 * canvas.detail)):
        x, y = rng.random(), rng.random()
        if rng.random() < density[int(y * size[1]) * size[0] + int(x * size[0])]:
            place = int(x * large[0]), int(y * large[1])
            points.append((place, int(50 + 170 * rng.random() ** 2)))
    canvas.wash(WHITE, specks(large, points))


def specks(size: tuple[int, int], points: list[tuple[tuple[int, int], int]]) -> Image.Image:
    """A mask with single pixels of given strengths; those beyond its edges are left out."""
    width, height = size
    data = bytearray(width * height)
    for (x, y), level in points:
        if 0 <= x < width and 0 <= y < height:
            data[y * width + x] = level
    return Image.frombytes("L", size, bytes(data))
