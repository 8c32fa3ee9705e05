"""`/selection/`: one thing done to many pictures."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from billing.allowances import BeyondTier
from gallery import returning, selecting, turns, zipping
from gallery.models import Visibility
from gallery.selecting import NotPossible, how_many

VISIBILITIES = {
    "publish": Visibility.PUBLIC,
    "unlist": Visibility.UNLISTED,
    "hide": Visibility.PRIVATE,
}


@login_required
@require_POST
def selection(request: HttpRequest) -> HttpResponseBase:
    """Do ``action`` to each ``image``, say what came of it, and go back to ``next``."""
    user = cast(User, request.user)
    action = request.POST.get("action", "")
    try:
        if action == "restore":
            return _restore(request, user)
        pks = selecting.chosen(request.POST.getlist("image"))
        if action == "zip":
            return _zip(user, pks)
        _act(request, user, action, pks)
    except NotPossible as error:
        messages.error(request, error.sentence)
    except BeyondTier as error:
        messages.error(request, error.sentence, extra_tags="plans")
    return _back(request)


def _act(request: HttpRequest, user: User, action: str, pks: list[uuid.UUID]) -> None:
    asked = len(dict.fromkeys(request.POST.getlist("image")))
    if action in VISIBILITIES:
        visibility = VISIBILITIES[action]
        done = selecting.set_visibility(user=user, pks=pks, visibility=visibility)
        sentence = {
            "publish": _("%(pictures)s: public now."),
            "unlist": _("%(pictures)s: unlisted now."),
            "hide": _("%(pictures)s: private now."),
        }[action]
        messages.success(request, sentence % {"pictures": how_many(done, asked)})
    elif action == "delete":
        done, moment = selecting.delete(user=user, pks=pks)
        sentence = _("%(pictures)s: deleted.") % {"pictures": how_many(done, asked)}
        messages.success(request, sentence, extra_tags=f"undo {moment.isoformat()}" if done else "")
    elif action == "collect":
        collection, done = selecting.collect(
            user=user,
            pks=pks,
            collection=request.POST.get("collection", ""),
            title=request.POST.get("title", ""),
        )
        words = {"pictures": how_many(done, asked), "collection": collection.title}
        messages.success(request, _("%(pictures)s: now in “%(collection)s”.") % words)
    else:
        raise NotPossible(_("Choose what to do with the pictures."))


def _restore(request: HttpRequest, user: User) -> HttpResponse:
    done = selecting.restore(user=user, moment=request.POST.get("moment", ""))
    if done:
        messages.success(request, _("%(pictures)s: back.") % {"pictures": how_many(done, done)})
    else:
        messages.info(request, _("There is nothing left to undo."))
    return _back(request)


def _zip(user: User, pks: list[uuid.UUID]) -> HttpResponseBase:
    turn = turns.take(user)
    if turn is None:
        raise NotPossible(
            _("Another zip is on its way just now. Try again when it has come, or in a minute.")
        )
    name = f"pictures-{timezone.localtime():%Y-%m-%d-%H%M}.zip"
    return StreamingHttpResponse(
        turns.Held(zipping.stream(user=user, pks=pks), turn),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _back(request: HttpRequest) -> HttpResponseRedirect:
    return returning.back(request, otherwise=f"{reverse('history')}?view=pictures")
