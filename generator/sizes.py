"""Sizes in pixels: what people wish for, and what a model can render for that wish."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generator.models import ImageModel

LEAST_SIDE = 64
"""Pixels. Below this a picture is an icon."""

CUSTOM = "custom"
"""The value of the form's ``size`` that means: read ``width`` and ``height``."""


@dataclass(frozen=True, slots=True)
class NamedSize:
    label: str | Promise
    width: int
    height: int

    @property
    def value(self) -> str:
        return f"{self.width}x{self.height}"


SQUARES = [NamedSize(f"{side}²", side, side) for side in (512, 768, 1024, 1536)]

PLATFORM_SIZES = [
    NamedSize(gettext_lazy("Instagram square"), 1080, 1080),
    NamedSize(gettext_lazy("Instagram portrait"), 1080, 1350),
    NamedSize(gettext_lazy("Story, Reel, TikTok"), 1080, 1920),
    NamedSize(gettext_lazy("YouTube thumbnail"), 1280, 720),
    NamedSize(gettext_lazy("YouTube banner"), 2560, 1440),
    NamedSize(gettext_lazy("Link preview"), 1200, 630),
    NamedSize(gettext_lazy("X header"), 1500, 500),
    NamedSize(gettext_lazy("Pinterest pin"), 1000, 1500),
    NamedSize(gettext_lazy("Desktop wallpaper"), 1920, 1080),
    NamedSize(gettext_lazy("4K wallpaper"), 3840, 2160),
    NamedSize(gettext_lazy("Phone wallpaper"), 1170, 2532),
]


class SizeNotOffered(ValueError):
    """The model cannot make a picture of this size, not even by scaling down."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def parse(value: str) -> tuple[int, int] | None:
    """``"1024x768"`` as (1024, 768); None for anything else."""
    match = re.fullmatch(r"([1-9]\d{1,4})x([1-9]\d{1,4})", value, re.ASCII)
    return (int(match[1]), int(match[2])) if match else None


def ratio_label(width: int, height: int) -> str:
    """The ratio in small whole numbers, such as ``3:2``; the nearest usual one within 2 %."""
    usual = ((1, 1), (5, 4), (4, 3), (3, 2), (16, 9), (2, 1), (21, 9), (3, 1))
    long, short = max(width, height), min(width, height)
    a, b = min(usual, key=lambda pair: abs(pair[0] / pair[1] - long / short))
    if abs(a / b - long / short) / (long / short) > 0.02:
        divisor = math.gcd(long, short)
        a, b = long // divisor, short // divisor
    return f"{a}:{b}" if width >= height else f"{b}:{a}"


def offered(model: ImageModel) -> list[tuple[str, list[NamedSize]]]:
    """The sizes that ``model`` can serve, grouped for the form; the first is the default."""
    own = [NamedSize(ratio_label(*size), *size) for size in _own_sizes(model)]
    taken = {size.value for size in own}
    squares = [size for size in SQUARES if size.value not in taken and _fits(model, size)]
    platforms = [size for size in PLATFORM_SIZES if _fits(model, size)]
    groups = [
        (_("Ratios"), own),
        (_("Squares"), squares),
        (_("For platforms"), platforms),
    ]
    return [(label, sizes) for label, sizes in groups if sizes]


def fit(model: ImageModel, width: int, height: int) -> tuple[int, int]:
    """What ``model`` renders for a wish of ``width`` × ``height``: never smaller than the wish.

    Equal to the wish where the model allows it; otherwise the nearest larger size, which is
    scaled down and cropped by less than a step. Raises SizeNotOffered.
    """
    if min(width, height) < LEAST_SIDE:
        raise SizeNotOffered(
            _("Each side must be at least %(least)d pixels.") % {"least": LEAST_SIDE}
        )
    if not model.free_size:
        return _nearest_own_size(model, width, height)
    if max(width, height) > model.max_side:
        raise SizeNotOffered(
            _("%(model)s renders at most %(most)d pixels a side.")
            % {"model": model.name, "most": model.max_side}
        )
    if max(width, height) > min(width, height) * model.max_ratio:
        raise SizeNotOffered(
            _("%(model)s renders ratios up to %(ratio)s:1; this is longer.")
            % {"model": model.name, "ratio": f"{model.max_ratio.normalize():f}"}
        )
    return _rounded_up(model, width, height)


def _rounded_up(model: ImageModel, width: int, height: int) -> tuple[int, int]:
    """The smallest size of about this ratio on the model's grid that covers the wish."""
    step, most = model.side_step, model.max_pixels
    scale = max(1.0, math.sqrt(model.min_pixels / (width * height)))
    across = math.ceil(width * scale / step) * step
    down = math.ceil(height * scale / step) * step
    # Rounding up can push the longer side over the ratio: then the shorter side grows.
    while max(across, down) > min(across, down) * model.max_ratio:
        across, down = (across, down + step) if across > down else (across + step, down)
    if across * down > most or max(across, down) > model.max_side:
        raise SizeNotOffered(
            _("%(model)s renders at most %(most).1f megapixels; this would need %(need).1f.")
            % {"model": model.name, "most": most / 1e6, "need": across * down / 1e6}
        )
    return across, down


def _nearest_own_size(model: ImageModel, width: int, height: int) -> tuple[int, int]:
    """Of the fixed sizes, the one of the nearest ratio that covers the wish."""
    covering = [s for s in _own_sizes(model) if s[0] >= width and s[1] >= height]
    if not covering:
        raise SizeNotOffered(
            _("%(model)s does not render %(width)d × %(height)d.")
            % {"model": model.name, "width": width, "height": height}
        )

    def distance(size: tuple[int, int]) -> tuple[float, int]:
        return abs(math.log(size[0] / size[1]) - math.log(width / height)), size[0] * size[1]

    return min(covering, key=distance)


def _own_sizes(model: ImageModel) -> list[tuple[int, int]]:
    return [size for size in (parse(value) for value in model.sizes) if size]


def _fits(model: ImageModel, size: NamedSize) -> bool:
    try:
        fit(model, size.width, size.height)
    except SizeNotOffered:
        return False
    return True
