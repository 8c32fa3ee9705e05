"""A person buys, subscribes, takes a larger plan, cancels, and reads it all in the ledger."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.site import Site
from tests.browser.visitor import PATIENCE, Visitor
from tests.stand_ins.stripe import StripeStandIn


def test_a_person_buys_subscribes_upgrades_cancels_and_reads_the_ledger(
    shop: Site, arrive: Arrive, stripe: StripeStandIn
) -> None:
    visitor = arrive(shop, known=True)
    page = visitor.open("/billing/")
    visitor.should_have(credits=10)

    page.get_by_role("button", name="Buy 120 credits").click()
    pay(page)
    thanked(visitor, "120 credits are in your account")
    visitor.should_have(credits=130)

    visitor.open("/billing/")
    page.get_by_role("button", name="Subscribe to Basic").click()
    pay(page)
    thanked(visitor, "200 credits are in your account")
    visitor.should_have(credits=330)

    visitor.open("/billing/")
    page.get_by_role("button", name="Manage plan").click()
    page.get_by_role("button", name=re.compile("Premium")).first.click()
    until(visitor, "Premium, renews on")

    page.get_by_role("button", name="Manage plan").click()
    page.get_by_role("button", name=re.compile("^Cancel")).click()
    until(visitor, "it does not renew")

    lines = page.locator("#ledger tr[data-entry]").all_inner_texts()
    told = [re.sub(r"\s+", " ", line) for line in lines]
    assert "Your plan changed, Basic → Premium" in told[0]
    assert "The credits of your plan “Basic”" in told[1]
    assert told[1].endswith("+200")
    assert "You bought “120 credits”" in told[2]
    assert told[2].endswith("+120")
    assert "A gift from us" in told[3]
    assert page.locator("#invoices tbody tr").count() == 3
    link = page.locator("#invoices a").last
    assert str(link.get_attribute("href")).startswith(f"{stripe.base_url}/invoices/")


def test_who_leaves_the_till_paid_nothing_and_hears_so(shop: Site, arrive: Arrive) -> None:
    visitor = arrive(shop, known=True, phone=True)
    page = visitor.open("/billing/")

    page.get_by_role("button", name="Buy 50 credits").click()
    page.get_by_role("link", name=re.compile("Leave|Back|without paying", re.IGNORECASE)).click()

    expect(page.get_by_text("nothing was charged")).to_be_visible()
    visitor.should_have(credits=10)


def test_a_declined_card_can_be_tried_again(shop: Site, arrive: Arrive) -> None:
    visitor = arrive(shop, known=True)
    visitor.expect_status(402)
    page = visitor.open("/billing/")
    page.get_by_role("button", name="Buy 50 credits").click()

    page.get_by_role("button", name=re.compile("declined")).click()
    expect(page.get_by_text(re.compile("was declined"))).to_be_visible()
    pay(page)

    thanked(visitor, "50 credits are in your account")


def test_without_javascript_the_page_after_paying_reloads_by_itself(
    shop: Site, arrive: Arrive
) -> None:
    visitor = arrive(shop, known=True, java_script_enabled=False)
    page = visitor.open("/billing/")

    page.get_by_role("button", name="Buy 50 credits").click()
    pay(page)

    thanked(visitor, "50 credits are in your account")


def pay(page: Page) -> None:
    """On Stripe's page."""
    page.wait_for_url(re.compile(r"/pay/|/checkout/|/c/"))
    page.get_by_role("button", name=re.compile(r"^Pay (?!by)")).click()
    page.wait_for_url(re.compile("/billing/done/"))


def thanked(visitor: Visitor, words: str) -> None:
    checkout = visitor.page.locator("[data-checkout=paid]")
    expect(checkout).to_contain_text(words, timeout=PATIENCE)


def until(visitor: Visitor, words: str) -> None:
    """The credits page says so, as soon as the news has come."""
    for _try in range(20):
        if words in visitor.open("/billing/").content():
            return
        visitor.page.wait_for_timeout(500)
    raise AssertionError(words)
