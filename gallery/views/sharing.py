"""A picture on other people's pages: the frame, and oEmbed."""

from __future__ import annotations

import uuid

from csp.decorators import csp_replace
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from gallery import sharing
from gallery.models import Image


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # typed for views without arguments
def image_embed(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The picture in a frame on another site, as a stranger sees it: no cookie is read or set."""
    visible = Image.objects.visible_to(AnonymousUser()).select_related("user")
    found = get_object_or_404(visible.exclude(rendered_at=None), pk=pk)
    context = {"image": found, "page_url": request.build_absolute_uri(found.get_absolute_url())}
    response = render(request, "gallery/embed.html", context)
    response["Cache-Control"] = "public, max-age=60"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])  # it speaks the reader's language
    return response


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """A description of the picture at ``url`` for programs (https://oembed.com)."""
    if request.GET.get("format", "json") != "json":
        return JsonResponse({"error": _("Only format=json is spoken here.")}, status=501)
    try:
        within = (_pixels(request, "maxwidth"), _pixels(request, "maxheight"))
    except ValueError:
        sentence = _("maxwidth and maxheight are whole numbers of pixels, at least 1.")
        return JsonResponse({"error": sentence}, status=400)
    if not (url := request.GET.get("url", "")):
        return JsonResponse({"error": _("Name a picture's page as url.")}, status=400)
    image = sharing.of_address(url, host=request.get_host())
    if image is None:
        raise Http404
    answer = sharing.oembed(image, request.build_absolute_uri, within=within)
    response = JsonResponse(answer)
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=60"
    return response


def _pixels(request: HttpRequest, name: str) -> int:
    """The parameter as a number; the largest size without one. Raises ValueError."""
    text = request.GET.get(name, "")
    if not text:
        return sharing.SIZES[0]
    if len(text) > 9 or int(text) < 1:
        raise ValueError(text)
    return int(text)
