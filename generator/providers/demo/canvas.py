"""The sheet that a scene is painted on, and the few strokes that every scene is made of."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageMath

from generator.providers.demo.colour import Colour, ramp

Point = tuple[float, float]
Box = tuple[int, int, int, int]
Paint = Colour | Image.Image
"""One colour, or a picture as large as the box that is painted with it."""

_BICUBIC = Image.Resampling.BICUBIC
_BILINEAR = Image.Resampling.BILINEAR


class Canvas:
    """A picture in the making.

    Places are pixels from the top left. ``unit`` is the shorter side, the measure for the size of
    things; ``detail`` multiplies how many small things are drawn (1 is medium quality). All chance
    comes from ``rng``, so that a seed repeats its picture.
    """

    def __init__(self, width: int, height: int, *, seed: str, detail: float) -> None:
        self.width = width
        self.height = height
        self.unit = min(width, height)
        self.detail = detail
        self.rng = random.Random(seed)  # noqa: S311 - pictures, not secrets
        self.image = Image.new("RGB", (width, height))

    # Filling

    def gradient(self, stops: Sequence[Colour], *, top: float = 0, bottom: float = 0) -> None:
        """Cover the sheet from ``top`` to ``bottom`` (0 is the sheet's end) with a ramp."""
        first, last = round(top), round(bottom) or self.height
        self.image.paste(self.column(stops, self.width, last - first), (0, first))

    @staticmethod
    def column(stops: Sequence[Colour], width: int, height: int) -> Image.Image:
        """A picture that runs through ``stops`` from its top to its bottom."""
        strip = Image.new("RGB", (1, 256))
        strip.putdata(ramp(stops, 256))
        return strip.resize((max(width, 1), max(height, 1)), _BICUBIC)

    def wash(self, colour: Colour, mask: Image.Image, place: tuple[int, int] = (0, 0)) -> None:
        """Lay ``colour`` over the sheet where the ``mask`` (mode L) is light."""
        self.image.paste(colour, (*place, place[0] + mask.width, place[1] + mask.height), mask)

    def veil(self, colour: Colour, *, top: float, bottom: float, rise: Sequence[float]) -> None:
        """Lay haze between two heights; ``rise`` is its strength (0 to 1) from top to bottom."""
        strip = Image.new("L", (1, len(rise)))
        strip.putdata([round(255 * strength) for strength in rise])
        height = max(round(bottom) - round(top), 1)
        self.wash(colour, strip.resize((self.width, height), _BICUBIC), (0, round(top)))

    def glow(
        self,
        at: Point,
        radius: float,
        colour: Colour,
        *,
        power: float = 2.0,
        strength: float = 1.0,
        stretch: float = 1.0,
    ) -> None:
        """Soft light around a place, ``stretch`` times as wide as it is high."""
        # Pillow's disc is 0 in the middle and 181 (255 / √2) at the middle of each edge.
        lut = [round(255 * strength * max(0.0, 1 - d / 181) ** power) for d in range(256)]
        disc = Image.radial_gradient("L").point(lut)
        size = (max(round(2 * radius * stretch), 2), max(round(2 * radius), 2))
        left, top = round(at[0] - size[0] / 2), round(at[1] - size[1] / 2)
        box = self.clip((left, top, left + size[0], top + size[1]))
        if not box:
            return
        scale = 256 / size[0], 256 / size[1]
        part = (
            (box[0] - left) * scale[0],
            (box[1] - top) * scale[1],
            (box[2] - left) * scale[0],
            (box[3] - top) * scale[1],
        )
        mask = disc.resize((box[2] - box[0], box[3] - box[1]), _BICUBIC, part)
        self.wash(colour, mask, box[:2])

    # Shapes

    def polygon(self, points: Sequence[Point], paint: Paint, *, opacity: float = 1.0) -> None:
        """Fill one shape with smooth edges."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = (min(xs), min(ys), max(xs), max(ys))
        self.shapes(lambda pen: pen.polygon(points), box, paint, opacity=opacity)

    def shapes(
        self,
        draw: Callable[[Pen], None],
        box: tuple[float, float, float, float],
        paint: Paint,
        *,
        opacity: float = 1.0,
        fade: Sequence[float] = (),
        blur: float = 0.0,
    ) -> None:
        """Fill all that ``draw`` draws inside ``box``; ``fade`` is the strength from top down."""
        found = self.clip((int(box[0]) - 1, int(box[1]) - 1, int(box[2]) + 2, int(box[3]) + 2))
        if found is None:
            return
        mask = self.mask(draw, found)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur))
        if fade:
            strip = Image.new("L", (1, len(fade)))
            strip.putdata([round(255 * strength) for strength in fade])
            mask = ImageChops.multiply(mask, strip.resize(mask.size, _BICUBIC))
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        self.image.paste(paint, found, mask)

    def mask(self, draw: Callable[[Pen], None], box: Box) -> Image.Image:
        """What ``draw`` draws as a mask of ``box``'s size, drawn larger and scaled down."""
        width, height = box[2] - box[0], box[3] - box[1]
        scale = 3 if width * height < 1_500_000 and self.detail >= 1 else 2
        large = Image.new("L", (width * scale, height * scale))
        draw(Pen(ImageDraw.Draw(large), scale, box[0], box[1]))
        return large.reduce(scale)

    def clip(self, box: Box) -> Box | None:
        """The part of ``box`` on the sheet, or None."""
        left, top = max(box[0], 0), max(box[1], 0)
        right, bottom = min(box[2], self.width), min(box[3], self.height)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def anywhere(self) -> Point:
        """A place on the sheet by chance."""
        return self.rng.random() * self.width, self.rng.random() * self.height

    # Texture

    def noise(
        self,
        across: float,
        down: float,
        *,
        octaves: int = 4,
        gain: float = 0.5,
        size: tuple[int, int] = (256, 256),
    ) -> Image.Image:
        """Cloudy noise as floats (mode F) of about 0 to 1; ``across`` × ``down`` of its largest lumps."""
        total, weight = Image.new("F", size), 1.0
        scale = (1 - gain) / (1 - gain**octaves) / 255
        for _ in range(octaves):
            cells = (min(max(round(across), 1) + 3, size[0]), min(max(round(down), 1) + 3, size[1]))
            lumps = Image.frombytes("L", cells, self.rng.randbytes(cells[0] * cells[1]))
            layer = lumps.convert("F").resize(size, _BICUBIC, (1, 1, cells[0] - 1, cells[1] - 1))
            total = combine(lambda a, s=weight * scale: a["x"] + a["y"] * s, x=total, y=layer)
            across, down, weight = across * 2, down * 2, weight * gain
        return total

    def fit(self, picture: Image.Image) -> Image.Image:
        """The picture in the size of the sheet."""
        return picture.resize((self.width, self.height), _BICUBIC)


class Pen:
    """Draws on an enlarged mask in the sheet's own places."""

    def __init__(self, draw: ImageDraw.ImageDraw, scale: int, left: float, top: float) -> None:
        self._draw, self._scale, self._left, self._top = draw, scale, left, top

    def polygon(self, points: Sequence[Point], level: int = 255) -> None:
        self._draw.polygon([self._at(point) for point in points], fill=level)

    def line(self, points: Sequence[Point], width: float, level: int = 255) -> None:
        thick = max(round(width * self._scale), 1)
        self._draw.line(
            [self._at(point) for point in points],
            fill=level,
            width=thick,
            joint="curve" if thick > 4 else None,
        )

    def ellipse(self, at: Point, across: float, down: float, level: int = 255) -> None:
        """An ellipse by its centre and its two radii."""
        corners = (
            self._at((at[0] - across, at[1] - down)),
            self._at((at[0] + across, at[1] + down)),
        )
        self._draw.ellipse(corners, fill=level)

    def rectangle(
        self, left: float, top: float, right: float, bottom: float, level: int = 255
    ) -> None:
        self._draw.rectangle((self._at((left, top)), self._at((right, bottom))), fill=level)

    def _at(self, point: Point) -> Point:
        return (point[0] - self._left) * self._scale, (point[1] - self._top) * self._scale


def combine(formula: Callable[[dict[str, Any]], Any], **images: Image.Image) -> Image.Image:
    """Arithmetic on whole pictures."""
    result: Image.Image = ImageMath.lambda_eval(formula, **images)
    return result


def levels(field: Image.Image, low: float, high: float) -> Image.Image:
    """A float field as a mask: ``low`` and less is black, ``high`` and more is white."""
    span = 255 / (high - low)
    return field.point(lambda v: v * span - low * span).convert("L")


def toned(mask: Image.Image, stops: Sequence[Colour]) -> Image.Image:
    """A mask's greys replaced by the colours of a ramp."""
    colours = ramp(stops, 256)
    return Image.merge("RGB", [mask.point([c[k] for c in colours]) for k in range(3)])


def warped(canvas: Canvas, field: Image.Image, strength: float, *, lumps: float = 3) -> Image.Image:
    """Bend a picture by noise, as if it had been stirred; it comes back smaller by ``strength``.

    ``strength`` is how far a place may move, as a share of the shorter side.
    """
    cells = 40
    reach = strength * min(field.size) / 2
    width, height = (max(round(side - 2 * reach), cells) for side in field.size)
    swirl = [
        canvas.noise(lumps, lumps, octaves=2, gain=0.35, size=(cells + 1, cells + 1))
        for _ in range(2)
    ]
    moves = [[(float(v) * 2 - 1) * reach for v in _values(image)] for image in swirl]

    def source(column: int, row: int) -> Point:
        index = row * (cells + 1) + column
        return (
            column * width // cells + reach + moves[0][index],
            row * height // cells + reach + moves[1][index],
        )

    mesh = []
    for row in range(cells):
        for column in range(cells):
            box = (
                column * width // cells,
                row * height // cells,
                (column + 1) * width // cells,
                (row + 1) * height // cells,
            )
            quad = (
                *source(column, row),
                *source(column, row + 1),
                *source(column + 1, row + 1),
                *source(column + 1, row),
            )
            mesh.append((box, quad))
    return field.transform((width, height), Image.Transform.MESH, mesh, _BICUBIC)


def _values(field: Image.Image) -> list[float]:
    return list(field.get_flattened_data())  # type: ignore[arg-type]
