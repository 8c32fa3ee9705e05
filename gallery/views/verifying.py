"""`/verify/`: was this picture made here, and by AI?"""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from gallery import verifying


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {"largest": verifying.LARGEST}
    file = request.FILES.get("file")
    if file is not None and (file.size or 0) <= verifying.LARGEST:
        context["name"] = file.name
        context["verdict"] = verifying.verify(file, viewer=cast(User, request.user))
    elif file is not None:
        context["problem"] = _("That file is larger than 50 MB. Choose a smaller one.")
    elif request.method == "POST":
        context["problem"] = _("Choose a file first.")
    return render(
        request, "gallery/verify.html", context, status=400 if "problem" in context else 200
    )
