"""What is above the horizon: air, sun, moon, stars, clouds, northern lights."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.canvas import Canvas, Pen, Point, combine, levels
from generator.providers.demo.colour import Colour, from_hex, lighten, mix
from generator.providers.demo.palettes import Palette

_WHITE: Colour = (255, 255, 255)


def air(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """The sky's own colours, and everything below the horizon in its last one."""
    canvas.image.paste(palette.haze, (0, 0, canvas.width, canvas.height))
    canvas.gradient(palette.sky, bottom=horizon)


def sun(canvas: Canvas, palette: Palette, at: Point, radius: float) -> None:
    """A disc with the light around it."""
    warm = mix(palette.haze, palette.light, 0.55)
    canvas.glow(at, 18 * radius, warm, power=3.0, strength=0.55, stretch=1.4)
    canvas.glow(at, 8 * radius, palette.light, power=2.6, strength=0.6)
    canvas.glow(at, 2.6 * radius, palette.light, power=1.6, strength=0.7)
    core = mix(palette.light, _WHITE, 0.5)
    canvas.shapes(lambda pen: pen.ellipse(at, radius, radius), _around(at, radius), core)


def moon(canvas: Canvas, palette: Palette, at: Point, radius: float, *, crescent: bool) -> None:
    """A full moon with its seas, or a crescent."""
    pale = mix(palette.light, palette.sky[-2], 0.4)
    canvas.glow(at, 13 * radius, pale, power=3.2, strength=0.4)
    canvas.glow(at, 3.6 * radius, palette.light, power=2.2, strength=0.42)
    size = max(round(2 * radius) + 2, 4)
    field = canvas.noise(3, 3, octaves=4, size=(128, 128)).resize(
        (size, size), Image.Resampling.BICUBIC
    )
    stain = levels(field, 0.36, 0.62).point([round(255 - 60 * v / 255) for v in range(256)])
    face = Image.merge(
        "RGB", [stain.point([v * c // 255 for v in range(256)]) for c in palette.light]
    )
    left, top = round(at[0] - size / 2), round(at[1] - size / 2)
    box = canvas.clip((left, top, left + size, top + size))
    if box is None:
        return

    def draw(pen: Pen) -> None:
        pen.ellipse(at, radius, radius)
        if crescent:
            pen.ellipse(
                (at[0] + 0.52 * radius, at[1] - 0.22 * radius), 0.9 * radius, 0.9 * radius, 0
            )

    mask = canvas.mask(draw, box)
    canvas.image.paste(
        face.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top)), box, mask
    )


def stars(canvas: Canvas, horizon: float, strength: float) -> None:
    """Points of many sizes; the few bright ones have a halo."""
    rng, unit = canvas.rng, canvas.unit
    area = canvas.width * horizon / unit**2
    light = Image.new("L", (canvas.width, max(round(horizon), 1)))
    pixels = light.load()
    assert pixels is not None
    for _ in range(round(900 * area * canvas.detail)):
        x, y = rng.random() * light.width, rng.random() ** 1.25 * light.height
        pixels[int(x), int(y)] = int(40 + 190 * rng.random() ** 2.2)
    if unit > 900:
        # A single pixel is too fine for a large sheet.
        light = ImageChops.lighter(
            light,
            light.filter(ImageFilter.GaussianBlur(unit / 2000)).point(
                [min(255, 3 * v) for v in range(256)]
            ),
        )
    canvas.wash(_WHITE, light.point([round(v * strength) for v in range(256)]))
    for _ in range(round(26 * area)):
        at = rng.random() * canvas.width, rng.random() ** 1.4 * horizon * 0.95
        size = unit * (0.0008 + 0.0013 * rng.random() ** 2)
        tone = rng.choice((_WHITE, from_hex("cfe0ff"), from_hex("ffe9cf")))
        canvas.glow(at, 7 * size, tone, power=3, strength=0.45 * strength)
        canvas.glow(at, 1.8 * size, tone, power=0.7, strength=strength)


def milky_way(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """A slanting river of faint stars, with dark dust in it."""
    rng = canvas.rng
    size = (256, max(round(256 * horizon / canvas.width), 16))
    slope = rng.choice((-1, 1)) * rng.uniform(0.5, 0.9)
    band = Image.new("F", size)
    middle = size[0] * rng.uniform(0.4, 0.6)
    width = 0.16 * size[0]
    band.putdata(
        [
            math.exp(-((((x - middle) + slope * (y - size[1] / 2)) / width) ** 2))
            for y in range(size[1])
            for x in range(size[0])
        ]
    )
    cloud = canvas.noise(6, 6 * size[1] / size[0], octaves=5, gain=0.6, size=size)
    dust = canvas.noise(9, 9 * size[1] / size[0], octaves=4, gain=0.6, size=size)
    field = combine(lambda a: a["b"] * (a["c"] * 1.5 - a["d"] * 0.75), b=band, c=cloud, d=dust)
    mask = levels(field, 0.06, 0.85).resize(
        (canvas.width, max(round(horizon), 1)), Image.Resampling.BICUBIC
    )
    canvas.wash(lighten(mix(palette.sky[-1], _WHITE, 0.35), 0.05), mask)
    grains = Image.new("L", mask.size)
    pixels, shown = grains.load(), mask.load()
    assert pixels is not None
    assert shown is not None
    for _ in range(round(14_000 * canvas.detail)):
        x, y = rng.randrange(mask.width), rng.randrange(mask.height)
        if rng.random() * 200 < shown[x, y]:  # type: ignore[operator]
            pixels[x, y] = int(50 + 170 * rng.random() ** 2)
    canvas.wash(_WHITE, grains)


def clouds(canvas: Canvas, palette: Palette, horizon: float, *, cover: float) -> None:
    """A layer of cloud in perspective, lit from where the light stands; ``cover`` is 0 to 1."""
    width, height = canvas.width, max(round(horizon), 8)
    field = canvas.noise(7, 14, octaves=6, gain=0.52, size=(512, 512))
    shifted = ImageChops.offset(field, 0, 5)
    low = 0.60 - 0.22 * cover
    body, light = (
        levels(field, low, low + 0.24),
        combine(lambda a: a["x"] - a["y"], x=field, y=shifted),
    )
    rim = ImageChops.multiply(levels(light, 0.0, 0.05), body)
    coefficients = _ceiling(width, height)
    body, rim = (
        mask.transform(
            (width, height), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC
        )
        for mask in (body, rim)
    )
    fade = Image.new("L", (1, 6))
    fade.putdata([190, 230, 245, 220, 130, 0])
    fade = fade.resize((width, height), Image.Resampling.BICUBIC)
    strength = [round(v * (0.5 + 0.3 * cover)) for v in range(256)]
    canvas.wash(palette.shade, ImageChops.multiply(body, fade).point(strength))
    canvas.wash(
        palette.cloud, ImageChops.multiply(rim, fade).point([round(v * 0.85) for v in range(256)])
    )


def streaks(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """A few long thin clouds low in the sky."""
    rng = canvas.rng
    for _ in range(rng.randint(4, 8)):
        y = horizon * rng.uniform(0.35, 0.93)
        near = y / horizon
        width = canvas.width * rng.uniform(0.25, 0.7)
        height = canvas.unit * rng.uniform(0.004, 0.016) * (1.4 - near)
        x = canvas.width * rng.random()
        colour = mix(palette.cloud, palette.shade, rng.random() * 0.7)
        points = _lens(canvas, (x, y), width, height)
        canvas.shapes(
            lambda pen, p=points: pen.polygon(p),
            (x - width, y - 3 * height, x + width, y + 3 * height),
            colour,
            opacity=rng.uniform(0.25, 0.6),
            blur=max(height / 5, 0.6),
        )


def aurora(canvas: Canvas, horizon: float, hues: tuple[Colour, Colour, Colour]) -> None:
    """Curtains of light: ``hues`` from the foot to the top."""
    rng = canvas.rng
    wide = 320
    high = max(round(wide * horizon / canvas.width), 24)
    foot, body, crown = hues
    for curtain in range(3):
        sheet = Image.new("L", (wide, high))
        base = high * rng.uniform(0.55, 0.85)
        phase, bend = rng.random() * 7, high * rng.uniform(0.08, 0.2)
        rays = canvas.noise(26, 1, octaves=4, gain=0.7, size=(wide, 4)).crop((0, 1, wide, 2))
        slow = canvas.noise(3, 1, octaves=2, size=(wide, 4)).crop((0, 1, wide, 2))
        strip = Image.new("L", (1, 64))
        strip.putdata(
            [
                round(255 * (v / 58) ** 2.4) if v < 58 else round(255 * (64 - v) / 6)
                for v in range(64)
            ]
        )
        for x in range(wide):
            ray, calm = float(rays.getpixel((x, 0))), float(slow.getpixel((x, 0)))  # type: ignore[arg-type]
            tall = max(round(high * (0.2 + 0.65 * ray)), 4)
            level = max(0.0, min(1.0, 2.6 * calm - 0.75)) * (0.35 + 0.75 * ray)
            y = (
                base
                + bend * math.sin(phase + 5 * x / wide)
                + bend * 0.5 * math.sin(2 * phase + 11 * x / wide)
            )
            column = strip.resize((1, tall), Image.Resampling.BILINEAR).point(
                [round(v * min(level, 1.0)) for v in range(256)]
            )
            sheet.paste(column, (x, round(y) - tall))
        sheet = sheet.filter(ImageFilter.GaussianBlur(1.2)).resize(
            (canvas.width, max(round(horizon), 1)), Image.Resampling.BICUBIC
        )
        colours = Canvas.column((crown, crown, body, foot, foot), sheet.width, sheet.height)
        glow = ImageChops.multiply(colours, Image.merge("RGB", (sheet, sheet, sheet)))
        box = (0, 0, sheet.width, sheet.height)
        canvas.image.paste(ImageChops.screen(canvas.image.crop(box), glow), box)


def _around(at: Point, radius: float) -> tuple[float, float, float, float]:
    return at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius


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


def _ceiling(width: int, height: int) -> tuple[float, ...]:
    """Perspective that lays a 512 × 512 texture out as a ceiling, far away at the bottom."""
    # Texture row v = 512 * d0 / (d + d0), where d is the distance above the horizon.
    d0 = height / 3.2
    total = height + d0
    spread = 380.0
    h = -1 / total
    # x: u = 256 + (x - width / 2) / width * spread * d0 / (d + d0), with d + d0 = total * (1 + h y)
    a = spread / width * d0 / total
    c = 256 * 1.0 - spread / 2 * d0 / total
    b = 256 * h
    return (a, b, c, 0.0, 0.0, 512 * d0 / total, 0.0, h)
