"""Settings and pictures that tests of people share."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache


@pytest.fixture
def verified_mail(settings: Any) -> None:
    """Addresses must be verified, as in production."""
    settings.EMAIL_VERIFICATION = settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.fixture
def local_cache(settings: Any) -> None:
    """An empty cache that works, whatever Redis does."""
    in_memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.CACHES = {**settings.CACHES, "default": in_memory}
    cache.clear()


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
