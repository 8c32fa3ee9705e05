"""Advertisements: only what Google signed for a unit of ours counts, and once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from accounts.models import User
from billing import audit
from billing.earning import ad_keys, ads
from billing.models import CreditEntry, Reward
from tests.cast import PASSWORD, a_person, all_at_once, balance
from tests.stand_ins.admob import UNIT, AdMobStandIn

pytestmark = pytest.mark.django_db

ADDRESS = "/billing/ads/callback/"


@pytest.fixture
def admob(settings: Any) -> Iterator[AdMobStandIn]:
    with AdMobStandIn() as stand_in:
        settings.AD_REWARD_UNITS = {UNIT}
        settings.AD_KEYS_URL = stand_in.keys_url
        yield stand_in


def call(query: str) -> int:
    return Client().get(f"{ADDRESS}?{query}").status_code


def test_a_signed_call_gives_what_the_row_says(admob: AdMobStandIn, alice: User) -> None:
    query = admob.query(ads.token(alice), reward_amount="5000", transaction_id="18fa792de1bca816")

    assert call(query) == 200

    entry = CreditEntry.objects.get(kind="ad")
    assert (entry.account_id, entry.delta) == (alice.pk, 1)
    assert entry.reference == "ad:18fa792de1bca816"
    assert list(audit.differences()) == []


def test_a_repeated_call_is_answered_and_gives_nothing_more(
    admob: AdMobStandIn, alice: User
) -> None:
    query = admob.query(ads.token(alice))

    assert [call(query) for _time in range(4)] == [200] * 4
    assert balance(alice) == 11


def test_one_advertisement_is_not_paid_to_two_people(
    admob: AdMobStandIn, alice: User, bob: User
) -> None:
    for person in (alice, bob):
        assert call(admob.query(ads.token(person), transaction_id="abc")) == 200

    assert (balance(alice), balance(bob)) == (11, 10)


def test_the_limit_of_a_day_holds(admob: AdMobStandIn, alice: User) -> None:
    Reward.objects.filter(kind="ad").update(per_day=2)

    assert [call(admob.query(ads.token(alice))) for _time in range(4)] == [200] * 4
    assert balance(alice) == 12


def test_a_reward_that_is_switched_off_gives_nothing(admob: AdMobStandIn, alice: User) -> None:
    Reward.objects.filter(kind="ad").update(is_active=False)

    assert call(admob.query(ads.token(alice))) == 200
    assert balance(alice) == 10


@pytest.mark.parametrize("signs_decoded", [False, True])
@pytest.mark.parametrize("custom_data", ["plain", "two words, 100%", "a+b=c", "\u706f\u5854"])
def test_both_readings_of_what_is_signed_are_understood(
    admob: AdMobStandIn, alice: User, custom_data: str, signs_decoded: bool
) -> None:
    query = admob.query(ads.token(alice), custom_data=custom_data, signs_decoded=signs_decoded)

    assert call(query) == 200
    assert balance(alice) == 11


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("reward_amount=1", "reward_amount=2"),
        ("transaction_id=", "transaction_id=9"),
        (f"ad_unit={UNIT}", "ad_unit=1"),
        ("signature=ME", "signature=MF"),
        ("&signature=", "&x=1&signature="),
        ("&signature=", "&Signature="),
        ("&key_id=3335741209", ""),
        ("&key_id=3335741209", "&key_id=3335741209&x=1"),
        ("&key_id=3335741209", "&key_id=1"),
        ("&key_id=3335741209", "&key_id=" + "9" * 5000),
        ("&key_id=3335741209", "&key_id=%00"),
        ("user_id=", "user_id=%00"),
        ("ad_network=", "ad_network=%FF%FE"),
    ],
)
def test_an_altered_call_is_refused(admob: AdMobStandIn, alice: User, old: str, new: str) -> None:
    query = admob.query(ads.token(alice))
    altered = query.replace(old, new, 1)
    assert altered != query

    assert call(altered) == 403
    assert balance(alice) == 10


@pytest.mark.parametrize("query", ["", "x", "signature=&key_id=", "&signature=AA&key_id=1", "%00"])
def test_what_is_no_call_is_refused(admob: AdMobStandIn, query: str) -> None:
    assert call(query) == 403


def test_a_huge_call_is_refused_without_a_look(admob: AdMobStandIn, alice: User) -> None:
    assert call(admob.query(ads.token(alice), custom_data="x" * 10_000)) == 403
    assert admob.asked == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"ad_unit": "1234567890"},
        {"ad_unit": ""},
        {"transaction_id": ""},
        {"transaction_id": "a\x00b"},
        {"transaction_id": "a" * 101},
        {"transaction_id": "\u706f"},
        {"timestamp": ""},
        {"timestamp": "soon"},
        {"timestamp": "9" * 400},
        {"timestamp": "-1"},
        {"timestamp": str(int((time.time() - 3700) * 1000))},
        {"timestamp": str(int((time.time() + 86_400) * 1000))},
        {"user_id": ""},
        {"user_id": "1"},
        {"user_id": "\x00"},
        {"user_id": "1.forged"},
        {"user_id": "x" * 5000},
    ],
)
def test_a_signed_call_that_makes_no_sense_is_refused(
    admob: AdMobStandIn, alice: User, changes: dict[str, Any]
) -> None:
    assert call(admob.query(**{"user_id": ads.token(alice), **changes})) == 403
    assert not CreditEntry.objects.filter(kind="ad").exists()


@pytest.mark.parametrize("missing", ["ad_unit", "transaction_id", "timestamp", "user_id"])
def test_a_signed_call_without_a_fact_is_refused(
    admob: AdMobStandIn, alice: User, missing: str
) -> None:
    text = admob.query(ads.token(alice)).partition("&signature=")[0]
    kept = [each for each in text.split("&") if not each.startswith(missing)]

    assert call(admob.signed("&".join(kept))) == 403


@pytest.mark.parametrize("signs_decoded", [False, True])
def test_what_an_app_adds_by_itself_cannot_replace_what_google_says(
    admob: AdMobStandIn, alice: User, bob: User, signs_decoded: bool
) -> None:
    """Custom data are the app's to choose; decoded, they look like further parameters."""
    evil = f"x&transaction_id=again&user_id={ads.token(bob)}&y="
    query = admob.query(ads.token(alice), custom_data=evil, signs_decoded=signs_decoded)

    status = call(query)
    unfolded = call(query.replace("%26", "&").replace("%3D", "="))
    hidden = call(
        query.replace("%26", "&").replace("%3D", "=").replace("&timestamp", "%26timestamp")
    )

    assert (status, unfolded, hidden) == ((403,) * 3 if signs_decoded else (200, 403, 403))
    assert balance(bob) == 10


