"""Pictures in templates: the right file for each screen, in a frame that never jumps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from gallery import files
from gallery.models import Image

register = template.Library()

FORMATS = (("avif", "image/avif"), ("webp", "image/webp"))
"""From the smallest files to the widest known; a browser takes the first that it can show."""

NAMES = {"grid": ("grid",), "page": ("grid", "page")}
"""Renditions that a kind of place may show, by name."""

RATIOS = sorted([*range(32, 100, 2), *range(100, 200, 5), *range(200, 311, 10), 67, 133, 178])
"""Width to height in hundredths, for which the style sheet has a class `ratio-…`."""


SETTING_LABELS: dict[str, str | Promise] = {
    "size": _("Size"),
    "quality": _("Quality"),
    "style": _("Style"),
    "seed": _("Seed"),
    "format": _("Format"),
}
"""The settings worth showing, in this order."""

SETTING_WORDS: dict[str, str | Promise] = {
    "low": _("Draft"),
    "medium": _("Standard"),
    "high": _("Fine"),
    "xhigh": _("Finer"),
    "max": _("Finest"),
    "auto": _("Automatic"),
    "vivid": _("Vivid"),
    "natural": _("Natural"),
    "png": "PNG",
    "jpeg": "JPEG",
    "webp": "WebP",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a picture, as it was asked for and as it came; either may be empty."""

    label: str | Promise
    requested: str | Promise
    delivered: str | Promise
    query: str = ""
    """The filter that finds others like it; empty where there is none."""

    @property
    def differs(self) -> bool:
        return bool(self.requested) and self.requested != self.delivered


@register.filter
def setting_word(value: object) -> str | Promise:
    """A setting's value in words: ``high`` is “Fine”, ``1024x768`` is 1024 × 768."""
    text = str(value)
    if text in SETTING_WORDS:
        return SETTING_WORDS[text]
    width, by, height = text.partition("x")
    return f"{width} × {height}" if by and width.isdecimal() and height.isdecimal() else text


@register.simple_tag
def delivered_settings(image: Image) -> list[Setting]:
    """What the picture came with, beside what was asked for."""
    requested = image.settings.get("requested", {})
    delivered = {**requested, **image.settings.get("delivered", {})}
    delivered["size"] = "{}x{}".format(*image.shown_size)
    queries = {"size": urlencode({"ratio": image.ratio})}
    if image.style:
        queries["style"] = urlencode({"style": image.style})
    return [
        Setting(
            label,
            setting_word(requested.get(name, "")),
            setting_word(delivered[name]),
            queries.get(name, ""),
        )
        for name, label in SETTING_LABELS.items()
        if delivered.get(name) not in (None, "")
    ]


@register.simple_tag
def ratio(width: int, height: int) -> str:
    """The class that keeps the shape of ``width`` by ``height``: off by at most 3 %."""
    hundredths = 100 * width / height
    return f"ratio-{min(RATIOS, key=lambda step: abs(step - hundredths))}"


@register.simple_tag
def picture(
    image: Image, kind: str = "grid", sizes: str = "100vw", eager: bool = False
) -> SafeString:
    """``image`` in a frame, AVIF before WebP, its placeholder beneath until it has come.

    ``kind`` is ``grid`` for one of many and ``page`` for a large one; ``sizes`` says how wide
    the latter is shown, as the HTML attribute of that name. ``eager`` is for what a person sees
    first. The original serves while the renditions are still being made, unless it is to be shown
    with a watermark.
    """
    if not image.is_ready:
        return _frame(image, _original(image, eager))
    sources = [(mime, _candidates(image, kind, format)) for format, mime in FORMATS]
    sources = [(mime, found) for mime, found in sources if found]
    if not sources:
        return _frame(image, _original(image, eager))
    best = sources[-1][1][-1]
    return _frame(
        image,
        format_html(
            "<picture>{}{}</picture>",
            format_html_join(
                "",
                '<source type="{}" srcset="{}"{}>',
                ((mime, _srcset(image, found), _sizes(found, sizes)) for mime, found in sources),
            ),
            _img(image, _url(image, best), best["width"], best["height"], eager),
        ),
    )


def _frame(image: Image, content: SafeString) -> SafeString:
    placeholder = (
        format_html('<img class="placeholder" src="{}" alt="">', image.placeholder)
        if image.placeholder.startswith("data:image/")
        else ""
    )
    return format_html(
        '<span class="frame" data-image="{}">{}{}</span>', image.pk, placeholder, content
    )


def _original(image: Image, eager: bool) -> SafeString:
    if image.watermark:
        # Its copies are made in a moment, by the workers; the clean file is not for pages.
        return SafeString("")
    format = image.content_type.removeprefix("image/")
    url = reverse("image_file", args=[image.pk, "original", format])
    return format_html("<picture>{}</picture>", _img(image, url, image.width, image.height, eager))


def _img(image: Image, url: str, width: int, height: int, eager: bool) -> SafeString:
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="{}" {}>',
        url,
        width,
        height,
        image.title,
        SafeString('fetchpriority="high"' if eager else 'loading="lazy" decoding="async"'),
    )


def _candidates(image: Image, kind: str, format: str) -> list[dict[str, Any]]:
    """The stored renditions for ``kind`` in ``format``, each width once, the widest last."""
    found = (image.rendition(name, format) for name in NAMES[kind])
    by_width = {facts["width"]: facts for facts in found if facts}
    return [by_width[width] for width in sorted(by_width)]


def _srcset(image: Image, candidates: list[dict[str, Any]]) -> str:
    if len(candidates) == 1:
        return _url(image, candidates[0])
    return ", ".join(f"{_url(image, facts)} {facts['width']}w" for facts in candidates)


def _sizes(candidates: list[dict[str, Any]], sizes: str) -> SafeString:
    """The attribute; empty where there is nothing to choose from."""
    return format_html(' sizes="{}"', sizes) if len(candidates) > 1 else SafeString("")


def _url(image: Image, facts: dict[str, Any]) -> str:
    return files.address(image, facts["name"], facts["format"])
