"""What lost webhooks should have done is found, named and done; the audit sees what is wrong."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from djstripe.models import Invoice, Price

from accounts.models import User
from billing import checkout, offers, payment_audit, reconciling, setting_up, tiers
from billing.models import Checkout, Membership, Payment, StripeCustomer, Tier
from gallery import removing
from tests.billing.shop import Shop
from tests.cast import balance
from tests.stand_ins.stripe.behaviours import fails


def sentences() -> list[str]:
    return [difference.sentence for difference in reconciling.run()]


def test_where_nothing_was_lost_there_is_nothing_to_do(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")
    bought = shop.buy(alice)
    shop.stripe.refund(shop.charge(bought)["id"], 100)
    shop.hear()

    assert sentences() == []
    assert list(payment_audit.differences()) == []


def test_a_lost_purchase_is_granted(shop: Shop, alice: User) -> None:
    began = shop.begin(alice)
    shop.stripe.pay(began.session_id or "")
    shop.miss()

    found = sentences()

    assert balance(alice) == 60
    assert "50 credits were missing; alice has them now" in found[0]
    began.refresh_from_db()
    assert began.state == Checkout.State.PAID
    assert sentences() == []


def test_everything_lost_is_found_in_one_run(shop: Shop, alice: User, bob: User) -> None:
    for user in (alice, bob):
        for key in ("pack-small", "plan-basic"):
            shop.stripe.pay(shop.begin(user, key).session_id or "")
    charges = shop.stripe.all("charge", amount=500)
    shop.stripe.refund(charges[0]["id"])
    shop.stripe.dispute(charges[1]["id"])
    shop.stripe.cancel(shop.subscription(alice)["id"], at_period_end=False)
    shop.miss()

    found = sentences()

    assert balance(alice) == balance(bob) == 10 + 200
    assert [tiers.of(user).slug for user in (alice, bob)] == ["free", "basic"]
    assert len(found) == 8
    assert sentences() == []
    assert list(payment_audit.differences()) == []


def test_a_lost_refund_that_failed_and_a_dispute_that_was_won(shop: Shop, alice: User) -> None:
    bought = shop.buy(alice)
    charge = shop.charge(bought)["id"]
    refund = shop.stripe.refund(charge, 100, status="pending")
    dispute = shop.stripe.dispute(charge, 400)
    shop.hear()
    assert balance(alice) == 10
    shop.stripe.fail_refund(refund["id"])
    shop.stripe.close_dispute(dispute["id"], won=True)
    shop.miss()

    assert len(sentences()) == 2
    assert balance(alice) == 60


def test_a_lost_renewal_end_and_deleted_customer(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")
    shop.stripe.delete_customer(StripeCustomer.objects.get().customer_id)
    shop.miss()

    found = sentences()

    assert Membership.objects.get().state == Membership.State.ENDED
    assert len(found) == 1


def test_a_session_that_ran_out_unheard_is_given_up(shop: Shop, alice: User) -> None:
    began = shop.begin(alice)
    shop.stripe.expire(began.session_id or "")
    shop.miss()
    Checkout.objects.update(created_at="2026-01-01T00:00:00Z")

    assert len(sentences()) == 1
    began.refresh_from_db()
    assert began.state == Checkout.State.EXPIRED


def test_the_command_names_what_it_cannot_settle_and_fails(shop: Shop, alice: User) -> None:
    shop.buy(alice)
    next(shop.stripe.account.all("invoice"))["amount_paid"] = 499
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("reconcile_stripe", stdout=out)

    assert ended.value.code == 1
    assert "499 was paid at Stripe, 500 is written here" in out.getvalue()


def test_the_command_says_when_stripe_is_away(shop: Shop) -> None:
    shop.stripe.always(fails(500), on="*")

    with pytest.raises(Exception, match="Stripe could not be asked"):
        call_command("reconcile_stripe")


def test_the_audit_names_a_payment_whose_credits_are_missing(shop: Shop, alice: User) -> None:
    shop.buy(alice)
    Payment.objects.update(credits=51)

    (sentence,) = payment_audit.differences()
    assert "worth 51 credits, the ledger has 50" in sentence


def test_the_audit_names_what_was_not_taken_back(shop: Shop, alice: User) -> None:
    bought = shop.buy(alice)
    shop.stripe.refund(shop.charge(bought)["id"], 250)
    shop.hear()
    Payment.objects.update(reversed_credits=26)

    (sentence,) = payment_audit.differences()
    assert "26 credits should be taken back, the ledger has 25" in sentence


def test_the_audit_compares_with_stripes_mirror(shop: Shop, alice: User) -> None:
    shop.buy(alice)
    invoice = Invoice.objects.get()
    invoice.stripe_data["amount_paid"] = 400
    invoice.save()

    (sentence,) = payment_audit.differences()
    assert "500 paid here; at Stripe it is paid with 400" in sentence


def test_the_audit_names_what_only_the_mirror_knows(shop: Shop, alice: User) -> None:
    shop.buy(alice)
    invoice = Invoice.objects.get()
    invoice.pk, invoice.id = None, "in_unknown"
    invoice.save()

    (sentence,) = payment_audit.differences()
    assert (
        sentence == "Invoice in_unknown is paid at Stripe and unknown here: run reconcile_stripe."
    )


def test_setting_up_twice_changes_nothing(shop: Shop) -> None:
    before = len(shop.stripe.account.objects)

    said = list(setting_up.set_up())

    after = len(shop.stripe.account.objects)
    assert after == before
    assert not [sentence for sentence in said if "created" in sentence or "replaced" in sentence]


def test_other_credits_make_a_new_price_and_the_old_one_goes_on_granting(
    shop: Shop, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.buy(alice, "plan-basic")
    old = shop.price("plan-basic")
    tier = Tier.objects.get(slug="basic")
    tier.monthly_credits = 500
    tier.save()

    said = list(setting_up.set_up())
    shop.stripe.advance(days=32)
    shop.hear()

    assert "Price of plan-basic: replaced." in said
    assert shop.price("plan-basic") != old
    assert balance(alice) == 10 + 200 + 200


def test_the_key_is_not_written_into_the_database(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")
    out: Any = StringIO()
    call_command("dumpdata", stdout=out)

    assert shop.stripe.api_key not in out.getvalue()


def test_the_doctor_asks_stripe_and_misses_what_is_missing(shop: Shop) -> None:
    assert setting_up.check() == "test mode, 5 packs and plans"

    Price.objects.filter(lookup_key="easel-pack-small").update(active=False)
    offers.forget()
    with pytest.raises(setting_up.NotSetUp, match="4 of 5"):
        setting_up.check()


def test_without_a_webhook_the_doctor_says_so(shop: Shop, settings: Any) -> None:
    settings.SITE_URL = "https://elsewhere.example"

    with pytest.raises(setting_up.NotSetUp, match="no webhook leads to https://elsewhere"):
        setting_up.check()


def test_a_removed_account_is_not_charged_any_more(shop: Shop, alice: User) -> None:
    shop.buy(alice, "plan-basic")
    removing.remove_account(alice)

    found = sentences()
    shop.stripe.advance(days=40)

    assert "cancelled with its account" in found[0]
    assert shop.subscription(alice)["status"] == "canceled"
    assert len(list(shop.stripe.all("invoice"))) == 1


def test_the_portal_opens_for_somebody_whose_customer_was_deleted(shop: Shop, alice: User) -> None:
    shop.buy(alice)
    shop.stripe.delete_customer(StripeCustomer.objects.get().customer_id)
    shop.miss()

    assert checkout.portal(alice).startswith(shop.stripe.base_url)
