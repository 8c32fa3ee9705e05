"""The last touches on every picture: bloom, darker corners, grain."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from generator.providers.demo.canvas import Canvas

_BICUBIC = Image.Resampling.BICUBIC


def finish(
    canvas: Canvas, *, bloom: float = 0.35, corners: float = 0.28, grain: float = 1.0
) -> None:
    """Let the bright parts glow, lead the eye inwards, and break up bands in the gradients."""
    if bloom:
        _bloom(canvas, bloom)
    if corners:
        _vignette(canvas, corners)
    _grain(canvas, grain)


def _bloom(canvas: Canvas, strength: float) -> None:
    size = max(canvas.width // 6, 8), max(canvas.height // 6, 8)
    small = canvas.image.resize(size, Image.Resampling.BOX)
    bright = [0 if v < 150 else round((v - 150) * 2.0 * strength) for v in range(256)]
    small = small.point(bright * 3).filter(ImageFilter.GaussianBlur(min(size) / 26))
    canvas.image = ImageChops.screen(canvas.image, small.resize(canvas.image.size, _BICUBIC))


def _vignette(canvas: Canvas, strength: float) -> None:
    lut = [round(255 * strength * max(0.0, (d / 255 - 0.5) / 0.5) ** 1.7) for d in range(256)]
    mask = Image.radial_gradient("L").point(lut)
    canvas.wash((8, 6, 16), mask.resize(canvas.image.size, _BICUBIC))


def _grain(canvas: Canvas, strength: float) -> None:
    """Film grain in three levels of grey, the same for each channel; it also hides banding."""
    width, height = canvas.image.size
    rows = min(height, 512)
    noise = Image.frombytes("L", (width, rows), canvas.rng.randbytes(width * rows))
    noise = noise.point([128 + round(strength * _bell(v)) for v in range(256)])
    tile = Image.merge("RGB", (noise, noise, noise))
    for top in range(0, height, rows):
        box = (0, top, width, min(top + rows, height))
        part = canvas.image.crop(box)
        piece = tile.crop((0, 0, width, box[3] - top))
        canvas.image.paste(ImageChops.add(part, piece, 1, -128), box)


def _bell(value: int) -> float:
    """An even byte as a small step that is mostly 0."""
    share = value / 255 * 2 - 1
    return 3.2 * share**3
