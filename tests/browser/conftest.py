"""Two sites for the whole folder: one with the demo model, one whose OpenAI is a stand-in."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.site import Site, environment, run
from tests.browser.visitor import PATIENCE, Visitor
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.stripe import StripeStandIn

SEEDED = 12
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

Arrive = Callable[..., Visitor]
FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=PATIENCE)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know how the test went."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


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
def gallery(site: Site) -> Site:
    """The site with a dozen pictures by other people on its home page."""
    site.manage("seed_demo", "--images", str(SEEDED))
    return site


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


@pytest.fixture(scope="session")
def stripe() -> Iterator[StripeStandIn]:
    """Stripe, which tells at once what happens there."""
    with StripeStandIn(automatic=True, delay=0.3) as stand_in:
        yield stand_in


@pytest.fixture(scope="session")
def shop(
    data: Path, stripe: StripeStandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site that sells, set up by the command."""
    ours = {"STRIPE_SECRET_KEY": stripe.api_key, "STRIPE_API_HOST": stripe.base_url}
    with Site(tmp_path_factory.mktemp("shop"), data=data, DEMO_SECONDS="1", **ours) as site:
        site.manage("setup_stripe")
        yield site


@pytest.fixture
def arrive(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Arrive]:
    """Lets visitors come: ``arrive(site)`` is a stranger, ``known=True`` one who is logged in.

    At the end the console of each must be empty. What they saw last in a failed test is kept.
    """
    visitors: list[Visitor] = []

    def arrive(site: Site, *, known: bool = False, phone: bool = False, **options: Any) -> Visitor:
        screen = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {}
        context = browser.new_context(**{"viewport": WIDE, **screen, **options})
        if known:
            session = site.somebody().session
            context.add_cookies([{"name": "easel_session", "value": session, "url": site.url}])
        visitors.append(Visitor(context, site))
        return visitors[-1]

    yield arrive
    for number, visitor in enumerate(visitors):
        if request.node.stash.get(FAILED, False):
            path = tmp_path / f"visitor-{number}.png"
            visitor.page.screenshot(path=path)
            print(visitor.page.url, visitor.complaints, path)
        visitor.context.close()
    assert [visitor.complaints for visitor in visitors] == [[] for _ in visitors]
