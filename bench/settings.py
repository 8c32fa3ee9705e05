"""The settings of a production, with the bare views beside its own pages."""

from __future__ import annotations

from config.settings import *  # noqa: F403
from config.settings import VAR_DIR

ROOT_URLCONF = "bench.urls"
STATIC_ROOT = str(VAR_DIR / "static")
