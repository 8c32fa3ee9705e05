"""A city: towers behind towers, with lit windows."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.canvas import Canvas, Pen
from generator.providers.demo.colour import Colour, from_hex, mix
from generator.providers.demo.palettes import Palette

_LAMPS = ("ffd58a", "ffe6b0", "ffc46b", "fff2d8", "c4dcff")


@dataclass(frozen=True, slots=True)
class Tower:
    """A building by its four sides in pixels; ``roof`` is one of the shapes below."""

    left: float
    right: float
    top: float
    bottom: float
    roof: str


def skyline(canvas: Canvas, palette: Palette, base: float, tall: float) -> None:
    """Four rows of buildings, the last with its feet at ``base``."""
    rows = 4
    for number in range(rows):
        depth = number / (rows - 1)
        towers = _row(canvas, base, tall, depth)
        colour = palette.land(0.10 + 0.80 * depth**1.1)
        top = min(t.top for t in towers) - tall * 0.3
        foot = mix(colour, palette.haze, 0.40 * (1 - depth) + 0.08)
        box = canvas.clip((0, int(max(top, 0)), canvas.width, round(base)))
        assert box is not None
        mask = canvas.mask(lambda pen, ts=towers: [_draw(pen, t) for t in ts], box)
        canvas.image.paste(
            Canvas.column((colour, colour, foot), canvas.width, mask.height), box, mask
        )
        _sides(canvas, palette, towers, depth)
        _windows(canvas, palette, towers, max(depth, 0.12))
        canvas.veil(
            palette.haze,
            top=base - tall * 0.5,
            bottom=base,
            rise=(0, 0.05, 0.20 * (1 - depth), 0.42 * (1 - depth)),
        )
        if palette.dark and number < rows - 1:
            # Streets light the air between the houses.
            canvas.veil(
                from_hex("ffb66b"),
                top=base - tall * 0.42,
                bottom=base,
                rise=(0, 0.04 * palette.dark, 0.13 * palette.dark, 0.26 * palette.dark),
            )


def _row(canvas: Canvas, base: float, tall: float, depth: float) -> list[Tower]:
    """Buildings from left to right; the far rows are the taller ones in the middle."""
    rng, unit = canvas.rng, canvas.unit
    towers = []
    x = -unit * 0.05 * rng.random()
    middle = rng.uniform(0.35, 0.65)
    while x < canvas.width:
        wide = unit * rng.uniform(0.030, 0.075) * (0.75 + 0.5 * depth)
        place = (x + wide / 2) / canvas.width
        crowd = max(0.0, 1 - ((place - middle) / 0.42) ** 2)
        high = tall * (
            0.16
            + (0.30 + 0.30 * (1 - depth)) * rng.random() ** 1.3
            + 0.34 * crowd * rng.random() * (1 - 0.45 * depth)
        )
        if rng.random() < 0.07 and depth < 0.8:
            high *= 1.3
        high = min(high, 0.92 * tall)
        roof = rng.choice(("flat", "flat", "flat", "step", "mast", "slant", "spire", "crown"))
        towers.append(Tower(x, x + wide, base - high, base, roof if high > tall * 0.3 else "flat"))
        x += wide * rng.choice((1.0, 1.0, 1.05, 1.25, 1.5))
    return towers


def _draw(pen: Pen, tower: Tower) -> None:
    wide = tower.right - tower.left
    middle = (tower.left + tower.right) / 2
    pen.rectangle(tower.left, tower.top, tower.right, tower.bottom)
    match tower.roof:
        case "step":
            pen.rectangle(
                middle - wide * 0.32, tower.top - wide * 0.4, middle + wide * 0.32, tower.top
            )
            pen.rectangle(
                middle - wide * 0.16, tower.top - wide * 0.75, middle + wide * 0.16, tower.top
            )
            pen.line(
                [(middle, tower.top - wide * 0.7), (middle, tower.top - wide * 1.5)], wide * 0.03
            )
        case "mast":
            pen.rectangle(
                middle - wide * 0.2, tower.top - wide * 0.12, middle + wide * 0.2, tower.top
            )
            pen.line([(middle, tower.top), (middle, tower.top - wide * 1.1)], wide * 0.04)
        case "slant":
            pen.polygon(
                [
                    (tower.left, tower.top + 1),
                    (tower.right, tower.top + 1),
                    (tower.right, tower.top - wide * 0.6),
                ]
            )
        case "spire":
            pen.polygon(
                [
                    (tower.left, tower.top + 1),
                    (middle, tower.top - wide * 1.5),
                    (tower.right, tower.top + 1),
                ]
            )
            pen.line(
                [(middle, tower.top - wide * 1.4), (middle, tower.top - wide * 2.1)], wide * 0.03
            )
        case "crown":
            pen.ellipse((middle, tower.top), wide / 2, wide * 0.42)
            pen.line([(middle, tower.top), (middle, tower.top - wide * 0.9)], wide * 0.035)


def _sides(canvas: Canvas, palette: Palette, towers: list[Tower], depth: float) -> None:
    """One side of each building is turned to the light."""
    box = (0, min(t.top for t in towers), canvas.width, max(t.bottom for t in towers))
    share = 0.30

    def draw(pen: Pen) -> None:
        for tower in towers:
            wide = tower.right - tower.left
            pen.rectangle(tower.left, tower.top, tower.left + wide * share, tower.bottom)

    canvas.shapes(
        draw,
        box,
        mix(palette.land(0.1 + 0.5 * depth), palette.light, 0.35),
        opacity=0.16,
        fade=(1, 0.8, 0.4, 0.1),
    )


def _windows(canvas: Canvas, palette: Palette, towers: list[Tower], depth: float) -> None:
    """Rows of windows; the darker it is, the more are lit, and they glow."""
    rng, unit = canvas.rng, canvas.unit
    box = canvas.clip(
        (0, int(max(min(t.top for t in towers), 0)), canvas.width, int(towers[0].bottom))
    )
    if box is None:
        return
    sheet = Image.new("RGB", (box[2] - box[0], box[3] - box[1]))
    lamps = [from_hex(colour) for colour in _LAMPS]
    pane = unit * (0.0026 + 0.0022 * depth)
    lit = 0.14 + 0.34 * palette.dark
    for tower in towers:
        mood = lit * rng.uniform(0.3, 1.5)
        usual = rng.choice(lamps[:4])
        pitch_x, pitch_y = pane * rng.uniform(1.9, 2.6), pane * rng.uniform(2.2, 3.2)
        y = tower.top + pitch_y
        while y < tower.bottom - pitch_y * 0.5:
            level = rng.uniform(0.35, 1.0)
            x = tower.left + pitch_x * 0.7
            while x + pane < tower.right - pitch_x * 0.3:
                if rng.random() < mood:
                    _pane(
                        sheet,
                        (x - box[0], y - box[1]),
                        pane,
                        mix((0, 0, 0), rng.choice((usual, usual, *lamps)), level),
                    )
                x += pitch_x
            y += pitch_y
    strength = 0.35 + 0.65 * palette.dark
    bright = sheet.point([round(v * strength * (0.45 + 0.55 * depth)) for v in range(256)] * 3)
    halo = bright.filter(ImageFilter.GaussianBlur(unit * 0.007)).point(
        [min(255, round(v * 1.7 * palette.dark)) for v in range(256)] * 3
    )
    part = ImageChops.screen(canvas.image.crop(box), bright)
    canvas.image.paste(ImageChops.screen(part, halo), box)


def _pane(sheet: Image.Image, at: tuple[float, float], size: float, colour: Colour) -> None:
    left, top = round(at[0]), round(at[1])
    sheet.paste(colour, (left, top, left + max(round(size), 1), top + max(round(size * 1.25), 1)))
