"""A spiral of stars, seen aslant."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageFilter

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import WHITE, Colour, mix
from generator.providers.demo.pen import Point
from generator.providers.demo.sky import specks
from generator.providers.demo.texture import dimmed


@dataclass(frozen=True, slots=True)
class _Spiral:
    """Lengths in pixels, angles in radians; ``flat`` is its height by its width."""

    at: Point
    reach: float
    flat: float
    turn: float
    arms: int
    winding: float


def galaxy(canvas: Canvas, gas: tuple[Colour, ...]) -> None:
    """Four kinds of stars, the colder ones spread wider, round a warm heart."""
    rng, unit = canvas.rng, canvas.unit
    at = canvas.width * rng.uniform(0.44, 0.56), canvas.height * rng.uniform(0.44, 0.56)
    spiral = _Spiral(
        at=at,
        reach=unit * 0.52,
        flat=rng.uniform(0.40, 0.66),
        turn=rng.uniform(-0.7, 0.7),
        arms=rng.choice((2, 2, 3, 4)),
        winding=rng.choice((-1, 1)) * rng.uniform(2.0, 2.8),
    )
    canvas.glow(at, unit * 0.8, gas[2], power=2.8, strength=0.75, stretch=1.1)
    for colour, count, loose in (
        (gas[2], 7000, 0.75),
        (mix(gas[2], gas[3], 0.4), 9000, 0.34),
        (gas[3], 6000, 0.22),
        (WHITE, 5000, 0.30),
    ):
        stars = specks(canvas.image.size, _stars(canvas, spiral, count, loose))
        if colour != WHITE:
            _dust(canvas, stars, colour)
        canvas.wash(mix(colour, WHITE, 0.35), stars)
    warm = mix(gas[4], gas[5], 0.5)
    canvas.glow(at, unit * 0.40, warm, power=3.4, strength=0.7, stretch=1.25)
    canvas.glow(at, unit * 0.16, warm, power=2.4, strength=0.9, stretch=1.25)
    canvas.glow(at, unit * 0.05, mix(warm, WHITE, 0.7), power=1.6, stretch=1.25)


def _stars(
    canvas: Canvas, spiral: _Spiral, count: int, loose: float
) -> list[tuple[tuple[int, int], int]]:
    """Places along the arms, ``loose`` radians to both sides, fainter outwards."""
    rng, cos, sin = canvas.rng, math.cos(spiral.turn), math.sin(spiral.turn)
    stars = []
    for _ in range(round(count * canvas.detail)):
        share = 0.05 + 0.95 * rng.random() ** 0.8
        angle = rng.randrange(spiral.arms) * math.tau / spiral.arms
        angle += spiral.winding * math.log(share / 0.05) + rng.gauss(0, loose)
        away = spiral.reach * (share + rng.gauss(0, 0.03))
        x, y = away * math.cos(angle), away * math.sin(angle) * spiral.flat
        place = round(spiral.at[0] + x * cos - y * sin), round(spiral.at[1] + x * sin + y * cos)
        stars.append((place, round((90 + 165 * rng.random() ** 2) * (1 - 0.55 * share))))
    return stars


def _dust(canvas: Canvas, stars: Image.Image, colour: Colour) -> None:
    """The glow between the stars: the same points, much blurred."""
    size = max(canvas.width // 4, 4), max(canvas.height // 4, 4)
    small = stars.resize(size, Image.Resampling.BOX)
    # The larger the sheet, the more thinly the same stars are strewn on it.
    thin = max(1.0, (canvas.unit / 1024) ** 2 / canvas.detail)
    for blur, gain in ((0.030, 22.0), (0.009, 9.0)):
        soft = dimmed(small, gain).filter(ImageFilter.GaussianBlur(canvas.unit / 4 * blur))
        canvas.wash(colour, canvas.fit(dimmed(soft, thin)))
