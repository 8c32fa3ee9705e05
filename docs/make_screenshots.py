"""The README's pictures, of a running site: `python -m docs.make_screenshots http://127.0.0.1:8000`.

The site offers the demo model and has a full gallery (`manage.py seed_demo --images 30`); it should
take its time over a picture (DEMO_SECONDS=8). What the studio makes has a seed, so that it looks
alike each time.
"""

from __future__ import annotations

import re
import secrets
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.chromium import ARGUMENTS, executable

FOLDER = Path(__file__).parent / "images"
PATIENCE = 60_000
GAP = 48
"""Pixels between the two phones, and the radius of their corners."""

FINISHED = ("Northern lights over a fjord, a small cabin by the water", 3)
RUNNING = ("A lighthouse above a stormy sea at dusk", 2)
ON_PHONE = ("Hot air balloons over the hills at sunrise", 1)
SEEDED = "flow of music, abstract"

LOADED = "() => [...document.images].filter((image) => image.checkVisibility()).every("
LOADED += "(image) => image.complete || image.getBoundingClientRect().top > innerHeight)"


def main(site: str) -> None:
    arguments = [*ARGUMENTS, "--enable-features=OverlayScrollbar"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=arguments)
        _on_a_wide_screen(browser, site)
        _on_a_phone(browser, site)
        browser.close()


def _on_a_wide_screen(browser: Browser, site: str) -> None:
    context = browser.new_context(
        base_url=site,
        viewport={"width": 1440, "height": 900},
        device_scale_factor=1.5,
        color_scheme="dark",
    )
    page = context.new_page()
    page.goto("/")
    _save("home", _shot(page))
    _sign_up(page)

    page.goto("/generate/")
    _make(page, *FINISHED)
    _save("studio", _shot(page))
    _ask(page, *RUNNING)
    preview = page.locator("[data-state=running] .skeleton img")
    expect(preview).to_have_attribute("src", re.compile(r"n=[23]"), timeout=PATIENCE)
    _save("running", _shot(page))

    page.goto("/")
    page.get_by_alt_text(SEEDED).first.click()
    page.wait_for_url("**/images/**")
    _save("picture", _shot(page))


def _on_a_phone(browser: Browser, site: str) -> None:
    """Two screens side by side: what one asks for, and what came."""
    context = browser.new_context(
        base_url=site,
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        color_scheme="light",
    )
    page = context.new_page()
    _sign_up(page)
    page.goto("/generate/")
    _fill(page, *ON_PHONE)
    asking = _shot(page)
    page.get_by_role("button", name="Generate").click()
    _wait(page)
    page.locator("[data-state=succeeded]").scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, document.querySelector('[data-state]').offsetTop - 72)")
    came = _shot(page)
    both = Image.new("RGBA", (2 * asking.width + GAP, asking.height))
    both.paste(asking, (0, 0), _rounded(asking))
    both.paste(came, (asking.width + GAP, 0), _rounded(came))
    _save("phone", both)


def _sign_up(page: Page) -> None:
    name = f"mira{secrets.token_hex(3)}"
    page.goto("/accounts/signup/")
    page.fill("[name=email]", f"{name}@example.com")
    page.fill("[name=username]", name)
    page.fill("[name=password1]", secrets.token_urlsafe())
    page.locator("main").get_by_role("button", name="Sign up").click()
    expect(page.locator("[data-credits]")).to_be_visible()


def _make(page: Page, prompt: str, seed: int) -> None:
    _ask(page, prompt, seed)
    _wait(page)


def _ask(page: Page, prompt: str, seed: int) -> None:
    _fill(page, prompt, seed)
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("[data-generation]").first).to_contain_text(prompt)


def _fill(page: Page, prompt: str, seed: int) -> None:
    """A wide picture; the rare options stay folded."""
    page.fill("#id_prompt", prompt)
    size = page.get_by_role("group", name="Size")
    size.locator("label", has_text="3:2").click()
    expect(size.locator("legend")).to_contain_text("1536 × 1024")
    page.locator("#id_seed").evaluate("(field, seed) => { field.value = seed }", seed)


def _wait(page: Page) -> None:
    """Until the newest picture and its renditions are there."""
    newest = page.locator("[data-generation]").first
    expect(newest).to_have_attribute("data-state", "succeeded", timeout=PATIENCE)
    expect(page.locator("[data-poll]")).to_have_count(0, timeout=PATIENCE)


def _rounded(screen: Image.Image) -> Image.Image:
    mask = Image.new("L", screen.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *screen.size), radius=GAP, fill=255)
    return mask


def _shot(page: Page) -> Image.Image:
    # A browser without a window has no scrollbar, and needs no room for one.
    page.evaluate("document.documentElement.style.scrollbarGutter = 'auto'")
    page.wait_for_function(LOADED)
    page.wait_for_timeout(300)
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def _save(name: str, picture: Image.Image) -> None:
    picture.save(FOLDER / f"{name}.webp", quality=82, method=6)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
