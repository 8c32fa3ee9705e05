"""Everything by the keyboard, and always visible where one is."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site
from tests.browser.visitor import Visitor

MOST_STEPS = 60
WHERE = "document.activeElement.outerHTML.slice(0, 60)"
HAS_RING = """() => {
  const here = document.activeElement;
  const shows = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
      || style.boxShadow !== "none";
  };
  return [here, here.parentElement, here.closest("label, fieldset, .composer, .tile, form")]
    .some((element) => element && shows(element));
}"""


def test_a_picture_is_made_and_opened_by_the_keyboard_alone(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site, known=True)
    page = visitor.open("/")
    keys = page.keyboard

    _tab_to(visitor, ".skip")
    keys.press("Enter")
    assert _here(visitor, "#main")
    page.reload()
    _tab_to(visitor, ".nav a[href='/generate/']")
    keys.press("Enter")
    expect(visitor.prompt).to_be_focused()

    keys.type("an island by the keyboard")
    _tab_to(visitor, "[name=size]")
    keys.press("ArrowRight")
    expect(page.get_by_role("radio", name="3:2")).to_be_checked()
    expect(page.get_by_role("group", name="Size")).to_contain_text("1536 × 1024")
    expect(page.get_by_role("radio", name="3:2")).to_be_focused()
    _tab_to(visitor, "[data-submit]")
    keys.press("Enter")
    card = visitor.wait_for("succeeded")
    expect(card).to_contain_text("1536 × 1024")

    _tab_to(visitor, "[data-state=succeeded] .tile a")
    keys.press("Enter")
    page.wait_for_url("**/images/**")
    keys.press("Escape")
    page.wait_for_url("**/generate/")


def test_control_and_enter_in_the_prompt_generate(site: Site, arrive: Arrive) -> None:
    visitor = arrive(site, known=True)
    visitor.open("/generate/")
    visitor.prompt.fill("quick as a key")

    visitor.prompt.press("Control+Enter")

    expect(visitor.card).to_contain_text("quick as a key")


def _tab_to(visitor: Visitor, selector: str) -> None:
    """Press Tab until there; each stop on the way must be visible."""
    trail: list[str] = []
    while not _here(visitor, selector):
        visitor.page.keyboard.press("Tab")
        trail.append(visitor.page.evaluate(WHERE))
        assert visitor.page.evaluate(HAS_RING), f"{selector}: one cannot see where one is: {trail}"
        assert len(trail) < MOST_STEPS, f"{selector} is not reached: {trail}"


def _here(visitor: Visitor, selector: str) -> bool:
    return bool(visitor.page.evaluate("(s) => document.activeElement.matches(s)", selector))
