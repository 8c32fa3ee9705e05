"""A picture as it looks before it is finished."""

from __future__ import annotations

import random

from PIL import Image, ImageFilter

# The short side in pixels of what is known by then, and how much is still noise.
_STAGES = ((14, 0.16), (44, 0.11), (150, 0.05))
STAGES = len(_STAGES)

_LONG_SIDE = 640


def unfinished(image: Image.Image, stage: int) -> Image.Image:
    """A smaller copy, at most 640 pixels long: stage 0 is hardly more than colours."""
    short, noise = _STAGES[stage]
    scale = min(_LONG_SIDE / max(image.size), 1.0)
    size = max(round(image.width * scale), 1), max(round(image.height * scale), 1)
    small = image.resize(_sized(image, short), Image.Resampling.BOX)
    soft = small.resize(size, Image.Resampling.BICUBIC)
    return Image.blend(soft, _noise(image, size, stage), noise)


def _noise(image: Image.Image, size: tuple[int, int], stage: int) -> Image.Image:
    """Coloured specks, others at each stage."""
    rng = random.Random(stage)  # noqa: S311 - pictures, not secrets
    cells = _sized(image, 180)
    specks = Image.frombytes("RGB", cells, rng.randbytes(3 * cells[0] * cells[1]))
    return specks.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.BoxBlur(1))


def _sized(image: Image.Image, short: int) -> tuple[int, int]:
    scale = short / min(image.size)
    return max(round(image.width * scale), 1), max(round(image.height * scale), 1)
