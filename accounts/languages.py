"""Which language a page speaks: the person's own choice, else what the browser asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_supported_language_variant, to_locale
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.models import User


class LanguageMiddleware:
    """Activates the language, and keeps the choice in a cookie beside the person's row.

    With the cookie no page asks the database for the person just to know the language, and the
    log-in page speaks it too. It follows the row as soon as a page looks at the person.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kept = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = kept if is_offered(kept) else asked_for(request)
        request.LANGUAGE_CODE = language  # as Django's own does
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if len(translated()) > 1:
            patch_vary_headers(response, ["Accept-Language"])
        _keep(request, response, kept)
        return response


def is_offered(code: str) -> bool:
    return code in dict(settings.LANGUAGES)


@cache
def translated() -> frozenset[str]:
    """The languages that our own texts are there in, compiled, and the one they are written in."""
    folders = [Path(folder) for folder in settings.LOCALE_PATHS]
    found = {
        code
        for code, _name in settings.LANGUAGES
        if any((folder / to_locale(code) / "LC_MESSAGES/django.mo").exists() for folder in folders)
    }
    return frozenset({*found, settings.LANGUAGE_CODE})


def asked_for(request: HttpRequest) -> str:
    """The first language that the browser asks for and all of a page can speak.

    Django and the libraries speak Chinese before we do; half a page of each helps nobody. Who
    chooses a language in the preferences gets it as far as it goes.
    """
    if len(translated()) == 1:
        return settings.LANGUAGE_CODE
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            variant = get_supported_language_variant(code)
        except LookupError:
            continue
        if variant in translated():
            return variant
    return settings.LANGUAGE_CODE


def _caching(response: HttpResponse) -> str:
    return response.headers.get("Cache-Control", "")


def _keep(request: HttpRequest, response: HttpResponse, kept: str) -> None:
    """Let the cookie follow the person, where this request knew whom it was about."""
    user = request.__dict__.get("user")
    if type(user) is SimpleLazyObject:
        # Not yet asked for: looking would cost a query, and mark the page as personal.
        user = getattr(request, "_cached_user", None)
    if not isinstance(user, User) or user.language == kept or "immutable" in _caching(response):
        return
    if is_offered(user.language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    elif kept:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
