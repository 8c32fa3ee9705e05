"""Where Google tells us that something changed. Verified here; a worker looks what it was."""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import bells
from billing import tasks
from billing.google_play import notifications
from billing.google_play.client import PlayUnavailable
from billing.google_play.notifications import Malformed, NotGenuine, Notice

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def notification(request: HttpRequest) -> HttpResponse:
    """204 once a worker knows of it; anything else, and Google sends it again."""
    if not notifications.are_taken():
        raise Http404
    if int(request.META.get("CONTENT_LENGTH") or 0) > notifications.LARGEST:
        return _sentence(_("Too large."), 413)
    try:
        notifications.verify(request.headers.get("Authorization", ""))
        notice = notifications.read(request.body)
    except NotGenuine as error:
        logger.warning("A notification was refused: %s", error)
        return _sentence(error.sentence, error.status)
    except Malformed as error:
        return _sentence(error.sentence, 400)
    except PlayUnavailable as error:
        return _sentence(error.sentence, 503)
    return HttpResponse(status=204) if _ring(notice) else _sentence(_("Try again later."), 503)


def _ring(notice: Notice) -> bool:
    rung = not notice.token or bells.ring(tasks.check_play_purchase, notice.token)
    return rung and (not notice.is_refund or bells.ring(tasks.collect_play_refunds))


def _sentence(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
