"""Beyond the sky: clouds of gas, stars, and what hangs among them."""

from __future__ import annotations

from generator.providers.demo import galaxy, planet, sky
from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import WHITE, Colour, from_hex, tint
from generator.providers.demo.texture import combine, levels, noise, toned, warped
from generator.providers.demo.view import View

Gas = tuple[Colour, ...]
"""Six colours from the dark of space to its brightest light."""

_GASES = (
    "04050f 17133f 5a2a80 c2508f ffb48a fff0d2",
    "02060f 0a1f4a 1d4f8f 2ea0b8 a8e0dc fbfbf0",
    "07030d 241040 6e2158 d2543f ffb65c fff2c8",
    "03050e 141d52 31449c 7a6fd8 dca8e8 fdeefa",
    "03070f 0c2a48 18607a c05a86 ffb09a fff4e0",
)


def nebula_view(view: View) -> None:
    """Clouds of gas."""
    _space(view, glow=1.0)


def planet_view(view: View) -> None:
    """A world, perhaps with a moon of its own."""
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    gas = _space(view, glow=0.45 if view.hues else 0.6)
    at = canvas.width * rng.uniform(0.38, 0.62), canvas.height * rng.uniform(0.44, 0.60)
    ring = view.wants("ring") or rng.random() < 0.55
    radius = unit * (rng.uniform(0.19, 0.24) if ring else rng.uniform(0.26, 0.34))
    planet.planet(canvas, gas, at, radius, ring=ring)
    if rng.random() < 0.6:
        side = rng.choice((-1, 1))
        x = at[0] + side * unit * rng.uniform(0.34, 0.42)
        y = at[1] - unit * rng.uniform(0.22, 0.34)
        planet.planet(canvas, gas, (x, y), unit * rng.uniform(0.025, 0.05), ring=False)


def galaxy_view(view: View) -> None:
    """A spiral of stars."""
    galaxy.galaxy(view.canvas, _space(view, glow=0.3, stars=0.7))


def orbit_view(view: View) -> None:
    """Sunrise over the edge of a world."""
    planet.orbit(view.canvas, _space(view, glow=0.5, stars=0.8))


def _space(view: View, *, glow: float, stars: float = 1.0) -> Gas:
    """Paint gas and stars; returns the colours."""
    gas = [from_hex(colour) for colour in view.rng.choice(_GASES).split()]
    if view.hues:
        first, last = view.hues[0], view.hues[-1]
        gas = [tint(colour, *(first if i < 3 else last)) for i, colour in enumerate(gas)]
    _nebula(view.canvas, gas, glow)
    _starfield(view.canvas, stars)
    return tuple(gas)


def _nebula(canvas: Canvas, gas: list[Colour], glow: float) -> None:
    """Shining clouds with dark lanes; ``glow`` 1 reaches the brightest colour."""
    rng, scale = canvas.rng, 420 / max(canvas.width, canvas.height)
    size = max(round(canvas.width * scale), 64), max(round(canvas.height * scale), 64)
    across, down = size[0] / min(size), size[1] / min(size)
    cloud = noise(rng, 3.4 * across, 3.4 * down, octaves=6, gain=0.58, size=size)
    lane = noise(rng, 4 * across, 4 * down, octaves=6, gain=0.58, size=size)
    cloud, lane = warped(rng, cloud, 0.16), warped(rng, lane, 0.16)
    # A lane runs where its noise crosses the middle; (x + 1 - |x - 1|) / 2 is min(x, 1).
    lane = combine(lambda a: abs(a["lane"] - 0.5) * 9, lane=lane)
    field = combine(
        lambda a: (
            (a["cloud"] * 0.6 + a["place"] * 0.9 - 0.42)
            * (0.35 + 0.325 * (a["lane"] + 1 - abs(a["lane"] - 1)))
        ),
        cloud=cloud,
        lane=lane,
        place=noise(rng, 1.8 * across, 1.8 * down, octaves=2, size=cloud.size),
    )
    low, high = (float(value) for value in field.getextrema())  # type: ignore[arg-type]
    span = high - low
    mask = levels(canvas.fit(field), low + 0.16 * span, low + 1.04 * span / glow)
    canvas.image.paste(toned(mask, gas))


def _starfield(canvas: Canvas, strength: float) -> None:
    """Stars over the whole sheet; the brightest have rays."""
    rng = canvas.rng
    sky.stars(canvas, canvas.height, strength)
    for _ in range(rng.randint(2, 5)):
        at, size = canvas.anywhere(), canvas.unit * rng.uniform(0.010, 0.028)
        tone = rng.choice(sky.STARLIGHT)
        canvas.glow(at, size * 2.2, tone, power=3, strength=0.5)
        canvas.glow(at, size * 0.22, tone, power=1.6, strength=0.75, stretch=12)
        canvas.glow(at, size * 2.6, tone, power=1.6, strength=0.75, stretch=1 / 12)
        canvas.glow(at, size * 0.3, WHITE, power=0.8)
