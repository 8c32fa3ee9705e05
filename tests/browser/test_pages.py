"""What holds on every page: it fits a phone, stays calm, and the console is silent."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site
from tests.browser.visitor import Visitor

PUBLIC = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
OWN = [
    "/generate/",
    "/history/",
    "/billing/",
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
]
TARGET = 44
"""CSS pixels a finger needs (STYLE, "The look")."""

SMALL_TARGETS = """(least) => {
  const inSentence = (link) => link.matches("p a, li a, dd a, h2 a") && getComputedStyle(link).display === "inline";
  const selector = "a, button, summary, select, textarea, input:not([type=hidden], [type=radio], [type=checkbox]), label:has([type=radio])";
  return [...document.querySelectorAll(selector)]
    .filter((element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true}))
    .filter((element) => !inSentence(element) && !element.matches(".skip, .sr-only"))
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([element, box]) => box.width && Math.round(Math.min(box.height, Math.max(box.width, 0))) < least)
    .map(([element, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${element.outerHTML.slice(0, 120)}`);
}"""

SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture(scope="session")
def gallery(site: Site) -> Site:
    """The site with a dozen pictures by other people on its home page."""
    site.manage("seed_demo", "--images", "12")
    return site


def test_every_page_fits_a_phone_and_a_finger(gallery: Site, arrive: Arrive) -> None:
    visitor = arrive(gallery, known=True, phone=True)
    visitor.expect_status(404)
    visitor.open("/generate/")
    card = visitor.make("as tall as a phone, and a very_long_word_" + 90 * "x", state="succeeded")
    [image] = visitor.pictures(card)
    work = card.get_attribute("data-generation")
    _fits(visitor.page, "/generate/ with a picture")

    for path in [*OWN, f"/generations/{work}/", f"/images/{image}/", "/", "/nowhere/"]:
        _fits(visitor.open(path), path)
    stranger = arrive(gallery, phone=True)
    for path in [*PUBLIC, f"/images/{image}/"]:
        _fits(stranger.open(path), path)


@pytest.mark.parametrize("phone", [False, True])
def test_nothing_jumps_while_the_home_page_comes_and_is_scrolled(
    gallery: Site, arrive: Arrive, *, phone: bool
) -> None:
    visitor = arrive(gallery, phone=phone)
    visitor.context.add_init_script(SHIFTS)
    page = visitor.open("/")
    expect(page.locator("main [data-image]").nth(11)).to_be_attached()

    _scroll_through(page)

    assert page.evaluate("shifts") < 0.02


def _fits(page: Page, name: str) -> None:
    widths = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1], f"{name} scrolls sideways: {widths}"
    assert page.evaluate(SMALL_TARGETS, TARGET) == [], name


def _scroll_through(page: Page) -> None:
    """To the end by screens, waiting for the pictures of each."""
    page.wait_for_load_state("networkidle")
    height = page.evaluate("document.scrollingElement.scrollHeight")
    for at in range(0, height, 700):
        page.evaluate("(y) => scrollTo(0, y)", at)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(150)
