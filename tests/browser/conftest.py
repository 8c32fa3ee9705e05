"""Two sites for the whole folder: one with the demo model, one whose OpenAI is a stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.site import Site, environment, run
from tests.browser.visitor import Visitor
from tests.stand_ins.openai import OpenAIStandIn

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

Arrive = Callable[..., Visitor]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder runs in one process of pytest-xdist, so that each site is started once."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def data(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fresh database; after Chromium, because without it nothing need start."""
    folder = tmp_path_factory.mktemp("data")
    run(environment(folder), "manage.py", "migrate", "-v0")
    return folder


@pytest.fixture(scope="session")
def site(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With the demo model, as `make run` starts it without a key."""
    with Site(tmp_path_factory.mktemp("site"), data=data, DEMO_SECONDS="2") as site:
        yield site


@pytest.fixture(scope="session")
def _openai() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn(delay=0.5) as stand_in:
        yield stand_in


@pytest.fixture
def openai(_openai: OpenAIStandIn) -> OpenAIStandIn:
    """What the site's OpenAI got and sent during this test, and how it is to behave."""
    _openai.reset()
    return _openai


@pytest.fixture(scope="session")
def openai_site(
    data: Path, _openai: OpenAIStandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """With Flare and Sunburst, over HTTP."""
    folder = tmp_path_factory.mktemp("openai-site")
    key = {"OPENAI_API_KEY": _openai.api_key, "OPENAI_BASE_URL": _openai.base_url}
    with Site(folder, data=data, **key) as site:
        yield site


@pytest.fixture
def arrive(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Arrive]:
    """Lets visitors come: ``arrive(site)`` is a stranger, ``known=True`` one who is logged in.

    At the end the console of each must be empty; of a failed test the pages are kept.
    """
    visitors: list[Visitor] = []

    def arrive(site: Site, *, known: bool = False, phone: bool = False, **options: Any) -> Visitor:
        screen = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {}
        context = browser.new_context(**{"viewport": WIDE, **screen, **options})
        if known:
            cookie = {"name": "easel_session", "value": site.somebody().session, "url": site.url}
            context.add_cookies([cookie])  # type: ignore[list-item]
        visitors.append(Visitor(context, site))
        return visitors[-1]

    yield arrive
    for number, visitor in enumerate(visitors):
        visitor.page.screenshot(path=tmp_path / f"visitor-{number}.png", timeout=5000)
        visitor.context.close()
    assert [visitor.complaints for visitor in visitors] == [[] for _ in visitors]
