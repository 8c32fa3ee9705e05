"""Pictures of nothing: silk, currents, cut paper, soft light."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.canvas import Box, Canvas, Pen, Point, combine, levels, toned
from generator.providers.demo.colour import Colour, from_hex, lighten, mix, tint
from generator.providers.demo.view import Hues

_BICUBIC = Image.Resampling.BICUBIC

_SETS = (
    "0b1d3a 1f4e79 3f9aa8 f2d5a0 f08a5d b83b5e",
    "1b1035 4a1f6b a63d8f f2727f ffc07a fff1cf",
    "062a30 0f5c5c 3fa58a c9dfa0 f6e7b4 f2a65a",
    "14213d 31487a 8fa6cb e9e4dc f4b183 c8553d",
    "2b0f1e 7a1f3d d1495b f79d65 f7d08a fff4e0",
    "101820 22405c 5d8aa8 bfd7de f3eee3 e0a458",
    "0d0f2b 2d2f8f 6a5be2 c48bf0 ffc2e2 fff3ef",
)


def colours(canvas: Canvas, hues: Hues) -> list[Colour]:
    """Six colours that go together, dark to light and an accent."""
    stops = [from_hex(colour) for colour in canvas.rng.choice(_SETS).split()]
    if hues:
        stops = [
            tint(c, *(hues[0] if i < 3 or (len(hues) == 1 and i < 5) else hues[-1]))
            for i, c in enumerate(stops)
        ]
    return stops


def silk(canvas: Canvas, stops: list[Colour]) -> None:
    """Folded cloth with a sheen."""
    size = _work(canvas, round(150 + 70 * canvas.detail))
    height, tone = _folds(canvas, size)
    slope = combine(lambda a: a["x"] - a["y"], x=height, y=ImageChops.offset(height, 1, 1))
    margin = (2, 2, size[0] - 2, size[1] - 2)
    canvas.image.paste(toned(levels(canvas.fit(tone.crop(margin)), -1.15, 1.15), stops))
    big = canvas.fit(slope.crop(margin))
    low, high = (float(value) for value in slope.getextrema())  # type: ignore[arg-type]
    soft = [round(255 * (v / 255) ** 1.5) for v in range(256)]
    dark, bright = (
        levels(big, 0.04 * low, 0.75 * low).point(soft),
        levels(big, 0.06 * high, 0.85 * high).point(soft),
    )
    canvas.wash(mix(stops[0], (0, 0, 0), 0.25), dark.point([round(0.85 * v) for v in range(256)]))
    canvas.wash(
        mix(stops[5], (255, 255, 255), 0.5), bright.point([round(0.8 * v) for v in range(256)])
    )


def _folds(canvas: Canvas, size: tuple[int, int]) -> tuple[Image.Image, Image.Image]:
    """Height and tone (-1 to 1) of a sheet that has been pushed about by waves of waves."""
    rng = canvas.rng
    steps = [
        (rng.uniform(0.55, 0.85), 1.0 + 0.75 * i, rng.random() * math.tau, rng.random() * math.tau)
        for i in range(4)
    ]
    scale = rng.uniform(2.4, 3.6) / min(size)
    turn = rng.random() * math.tau
    across, along = scale * math.cos(turn), scale * math.sin(turn)
    pleats = rng.uniform(1.2, 2.0)
    sin, cos = math.sin, math.cos
    heights, tones = [], []
    for row in range(size[1]):
        for column in range(size[0]):
            x = column * across - row * along
            y = column * along + row * across
            for push, speed, one, two in steps:
                x += push / speed * sin(speed * y + one) * 1.6
                y += push / speed * cos(speed * x + two) * 1.6
            heights.append(sin(pleats * (x + y)))
            tones.append(sin(0.8 * x - 0.5 * y))
    height, tone = Image.new("F", size), Image.new("F", size)
    height.putdata(heights)
    tone.putdata(tones)
    return height, tone


def paper(canvas: Canvas, stops: list[Colour]) -> None:
    """Sheets of cut paper, each with the shadow of the one above it."""
    rng = canvas.rng
    size = _work(canvas, 256)
    ratio = size[0] / min(size), size[1] / min(size)
    field = canvas.noise(2.0 * ratio[0], 2.0 * ratio[1], octaves=2, gain=0.32, size=size)
    middle = rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.65)
    bowl = Image.new("F", (32, 32))
    bowl.putdata(
        [
            math.hypot((x / 31 - middle[0]), (y / 31 - middle[1]))
            for y in range(32)
            for x in range(32)
        ]
    )
    field = combine(lambda a: a["n"] * 0.75 + a["b"] * 0.75, n=field, b=bowl.resize(size, _BICUBIC))
    field = canvas.fit(field)
    count = 9
    canvas.image.paste(stops[0], (0, 0, canvas.width, canvas.height))
    canvas.glow(
        (middle[0] * canvas.width, middle[1] * canvas.height),
        canvas.unit * 0.4,
        mix(stops[0], stops[4], 0.6),
        power=1.5,
    )
    edge = 2.2 / canvas.unit
    for number in range(count):
        low = 0.36 + 0.60 * number / count
        mask = levels(field, low, low + edge)
        shadow = ImageChops.offset(mask, round(canvas.unit * -0.006), round(canvas.unit * 0.012))
        shadow = shadow.filter(ImageFilter.GaussianBlur(canvas.unit * 0.014))
        canvas.wash((6, 4, 16), shadow.point([round(0.50 * v) for v in range(256)]))
        share = (number + 1) / count
        index = share * (len(stops) - 1)
        colour = mix(stops[int(index)], stops[min(int(index) + 1, len(stops) - 1)], index % 1)
        canvas.wash(colour, mask)
        rim = ImageChops.subtract(
            mask, ImageChops.offset(mask, 0, max(round(canvas.unit * 0.0016), 1))
        )
        canvas.wash(lighten(colour, 0.10), rim.point([round(0.7 * v) for v in range(256)]))


def currents(canvas: Canvas, stops: list[Colour]) -> None:
    """Thousands of fine lines that follow an unseen stream."""
    rng, unit = canvas.rng, canvas.unit
    canvas.gradient((lighten(stops[0], -0.05), stops[0], mix(stops[0], stops[1], 0.35)))
    cells = 24
    grid = list(
        canvas.noise(2.2, 2.2, octaves=2, gain=0.4, size=(cells, cells)).get_flattened_data()
    )
    turn, start = rng.uniform(2.2, 4.0), rng.random() * math.tau

    def heading(x: float, y: float) -> float:
        column = min(max(int(x / canvas.width * (cells - 1)), 0), cells - 2)
        row = min(max(int(y / canvas.height * (cells - 1)), 0), cells - 2)
        fx, fy = x / canvas.width * (cells - 1) - column, y / canvas.height * (cells - 1) - row
        at = row * cells + column
        a, b, c, d = (float(grid[i]) for i in (at, at + 1, at + cells, at + cells + 1))  # type: ignore[arg-type]
        return start + turn * math.tau / 2 * (
            a * (1 - fx) * (1 - fy) + b * fx * (1 - fy) + c * (1 - fx) * fy + d * fx * fy
        )

    total = round(1500 * canvas.detail * canvas.width * canvas.height / unit**2)
    step = unit * 0.011
    groups: list[list[tuple[list[Point], float, int]]] = [[] for _ in range(8)]
    for _ in range(total):
        x, y = rng.uniform(-0.05, 1.05) * canvas.width, rng.uniform(-0.05, 1.05) * canvas.height
        # Neighbours share a colour: it depends on where the line begins.
        share = 0.55 * x / canvas.width + 0.45 * y / canvas.height + rng.gauss(0, 0.10)
        points = [(x, y)]
        for _ in range(rng.randint(14, 46)):
            angle = heading(x, y)
            x, y = x + step * math.cos(angle), y + step * math.sin(angle)
            points.append((x, y))
        index = min(max(int(share * 8), 0), 7)
        groups[index].append(
            (points, unit * rng.uniform(0.0008, 0.0032), round(rng.uniform(60, 235)))
        )
    order = list(range(8))
    rng.shuffle(order)
    for index in order:
        colour = _between(stops[1:], index / 7)
        lines = groups[index]

        def draw(pen: Pen, lines: list[tuple[list[Point], float, int]] = lines) -> None:
            for points, width, level in lines:
                pen.line(points, width, level)

        canvas.shapes(draw, (0, 0, canvas.width, canvas.height), colour, opacity=0.9)


def waves(canvas: Canvas, stops: list[Colour]) -> None:
    """Great slow waves of colour, one in front of the other."""
    rng, unit = canvas.rng, canvas.unit
    order = [*stops[1:], *stops[1:3]]
    if rng.random() < 0.5:
        order.reverse()
    _paste_corners(
        canvas,
        (mix(order[0], stops[5], 0.25), order[0], order[1], mix(order[0], order[1], 0.5)),
        None,
    )
    canvas.glow(
        (canvas.width * rng.random(), 0), unit * 0.9, stops[5], power=2, strength=0.5, stretch=1.4
    )
    count = 6
    slope = rng.uniform(-0.35, 0.35)
    for number in range(count):
        level = 0.20 + 0.80 * number / count
        edge = _swell(canvas, level, slope)
        slope = -0.75 * slope + rng.uniform(-0.2, 0.2)
        shape = [*edge, (canvas.width + 9, canvas.height + 9), (-9, canvas.height + 9)]
        top = max(min(y for _, y in edge) - unit * 0.12, 0)
        box = canvas.clip((0, int(top), canvas.width, canvas.height))
        if box is None:
            continue
        mask = canvas.mask(lambda pen, s=shape: pen.polygon(s), box)  # type: ignore[misc]
        shadow = mask.filter(ImageFilter.GaussianBlur(unit * 0.045))
        canvas.wash(
            mix(stops[0], (0, 0, 0), 0.5),
            shadow.point([round(0.55 * v) for v in range(256)]),
            box[:2],
        )
        one, two = order[number % len(order)], order[(number + 1) % len(order)]
        _paste_corners(
            canvas, (one, mix(one, two, 0.65), two, mix(two, stops[0], 0.55)), (box, mask)
        )
        rim = ImageChops.subtract(mask, ImageChops.offset(mask, 0, max(round(unit * 0.012), 2)))
        rim = ImageChops.multiply(rim.filter(ImageFilter.GaussianBlur(unit * 0.006)), mask)
        canvas.wash((255, 246, 232), rim.point([round(0.55 * v) for v in range(256)]), box[:2])


def _swell(canvas: Canvas, level: float, slope: float) -> list[Point]:
    """The crest of a wave across the sheet."""
    rng = canvas.rng
    one, two = rng.random() * math.tau, rng.random() * math.tau
    speed = rng.uniform(0.6, 1.1) * math.tau
    high = canvas.height * rng.uniform(0.06, 0.13)
    spread = max(canvas.width / canvas.height, 1.0) ** 0.5
    points = []
    for step in range(-4, 125):
        x = step / 120
        y = math.sin(one + speed * spread * x) + 0.35 * math.sin(two + 1.9 * speed * spread * x)
        points.append((x * canvas.width, canvas.height * (level + slope * (x - 0.5)) + high * y))
    return points


def _paste_corners(
    canvas: Canvas,
    corners: tuple[Colour, Colour, Colour, Colour],
    where: tuple[Box, Image.Image] | None,
) -> None:
    """Fill with a gradient between four corners: top left, top right, bottom right, bottom left."""
    tile = Image.new("RGB", (16, 16))
    tile.putdata(
        [
            mix(mix(corners[0], corners[1], x / 15), mix(corners[3], corners[2], x / 15), y / 15)
            for y in range(16)
            for x in range(16)
        ]
    )
    box, mask = where or ((0, 0, canvas.width, canvas.height), None)
    canvas.image.paste(tile.resize((box[2] - box[0], box[3] - box[1]), _BICUBIC), box, mask)


def _between(stops: list[Colour], share: float) -> Colour:
    place = share * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    return mix(stops[index], stops[index + 1], place - index)


def _work(canvas: Canvas, short: int) -> tuple[int, int]:
    """A smaller sheet of the same shape."""
    scale = short / canvas.unit
    return max(round(canvas.width * scale), 8), max(round(canvas.height * scale), 8)
