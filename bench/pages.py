"""What each page costs in queries and bytes, as information."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from bench.people import people
from bench.table import Row, at_most
from gallery.models import Image
from generator import seeding

MOST_BEFORE_PAINT = 15.0
MOST_SCRIPTS = 40.0
STATIC = Path(settings.BASE_DIR) / "static"


def measure(folder: Path, *, quick: bool) -> list[Row]:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        return _measure(quick)


def _measure(quick: bool) -> list[Row]:
    pictures = list(seeding.seed(6 if quick else 24))
    [user] = people(1)
    Image.objects.update(user=user)
    stranger, person = Client(), Client()
    person.force_login(user)
    pages = [
        ("Home, nobody logged in", stranger, "/"),
        ("Home, logged in", person, "/"),
        ("A picture", person, f"/images/{pictures[0].pk}/"),
        ("Studio", person, "/generate/"),
        ("History", person, "/history/"),
        ("Credits", person, "/billing/"),
    ]
    return [_page(what, client, path) for what, client, path in pages] + [_scripts()]


def _page(what: str, client: Client, path: str) -> Row:
    client.get(path, headers={"Host": "127.0.0.1"}, secure=False)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path, headers={"Host": "127.0.0.1"})
    assert answer.status_code == 200, (path, answer.status_code)
    size = compressed(answer.content)
    sheets = re.findall(r"css/(\w+\.css)", answer.content.decode())
    css = sum(compressed((STATIC / "css" / name).read_bytes()) for name in sheets)
    return at_most(
        f"{what}: HTML and CSS, compressed",
        (size + css) / 1000,
        MOST_BEFORE_PAINT,
        unit="kB",
        how=f"{len(queries)} queries; HTML {size / 1000:.1f} kB, CSS {css / 1000:.1f} kB",
    )


def _scripts() -> Row:
    import django_htmx

    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    files = [*sorted((STATIC / "js").glob("*.js")), htmx]
    total = sum(compressed(path.read_bytes()) for path in files) / 1000
    what = "All JavaScript of all pages, compressed"
    return at_most(what, total, MOST_SCRIPTS, unit="kB", how=f"{len(files)} files")


def compressed(content: bytes) -> int:
    return len(gzip.compress(content, 6))
