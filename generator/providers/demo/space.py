"""Beyond the sky: nebulae, planets, galaxies, and the edge of a world from orbit."""

from __future__ import annotations

import math
from typing import Any

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo import sky
from generator.providers.demo.canvas import Canvas, Pen, Point, combine, levels, toned, warped
from generator.providers.demo.colour import Colour, from_hex, lighten, mix, tint
from generator.providers.demo.view import Hues, View

_BICUBIC = Image.Resampling.BICUBIC
_WHITE: Colour = (255, 255, 255)

_GASES = (
    ("04050f", "17133f", "5a2a80", "c2508f", "ffb48a", "fff0d2"),
    ("02060f", "0a1f4a", "1d4f8f", "2ea0b8", "a8e0dc", "fbfbf0"),
    ("07030d", "241040", "6e2158", "d2543f", "ffb65c", "fff2c8"),
    ("03050e", "141d52", "31449c", "7a6fd8", "dca8e8", "fdeefa"),
    ("03070f", "0c2a48", "18607a", "c05a86", "ffb09a", "fff4e0"),
)


def gases(canvas: Canvas, hues: Hues) -> tuple[Colour, ...]:
    """The colours of this part of space, from its dark to its brightest."""
    stops = [from_hex(colour) for colour in canvas.rng.choice(_GASES)]
    if hues:
        stops = [tint(c, *(hues[0] if i < 3 else hues[-1])) for i, c in enumerate(stops)]
    return tuple(stops)


def nebula(canvas: Canvas, gas: tuple[Colour, ...], *, strength: float = 1.0) -> None:
    """Glowing clouds with dark lanes."""
    scale = 420 / max(canvas.width, canvas.height)
    size = max(round(canvas.width * scale), 64), max(round(canvas.height * scale), 64)
    ratio = size[0] / min(size), size[1] / min(size)
    cloud = warped(
        canvas, canvas.noise(3.4 * ratio[0], 3.4 * ratio[1], octaves=6, gain=0.58, size=size), 0.16
    )
    lane = warped(
        canvas, canvas.noise(4 * ratio[0], 4 * ratio[1], octaves=6, gain=0.58, size=size), 0.16
    )
    place = canvas.noise(1.8 * ratio[0], 1.8 * ratio[1], octaves=2, size=cloud.size)
    field = combine(
        lambda a: (
            (a["c"] * 0.6 + a["p"] * 0.9 - 0.42) * (0.35 + 0.65 * min_(abs(a["l"] - 0.5) * 9))
        ),
        c=cloud,
        l=lane,
        p=place,
    )
    low, high = field.getextrema()
    assert isinstance(low, float)
    assert isinstance(high, float)
    canvas.image.paste(
        toned(
            levels(
                canvas.fit(field), low + 0.16 * (high - low), low + (high - low) * 1.04 / strength
            ),
            gas,
        )
    )


def min_(field: Any) -> Any:
    """At most 1, for use in a formula."""
    return (field + 1 - abs(field - 1)) / 2


def starfield(canvas: Canvas, strength: float = 1.0) -> None:
    """Stars over the whole sheet; the brightest have rays."""
    rng, unit = canvas.rng, canvas.unit
    sky.stars(canvas, canvas.height, strength)
    for _ in range(rng.randint(2, 5)):
        at = rng.random() * canvas.width, rng.random() * canvas.height
        size = unit * rng.uniform(0.010, 0.028)
        tone = rng.choice((_WHITE, from_hex("d6e4ff"), from_hex("ffe6c8")))
        canvas.glow(at, size * 1.6, tone, power=3, strength=0.5)
        for stretch in (12.0, 1 / 12):
            canvas.glow(
                at,
                size * (0.16 if stretch > 1 else 1.9),
                tone,
                power=1.6,
                strength=0.75,
                stretch=stretch,
            )
        canvas.glow(at, size * 0.22, _WHITE, power=0.8)


