"""The studio and the pages that follow the work."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from billing import credits
from billing.allowances import BeyondTier
from billing.credits import InsufficientCredits
from gallery.models import Image
from generator import cards, previews, remixing, settling, studio, submission
from generator.forms import StudioForm
from generator.models import Generation
from generator.moderation import PromptBlocked
from generator.submission import NotAccepted

RECENT = 6


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def generate(request: HttpRequest) -> HttpResponse:
    """The studio: describe a picture, see its price, send it off."""
    user = cast(User, request.user)
    if request.method != "POST" or "refresh" in request.POST:
        # Without JavaScript the button "refresh" redraws the form for what is chosen now.
        chosen = request.POST if request.method == "POST" else request.GET
        if request.method != "POST" and "image" in request.GET:
            return _remix_page(request, user)
        return _studio_page(request, studio.open_for(user, chosen))

    form = studio.bound(user, request.POST)
    if form is None:
        return _studio_page(request, None, status=503)
    if not form.is_valid():
        return _studio_page(request, form, status=422)
    try:
        generation = submission.submit(user=user, request=form.request())
    except InsufficientCredits as error:
        return _studio_page(request, form, status=402, too_few=error)
    except (NotAccepted, PromptBlocked) as error:
        form.add_error("prompt" if isinstance(error, PromptBlocked) else None, error.sentence)
        return _studio_page(request, form, status=409)
    except BeyondTier as error:
        form.refuse(error)
        return _studio_page(request, form, status=409)
    return redirect(generation)


@require_safe
@never_cache
def generate_options(request: HttpRequest) -> HttpResponse:
    """The part of the form that depends on the model, price included."""
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    form = studio.open_for(request.user, request.GET)
    return render(request, "generator/_options.html", _studio_context(form))


@login_required
@never_cache
@require_safe
def generation(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One piece of work, followed to its end."""
    return render(request, "generator/generation.html", {"card": _card(request, pk)})


@require_safe
@never_cache
def generation_card(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The part of the page that follows the work. 204 while nothing has changed."""
    seen = request.GET.get("seen", "")
    if cards.is_unchanged(pk, seen):
        return HttpResponse(status=204)
    if not request.user.is_authenticated:
        return HttpResponseForbidden()  # a redirect would put the log-in page inside the card
    card = cards.card_for(_generation(request, pk))
    if card.is_active and card.tag == seen:
        return HttpResponse(status=204)
    card.credits_left = credits.balance(request.user)
    return render(request, "generator/_generation_card.html", {"card": card, "polled": True})


@login_required
@require_POST
def generation_cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _generation(request, pk)
    if settling.cancel(user=found.user, pk=pk):
        messages.success(request, _("Cancelled. Your credits are back."))
    else:
        messages.info(request, _("Too late to cancel: the work has begun or is done."))
    return redirect(found)


@login_required
@require_POST
def generation_again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same request once more, with one click."""
    user = cast(User, request.user)
    form = studio.bound(user, studio.fields_of(_generation(request, pk), request.POST.get("id")))
    if form is None:
        return _studio_page(request, None, status=503)
    if not form.is_valid():
        return _studio_page(request, form, status=422)
    try:
        again = submission.submit(user=user, request=form.request())
    except InsufficientCredits as error:
        return _studio_page(request, form, status=402, too_few=error)
    except (NotAccepted, PromptBlocked) as error:
        form.add_error(None, error.sentence)
        return _studio_page(request, form, status=409)
    except BeyondTier as error:
        form.refuse(error)
        return _studio_page(request, form, status=409)
    return redirect(again)


@require_safe
def generation_preview(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The newest partial picture; ``?n=`` only tells one from the next in the browser's cache.

    Nothing (204) once the work has ended while the browser was on its way: that is no error.
    """
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    _generation(request, pk)
    preview = previews.newest(pk)
    if preview is None:
        return HttpResponse(status=204)
    return HttpResponse(
        preview.data,
        content_type=preview.content_type,
        headers={"Cache-Control": "private, max-age=600", "Content-Disposition": "inline"},
    )


def _generation(request: HttpRequest, pk: uuid.UUID) -> Generation:
    mine = Generation.objects.for_user(cast(User, request.user)).select_related("model", "user")
    return get_object_or_404(mine, pk=pk)


def _card(request: HttpRequest, pk: uuid.UUID) -> cards.Card:
    card = cards.card_for(_generation(request, pk))
    card.credits_left = credits.balance(cast(User, request.user))
    return card


def _remix_page(request: HttpRequest, user: User) -> HttpResponse:
    """The studio with the settings of a picture; what else the address says counts more."""
    image = remixing.source(user, request.GET["image"])
    chosen = {**(remixing.settings_of(image) if image else {}), **request.GET.dict()}
    form = studio.open_for(user, chosen)
    return _studio_page(request, form, remix=(image, remixing.sentence(image)))


def _studio_page(
    request: HttpRequest,
    form: StudioForm | None,
    *,
    status: int = 200,
    too_few: InsufficientCredits | None = None,
    remix: tuple[Image | None, str] | None = None,
) -> HttpResponse:
    user = cast(User, request.user)
    recent = Generation.objects.for_user(user).select_related("model").newest_first()[:RECENT]
    context = {
        **_studio_context(form),
        "too_few": too_few,
        "remix": remix,
        "recent": cards.cards_for(recent),
        "switched_off": not settings.GENERATION_ENABLED,
        "untrusted": not user.is_trusted,
    }
    return render(request, "generator/generate.html", context, status=status)


def _studio_context(form: StudioForm | None) -> Mapping[str, Any]:
    if form is None:
        return {"form": None, "models": [], "model": None, "quote": None}
    return {
        "form": form,
        "models": form.models,
        "model": form.chosen,
        "quote": form.quote,
    }
