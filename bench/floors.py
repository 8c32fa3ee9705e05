"""Bare views: the least that Django can do in this server, with these settings and middleware."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from gallery.models import Tag


def bare(request: HttpRequest) -> HttpResponse:
    """Two bytes, no database."""
    return HttpResponse(b"ok")


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """One row through the ORM: no session, no form, no message."""
    Tag.objects.create(name=uuid.uuid4().hex)
    return HttpResponse(b"ok")
