"""Friendly pages for what goes wrong, each with a way on; the API answers in its own shape."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

LARGEST_REQUEST = 64 * 1024 * 1024
"""Bytes of a request's body; a larger one is refused before any of it is read."""

_MALFORMED = (SuspiciousOperation, BadRequest, MultiPartParserError)


class FriendlyErrorMiddleware:
    """Our own pages also while DEBUG is on, where Django would show its technical ones.

    An unknown exception is left to Django: its traceback belongs to the log, or to a developer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length(request) > LARGEST_REQUEST:
            return too_large(request, status=413)
        if not _is_readable(request):
            return too_large(request)
        response = self.get_response(request)
        if response.status_code == 404 and request.resolver_match is None:
            return not_found(request)
        if _is_api(request):
            response.headers.setdefault("Cache-Control", "private, no-store")
            if response.status_code == 405:
                return _page(request, 405, "", _("This address does not take that method."))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match exception:
            case Http404():
                return not_found(request, exception)
            case PermissionDenied():
                return permission_denied(request, exception)
            case (
                SuspiciousOperation() | BadRequest() | MultiPartParserError() | UnicodeEncodeError()
            ):
                # The last is half a surrogate pair: JSON can carry it, nothing can store it.
                logger.warning("Refused a request to %s: %s", request.path, exception)
                return bad_request(request, exception)
        return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, "400.html", _("Something about this request is not right."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, "403.html", _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404, "404.html", _("There is nothing here, or it is not yours."))


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, 500, "500.html", _("Something went wrong here. Try again later."))


def too_large(request: HttpRequest, *, status: int = 400) -> HttpResponse:
    """A form with more than can be taken in, or one that is garbled."""
    sentence = _(
        "This was too much to send at once, or it arrived garbled. "
        "Go back: what you typed is still there. Shorten it and send it again."
    )
    return _page(request, status, "400.html", sentence)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from a page that was open too long, or from another site."""
    sentence = _(
        "This page was open for too long, or you logged in or out in another tab. "
        "Go back: what you typed is still there. Copy it, reload the page and send it again."
    )
    return _page(request, 403, "403_csrf.html", sentence)


def _page(request: HttpRequest, status: int, template: str, sentence: str) -> HttpResponse:
    """Rendered without the request, so that it needs neither session nor database."""
    if _is_api(request):
        from config.api import error_response

        return error_response(status, _CODES[status], sentence)
    context = {"sentence": sentence, "site_name": settings.SITE_NAME}
    return HttpResponse(render_to_string(template, context), status=status)


_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    500: "failed",
}


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _is_readable(request: HttpRequest) -> bool:
    """Whether Django can take the form apart; else it fails wherever somebody first asks for it."""
    try:
        return request.GET is not None and request.POST is not None
    except (*_MALFORMED, LookupError, UnicodeError) as error:  # the last two: odd charsets
        logger.warning("Refused a request to %s: %s", request.path, error)
        return False


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