def planet(
    canvas: Canvas, gas: tuple[Colour, ...], at: Point, radius: float, *, ring: bool
) -> None:
    """A banded world, lit from one side, with or without a ring."""
    rng = canvas.rng
    towards = rng.choice((-1, 1)) * rng.uniform(0.5, 0.9), rng.uniform(-0.7, -0.2)
    tilt, flat = rng.uniform(-0.45, 0.45), rng.uniform(0.16, 0.30)
    bands = _ring_bands(canvas, radius) if ring else []
    dust = mix(gas[4], gas[5], 0.4)
    canvas.glow(
        (at[0] + towards[0] * radius * 0.3, at[1] + towards[1] * radius * 0.3),
        radius * 1.7,
        gas[3],
        power=2.4,
        strength=0.55,
    )
    _ring(canvas, bands, at, tilt, flat, dust, front=False)
    size = max(round(2 * radius), 8)
    face = _globe(canvas, gas, size, tilt)
    left, top = round(at[0] - size / 2), round(at[1] - size / 2)
    box = canvas.clip((left, top, left + size, top + size))
    if box is None:
        return
    night = _night(size, towards)
    face = Image.composite(Image.new("RGB", face.size, lighten(gas[0], -0.02)), face, night)
    cut = (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
    canvas.image.paste(
        face.crop(cut), box, canvas.mask(lambda pen: pen.ellipse(at, radius, radius), box)
    )
    _rim(canvas, at, radius, towards, mix(gas[4], _WHITE, 0.3))
    _ring(canvas, bands, at, tilt, flat, dust, front=True)


def _globe(canvas: Canvas, gas: tuple[Colour, ...], size: int, tilt: float) -> Image.Image:
    """A square picture of a banded globe's face."""
    rng = canvas.rng
    base = canvas.noise(1.2, 15, octaves=3, gain=0.6, size=(256, 256))
    storm = canvas.noise(9, 22, octaves=4, gain=0.6, size=(256, 256))
    field = warped(canvas, combine(lambda a: a["b"] * 0.75 + a["s"] * 0.25, b=base, s=storm), 0.035)
    stops = [
        mix(gas[2], gas[3], 0.3),
        mix(gas[3], gas[4], 0.5),
        gas[3],
        gas[5],
        mix(gas[4], gas[5], 0.4),
        gas[2],
        gas[4],
    ]
    rng.shuffle(stops)
    flat = toned(levels(field, 0.22, 0.78), stops)
    cells = 22
    mesh = []
    for row in range(cells):
        for column in range(cells):
            box = (
                column * 256 // cells,
                row * 256 // cells,
                (column + 1) * 256 // cells,
                (row + 1) * 256 // cells,
            )
            corners = ((box[0], box[1]), (box[0], box[3]), (box[2], box[3]), (box[2], box[1]))
            mesh.append((box, tuple(value for corner in corners for value in _unrolled(corner))))
    ball = flat.transform((256, 256), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
    return ball.rotate(-math.degrees(tilt), _BICUBIC).resize((size, size), _BICUBIC)


def _unrolled(corner: tuple[int, int]) -> Point:
    """Where a place on the globe's disc lies on the flat map, both 256 pixels wide."""
    x, y = corner[0] / 128 - 1, corner[1] / 128 - 1
    y = min(max(y, -0.999), 0.999)
    x = min(max(x / math.sqrt(1 - y * y), -0.999), 0.999)
    return 128 + 255 * math.asin(x) / math.pi, 128 + 255 * math.asin(y) / math.pi


def _night(size: int, towards: Point) -> Image.Image:
    """A mask of the night side, soft at the terminator."""
    lut = [round(255 * min(1.0, max(0.0, (d / 181 - 0.42) / 0.36)) ** 1.1) for d in range(256)]
    disc = Image.radial_gradient("L").resize((size * 2, size * 2), _BICUBIC).point(lut)
    left = round(size * (0.5 - towards[0] * 0.42))
    top = round(size * (0.5 - towards[1] * 0.42))
    return disc.crop((left, top, left + size, top + size))


def _rim(canvas: Canvas, at: Point, radius: float, towards: Point, colour: Colour) -> None:
    """Air that shines along the lit edge."""
    size = 2.1 * radius
    box = canvas.clip((int(at[0] - size), int(at[1] - size), int(at[0] + size), int(at[1] + size)))
    if box is None:
        return

    def draw(pen: Pen) -> None:
        pen.ellipse(at, radius * 1.012, radius * 1.012)
        pen.ellipse(
            (at[0] - towards[0] * radius * 0.06, at[1] - towards[1] * radius * 0.06),
            radius,
            radius,
            0,
        )

    mask = canvas.mask(draw, box).filter(ImageFilter.GaussianBlur(radius * 0.02))
    canvas.wash(colour, mask.point([round(0.75 * v) for v in range(256)]), box[:2])


def _ring_bands(canvas: Canvas, radius: float) -> list[tuple[float, float, int]]:
    """Each band's radius, breadth and strength."""
    rng = canvas.rng
    bands, reach = [], radius * 1.32
    while reach < radius * 2.15:
        breadth = radius * rng.uniform(0.008, 0.05)
        bands.append(
            (reach, breadth, round(rng.choice((25, 90, 140, 190)) * rng.uniform(0.7, 1.1)))
        )
        reach += breadth
    return bands


def _ring(
    canvas: Canvas,
    bands: list[tuple[float, float, int]],
    at: Point,
    tilt: float,
    flat: float,
    colour: Colour,
    *,
    front: bool,
) -> None:
    if not bands:
        return
    first = 0.0 if front else math.pi
    outer = bands[-1][0] * 1.1

    def arc(reach: float) -> list[Point]:
        points = []
        for step in range(97):
            angle = first + math.pi * step / 96
            x, y = reach * math.cos(angle), reach * flat * math.sin(angle)
            points.append(
                (
                    at[0] + x * math.cos(tilt) - y * math.sin(tilt),
                    at[1] + x * math.sin(tilt) + y * math.cos(tilt),
                )
            )
        return points

    def draw(pen: Pen) -> None:
        for reach, breadth, level in bands:
            pen.polygon(arc(reach + breadth) + arc(reach)[::-1], min(level, 255))

    canvas.shapes(
        draw, (at[0] - outer, at[1] - outer, at[0] + outer, at[1] + outer), colour, opacity=0.85
    )


def galaxy(canvas: Canvas, gas: tuple[Colour, ...]) -> None:
    """A spiral, seen aslant."""
    rng, unit = canvas.rng, canvas.unit
    at = canvas.width * rng.uniform(0.44, 0.56), canvas.height * rng.uniform(0.44, 0.56)
    reach, flat, turn = unit * 0.52, rng.uniform(0.40, 0.66), rng.uniform(-0.7, 0.7)
    arms, winding = rng.choice((2, 2, 3, 4)), rng.choice((-1, 1)) * rng.uniform(2.0, 2.8)
    warm = mix(gas[4], gas[5], 0.5)
    canvas.glow(at, reach * 1.15, gas[2], power=2.4, strength=0.75, stretch=1.1)
    for colour, count, spread in (
        (gas[2], 7000, 0.75),
        (mix(gas[2], gas[3], 0.4), 9000, 0.34),
        (gas[3], 6000, 0.22),
        (_WHITE, 5000, 0.30),
    ):
        sheet = Image.new("L", canvas.image.size)
        pixels = sheet.load()
        assert pixels is not None
        for _ in range(round(count * canvas.detail)):
            share = 0.05 + 0.95 * rng.random() ** 0.8
            angle = (
                rng.randrange(arms) * math.tau / arms
                + winding * math.log(share / 0.05)
                + rng.gauss(0, spread)
            )
            share += rng.gauss(0, 0.03)
            x, y = reach * share * math.cos(angle), reach * share * math.sin(angle) * flat
            px = round(at[0] + x * math.cos(turn) - y * math.sin(turn))
            py = round(at[1] + x * math.sin(turn) + y * math.cos(turn))
            if 0 <= px < canvas.width and 0 <= py < canvas.height:
                pixels[px, py] = round(
                    (90 + 165 * rng.random() ** 2) * (1.08 - 0.6 * share)
                )  # fading outwards
        if colour != _WHITE:
            _dust(canvas, sheet, colour)
        canvas.wash(mix(colour, _WHITE, 0.35), sheet)
    for size, power, strength in ((0.55, 3.4, 0.7), (0.22, 2.4, 0.9), (0.07, 1.6, 1.0)):
        canvas.glow(
            at,
            reach * size,
            mix(warm, _WHITE, 0.7 * (strength > 0.95)),
            power=power,
            strength=strength,
            stretch=1.25,
        )


def _dust(canvas: Canvas, sheet: Image.Image, colour: Colour) -> None:
    """The glow between the stars: the same points, much blurred."""
    small = sheet.resize(
        (max(canvas.width // 4, 4), max(canvas.height // 4, 4)), Image.Resampling.BOX
    )
    for blur, gain in ((0.030, 22.0), (0.009, 9.0)):
        soft = small.point([min(255, round(v * gain)) for v in range(256)]).filter(
            ImageFilter.GaussianBlur(canvas.unit / 4 * blur)
        )
        canvas.wash(colour, canvas.fit(soft))


def orbit(canvas: Canvas, gas: tuple[Colour, ...]) -> None:
    """The edge of a world from above, with its sun about to rise."""
    rng, unit = canvas.rng, canvas.unit
    radius = max(canvas.width, canvas.height) * rng.uniform(1.1, 1.5)
    top = canvas.height * rng.uniform(0.60, 0.70)
    at = (canvas.width * rng.uniform(0.4, 0.6), top + radius)
    air = mix(gas[4], from_hex("7fc4ff"), 0.35)
    for spread, strength in ((0.16, 0.42), (0.06, 0.55), (0.02, 0.8)):
        _halo(canvas, at, radius, unit * spread, air, strength)
    box = canvas.clip((0, int(top) - 2, canvas.width, canvas.height))
    assert box is not None
    size = box[2] - box[0], box[3] - box[1]
    field = warped(
        canvas,
        canvas.noise(4 * size[0] / unit, 5 * size[1] / unit, octaves=6, gain=0.6, size=(320, 200)),
        0.12,
    )
    ground = toned(
        levels(field, 0.30, 0.85),
        (
            lighten(gas[0], -0.02),
            gas[0],
            mix(gas[0], gas[1], 0.8),
            mix(gas[1], gas[2], 0.6),
            mix(gas[2], gas[4], 0.35),
        ),
    )
    mask = canvas.mask(lambda pen: pen.ellipse(at, radius, radius), box)
    canvas.image.paste(ground.resize(size, _BICUBIC), box, mask)
    edge = ImageChops.subtract(
        mask,
        canvas.mask(lambda pen: pen.ellipse((at[0], at[1] + unit * 0.035), radius, radius), box),
    )
    canvas.wash(
        air,
        edge.filter(ImageFilter.GaussianBlur(unit * 0.012)).point(
            [round(0.8 * v) for v in range(256)]
        ),
        box[:2],
    )
    angle = rng.uniform(-0.16, 0.16)
    sun = (at[0] + radius * math.sin(angle), at[1] - radius * math.cos(angle))
    for size_, power, strength, stretch in (
        (0.55, 3.4, 0.8, 1.8),
        (0.20, 2.4, 0.9, 1.6),
        (0.06, 1.2, 1.0, 1.2),
    ):
        canvas.glow(
            sun,
            unit * size_,
            mix(air, _WHITE, 0.35 + 0.6 * (size_ < 0.1)),
            power=power,
            strength=strength,
            stretch=stretch,
        )
    canvas.glow(sun, unit * 0.008, _WHITE, power=1.4, strength=0.8, stretch=60)


def _halo(
    canvas: Canvas, at: Point, radius: float, spread: float, colour: Colour, strength: float
) -> None:
    top = int(at[1] - radius - 3 * spread)
    box = canvas.clip((0, top, canvas.width, canvas.height))
    if box is None:
        return
    mask = canvas.mask(lambda pen: pen.ellipse(at, radius, radius), box).filter(
        ImageFilter.GaussianBlur(spread)
    )
    canvas.wash(colour, mask.point([round(v * strength) for v in range(256)]), box[:2])


def nebula_view(view: View) -> None:
    """Clouds of gas."""
    nebula(view.canvas, gases(view.canvas, view.hues))
    starfield(view.canvas)


def planet_view(view: View) -> None:
    """A world, perhaps with a moon of its own."""
    canvas, rng = view.canvas, view.rng
    gas = gases(canvas, view.hues)
    nebula(canvas, gas, strength=0.45 if view.hues else 0.6)
    starfield(canvas)
    at = canvas.width * rng.uniform(0.38, 0.62), canvas.height * rng.uniform(0.44, 0.60)
    ring = view.wants("ring") or rng.random() < 0.55
    radius = canvas.unit * (rng.uniform(0.19, 0.24) if ring else rng.uniform(0.26, 0.34))
    planet(canvas, gas, at, radius, ring=ring)
    if rng.random() < 0.6:
        side = rng.choice((-1, 1))
        spot = (
            at[0] + side * canvas.unit * rng.uniform(0.34, 0.42),
            at[1] - canvas.unit * rng.uniform(0.22, 0.34),
        )
        planet(canvas, gas, spot, canvas.unit * rng.uniform(0.025, 0.05), ring=False)


def galaxy_view(view: View) -> None:
    """A spiral of stars."""
    canvas = view.canvas
    gas = gases(canvas, view.hues)
    nebula(canvas, gas, strength=0.3)
    starfield(canvas, 0.7)
    galaxy(canvas, gas)


def orbit_view(view: View) -> None:
    """Sunrise over the edge of a world."""
    canvas = view.canvas
    gas = gases(canvas, view.hues)
    nebula(canvas, gas, strength=0.5)
    starfield(canvas, 0.8)
    orbit(canvas, gas)
