"""A city: towers behind towers, with lit windows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.colour import BLACK, Colour, from_hex, mix
from generator.providers.demo.pen import Pen, Point
from generator.providers.demo.texture import column
from generator.providers.demo.view import View

_LAMPS = [from_hex(colour) for colour in ("ffd58a", "ffe6b0", "ffc46b", "fff2d8", "c4dcff")]
_STREET = from_hex("ffb66b")
_ROOFS = ("flat", "flat", "flat", "step", "mast", "slant", "spire", "crown")
_ROWS = 4


@dataclass(frozen=True, slots=True)
class Tower:
    """A building by its sides and its ``top`` in pixels; ``roof`` is one of the shapes above."""

    left: float
    right: float
    top: float
    roof: str


def skyline(view: View, base: float, tall: float) -> None:
    """Four rows of buildings, at most ``tall``, with their feet at ``base``."""
    canvas, palette = view.canvas, view.palette
    for number in range(_ROWS):
        depth = number / (_ROWS - 1)
        towers = _row(view, base, tall, depth)
        colour = palette.land(0.10 + 0.80 * depth**1.1)
        foot = mix(colour, palette.haze, 0.40 * (1 - depth) + 0.08)
        box = canvas.clip((0, min(t.top for t in towers) - tall * 0.3, canvas.width, base))
        if box is None:
            continue
        mask = canvas.mask(partial(_draw, towers=towers, base=base), box)
        canvas.image.paste(column((colour, colour, foot), mask.size), box, mask)
        _sides(view, towers, base, depth)
        _windows(view, towers, base, max(depth, 0.12))
        far, dark = 1 - depth, palette.dark
        canvas.veil(
            palette.haze, (0, 0.05, 0.20 * far, 0.42 * far), top=base - tall * 0.5, bottom=base
        )
        if number < _ROWS - 1:
            # Streets light the air between the houses.
            rise = (0, 0.04 * dark, 0.13 * dark, 0.26 * dark)
            canvas.veil(_STREET, rise, top=base - tall * 0.42, bottom=base)


def _row(view: View, base: float, tall: float, depth: float) -> list[Tower]:
    """Buildings from left to right, the tallest near the middle, the taller rows far away."""
    rng, unit, width = view.rng, view.canvas.unit, view.canvas.width
    towers: list[Tower] = []
    x, middle = -unit * 0.05 * rng.random(), rng.uniform(0.35, 0.65)
    while x < width:
        wide = unit * rng.uniform(0.030, 0.075) * (0.75 + 0.5 * depth)
        crowd = max(0.0, 1 - (((x + wide / 2) / width - middle) / 0.42) ** 2)
        high = 0.16 + (0.60 - 0.30 * depth) * rng.random() ** 1.3
        high += 0.34 * crowd * rng.random() * (1 - 0.45 * depth)
        if rng.random() < 0.07 and depth < 0.8:
            high *= 1.3
        roof = rng.choice(_ROOFS) if high > 0.3 else "flat"
        towers.append(Tower(x, x + wide, base - tall * min(high, 0.92), roof))
        x += wide * rng.choice((1.0, 1.0, 1.05, 1.25, 1.5))
    return towers


def _draw(pen: Pen, towers: list[Tower], base: float) -> None:
    for tower in towers:
        pen.rectangle(tower.left, tower.top, tower.right, base)
        _draw_roof(pen, tower, tower.right - tower.left)


def _draw_roof(pen: Pen, tower: Tower, wide: float) -> None:
    middle, top = (tower.left + tower.right) / 2, tower.top

    def block(half: float, high: float) -> None:
        pen.rectangle(middle - half * wide, top - high * wide, middle + half * wide, top)

    def mast(high: float) -> None:
        pen.line([(middle, top), (middle, top - high * wide)], wide * 0.035)

    def gable(x: float, high: float) -> None:
        pen.polygon([(tower.left, top + 1), (x, top - high * wide), (tower.right, top + 1)])

    match tower.roof:
        case "step":
            block(0.32, 0.4)
            block(0.16, 0.75)
            mast(1.5)
        case "mast":
            block(0.2, 0.12)
            mast(1.1)
        case "slant":
            gable(tower.right, 0.6)
        case "spire":
            gable(middle, 1.5)
            mast(2.1)
        case "crown":
            pen.ellipse((middle, top), wide / 2, wide * 0.42)
            mast(0.9)


def _sides(view: View, towers: list[Tower], base: float, depth: float) -> None:
    """One side of each building is turned to the light."""

    def draw(pen: Pen) -> None:
        for t in towers:
            pen.rectangle(t.left, t.top, t.left + 0.3 * (t.right - t.left), base)

    box = (0, min(t.top for t in towers), view.canvas.width, base)
    colour = mix(view.palette.land(0.1 + 0.5 * depth), view.palette.light, 0.35)
    view.canvas.shapes(draw, box, colour, opacity=0.16, fade=(1, 0.8, 0.4, 0.1))


def _windows(view: View, towers: list[Tower], base: float, depth: float) -> None:
    """Rows of windows; the darker it is, the more of them are lit, and they glow."""
    canvas, dark = view.canvas, view.palette.dark
    box = canvas.clip((0, min(t.top for t in towers), canvas.width, base))
    if box is None:
        return
    sheet = Image.new("RGB", (box[2] - box[0], box[3] - box[1]))
    pane = canvas.unit * (0.0026 + 0.0022 * depth)
    size = max(round(pane), 1), max(round(pane * 1.25), 1)
    for tower in towers:
        for (x, y), colour in _lit(view, tower, base, pane):
            left, top = round(x), round(y) - box[1]
            sheet.paste(colour, (left, top, left + size[0], top + size[1]))
    strength = (0.35 + 0.65 * dark) * (0.45 + 0.55 * depth)
    bright = sheet.point([round(v * strength) for v in range(256)] * 3)
    halo = bright.filter(ImageFilter.GaussianBlur(canvas.unit * 0.007))
    halo = halo.point([min(255, round(v * 1.7 * dark)) for v in range(256)] * 3)
    lit = ImageChops.screen(canvas.image.crop(box), bright)
    canvas.image.paste(ImageChops.screen(lit, halo), box)


def _lit(view: View, tower: Tower, base: float, pane: float) -> list[tuple[Point, Colour]]:
    """Places and colours of a building's lit windows."""
    rng = view.rng
    share = (0.14 + 0.34 * view.palette.dark) * rng.uniform(0.3, 1.5)
    usual = rng.choice(_LAMPS[:4])
    across, down = pane * rng.uniform(1.9, 2.6), pane * rng.uniform(2.2, 3.2)
    found = []
    for floor in range(1, max(int((min(base, view.canvas.height) - tower.top) / down), 1)):
        level = rng.uniform(0.35, 1.0)
        for number in range(int((tower.right - tower.left - across - pane) / across) + 1):
            if rng.random() < share:
                place = tower.left + across * (0.7 + number), tower.top + down * floor
                lamp = rng.choice((usual, usual, *_LAMPS))
                found.append((place, mix(BLACK, lamp, level)))
    return found
