"""For machines that watch: is the process alive, and can it do its work?"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

import redis
from django.conf import DEFAULT_STORAGE_ALIAS, settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 2


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, broker and storage answer, else 503 with the names of those that don't."""
    parts = {"database": try_database, "broker": try_broker, "storage": try_storage}
    report = {name: _ok(name, attempt) for name, attempt in parts.items()}
    ready = all(report.values())
    body = {
        "status": "ok" if ready else "unavailable",
        "parts": {name: "ok" if ok else "unavailable" for name, ok in report.items()},
    }
    return JsonResponse(body, status=200 if ready else 503)


def try_database() -> str:
    """One query; returns the kind of database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return connection.vendor


def try_broker() -> str:
    """One PING on a connection of its own; returns Redis's version. Raises redis.RedisError."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
        return f"Redis {client.info('server')['redis_version']}"
    finally:
        client.close()


def try_storage() -> str:
    """Write, read and delete a small file; returns the storage's class. Raises what it raises."""
    name = f"health/{uuid.uuid4()}"
    stored = default_storage.save(name, ContentFile(b"easel"))
    try:
        with default_storage.open(stored, "rb") as stream:
            if stream.read() != b"easel":
                raise OSError("the storage gave back other bytes than it got")
    finally:
        default_storage.delete(stored)
    return str(storages[DEFAULT_STORAGE_ALIAS].__class__.__name__)


def _ok(name: str, attempt: Callable[[], str]) -> bool:
    try:
        attempt()
    except Exception as error:
        # Every library behind these has its own exceptions; to a monitor they are all a no.
        logger.warning("Not ready: %s: %s: %s", name, type(error).__name__, error)
        return False
    return True
