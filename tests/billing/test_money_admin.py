"""Administrators read all that concerns money; nobody changes it, and moderators see none of it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import (
    Checkout,
    CreditAccount,
    CreditEntry,
    Membership,
    Payment,
    Reversal,
    StripeCustomer,
)
from tests.billing.shop import Shop
from tests.cast import a_person

TABLES = [
    CreditAccount, CreditEntry, Payment, Reversal, Membership, Checkout, StripeCustomer,
]  # fmt: skip


@pytest.fixture
def dave(db: None) -> User:
    """A moderator: staff, and no right to anything more."""
    return a_person("dave", is_staff=True)


@pytest.fixture
def sold(shop: Shop, alice: User) -> Shop:
    """Alice bought a pack, half of which went back, and a plan."""
    pack = shop.buy(alice, "pack-medium")
    shop.stripe.refund(shop.charge(pack)["id"], 500)
    shop.buy(alice, "plan-basic")
    return shop


def address(table: Any, rest: str = "") -> str:
    return f"/admin/billing/{table._meta.model_name}/{rest}"


@pytest.mark.parametrize("table", TABLES)
def test_an_administrator_reads_it_and_can_change_nothing(
    sold: Shop, carol: User, client: Client, table: Any
) -> None:
    client.force_login(carol)
    row = table.objects.first()

    listed = client.get(address(table))
    shown = client.get(address(table, f"{row.pk}/change/"))

    assert (listed.status_code, shown.status_code) == (200, 200)
    assert 'name="_save"' not in shown.content.decode()
    assert client.get(address(table, "add/")).status_code == 403
    assert client.post(address(table, f"{row.pk}/change/"), {}).status_code == 403
    assert client.post(address(table, f"{row.pk}/delete/"), {"post": "yes"}).status_code == 403
    client.post(address(table), {"action": "delete_selected", "_selected_action": row.pk})
    assert table.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("table", TABLES)
def test_a_moderator_sees_none_of_it(sold: Shop, dave: User, client: Client, table: Any) -> None:
    client.force_login(dave)
    row = table.objects.first()

    for rest in ["", "add/", f"{row.pk}/change/", f"{row.pk}/history/", f"{row.pk}/delete/"]:
        assert client.get(address(table, rest)).status_code == 403
    assert address(table) not in client.get("/admin/").content.decode()


@pytest.mark.parametrize("table", TABLES)
def test_one_who_may_only_moderate_pictures_sees_no_money(
    sold: Shop, dave: User, client: Client, table: Any
) -> None:
    rights = Permission.objects.filter(content_type__app_label__in=["gallery", "generator"])
    dave.user_permissions.set(rights)
    client.force_login(dave)

    assert client.get("/admin/gallery/image/").status_code == 200
    assert client.get(address(table)).status_code == 403


@pytest.mark.parametrize("table", TABLES)
def test_everybody_else_is_sent_away(sold: Shop, alice: User, client: Client, table: Any) -> None:
    client.force_login(alice)

    assert client.get(address(table)).status_code == 302


@pytest.mark.parametrize("table", TABLES)
def test_a_person_is_found_by_the_whole_address(
    sold: Shop, carol: User, client: Client, table: Any
) -> None:
    client.force_login(carol)

    found = client.get(address(table), {"q": "alice@example.com"}).context["cl"].result_list
    none = client.get(address(table), {"q": "bob@example.com"}).context["cl"].result_list

    assert len(found) >= 1
    assert len(none) == 0


@pytest.mark.parametrize("table", TABLES)
def test_a_list_asks_the_same_number_of_questions_however_long(
    sold: Shop, carol: User, client: Client, table: Any
) -> None:
    client.force_login(carol)
    client.get(address(table))
    with CaptureQueriesContext(connection) as few:
        client.get(address(table))
    for number in range(20):
        sold_to(a_person(f"person{number}", balance=1), number)
    Reversal.objects.bulk_create(
        Reversal(payment=each, kind="refund", reference=f"re_{each.pk}", amount=1, state="taken")
        for each in Payment.objects.all()
    )

    with CaptureQueriesContext(connection) as many:
        client.get(address(table))

    assert len(many) <= len(few)


def test_nothing_of_djstripe_is_in_the_admin(carol: User, client: Client) -> None:
    client.force_login(carol)

    found = [each for each in admin.site._registry if each._meta.app_label == "djstripe"]
    models = list(apps.get_app_config("djstripe").get_models())

    assert found == []
    assert len(models) > 20
    assert "djstripe" not in client.get("/admin/").content.decode()
    for model in models:
        assert client.get(f"/admin/djstripe/{model._meta.model_name}/").status_code == 404


def test_a_moderator_sees_nothing_of_billing_whatever_comes_to_it(
    dave: User, client: Client
) -> None:
    client.force_login(dave)
    tables = [each for each in admin.site._registry if each._meta.app_label == "billing"]

    assert {*TABLES} < {*tables}
    assert [client.get(address(each)).status_code for each in tables] == [403] * len(tables)


def test_links_lead_to_stripe_and_from_row_to_row(
    sold: Shop, alice: User, carol: User, client: Client
) -> None:
    sold.hear()
    client.force_login(carol)
    payment = Payment.objects.get(offer="pack-medium")
    reversal = Reversal.objects.get(payment=payment)
    account, dashboard = (
        address(CreditAccount, f"{alice.pk}/change/"),
        "https://dashboard.stripe.com",
    )

    page = client.get(address(Payment, f"{payment.pk}/change/")).content.decode()

    assert f"{dashboard}/test/invoices/{payment.reference}" in page
    assert f"{dashboard}/test/payments/{payment.payment_intent}" in page
    assert address(Reversal, f"{reversal.pk}/change/") in page
    assert account in page
    back = client.get(address(Reversal, f"{reversal.pk}/change/")).content.decode()
    assert address(Payment, f"{payment.pk}/change/") in back
    customer = client.get(address(StripeCustomer)).content.decode()
    assert f"{dashboard}/test/customers/cus_" in customer
    plan = client.get(address(Membership)).content.decode()
    assert f"{dashboard}/test/subscriptions/sub_" in plan


def test_real_money_is_linked_to_the_real_dashboard(
    sold: Shop, carol: User, client: Client
) -> None:
    Payment.objects.update(livemode=True)
    client.force_login(carol)

    page = client.get(address(Payment)).content.decode()

    assert "https://dashboard.stripe.com/invoices/" in page
    assert "/test/" not in page


def test_an_entry_leads_to_its_payment_and_an_account_to_its_lists(
    sold: Shop, alice: User, carol: User, client: Client
) -> None:
    client.force_login(carol)
    entry = CreditEntry.objects.get(kind="purchase")
    payment = Payment.objects.get(offer="pack-medium")

    shown = client.get(address(CreditEntry, f"{entry.pk}/change/")).content.decode()
    account = client.get(address(CreditAccount, f"{alice.pk}/change/")).content.decode()

    assert address(Payment, f"{payment.pk}/change/") in shown
    link = address(Payment, f"?account__exact={alice.pk}")
    assert link in account
    assert len(client.get(link).context["cl"].result_list) == 2


def test_payments_are_narrowed_to_those_that_went_back(
    sold: Shop, carol: User, client: Client
) -> None:
    sold.hear()
    client.force_login(carol)

    def listed(choice: str) -> list[str]:
        page = client.get(address(Payment), {"returned": choice})
        return [each.offer for each in page.context["cl"].result_list]

    assert (listed("yes"), listed("no")) == (["pack-medium"], ["plan-basic"])


def sold_to(person: User, number: int) -> None:
    """A row of each kind for one more person, as copies of what alice has."""
    account = person.credit_account
    tables: list[Any] = [Payment, Membership, Checkout, StripeCustomer]
    for table in tables:
        row = table.objects.filter(account__user__username="alice").first()
        row.pk = uuid.uuid4() if table is Checkout else None
        row.account = account
        for name in ["reference", "session_id", "customer_id"]:
            if hasattr(row, name):
                setattr(row, name, f"copy_{number}")
        row.save(force_insert=True)
