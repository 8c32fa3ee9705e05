"""A real Chromium for the browser tests: the system's, else Playwright's own, else loud words."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",  # continuous integration runs as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
MISSING = (
    "No Chromium was found, so no browser test ran. Install the system's (apt install chromium)"
    " or Playwright's own (.venv/bin/playwright install chromium)."
)


def executable(playwright: Playwright) -> str | None:
    """Where Chromium is on this machine."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run. Without one, tests are skipped here and fail in CI."""
    with sync_playwright() as playwright:
        path = executable(playwright)
        if path is None:
            if os.environ.get("CI"):
                pytest.fail(MISSING)
            pytest.skip(MISSING)
        # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a person who was never here, on a wide screen."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def say_what_is_missing(reporter: pytest.TerminalReporter) -> None:
    """The last lines of the run, in red, when the browser tests were left out."""
    if any(MISSING in str(report.longrepr) for report in reporter.stats.get("skipped", [])):
        reporter.section("browser tests did not run", red=True, bold=True)
        reporter.line(MISSING, red=True, bold=True)
