"""What administrators do about earning: set rewards, hand out codes, look who brought whom."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from accounts.models import User
from billing.earning import codes, referrals
from billing.models import RedeemCode, Referral, Reward
from tests.cast import a_person, balance

pytestmark = pytest.mark.django_db

CODES = "/admin/billing/redeemcode/"


@pytest.fixture
def admin(client: Client, carol: User) -> Client:
    client.force_login(carol)
    return client


def a_form(**fields: Any) -> dict[str, Any]:
    values = {"code": "SPRING", "credits": 5, "uses": 2, "is_active": "on", "note": ""}
    return {**values, "expires_at_0": "", "expires_at_1": "", **fields}


def test_a_reward_can_be_changed_but_not_invented_or_removed(admin: Client, alice: User) -> None:
    reward = Reward.objects.get(kind="daily")
    page = f"/admin/billing/reward/{reward.pk}"
    form = {"credits": 4, "per_day": 1, "in_total": "", "is_active": "on", "kind": "ad"}

    assert admin.post(f"{page}/change/", form).status_code == 302

    reward.refresh_from_db()
    assert (reward.credits, reward.kind) == (4, "daily")
    assert admin.post("/admin/billing/reward/add/", form).status_code == 403
    assert admin.post(f"{page}/delete/", {"post": "yes"}).status_code == 403


def test_staff_without_all_rights_cannot_change_a_reward(client: Client) -> None:
    client.force_login(a_person("erin", is_staff=True))
    page = f"/admin/billing/reward/{Reward.objects.get(kind='daily').pk}/change/"

    assert client.post(page, {"credits": 4, "per_day": 1}).status_code == 403
    assert client.get(CODES + "make/").status_code == 403


def test_a_code_is_kept_as_people_will_type_it(admin: Client, alice: User, carol: User) -> None:
    assert admin.post(CODES + "add/", a_form(code="spring-sale 27")).status_code == 302

    code = RedeemCode.objects.get()
    assert (code.code, code.created_by) == ("SPRINGSALE27", carol)
    codes.redeem(user=alice, code="Spring-Sale 27")
    assert balance(alice) == 15


@pytest.mark.parametrize("code", ["", "-", "\x00", "ÄÖ", "A" * 41, "SPRING!"])
def test_what_is_no_code_is_refused(admin: Client, code: str) -> None:
    assert admin.post(CODES + "add/", a_form(code=code)).status_code == 200
    assert not RedeemCode.objects.exists()


def test_the_same_code_in_other_letters_is_refused(admin: Client) -> None:
    admin.post(CODES + "add/", a_form(code="SPRING"))

    response = admin.post(CODES + "add/", a_form(code="spring"))

    assert response.status_code == 200
    assert RedeemCode.objects.count() == 1


def test_saving_a_code_does_not_forget_who_used_it_meanwhile(admin: Client, alice: User) -> None:
    code = RedeemCode.objects.create(code="SPRING", credits=5, uses=3)

    def used_while_the_form_was_open(*args: Any, **kwargs: Any) -> str:
        RedeemCode.objects.update(used=F("used") + 1)
        return "SPRING"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "normal", used_while_the_form_was_open)
        response = admin.post(f"{CODES}{code.pk}/change/", a_form(credits=7, uses=3))

    assert response.status_code == 302
    code.refresh_from_db()
    assert (code.used, code.credits) == (1, 7)


def test_fewer_uses_than_were_made_are_refused(admin: Client, alice: User, bob: User) -> None:
    code = RedeemCode.objects.create(code="SPRING", credits=5, uses=3)
    for person in (alice, bob):
        codes.redeem(user=person, code="SPRING")

    response = admin.post(f"{CODES}{code.pk}/change/", a_form(uses=1))

    assert "used 2 times already" in response.content.decode()
    page = admin.get(f"{CODES}{code.pk}/change/").content.decode()
    assert "bob, alice" in page


def test_a_code_is_never_deleted(admin: Client) -> None:
    code = RedeemCode.objects.create(code="SPRING", credits=5)

    assert admin.post(f"{CODES}{code.pk}/delete/", {"post": "yes"}).status_code == 403
    assert RedeemCode.objects.exists()


def test_fifty_codes_come_as_a_file(admin: Client, alice: User, carol: User) -> None:
    assert admin.get(CODES + "make/").status_code == 200
    form = {"count": 50, "credits": 7, "uses": 1, "note": "fair", "expires_at_0": "2030-01-01"}

    response = admin.post(CODES + "make/", {**form, "expires_at_1": "00:00"})

    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(response.content.decode().splitlines()))
    assert len({row["code"] for row in rows}) == 50
    assert {(row["credits"], row["uses"], row["used"]) for row in rows} == {("7", "1", "0")}
    assert rows[0]["expires_at"] == "2030-01-01T00:00:00+00:00"
    assert RedeemCode.objects.filter(note="fair", created_by=carol).count() == 50
    codes.redeem(user=alice, code=rows[0]["code"])
    assert balance(alice) == 17


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"count": 1001}, {"credits": 0}, {"uses": 0}, {"note": ""}, {}]
)
def test_a_form_that_makes_no_sense_makes_no_codes(admin: Client, wrong: dict[str, Any]) -> None:
    form = {"count": 5, "credits": 7, "uses": 1, "note": "fair", **wrong} if wrong else {}

    assert admin.post(CODES + "make/", form).status_code == 200
    assert not RedeemCode.objects.exists()


def test_chosen_codes_can_be_downloaded_again(admin: Client, carol: User) -> None:
    made = codes.make(count=3, credits=7, uses=1, expires_at=None, note="fair", by=carol)

    chosen = [each.pk for each in made[:2]]
    response = admin.post(CODES, {"action": "download", "_selected_action": chosen})

    assert len(response.content.decode().splitlines()) == 1 + 2


def test_referrals_can_be_read_only(admin: Client, alice: User, bob: User) -> None:
    referrals.note(friend=bob, code=referrals.invitation(alice).code)
    page = f"/admin/billing/referral/{bob.pk}"

    listing = admin.get("/admin/billing/referral/").content.decode()
    assert "alice" in listing
    assert "bob" in listing
    assert admin.get(f"{page}/change/").status_code == 200
    assert admin.post(f"{page}/change/", {"paid_at_0": "2030-01-01"}).status_code == 403
    assert admin.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert Referral.objects.filter(paid_at=None).count() == 1