def test_the_token_of_a_removed_person_is_refused(admob: AdMobStandIn, alice: User) -> None:
    query = admob.query(ads.token(alice))
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert call(query) == 403


def test_whoever_did_not_confirm_an_address_gets_nothing(
    admob: AdMobStandIn, alice: User, settings: Any
) -> None:
    settings.EMAIL_VERIFICATION = "optional"

    assert call(admob.query(ads.token(alice))) == 200
    assert balance(alice) == 10


@pytest.mark.parametrize("method", ["post", "put", "delete", "head", "patch"])
def test_other_methods_are_not_allowed(admob: AdMobStandIn, alice: User, method: str) -> None:
    query = admob.query(ads.token(alice))

    response = getattr(Client(), method)(f"{ADDRESS}?{query}")

    assert response.status_code == 405
    assert balance(alice) == 10


def test_without_units_there_is_no_such_address(
    admob: AdMobStandIn, alice: User, settings: Any
) -> None:
    settings.AD_REWARD_UNITS = set()

    assert call(admob.query(ads.token(alice))) == 404
    assert Client().get("/billing/ads/token/").status_code == 404
    assert admob.asked == 0


def test_the_keys_are_read_once(admob: AdMobStandIn, alice: User) -> None:
    for _time in range(3):
        call(admob.query(ads.token(alice)))

    assert admob.asked == 1


