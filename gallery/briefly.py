"""One page for all strangers, for a second: a crowd on the home page costs what one visitor does.

Only for those without any cookie of ours, whose page holds nothing of their own. The page is kept
in the memory of the process, so it costs neither Redis nor the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

MOST_KEPT = 200
"""Addresses; whoever asks for more of them in a second is no crowd."""

View = Callable[[HttpRequest], HttpResponse]

_kept: dict[tuple[str, str | None, bool], tuple[float, bytes]] = {}


def briefly(view: View) -> View:
    """Keep the answers of ``view`` to strangers for ``FEED_CACHE_SECONDS``; with 0 keep none."""

    @wraps(view)
    def remembering(request: HttpRequest) -> HttpResponse:
        if not settings.FEED_CACHE_SECONDS or _is_known(request):
            return view(request)
        key = (request.get_full_path(), get_language(), bool(request.headers.get("HX-Request")))
        until, content = _kept.get(key, (0.0, b""))
        if time.monotonic() < until:
            return _vary(HttpResponse(content))
        response = view(request)
        if response.status_code == 200 and not response.cookies:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[key] = (time.monotonic() + settings.FEED_CACHE_SECONDS, response.content)
        return _vary(response)

    return remembering


def forget() -> None:
    """For tests."""
    _kept.clear()


def _is_known(request: HttpRequest) -> bool:
    """Whether the page may hold something for this reader alone: a name, a message."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES


def _vary(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["Cookie", "Accept-Language", "HX-Request"])
    return response
