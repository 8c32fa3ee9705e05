"""The public keys with which Google signs that an advertisement was watched, and their memory.

They change now and then, and must not be kept longer than a day
(https://developers.google.com/admob/android/ssv). An unknown key makes us ask again, but not more
often than once a minute, so that nobody can make us ask by inventing keys.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx2
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings

logger = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600.0
PAUSE_SECONDS = 60.0
TIMEOUT_SECONDS = 5.0

Keys = dict[str, EllipticCurvePublicKey]

UNREADABLE = (
    httpx2.HTTPError,
    httpx2.InvalidURL,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
)
"""What a request, a document of another form, and a key of another kind may raise."""


class UnknownKey(Exception):
    """Google has no such key."""


class KeysUnavailable(Exception):
    """The keys could not be read just now, so nobody can say whether there is such a key."""


@dataclass(slots=True)
class _Memory:
    keys: Keys = field(default_factory=dict)
    read_at: float = -math.inf
    asked_at: float = -math.inf

    @property
    def was_answered(self) -> bool:
        return self.read_at >= self.asked_at


_memory = _Memory()
_asking = threading.Lock()


def public_key(key_id: str) -> EllipticCurvePublicKey:
    """The key of that name. Raises UnknownKey or KeysUnavailable."""
    # Together, so that whoever comes while one asks waits for the answer too.
    with _asking:
        if not _is_fresh() or key_id not in _memory.keys:
            _ask()
        if not _is_fresh():
            raise KeysUnavailable
        if key := _memory.keys.get(key_id):
            return key
        raise UnknownKey if _memory.was_answered else KeysUnavailable


def forget() -> None:
    """Read the keys anew when the next one is asked for."""
    global _memory
    _memory = _Memory()


def _is_fresh() -> bool:
    return time.monotonic() - _memory.read_at <= KEPT_SECONDS


def _ask() -> None:
    """Read the keys anew, unless somebody did a moment ago."""
    now = time.monotonic()
    if now - _memory.asked_at < PAUSE_SECONDS:
        return
    _memory.asked_at = now
    try:
        answer = httpx2.get(settings.AD_KEYS_URL, timeout=TIMEOUT_SECONDS)
        _memory.keys = _read(answer.raise_for_status().json())
        _memory.read_at = now
    except UNREADABLE as error:
        logger.warning("The keys of advertisements could not be read: %r", error)


def _read(document: Any) -> Keys:
    """The keys of a document as Google publishes it; those of another kind are passed over."""
    named = {
        str(each["keyId"]): load_pem_public_key(each["pem"].encode()) for each in document["keys"]
    }
    return {name: key for name, key in named.items() if isinstance(key, EllipticCurvePublicKey)}
