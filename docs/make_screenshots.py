"""The README's pictures, from a running site: `python -m docs.make_screenshots http://127.0.0.1:8000`.

The site needs the demo model and a full gallery (`manage.py seed_demo --images 30`). What is shown
depends on nothing else: the studio's pictures have seeds.
"""

from __future__ import annotations

import secrets
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.chromium import ARGUMENTS, executable

FOLDER = Path(__file__).parent / "images"
SHARPNESS = 1.5
"""Pixels of the file to one of the page."""

FINISHED = ("A sailing boat on a quiet sea at sunset, gold and rose", "7")
RUNNING = ("Northern lights over a fjord, a small cabin by the water", "3")


def main(site: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable(playwright), args=ARGUMENTS
        )
        page = _page(browser, site, 1440, 900, "dark")
        _home(page)
        _sign_up(page)
        _studio(page)
        _picture(page)
        phone = _page(browser, site, 390, 844, "light")
        phone.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
        _phone(phone)
        browser.close()


def _home(page: Page) -> None:
    page.goto("/")
    _save(page, "home")


def _sign_up(page: Page) -> None:
    page.goto("/accounts/signup/")
    name = f"mira-{secrets.token_hex(3)}"
    page.fill("[name=email]", f"{name}@example.com")
    page.fill("[name=username]", name)
    page.fill("[name=password1]", secrets.token_urlsafe())
    page.locator("main").get_by_role("button", name="Sign up").click()
    expect(page.locator("[data-credits]")).to_be_visible()


def _studio(page: Page) -> None:
    page.goto("/generate/")
    _ask(page, *FINISHED)
    expect(page.locator("[data-state=succeeded]")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-poll]")).to_have_count(0, timeout=60_000)
    _save(page, "studio")
    _ask(page, *RUNNING)
    expect(page.locator("[data-state=running] .skeleton img")).to_be_visible(timeout=60_000)
    _save(page, "running")
    expect(page.locator("[data-state=succeeded]")).to_have_count(2, timeout=60_000)


def _picture(page: Page) -> None:
    page.goto("/")
    page.locator(".tile > a").nth(1).click()
    _save(page, "picture")


def _phone(page: Page) -> None:
    page.goto("/generate/")
    page.fill("#id_prompt", FINISHED[0])
    _save(page, "phone")


def _ask(page: Page, prompt: str, seed: str) -> None:
    """Send the form for a wide picture; the rare options stay folded."""
    page.fill("#id_prompt", prompt)
    page.locator("label", has_text="3:2").click()
    expect(page.get_by_role("group", name="Size")).to_contain_text("1536 × 1024")
    page.locator("#id_seed").evaluate("(field, seed) => { field.value = seed }", seed)
    page.get_by_role("button", name="Generate").click()


def _page(browser: Browser, site: str, width: int, height: int, scheme: str) -> Page:
    return browser.new_context(
        base_url=site,
        viewport={"width": width, "height": height},
        device_scale_factor=SHARPNESS if width > 500 else 2 * SHARPNESS,
        color_scheme="dark" if scheme == "dark" else "light",
    ).new_page()


def _save(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    with Image.open(BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=82, method=6)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
