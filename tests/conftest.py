"""Fixtures that every test can name, and what holds for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from hypothesis import settings as hypothesis_settings

from config import health
from config.local import embedded_redis
from tests.cast import _fresh_memory, alice, bob, carol, fresh_cache, openai
from tests.chromium import browser, page, say_what_is_missing
from tests.flushing import _ledger_can_be_flushed
from tests.scheduling import pytest_xdist_make_scheduler

# A machine that is busy with other tests is no defect of what is tested.
hypothesis_settings.register_profile("easel", deadline=None)
hypothesis_settings.load_profile("easel")

__all__ = [
    "_fresh_memory",
    "_ledger_can_be_flushed",
    "alice",
    "bob",
    "browser",
    "carol",
    "fresh_cache",
    "openai",
    "page",
    "pytest_xdist_make_scheduler",
]


@pytest.fixture(scope="session", autouse=True)
def _redis() -> Iterator[None]:
    """The Redis of REDIS_URL, else one of this run's own; each xdist worker has its own."""
    if not settings.REDIS_IS_EMBEDDED:
        health.try_broker()
        yield
        return
    with embedded_redis.running(settings.EMBEDDED_REDIS_SOCKET, settings.VAR_DIR / "redis"):
        yield
    settings.EMBEDDED_REDIS_SOCKET.parent.rmdir()


@pytest.fixture(autouse=True)
def _empty_redis(_redis: None) -> None:
    """Counters of rate limits, cached pages and queued messages are not passed on."""
    cache.clear()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--services", action="store_true", help="only what needs a database, a Redis or a worker"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ``--services``, leave out what is the same on every database: a second run in half the
    time. Browser tests start an installation of their own and are left out too."""
    if not config.getoption("--services"):
        return
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        database = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
        wanted = item.get_closest_marker("django_db") or database
        unwanted = item.get_closest_marker("browser") or not wanted
        (others if unwanted else chosen).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = chosen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    say_what_is_missing(terminalreporter)
