"""Pictures of nothing: folded silk, cut paper, waves of colour."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import BLACK, WHITE, Colour, from_hex, lighten, mix, tint
from generator.providers.demo.pen import Box, Point
from generator.providers.demo.texture import BICUBIC, Size, combine, levels, noise, toned
from generator.providers.demo.view import View

_SETS = (
    "0b1d3a 1f4e79 3f9aa8 f2d5a0 f08a5d b83b5e",
    "1b1035 4a1f6b a63d8f f2727f ffc07a fff1cf",
    "062a30 0f5c5c 3fa58a c9dfa0 f6e7b4 f2a65a",
    "14213d 31487a 8fa6cb e9e4dc f4b183 c8553d",
    "2b0f1e 7a1f3d d1495b f79d65 f7d08a fff4e0",
    "101820 22405c 5d8aa8 bfd7de f3eee3 e0a458",
    "0d0f2b 2d2f8f 6a5be2 c48bf0 ffc2e2 fff3ef",
)
_SHEETS, _WAVES = 9, 6
_SHADOW, _SHINE = from_hex("060410"), from_hex("fff6e8")


def colours(view: View) -> list[Colour]:
    """Six colours that go together: dark to light, or to an accent."""
    stops = [from_hex(colour) for colour in view.rng.choice(_SETS).split()]
    if not view.hues:
        return stops
    first, last = view.hues[0], view.hues[-1]
    return [tint(colour, *(first if i < 3 else last)) for i, colour in enumerate(stops)]


def silk(view: View) -> None:
    """Folded cloth with a sheen."""
    canvas, stops = view.canvas, colours(view)
    size = _smaller(canvas, round(150 + 70 * canvas.detail))
    height, tone = _folds(canvas, size)
    slope = combine(lambda a: a["x"] - a["y"], x=height, y=ImageChops.offset(height, 1, 1))
    inside = (2, 2, size[0] - 2, size[1] - 2)
    canvas.image.paste(toned(levels(canvas.fit(tone.crop(inside)), -1.15, 1.15), stops))
    slope = slope.crop(inside)
    low, high = (float(value) for value in slope.getextrema())  # type: ignore[arg-type]
    large = canvas.fit(slope)
    soft = [round(255 * (v / 255) ** 1.5) for v in range(256)]
    dark = levels(large, 0.04 * low, 0.75 * low).point(soft)
    bright = levels(large, 0.06 * high, 0.85 * high).point(soft)
    canvas.wash(mix(stops[0], BLACK, 0.25), dark, strength=0.85)
    canvas.wash(mix(stops[5], WHITE, 0.5), bright, strength=0.8)


def _folds(canvas: Canvas, size: Size) -> tuple[Image.Image, Image.Image]:
    """Height and tone (-1 to 1) of a sheet that has been pushed about by waves of waves."""
    rng, sin, cos = canvas.rng, math.sin, math.cos
    pushes = []
    for number in range(4):
        speed = 1.0 + 0.75 * number
        push = 1.6 * rng.uniform(0.55, 0.85) / speed
        pushes.append((push, speed, rng.random() * math.tau, rng.random() * math.tau))
    scale, turn = rng.uniform(2.4, 3.6) / min(size), rng.random() * math.tau
    across, along, pleats = scale * cos(turn), scale * sin(turn), rng.uniform(1.2, 2.0)
    heights, tones = [], []
    for row in range(size[1]):
        for place in range(size[0]):
            x, y = place * across - row * along, place * along + row * across
            for push, speed, one, two in pushes:
                x += push * sin(speed * y + one)
                y += push * cos(speed * x + two)
            heights.append(sin(pleats * (x + y)))
            tones.append(sin(0.8 * x - 0.5 * y))
    height, tone = Image.new("F", size), Image.new("F", size)
    height.putdata(heights)
    tone.putdata(tones)
    return height, tone


def paper(view: View) -> None:
    """Sheets of cut paper, each with the shadow of the one above it."""
    canvas, rng, unit, stops = view.canvas, view.rng, view.canvas.unit, colours(view)
    middle = rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.65)
    size = _smaller(canvas, 256)
    across, down = size[0] / min(size), size[1] / min(size)
    lumps = noise(rng, 2 * across, 2 * down, octaves=2, gain=0.32, size=size)
    bowl = Image.new("F", (32, 32))
    places = [(x / 31 - middle[0], y / 31 - middle[1]) for y in range(32) for x in range(32)]
    bowl.putdata([math.hypot(*place) for place in places])
    bowl = bowl.resize(size, BICUBIC)
    field = canvas.fit(combine(lambda a: 0.75 * (a["lumps"] + a["bowl"]), lumps=lumps, bowl=bowl))
    canvas.image.paste(stops[0], canvas.whole)
    deep = middle[0] * canvas.width, middle[1] * canvas.height
    canvas.glow(deep, unit * 0.55, mix(stops[0], stops[3], 0.6), power=1.5)
    for number in range(_SHEETS):
        low = 0.36 + 0.60 * number / _SHEETS
        sheet = levels(field, low, low + 2.2 / unit)
        shadow = ImageChops.offset(sheet, round(unit * -0.006), round(unit * 0.012))
        shadow = shadow.filter(ImageFilter.GaussianBlur(unit * 0.014))
        canvas.wash(_SHADOW, shadow, strength=0.5)
        colour = between(stops, (number + 1) / _SHEETS)
        canvas.wash(colour, sheet)
        above = ImageChops.offset(sheet, 0, max(round(unit * 0.0016), 1))
        canvas.wash(lighten(colour, 0.10), ImageChops.subtract(sheet, above), strength=0.7)


def waves(view: View) -> None:
    """Great slow waves of colour, one in front of the other."""
    canvas, rng, unit, stops = view.canvas, view.rng, view.canvas.unit, colours(view)
    order = stops[1:]
    if rng.random() < 0.5:
        order.reverse()
    one, two = order[:2]
    sky = _corners(mix(one, stops[5], 0.25), one, two, mix(one, two, 0.5))
    canvas.image.paste(sky.resize(canvas.image.size, BICUBIC))
    canvas.glow((canvas.width * rng.random(), 0), unit * 1.2, stops[5], strength=0.5, stretch=1.4)
    slope = rng.uniform(-0.35, 0.35)
    for number in range(_WAVES):
        edge = _swell(canvas, 0.20 + 0.80 * number / _WAVES, slope)
        slope = -0.75 * slope + rng.uniform(-0.2, 0.2)
        one, two = order[number % len(order)], order[(number + 1) % len(order)]
        paint = _corners(one, mix(one, two, 0.65), two, mix(two, stops[0], 0.55))
        top = max(int(min(y for _, y in edge) - unit * 0.12), 0)
        if top < canvas.height:
            box = (0, top, canvas.width, canvas.height)
            _wave(canvas, edge, box, paint, mix(stops[0], BLACK, 0.5))


def _swell(canvas: Canvas, level: float, slope: float) -> list[Point]:
    """The crest of a wave across the sheet."""
    rng = canvas.rng
    one, two = rng.random() * math.tau, rng.random() * math.tau
    speed = rng.uniform(0.6, 1.1) * math.tau * max(canvas.width / canvas.height, 1.0) ** 0.5
    high = canvas.height * rng.uniform(0.06, 0.13)
    points = []
    for step in range(-4, 125):
        x = step / 120
        y = math.sin(one + speed * x) + 0.35 * math.sin(two + 1.9 * speed * x)
        points.append((x * canvas.width, canvas.height * (level + slope * (x - 0.5)) + high * y))
    return points


def _wave(canvas: Canvas, edge: list[Point], box: Box, paint: Image.Image, dark: Colour) -> None:
    unit = canvas.unit
    shape = [*edge, (canvas.width + 9, canvas.height + 9), (-9, canvas.height + 9)]
    mask = canvas.mask(lambda pen: pen.polygon(shape), box)
    shadow = mask.filter(ImageFilter.GaussianBlur(unit * 0.045))
    canvas.wash(dark, shadow, box[:2], strength=0.55)
    canvas.image.paste(paint.resize(mask.size, BICUBIC), box, mask)
    above = ImageChops.offset(mask, 0, max(round(unit * 0.012), 2))
    rim = ImageChops.subtract(mask, above).filter(ImageFilter.GaussianBlur(unit * 0.006))
    canvas.wash(_SHINE, ImageChops.multiply(rim, mask), box[:2], strength=0.55)


def _corners(first: Colour, second: Colour, third: Colour, fourth: Colour) -> Image.Image:
    """A small gradient between four corners, clockwise from the top left."""
    tile = Image.new("RGB", (16, 16))
    rows = [(mix(first, fourth, y / 15), mix(second, third, y / 15)) for y in range(16)]
    tile.putdata([mix(left, right, x / 15) for left, right in rows for x in range(16)])
    return tile


def between(stops: list[Colour], share: float) -> Colour:
    """The colour at a ``share`` (0 to 1) of a row of colours."""
    place = share * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    return mix(stops[index], stops[index + 1], place - index)


def _smaller(canvas: Canvas, short: int) -> Size:
    """The size of a smaller sheet of the same shape."""
    scale = short / canvas.unit
    return max(round(canvas.width * scale), 8), max(round(canvas.height * scale), 8)
