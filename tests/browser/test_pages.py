"""What holds on every page: it fits a phone and a finger, nothing jumps, the console is silent."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SEEDED, Arrive
from tests.browser.site import Site

PUBLIC = [
    "/",
    "/verify/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
]
OWN = [
    "/generate/",
    "/history/",
    "/history/?view=pictures",
    "/prompts/",
    "/dashboard/",
    "/billing/",
    "/likes/",
    "/collections/",
    "/searches/",
    "/deleted/",
    "/downloads/",
    "/accounts/profile/",
    "/accounts/preferences/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
]

TARGET = 44
"""CSS pixels that a finger needs; links within sentences are excepted (WCAG 2.5.5)."""

SMALL_TARGETS = """(least) => {
  const controls = document.querySelectorAll(
    "a, button, summary, select, textarea, label:has([type=radio]), " +
    "input:not([type=hidden], [type=radio], [type=checkbox])");
  const isSeen = (control) => !control.matches(".skip") &&
    control.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const isInSentence = (control) =>
    control.matches(":is(p, li, dd, h2) a") && getComputedStyle(control).display === "inline";
  const size = (control) => {
    const {width, height} = control.getBoundingClientRect();
    return Math.round(Math.min(width, height));
  };
  return [...controls]
    .filter((control) => isSeen(control) && !isInSentence(control) && size(control) < least)
    .map((control) => `${size(control)}: ${control.outerHTML.slice(0, 120)}`);
}"""

SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""

PLACES = """[...document.querySelectorAll("main [data-image]")].map((picture) => {
  const {x, y, width, height} = picture.getBoundingClientRect();
  return [x, y + scrollY, width, height].map(Math.round);
})"""

MOST_SHIFT = 0.02
"""A fifth of what web.dev calls good; the unit is the share of the screen times the way moved."""


def test_every_page_fits_a_phone_and_a_finger(gallery: Site, arrive: Arrive) -> None:
    visitor = arrive(gallery, known=True, phone=True)
    visitor.expect_status(404)
    visitor.open("/generate/")
    card = visitor.make(f"tall, with a long word: {90 * 'x'}", state="succeeded")
    [image] = visitor.pictures(card)
    work = card.get_attribute("data-generation")
    _fits(visitor.page, "the studio with a picture")

    visitor.open(f"/images/{image}/collections/")
    visitor.page.get_by_label("New collection…").fill(f"a title with a long word {50 * 'x'}")
    visitor.page.get_by_role("button", name="Create").click()
    expect(visitor.page.locator(".choices [aria-pressed=true]")).to_be_visible()
    visitor.open("/collections/").locator(".shelf a").first.click()
    collection = visitor.path
    person = visitor.page.locator(".byline").get_attribute("href")

    own = [*OWN, collection, f"{collection}?arrange=1", f"{collection}edit/", f"{person}"]
    for path in [*own, f"/generations/{work}/", f"/images/{image}/", "/", "/nowhere/"]:
        _fits(visitor.open(path), path)
    stranger = arrive(gallery, phone=True)
    for path in [*PUBLIC, f"/images/{image}/"]:
        _fits(stranger.open(path), path)


@pytest.mark.parametrize("phone", [False, True])
def test_nothing_jumps_while_the_home_page_comes_and_is_scrolled(
    gallery: Site, arrive: Arrive, *, phone: bool
) -> None:
    visitor = arrive(gallery, phone=phone)
    page = visitor.page
    visitor.context.add_init_script(SHIFTS)
    held: list[Route] = []
    page.route("**/images/**", lambda route: held.append(route))

    page.goto(gallery.url, wait_until="domcontentloaded")
    expect(page.locator("main [data-image]").nth(SEEDED - 1)).to_be_attached()
    page.wait_for_timeout(300)
    empty = page.evaluate(PLACES)
    for picture in held:
        picture.continue_()
    page.unroute("**/images/**")
    _scroll_through(page)

    assert held, "the pictures came before the page was painted"
    assert page.evaluate(PLACES) == empty

    assert page.evaluate("shifts") < MOST_SHIFT
    shown = "[...document.querySelectorAll('picture img')].every((img) => img.naturalWidth > 0)"
    assert page.evaluate(shown), "a picture did not come"


def _fits(page: Page, name: str) -> None:
    width, screen = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert width <= screen, f"{name} scrolls sideways"
    assert page.evaluate(SMALL_TARGETS, TARGET) == [], name


def _scroll_through(page: Page) -> None:
    """To the end by screens, waiting for the pictures of each."""
    page.wait_for_load_state("networkidle")
    for at in range(0, page.evaluate("document.scrollingElement.scrollHeight"), 700):
        page.evaluate("(y) => scrollTo(0, y)", at)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(150)
