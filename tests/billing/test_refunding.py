"""An administrator gives money back, and the ledger moves at once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing import credits, refunding
from billing.models import CreditEntry, Payment, Reversal
from billing.money_admin import RefundForm
from tests.billing.shop import Shop
from tests.cast import a_person, all_at_once, balance
from tests.stand_ins.stripe import behaviours


@pytest.fixture
def payment(shop: Shop, alice: User) -> Payment:
    """Alice paid $10.00 for 120 credits, and has 130."""
    shop.buy(alice, "pack-medium")
    return Payment.objects.get(account__user=alice)


def give_back(payment: Payment, by: User, cents: int, **fields: Any) -> refunding.Refunded:
    wishes = {"reason": "the card was stolen", "form_id": uuid.uuid4(), **fields}
    return refunding.refund(payment=payment, cents=cents, by=by, **wishes)


def page_of(payment: Payment) -> str:
    return f"/admin/billing/payment/{payment.pk}/refund/"


def a_form(amount: str = "10.00", **fields: str) -> dict[str, str]:
    return {"form_id": str(uuid.uuid4()), "amount": amount, "reason": "a mistake", **fields}


def refunds_at(shop: Shop) -> list[dict[str, Any]]:
    return shop.stripe.all("refund")


def test_a_part_and_then_the_rest(shop: Shop, payment: Payment, alice: User, carol: User) -> None:
    give_back(payment, carol, 333)
    payment.refresh_from_db()
    # floor(120 x 333 / 1000) credits for a third of the money.
    assert (payment.reversed_amount, payment.reversed_credits, balance(alice)) == (333, 39, 91)

    give_back(payment, carol, refunding.left(payment))

    payment.refresh_from_db()
    assert (payment.reversed_amount, payment.reversed_credits, balance(alice)) == (1000, 120, 10)
    assert sorted(each["amount"] for each in refunds_at(shop)) == [333, 667]
    with pytest.raises(refunding.CannotRefund, match="Nothing of this payment is left"):
        give_back(payment, carol, 1)


def test_the_events_that_follow_move_nothing_more(
    shop: Shop, payment: Payment, alice: User, carol: User
) -> None:
    give_back(payment, carol, 500)

    shop.hear()

    assert balance(alice) == 130 - 60
    assert CreditEntry.objects.filter(kind="clawback").count() == 1


def test_credits_that_are_spent_are_owed(
    shop: Shop, payment: Payment, alice: User, carol: User
) -> None:
    credits.spend(user=alice, amount=125, reference="generation:1")

    give_back(payment, carol, 1000)

    assert balance(alice) == 5 - 120


def test_it_is_written_down_who_gave_back_and_why(
    shop: Shop, payment: Payment, carol: User
) -> None:
    done = give_back(payment, carol, 500)

    (made,) = refunds_at(shop)
    assert made["metadata"]["easel_by"] == "carol"
    assert made["metadata"]["easel_reason"] == "the card was stolen"
    line = LogEntry.objects.get(object_id=str(payment.pk))
    assert line.user == carol
    assert line.change_message == f"Refunded $5.00 ({done.reference}): the card was stolen"


@pytest.mark.parametrize("cents", [0, -1, 1001])
def test_only_what_was_paid_can_go_back(payment: Payment, carol: User, cents: int) -> None:
    with pytest.raises(refunding.CannotRefund, match=r"At most \$10\.00"):
        give_back(payment, carol, cents)


def test_a_reason_is_needed(shop: Shop, payment: Payment, carol: User) -> None:
    with pytest.raises(refunding.CannotRefund, match="Say why"):
        give_back(payment, carol, 100, reason=" ")

    assert refunds_at(shop) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": "google"}, "Play Console"),
        ({"livemode": True}, "other mode"),
        ({"payment_intent": ""}, "did not take this money"),
    ],
)
def test_what_stripe_did_not_take_here_is_refunded_elsewhere(
    payment: Payment, carol: User, fields: dict[str, Any], sentence: str
) -> None:
    Payment.objects.update(**fields)
    payment.refresh_from_db()

    with pytest.raises(refunding.CannotRefund, match=sentence):
        give_back(payment, carol, 100)


def test_the_same_form_twice_gives_back_once(
    shop: Shop, payment: Payment, alice: User, carol: User
) -> None:
    form_id = uuid.uuid4()

    first = give_back(payment, carol, 400, form_id=form_id)
    again = give_back(payment, carol, 400, form_id=form_id)

    assert first.reference == again.reference
    assert len(refunds_at(shop)) == 1
    assert balance(alice) == 130 - 48
    assert LogEntry.objects.count() == 1


def test_a_form_that_was_changed_and_sent_again_does_not_give_back_twice(
    shop: Shop, payment: Payment, carol: User
) -> None:
    form_id = uuid.uuid4()
    shop.stripe.next(*[behaviours.loses_answer()] * 2, on="POST refunds")
    with pytest.raises(refunding.OutcomeUnknown):
        give_back(payment, carol, 400, form_id=form_id)

    done = give_back(payment, carol, 300, form_id=form_id)

    (made,) = refunds_at(shop)
    assert (done.reference, made["amount"]) == (made["id"], 400)
    payment.refresh_from_db()
    assert payment.reversed_amount == 400
    assert "Refunded $4.00" in LogEntry.objects.latest("pk").change_message


def test_an_answer_that_is_lost_is_asked_for_again(
    shop: Shop, payment: Payment, alice: User, carol: User
) -> None:
    form_id = uuid.uuid4()
    shop.stripe.next(*[behaviours.loses_answer()] * 2, on="POST refunds")
    with pytest.raises(refunding.OutcomeUnknown):
        give_back(payment, carol, 400, form_id=form_id)
    assert balance(alice) == 130

    give_back(payment, carol, 400, form_id=form_id)

    assert len(refunds_at(shop)) == 1
    assert balance(alice) == 130 - 48
    assert "outcome unknown" in LogEntry.objects.earliest("pk").change_message


def test_nothing_moves_while_stripe_is_away(
    shop: Shop, payment: Payment, alice: User, carol: User
) -> None:
    shop.stripe.always(behaviours.fails(503), on="*")

    with pytest.raises(refunding.OutcomeUnknown):
        give_back(payment, carol, 1000)

    assert balance(alice) == 130
    assert refunds_at(shop) == []
    assert not Reversal.objects.exists()


def test_a_refund_that_cannot_be_read_yet_is_done_all_the_same(
    shop: Shop, payment: Payment, alice: User, carol: User
) -> None:
    shop.stripe.always(behaviours.fails(503), on="GET refunds")
    done = give_back(payment, carol, 1000)
    assert (done.reversal, balance(alice)) == (None, 130)

    shop.stripe.always(None, on="GET refunds")
    shop.hear()

    assert balance(alice) == 10


def test_what_was_refunded_in_the_dashboard_is_found_out(
    shop: Shop, payment: Payment, alice: User, carol: User
) -> None:
    shop.stripe.refund(shop.stripe.charge_of(payment.payment_intent)["id"])
    shop.miss()

    with pytest.raises(refunding.CannotRefund, match="refunded at Stripe already"):
        give_back(payment, carol, 1000)

    assert balance(alice) == 10
    assert len(refunds_at(shop)) == 1


def test_what_is_left_after_a_part_in_the_dashboard_is_said(
    shop: Shop, payment: Payment, carol: User
) -> None:
    shop.stripe.refund(shop.stripe.charge_of(payment.payment_intent)["id"], 300)
    shop.miss()

    with pytest.raises(refunding.CannotRefund, match=r"\$7\.00 can still be refunded"):
        give_back(payment, carol, 1000)


def test_a_refund_that_fails_later_gives_the_credits_back(
    shop: Shop, payment: Payment, alice: User, carol: User
) -> None:
    done = give_back(payment, carol, 1000)
    assert balance(alice) == 10

    shop.stripe.fail_refund(done.reference)
    shop.hear()

    payment.refresh_from_db()
    assert (balance(alice), refunding.left(payment)) == (130, 1000)


def test_the_button_leads_to_the_form_and_the_form_gives_back(
    shop: Shop, payment: Payment, alice: User, carol: User, client: Client
) -> None:
    client.force_login(carol)
    assert (
        page_of(payment)
        in client.get(f"/admin/billing/payment/{payment.pk}/change/").content.decode()
    )
    assert 'value="10.00"' in client.get(page_of(payment)).content.decode()
    form = a_form("2.50")

    answers = [client.post(page_of(payment), form, follow=True) for _ in range(2)]

    assert "the money goes back" in answers[0].content.decode()
    assert [each["amount"] for each in refunds_at(shop)] == [250]
    assert balance(alice) == 100


def test_the_page_keeps_the_form_while_stripe_is_away(
    shop: Shop, payment: Payment, carol: User, client: Client
) -> None:
    client.force_login(carol)
    form = a_form()
    shop.stripe.always(behaviours.fails(503), on="POST refunds")

    page = client.post(page_of(payment), form).content.decode()

    assert "Send this form again" in page
    assert form["form_id"] in page


def test_the_page_gives_a_new_form_after_a_refusal(
    shop: Shop, payment: Payment, carol: User, client: Client
) -> None:
    client.force_login(carol)
    form = a_form("11.00")

    page = client.post(page_of(payment), form).content.decode()

    assert "At most $10.00" in page
    assert form["form_id"] not in page


@pytest.mark.parametrize("amount", ["", "0", "-3", "1.005", "NaN", "1e9", "ten"])
def test_an_amount_that_is_none_is_refused(
    shop: Shop, payment: Payment, carol: User, client: Client, amount: str
) -> None:
    client.force_login(carol)

    answer = client.post(page_of(payment), a_form(amount))

    assert answer.status_code == 200
    assert refunds_at(shop) == []


def test_who_has_no_right_to_it_gives_nothing_back(
    shop: Shop, payment: Payment, alice: User, client: Client
) -> None:
    reader = a_person("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_payment"))
    for person, status in [(alice, 302), (a_person("dave", is_staff=True), 403), (reader, 403)]:
        client.force_login(person)
        assert client.get(page_of(payment)).status_code == status
        assert client.post(page_of(payment), a_form()).status_code == status

    assert (
        page_of(payment)
        not in client.get(f"/admin/billing/payment/{payment.pk}/change/").content.decode()
    )
    assert refunds_at(shop) == []


def test_the_right_to_change_payments_is_enough(
    shop: Shop, payment: Payment, client: Client
) -> None:
    treasurer = a_person("treasurer", is_staff=True)
    for codename in ["view_payment", "change_payment"]:
        treasurer.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(treasurer)

    client.post(page_of(payment), a_form("1.00"))

    assert [each["amount"] for each in refunds_at(shop)] == [100]


@pytest.mark.parametrize(("amount", "cents"), [("500", 500), ("0.5", None), ("500.00", 500)])
def test_yen_have_nothing_smaller(payment: Payment, amount: str, cents: int | None) -> None:
    payment.currency = "jpy"

    form = RefundForm(payment, a_form(amount))

    assert form.is_valid() is (cents is not None)
    assert cents is None or form.asked["cents"] == cents


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_clicks_at_once_give_back_once(
    shop: Shop, payment: Payment, alice: User, carol: User
) -> None:
    form_id = uuid.uuid4()

    def click() -> str:
        mine = Payment.objects.get(pk=payment.pk)
        return give_back(mine, carol, 400, form_id=form_id).reference

    references = all_at_once([click] * 4)

    (made,) = refunds_at(shop)
    assert references == [made["id"]] * 4
    assert balance(alice) == 130 - 48


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_administrators_at_once_give_back_no_more_than_was_paid(
    shop: Shop, payment: Payment, alice: User, carol: User
) -> None:
    def click() -> refunding.Refunded:
        return give_back(Payment.objects.get(pk=payment.pk), carol, 600)

    outcomes = all_at_once([click, click])

    kinds = sorted(type(each).__name__ for each in outcomes)
    assert kinds == ["CannotRefund", "Refunded"]
    assert [each["amount"] for each in refunds_at(shop)] == [600]
    assert balance(alice) == 130 - 72
