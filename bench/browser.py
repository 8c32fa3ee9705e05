"""A browser that keeps nothing: one connection a request, and no time spent on its own comfort."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.middleware.csrf import _get_new_csrf_string

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes


class Browser:
    """Somebody's, or with ``user`` None a stranger's; on the site at ``url``, or the usual one."""

    def __init__(self, user: User | None = None, *, url: str = "") -> None:
        site = urlsplit(url or settings.SITE_URL)
        self._address = (site.hostname, site.port)
        self._token = _get_new_csrf_string()
        cookies = {settings.CSRF_COOKIE_NAME: self._token}
        if user is not None:
            cookies[settings.SESSION_COOKIE_NAME] = _session(user)
        sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self._headers = f"Host: {site.netloc}\r\nConnection: close\r\nCookie: {sent}\r\n"

    def get(self, path: str, headers: str = "") -> Answer:
        return self._ask(f"GET {path} HTTP/1.1\r\n{self._headers}{headers}\r\n".encode())

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        body = urlencode({"csrfmiddlewaretoken": self._token, **fields}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\n{self._headers}Content-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        return self._ask(head.encode() + body)

    def _ask(self, request: bytes) -> Answer:
        with socket.create_connection(self._address) as connection:
            connection.sendall(request)
            parts = []
            while part := connection.recv(1 << 16):
                parts.append(part)
        head, _blank, body = b"".join(parts).partition(b"\r\n\r\n")
        return Answer(int(head[9:12]), head, body)


def _session(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    assert store.session_key
    return store.session_key
