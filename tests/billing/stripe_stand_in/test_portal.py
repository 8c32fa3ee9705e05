"""What people do in the billing portal, and on the pages of invoices and receipts."""

from __future__ import annotations

from typing import Any
from urllib.request import urlopen

import pytest
import stripe

from tests.billing.stripe_stand_in.shop import (
    Client,
    a_price,
    a_purchase,
    a_subscription,
    post,
)
from tests.stand_ins.stripe import StripeStandIn


class Portal:
    """Two plans of one product, a subscriber to one of them, and the portal's address."""

    def __init__(self, stand_in: StripeStandIn, client: Client, *, has_large: bool = False) -> None:
        self.small = a_price(client, 1000, every="month")
        self.large = a_price(client, 3000, every="month")
        bought = self.large if has_large else self.small
        self.subscription = a_subscription(stand_in, client, bought).id
        self.customer = stand_in.get(self.subscription)["customer"]
        self.url: str = self._open(client)

    def press(self, act: str, **fields: str) -> int:
        """A button of the page."""
        return post(f"{self.url}/{act}", subscription=self.subscription, **fields)

    def _open(self, client: Client) -> str:
        products = [
            {"product": client.v1.prices.retrieve(price).product, "prices": [price]}
            for price in (self.small, self.large)
        ]
        update = {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "products": products,
            "proration_behavior": "always_invoice",
            "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
        }
        features: Any = {"subscription_update": update, "subscription_cancel": {"enabled": True}}
        configuration = client.v1.billing_portal.configurations.create({"features": features})
        session = client.v1.billing_portal.sessions.create(
            {
                "customer": self.customer,
                "configuration": configuration.id,
                "return_url": "https://easel.example/billing/",
            }
        )
        return str(session.url)


def test_the_page_shows_plans_invoices_and_the_way_back(
    stand_in: StripeStandIn, client: Client
) -> None:
    page = urlopen(Portal(stand_in, client).url).read().decode()

    assert "Thing of 1000, $10.00 a month" in page
    assert "Switch to Thing of 3000, $30.00 a month" in page
    assert stand_in.all("invoice")[0]["number"] in page
    assert "https://easel.example/billing/" in page


def test_an_upgrade_is_paid_at_once(stand_in: StripeStandIn, client: Client) -> None:
    portal = Portal(stand_in, client)

    assert portal.press("switch", price=portal.large) == 303

    invoice = stand_in.all("invoice")[0]
    assert (invoice["billing_reason"], invoice["status"]) == ("subscription_update", "paid")
    assert invoice["total"] == pytest.approx(2000, abs=1)
    item = stand_in.get(portal.subscription)["items"]["data"][0]
    assert item["price"]["id"] == portal.large


def test_a_downgrade_waits_for_the_end_of_the_period(
    stand_in: StripeStandIn, client: Client
) -> None:
    portal = Portal(stand_in, client, has_large=True)

    portal.press("switch", price=portal.small)
    waiting = client.v1.subscriptions.retrieve(portal.subscription, {"expand": ["schedule"]})
    stand_in.advance(days=32)

    assert waiting["items"].data[0].price.id == portal.large
    assert waiting.schedule.phases[1]["items"][0].price == portal.small
    later = client.v1.subscriptions.retrieve(portal.subscription)
    assert later["items"].data[0].price.id == portal.small
    assert later.schedule is None
    assert [invoice["total"] for invoice in stand_in.all("invoice")] == [1000, 3000]
    assert client.v1.subscription_schedules.retrieve(waiting.schedule.id).status == "released"


def test_an_upgrade_takes_a_waiting_downgrade_back(stand_in: StripeStandIn, client: Client) -> None:
    portal = Portal(stand_in, client, has_large=True)
    portal.press("switch", price=portal.small)

    client.v1.subscription_schedules.release(stand_in.get(portal.subscription)["schedule"])
    stand_in.advance(days=32)

    assert stand_in.all("invoice")[0]["total"] == 3000


def test_giving_up_and_keeping(stand_in: StripeStandIn, client: Client) -> None:
    portal = Portal(stand_in, client)

    portal.press("cancel")
    given_up = stand_in.get(portal.subscription)["cancel_at_period_end"]
    portal.press("resume")

    assert (given_up, stand_in.get(portal.subscription)["cancel_at_period_end"]) == (True, False)


def test_a_new_card_pays_from_then_on(stand_in: StripeStandIn, client: Client) -> None:
    portal = Portal(stand_in, client)
    old = stand_in.get(portal.subscription)["default_payment_method"]

    portal.press("card")
    stand_in.advance(days=32)

    card = stand_in.get(portal.subscription)["default_payment_method"]
    assert card != old
    assert stand_in.all("charge")[0]["payment_method"] == card


def test_what_is_not_offered_cannot_be_had(stand_in: StripeStandIn, client: Client) -> None:
    portal, other = Portal(stand_in, client), Portal(stand_in, client)

    assert portal.press("switch", price=a_price(client, 1, every="month")) == 400
    assert post(f"{portal.url}/cancel", subscription=other.subscription) == 400
    assert stand_in.get(other.subscription)["cancel_at_period_end"] is False


def test_a_session_needs_a_configuration(client: Client) -> None:
    customer = client.v1.customers.create({"email": "a@example.com"})

    with pytest.raises(stripe.InvalidRequestError, match="No configuration provided"):
        client.v1.billing_portal.sessions.create({"customer": customer.id})


def test_receipts_and_invoices_have_pages(stand_in: StripeStandIn, client: Client) -> None:
    a_purchase(stand_in, client, invoice_creation={"enabled": True})
    invoice, charge = stand_in.all("invoice")[0], stand_in.all("charge")[0]

    for url in (invoice["hosted_invoice_url"], invoice["invoice_pdf"], charge["receipt_url"]):
        assert "$9.00" in urlopen(url).read().decode()


def test_an_open_invoice_is_paid_on_its_page(stand_in: StripeStandIn, client: Client) -> None:
    portal = Portal(stand_in, client)
    stand_in.fail_next_renewals(attempts=1)
    stand_in.advance(days=32)
    invoice = stand_in.all("invoice")[0]

    post(f"{invoice['hosted_invoice_url']}/pay")

    assert (invoice["status"], stand_in.get(invoice["id"])["status"]) == ("open", "paid")
    assert stand_in.get(portal.subscription)["status"] == "active"
