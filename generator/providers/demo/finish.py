"""The last touches on every picture: bloom, darker corners, grain."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import from_hex
from generator.providers.demo.view import View

_NIGHT = from_hex("080610")
_ROWS = 512


def finish(view: View, *, bloom: float) -> None:
    """Let the bright parts glow, lead the eye inwards, and break up bands in the gradients."""
    canvas = view.canvas
    _bloom(canvas, bloom)
    if view.wants("vivid", "natural"):
        colour = 1.22 if view.wants("vivid") else 0.82
        canvas.image = ImageEnhance.Color(canvas.image).enhance(colour)
    _darken_corners(canvas, 0.26)
    _grain(canvas)


def _bloom(canvas: Canvas, strength: float) -> None:
    size = max(canvas.width // 6, 8), max(canvas.height // 6, 8)
    bright = [0 if v < 150 else round((v - 150) * 2.0 * strength) for v in range(256)]
    small = canvas.image.resize(size, Image.Resampling.BOX).point(bright * 3)
    small = small.filter(ImageFilter.GaussianBlur(min(size) / 26))
    canvas.image = ImageChops.screen(canvas.image, canvas.fit(small))


def _darken_corners(canvas: Canvas, strength: float) -> None:
    lut = [round(255 * strength * max(0.0, d / 255 * 2 - 1) ** 1.7) for d in range(256)]
    canvas.wash(_NIGHT, canvas.fit(Image.radial_gradient("L").point(lut)))


def _grain(canvas: Canvas) -> None:
    """Film grain of at most three levels, the same in each channel."""
    width, height = canvas.image.size
    rows = min(height, _ROWS)
    bytes_ = canvas.rng.randbytes(width * rows)
    # Even bytes become steps that are mostly 0.
    steps = [128 + round(3.2 * (v / 127.5 - 1) ** 3) for v in range(256)]
    grey = Image.frombytes("L", (width, rows), bytes_).point(steps)
    tile = Image.merge("RGB", (grey, grey, grey))
    for top in range(0, height, rows):
        box = (0, top, width, min(top + rows, height))
        piece = tile.crop((0, 0, width, box[3] - top))
        grainy = ImageChops.add(canvas.image.crop(box), piece, 1, -128)
        canvas.image.paste(grainy, box)
