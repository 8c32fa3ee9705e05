"""What every template keeps to, so that the strict policy holds and pages stay readable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted(
    path
    for path in (ROOT / "templates").rglob("*.html")
    if "email" not in path.parts and "admin" not in path.parts
)
FORBIDDEN = {
    "an inline style": re.compile(r"<style|\sstyle="),
    "an inline handler": re.compile(r"\son[a-z]+\s*="),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "htmx that needs eval": re.compile(r"hx-on|hx-vals=.?js:|hx-trigger=\"[^\"]*\["),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_needs_nothing_that_the_policy_forbids(path: Path) -> None:
    text = path.read_text()

    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 60


def test_scripts_are_loaded_as_modules_or_deferred() -> None:
    tags = [tag for path in TEMPLATES for tag in re.findall(r"<script[^>]*>", path.read_text())]

    assert tags
    assert [tag for tag in tags if 'type="module"' not in tag and " defer" not in tag] == []
