"""The sheet that a scene is painted on, and the few strokes that every scene is made of."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generator.providers.demo.colour import Colour
from generator.providers.demo.pen import Box, Outline, Pen, Point, bounds
from generator.providers.demo.texture import BICUBIC, column, dimmed, falling

Paint = Colour | Image.Image
"""One colour, or a picture as large as the box that is painted with it."""


class Canvas:
    """A picture in the making.

    ``unit`` is the shorter side in pixels, the measure for the size of things, and ``spread`` is
    the width in units; ``detail`` multiplies how many small things are drawn (1 is medium
    quality). All chance comes from ``rng``, so that a seed repeats its picture.
    """

    def __init__(self, width: int, height: int, *, seed: str, detail: float) -> None:
        self.width = width
        self.height = height
        self.unit = min(width, height)
        self.spread = width / self.unit
        self.detail = detail
        self.rng = random.Random(seed)  # noqa: S311 - pictures, not secrets
        self.image = Image.new("RGB", (width, height))

    @property
    def area(self) -> float:
        """The sheet's size in square units."""
        return self.width * self.height / self.unit**2

    @property
    def whole(self) -> Box:
        """The box of the sheet."""
        return 0, 0, self.width, self.height

    def anywhere(self) -> Point:
        """A place on the sheet by chance."""
        return self.rng.random() * self.width, self.rng.random() * self.height

    def clip(self, box: tuple[float, float, float, float]) -> Box | None:
        """The pixels of ``box`` that are on the sheet, or None."""
        left, top = max(int(box[0]), 0), max(int(box[1]), 0)
        right, bottom = min(int(box[2]), self.width), min(int(box[3]), self.height)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def fit(self, picture: Image.Image) -> Image.Image:
        """The picture in the size of the sheet."""
        return picture.resize(self.image.size, BICUBIC)

    # Soft strokes

    def gradient(self, stops: Sequence[Colour], *, top: float = 0, bottom: float = 0) -> None:
        """Cover the sheet from ``top`` to ``bottom`` (0 is the sheet's end) with a ramp."""
        first, last = round(top), round(bottom) or self.height
        self.image.paste(column(stops, (self.width, last - first)), (0, first))

    def wash(
        self,
        colour: Colour,
        mask: Image.Image,
        place: tuple[int, int] = (0, 0),
        *,
        strength: float = 1.0,
    ) -> None:
        """Lay ``colour`` over the sheet where the ``mask``, put at ``place``, is light."""
        if strength != 1:
            mask = dimmed(mask, strength)
        self.image.paste(colour, (*place, place[0] + mask.width, place[1] + mask.height), mask)

    def veil(self, colour: Colour, rise: Sequence[float], *, top: float, bottom: float) -> None:
        """Lay haze between two heights; ``rise`` is its strength (0 to 1) from top to bottom."""
        size = self.width, max(round(bottom) - round(top), 1)
        self.wash(colour, falling(rise, size), (0, round(top)))

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
        """Soft light around a place: ``stretch`` times as wide as high, falling with ``power``."""
        # Pillow's disc is 0 in the middle and 181 (255 / √2) at the middle of each edge.
        lut = [round(255 * strength * max(0.0, 1 - d / 181) ** power) for d in range(256)]
        size = max(round(2 * radius * stretch), 2), max(round(2 * radius), 2)
        left, top = round(at[0] - size[0] / 2), round(at[1] - size[1] / 2)
        box = self.clip((left, top, left + size[0], top + size[1]))
        if box is None:
            return
        x, y = 256 / size[0], 256 / size[1]
        part = (box[0] - left) * x, (box[1] - top) * y, (box[2] - left) * x, (box[3] - top) * y
        disc = Image.radial_gradient("L").point(lut)
        self.wash(colour, disc.resize((box[2] - box[0], box[3] - box[1]), BICUBIC, part), box[:2])

    # Shapes with an edge

    def polygons(
        self,
        outlines: Sequence[Outline],
        paint: Paint,
        *,
        opacity: float = 1.0,
        fade: Sequence[float] = (),
        blur: float = 0.0,
    ) -> None:
        """Fill outlines; ``fade`` is their strength from the top of them all to the bottom."""
        if outlines:
            left, top, right, bottom = bounds(outlines)
            box = left - 3 * blur, top - 3 * blur, right + 3 * blur, bottom + 3 * blur
            self.shapes(
                lambda pen: pen.polygons(outlines),
                box,
                paint,
                opacity=opacity,
                fade=fade,
                blur=blur,
            )

    def discs(
        self,
        spots: Sequence[tuple[Point, float]],
        paint: Paint,
        *,
        flat: float = 1.0,
        opacity: float = 1.0,
        blur: float = 0.0,
        uneven: bool = False,
    ) -> None:
        """Fill discs by centre and radius, ``flat`` times as high as wide.

        ``uneven`` gives each a strength of its own.
        """
        if not spots:
            return
        marks = [(at, size, self.rng.randint(90, 255) if uneven else 255) for at, size in spots]

        def draw(pen: Pen) -> None:
            for at, size, level in marks:
                pen.ellipse(at, size, size * flat, level)

        room = max(size for _, size in spots) + 3 * blur
        left, top, right, bottom = bounds([[at for at, _ in spots]])
        box = left - room, top - room, right + room, bottom + room
        self.shapes(draw, box, paint, opacity=opacity, blur=blur)

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
        """Fill all that ``draw`` draws inside ``box``."""
        found = self.clip((box[0] - 1, box[1] - 1, box[2] + 2, box[3] + 2))
        if found is None:
            return
        mask = self.mask(draw, found)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur))
        if fade:
            mask = ImageChops.multiply(mask, falling(fade, mask.size))
        if opacity < 1:
            mask = dimmed(mask, opacity)
        self.image.paste(paint, found, mask)

    def mask(self, draw: Callable[[Pen], None], box: Box) -> Image.Image:
        """What ``draw`` draws as a mask of ``box``'s size, drawn larger and scaled down."""
        width, height = box[2] - box[0], box[3] - box[1]
        scale = 3 if width * height < 1_500_000 and self.detail >= 1 else 2
        large = Image.new("L", (width * scale, height * scale))
        draw(Pen(ImageDraw.Draw(large), scale, box[0], box[1]))
        return large.reduce(scale)
