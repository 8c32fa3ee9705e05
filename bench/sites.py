"""Galleries of several sizes side by side, each with its own database, Redis and web server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from bench import databases
from bench.browser import Browser
from bench.processes import free_port, web_server
from gallery.models import Image
from generator.samples import filling
from generator.samples.people import PROLIFIC

PUBLIC_SHARE = 0.93
WITHOUT_REMEMBERED_PAGES = {"FEED_CACHE_SECONDS": "0"}
"""Settings with which each page is read from the database at each request."""


@dataclass(frozen=True, slots=True)
class Site:
    """A gallery of about ``size`` public pictures, as a stranger and as ``prolific`` see it."""

    size: int
    database: str
    redis: str
    stranger: Browser
    person: Browser

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """This process works on the site's database, with an empty cache, while the block runs."""
        before = connection.settings_dict["NAME"]
        _switch_to(self.database)
        cache.clear()
        try:
            yield
        finally:
            _switch_to(before)


@contextmanager
def site(folder: Path, size: int, *, drawn: int) -> Iterator[Site]:
    """A site that was filled by the seed, with its server running on one synchronous worker.

    Its pages are made anew for each request: what remembers whole pages is switched off.
    """
    kind = databases.KINDS[connection.vendor]
    with kind(folder, f"easel_bench_{size}") as database:
        assert database is not None
        url = f"http://127.0.0.1:{free_port()}"
        stranger = Browser(url=url)
        made = Site(size, database, _redis(size), stranger, person=stranger)
        with made.in_use():
            _fill(size, drawn=drawn)
            person = Browser(User.objects.get(username=PROLIFIC), url=url)
        made = replace(made, person=person)
        with served(folder, made, url, **WITHOUT_REMEMBERED_PAGES):
            yield made


@contextmanager
def served(folder: Path, site: Site, url: str, **environment: str) -> Iterator[None]:
    """One more server of a site, at ``url``."""
    whereabouts = {"DATABASE_URL": site.database, "REDIS_URL": site.redis, "SITE_URL": url}
    with web_server(folder, **whereabouts, **environment):
        yield


def _fill(size: int, *, drawn: int) -> None:
    call_command("migrate", verbosity=0)
    steps = list(filling.fill(round(size / PUBLIC_SHARE), drawn=drawn))
    public = Image.objects.public().count()
    assert 0.97 * size < public < 1.03 * size, (public, size, steps[-1])
    sys.stderr.write(f"  {public:,} public pictures\n")


def _redis(size: int) -> str:
    """Another database of the same Redis for each size: rendered cards must not be mixed up."""
    number = len(str(size))
    assert settings.REDIS_URL.endswith("?db=0"), settings.REDIS_URL
    return f"{settings.REDIS_URL[:-1]}{number}"


def _switch_to(database: str) -> None:
    """A database of the same server or in another file; by its URL or its name."""
    if "://" in database:
        path = urlsplit(database).path
        database = path[1:]
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
    connection.settings_dict["NAME"] = database
