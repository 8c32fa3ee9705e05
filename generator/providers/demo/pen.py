"""Drawing shapes with smooth edges: on a larger mask, which is then scaled down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PIL import ImageDraw

Point = tuple[float, float]
"""A place in pixels from the left and from the top."""

Outline = Sequence[Point]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom, the last two exclusive."""


class Pen:
    """Draws on an enlarged mask in the sheet's own places; ``level`` 0 to 255 is how strongly."""

    def __init__(self, draw: ImageDraw.ImageDraw, scale: int, left: float, top: float) -> None:
        self._draw, self._scale, self._left, self._top = draw, scale, left, top

    def polygon(self, outline: Outline, level: int = 255) -> None:
        self._draw.polygon([self._at(point) for point in outline], fill=level)

    def polygons(self, outlines: Iterable[Outline]) -> None:
        for outline in outlines:
            self.polygon(outline)

    def line(self, points: Outline, width: float, level: int = 255) -> None:
        thick = max(round(width * self._scale), 1)
        joint = "curve" if thick > 4 else None
        self._draw.line([self._at(point) for point in points], level, thick, joint)

    def ellipse(self, at: Point, across: float, down: float, level: int = 255) -> None:
        """An ellipse by its centre and its two radii."""
        first = self._at((at[0] - across, at[1] - down))
        last = self._at((at[0] + across, at[1] + down))
        self._draw.ellipse((first, last), fill=level)

    def rectangle(self, left: float, top: float, right: float, bottom: float) -> None:
        self._draw.rectangle((self._at((left, top)), self._at((right, bottom))), fill=255)

    def _at(self, point: Point) -> Point:
        return (point[0] - self._left) * self._scale, (point[1] - self._top) * self._scale


def bounds(outlines: Iterable[Outline]) -> tuple[float, float, float, float]:
    """The smallest box around some outlines."""
    points = [point for outline in outlines for point in outline]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def around(at: Point, radius: float) -> tuple[float, float, float, float]:
    """The box of a circle."""
    return at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius


def smooth(points: Outline, *, closed: bool = True) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    count = len(points)
    curve: list[Point] = []
    for index in range(count if closed else count - 1):
        picked = [index + k if closed else min(max(index + k, 0), count - 1) for k in (-1, 0, 1, 2)]
        a, b, c, d = (points[i % count] for i in picked)
        for step in range(8):
            t = step / 8
            curve.append((_bend(a[0], b[0], c[0], d[0], t), _bend(a[1], b[1], c[1], d[1], t)))
    return curve if closed else [*curve, points[-1]]


def _bend(a: float, b: float, c: float, d: float, t: float) -> float:
    square, cube = 2 * a - 5 * b + 4 * c - d, 3 * b - a - 3 * c + d
    return 0.5 * (2 * b + (c - a) * t + square * t**2 + cube * t**3)
