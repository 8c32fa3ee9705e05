"""Colours as the demo model mixes them: in OKLab, where a ramp looks even to the eye."""

from __future__ import annotations

import math
from collections.abc import Sequence

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255, sRGB."""

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def from_hex(text: str) -> Colour:
    """``"#1e2a5a"`` or ``"1e2a5a"`` as a colour."""
    digits = text.lstrip("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two; ``share`` 0 gives the first, 1 the second."""
    a, b = _to_lab(first), _to_lab(second)
    return _from_lab(
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share,
    )


def ramp(stops: Sequence[Colour], length: int) -> list[Colour]:
    """``length`` colours that run evenly through all the ``stops``."""
    colours = []
    for step in range(length):
        place = step / max(length - 1, 1) * (len(stops) - 1)
        index = min(int(place), len(stops) - 2)
        colours.append(mix(stops[index], stops[index + 1], _ease(place - index)))
    return colours


def lighten(colour: Colour, amount: float) -> Colour:
    """Lighter by ``amount`` of OKLab lightness (0.1 is plain to see), darker when negative."""
    lightness, a, b = _to_lab(colour)
    return _from_lab(min(1.0, max(0.0, lightness + amount)), a, b)


def tint(colour: Colour, hue: float, chroma: float) -> Colour:
    """The same lightness in another ``hue`` (degrees in OKLCH), keeping a little of its own drift.

    ``chroma`` is how colourful it becomes: 0 is grey, 0.15 is vivid.
    """
    lightness, a, b = _to_lab(colour)
    share = 0.2
    if 60 < hue < 115:
        # Dark yellow looks like olives, and so does gold that drifts to green.
        hue, share = hue - 40 * (1 - lightness) ** 1.5, 0.08
    drift = (math.degrees(math.atan2(b, a)) - hue + 180) % 360 - 180
    angle = math.radians(hue + share * drift)
    # Neither near-black nor near-white can carry much colour.
    strength = chroma * min(1.0, 4 * lightness * (1.06 - lightness))
    return _from_lab(lightness, strength * math.cos(angle), strength * math.sin(angle))


def _ease(share: float) -> float:
    """Half linear, half smooth: no visible kink at a stop, and no flat spot either."""
    return 0.5 * share + 0.5 * share * share * (3 - 2 * share)


def _to_lab(colour: Colour) -> tuple[float, float, float]:
    """OKLab by Björn Ottosson, https://bottosson.github.io/posts/oklab/."""
    red, green, blue = (_LINEAR[channel] for channel in colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_lab(lightness: float, a: float, b: float) -> Colour:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _to_byte(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _to_byte(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _to_byte(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _to_linear(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _to_byte(value: float) -> int:
    value = min(1.0, max(0.0, value))
    encoded = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(255 * encoded)


_LINEAR = [_to_linear(channel) for channel in range(256)]