def test_invented_keys_make_us_ask_once_a_minute(admob: AdMobStandIn, alice: User) -> None:
    query = admob.query(ads.token(alice))
    invented = [query.replace("key_id=3335741209", f"key_id={number}") for number in range(9)]

    assert [call(each) for each in invented] == [403] * 9
    assert admob.asked == 1


def test_a_key_that_is_new_is_found_after_a_minute(admob: AdMobStandIn, alice: User) -> None:
    call(admob.query(ads.token(alice)))
    admob.new_key(42)
    query = admob.query(ads.token(alice))
    assert call(query) == 403

    with mock.patch.object(ad_keys, "PAUSE_SECONDS", 0):
        assert call(query) == 200
    assert balance(alice) == 12


def test_keys_are_forgotten_after_a_day(admob: AdMobStandIn, alice: User) -> None:
    call(admob.query(ads.token(alice)))
    admob.status = 500

    with mock.patch.object(ad_keys, "KEPT_SECONDS", 0):
        assert call(admob.query(ads.token(alice))) == 503
    assert balance(alice) == 11


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (500, None),
        (404, None),
        (200, []),
        (200, {"keys": 7}),
        (200, {"keys": [{}]}),
        (200, {"keys": [{"keyId": 3335741209, "pem": "no key"}]}),
        (200, {"keys": [{"keyId": 3335741209, "pem": 5}]}),
        (200, "text"),
    ],
)
def test_while_the_keys_cannot_be_read_google_is_asked_to_come_again(
    admob: AdMobStandIn, alice: User, status: int, document: Any
) -> None:
    admob.status, admob.document = status, document
    query = admob.query(ads.token(alice))
    assert call(query) == 503

    admob.status, admob.document = 200, None
    with mock.patch.object(ad_keys, "PAUSE_SECONDS", 0):
        assert call(query) == 200
    assert balance(alice) == 11


def test_a_key_server_that_is_away_is_no_failure_of_ours(
    admob: AdMobStandIn, alice: User, settings: Any
) -> None:
    settings.AD_KEYS_URL = "http://127.0.0.1:9/"

    assert call(admob.query(ads.token(alice))) == 503


def test_a_browser_and_an_app_learn_their_token(
    client: Client, admob: AdMobStandIn, alice: User
) -> None:
    assert client.get("/billing/ads/token/").status_code == 401
    forged = {"Authorization": "Bearer forged"}
    assert client.get("/billing/ads/token/", headers=forged).status_code == 401
    alice.set_password(PASSWORD)
    alice.save()
    login = {"email": alice.email, "password": PASSWORD}
    answer = Client().post("/_allauth/app/v1/auth/login", login, content_type="application/json")
    bearer = {"Authorization": f"Bearer {answer.json()['meta']['access_token']}"}

    by_app = Client().get("/billing/ads/token/", headers=bearer).json()
    client.force_login(alice)
    by_browser = client.get("/billing/ads/token/").json()

    assert by_app == by_browser == {"success": True, "user_id": ads.token(alice)}
    before = balance(alice)
    assert call(admob.query(by_app["user_id"])) == 200
    assert balance(alice) == before + 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_same_call_many_times_at_once_pays_once(admob: AdMobStandIn) -> None:
    alice = a_person("alice")
    query = admob.query(ads.token(alice))

    assert set(all_at_once([lambda: call(query)] * 8)) == {200}
    assert balance(alice) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_calls_at_once_stay_within_the_limit(admob: AdMobStandIn) -> None:
    alice = a_person("alice")
    queries = [admob.query(ads.token(alice)) for _number in range(9)]

    answers = all_at_once([lambda each=each: call(each) for each in queries])  # type: ignore[misc]

    assert set(answers) == {200}
    assert balance(alice) == 5
