"""The settings under test: those of a fresh clone, with data of their own that ends with the run.

Nothing of the developer's own environment counts, except which database and which Redis to use.
Each process of pytest-xdist prepares for itself; the processes that a test starts inherit.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

_DOCUMENTATION = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
_KEPT = {"DATABASE_URL", "REDIS_URL"}


def _prepare(worker: str) -> None:
    for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", _DOCUMENTATION.read_text()):
        if name not in _KEPT:
            os.environ.pop(name, None)
    var = tempfile.mkdtemp(prefix="easel-tests-")
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    os.environ.update(EASEL_IGNORE_DOTENV="1", VAR_DIR=var, DEMO_SECONDS="0", EASEL_TESTS=worker)
    os.environ["FEED_CACHE_SECONDS"] = "0"
    number = re.fullmatch(r"gw(\d+)", worker)
    if number and (url := os.environ.get("REDIS_URL")):
        os.environ["REDIS_URL"] = _next_database(url, int(number[1]))


def _next_database(url: str, steps: int) -> str:
    """``url`` with another database of the same Redis: a test that empties its own hurts no other.

    >>> _next_database("redis://127.0.0.1:6379/5", 1)
    'redis://127.0.0.1:6379/6'
    """
    parts = urlsplit(url)
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + steps}").geturl()


_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
if os.environ.get("EASEL_TESTS") != _worker:
    _prepare(_worker)

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["tests.hashers.CheapArgon2"]
