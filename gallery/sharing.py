"""What other sites show of a shared picture: preview cards, oEmbed, a frame, links to platforms.

All of it is for strangers, so a picture that they may not open has none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from gallery import decoding
from gallery.models import Image

SIZES = (1024, 512, 256)
"""Longest sides in pixels of the JPEG that other sites fetch; not all of them know WebP."""

FRAME_SIDE = 600
"""Pixels of the longer side of the frame that is offered to be pasted."""

CACHE_SECONDS = 3600
"""How long a consumer of oEmbed may keep an answer; a minute would be asked too often."""

Absolute = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Preview:
    """A JPEG of a picture, with its size in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Platform:
    name: str
    url: str


def is_shareable(image: Image) -> bool:
    """Whether a stranger may open it and there is something to show."""
    return image.is_ready and Image.objects.visible_to(AnonymousUser()).filter(pk=image.pk).exists()


def preview(image: Image, absolute: Absolute, *, within: tuple[int, int] | None = None) -> Preview:
    """The largest that fits into ``within``; the smallest where none does."""
    wide, high = within or (SIZES[0], SIZES[0])
    found = [(side, decoding.fitting(image.shown_size, (side, side))) for side in SIZES]
    fitting = [(side, size) for side, size in found if size[0] <= wide and size[1] <= high]
    side, (width, height) = fitting[0] if fitting else found[-1]
    return Preview(
        absolute(reverse("image_file", args=[image.pk, str(side), "jpeg"])), width, height
    )


def description(image: Image) -> str:
    """Who made it and with what, and that no camera took it."""
    made = _("AI-generated") if image.is_ai else _("Drawn by an algorithm, no AI")
    return _("By %(author)s on %(site)s. %(made)s with %(model)s.") % {
        "author": image.user.name,
        "site": settings.SITE_NAME,
        "made": made,
        "model": image.model_name,
    }


def of_address(url: str, *, host: str) -> Image | None:
    """The picture whose page, or frame, stands at ``url``, if strangers may open it."""
    try:
        parts = urlsplit(url.strip())
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    if parts.netloc != host or match.url_name not in ("image", "image_embed"):
        return None
    visible = Image.objects.visible_to(AnonymousUser()).exclude(rendered_at=None)
    return visible.select_related("user").filter(pk=match.kwargs["pk"]).first()


def oembed(
    image: Image, absolute: Absolute, *, within: tuple[int, int] | None = None
) -> dict[str, Any]:
    """A response of the type ``photo`` (https://oembed.com, 2.3.4)."""
    photo = preview(image, absolute, within=within)
    small = preview(image, absolute, within=(SIZES[-1], SIZES[-1]))
    return {
        "version": "1.0",
        "type": "photo",
        "title": image.title,
        "author_name": image.user.name,
        "author_url": absolute(reverse("person", args=[image.user.username])),
        "provider_name": settings.SITE_NAME,
        "provider_url": absolute(reverse("feed")),
        "cache_age": CACHE_SECONDS,
        "url": photo.url,
        "width": photo.width,
        "height": photo.height,
        "thumbnail_url": small.url,
        "thumbnail_width": small.width,
        "thumbnail_height": small.height,
        "web_page": absolute(image.get_absolute_url()),
    }


def snippet(image: Image, absolute: Absolute) -> str:
    """HTML of a frame to paste into a page elsewhere."""
    width, height = decoding.fitting(image.shown_size, (FRAME_SIDE, FRAME_SIDE))
    return format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"'
        ' style="border:0;max-width:100%"></iframe>',
        absolute(reverse("image_embed", args=[image.pk])),
        width,
        height,
        image.title,
    )


def platforms(image: Image, absolute: Absolute) -> list[Platform]:
    """Pages of other sites that begin a message about the picture."""
    page, title = absolute(image.get_absolute_url()), image.title
    media = preview(image, absolute).url
    links: dict[str, tuple[str, dict[str, str]]] = {
        "X": ("https://x.com/intent/post", {"url": page, "text": title}),
        "Reddit": ("https://www.reddit.com/submit", {"url": page, "title": title}),
        "Pinterest": (
            "https://www.pinterest.com/pin/create/button/",
            {"url": page, "media": media, "description": title},
        ),
        "Facebook": ("https://www.facebook.com/sharer/sharer.php", {"u": page}),
        "WhatsApp": ("https://wa.me/", {"text": f"{title} {page}"}),
        "Telegram": ("https://t.me/share/url", {"url": page, "text": title}),
    }
    found = [Platform(name, f"{url}?{urlencode(query)}") for name, (url, query) in links.items()]
    # A mail programme takes %20 for a blank and shows a plus sign.
    mail = urlencode({"subject": title, "body": page}).replace("+", "%20")
    return [*found, Platform(_("E-mail"), f"mailto:?{mail}")]
