"""The visible mark: the site's name, small, in the lower right corner of a copy."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

HEIGHT = 0.022
"""Of the letters, as a share of the picture's shorter side."""
LEAST_HEIGHT = 11
"""Pixels; smaller letters cannot be read. Only where the name would not fit they are smaller."""

MARGIN = 0.8
PADDING = 0.5
"""Around the pill and within it, as shares of the letters' height."""

_PILL = (20, 20, 24, 120)
_EDGE = (255, 255, 255, 44)
_LETTERS = (255, 255, 255, 225)


def text() -> str:
    """What is written: the site's name, or its host where the font lacks letters of the name."""
    name = settings.SITE_NAME.strip()
    return name if name.isascii() else str(urlsplit(settings.SITE_URL).hostname)


def draw(picture: Pillow.Image) -> None:
    """Write the mark onto a picture in RGB or RGBA, in place; a millisecond or less."""
    height = max(LEAST_HEIGHT, round(min(picture.size) * HEIGHT))
    pill = _pill(text(), height)
    room = picture.width / (pill.width + 2 * height * MARGIN)
    if room < 1:
        height = max(1, int(height * room))
        pill = _pill(text(), height)
    margin = round(height * MARGIN)
    left, top = picture.width - pill.width - margin, picture.height - pill.height - margin
    if picture.mode == "RGBA":
        picture.alpha_composite(pill, (max(0, left), max(0, top)))
    else:
        picture.paste(pill, (max(0, left), max(0, top)), pill)


@lru_cache(maxsize=64)
def _pill(words: str, height: int) -> Pillow.Image:
    """The name on a translucent pill: readable on light and dark pictures alike."""
    font = ImageFont.load_default(height * 4 / 3)  # a capital is three quarters of the size
    left, _top, right, _bottom = font.getbbox(words)
    _left, top, _right, bottom = font.getbbox("H")
    padding = round(height * PADDING)
    size = round(right - left) + 3 * padding, round(bottom - top) + 2 * padding
    pill = _rounded(size)
    ImageDraw.Draw(pill).text(
        ((size[0] - (right - left)) / 2 - left, padding - top), words, font=font, fill=_LETTERS
    )
    return pill


def _rounded(size: tuple[int, int]) -> Pillow.Image:
    """A pill of this size with a fine edge, drawn large and scaled down for smooth ends."""
    scale = 4
    large = Pillow.new("RGBA", (size[0] * scale, size[1] * scale), (*_PILL[:3], 0))
    ImageDraw.Draw(large).rounded_rectangle(
        (0, 0, large.width - 1, large.height - 1),
        radius=large.height // 2,
        fill=_PILL,
        outline=_EDGE,
        width=scale,
    )
    return large.resize(size, Pillow.Resampling.LANCZOS)
