"""Operators' commands and the watchers' addresses."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import checks
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from billing.models import CreditAccount, CreditEntry
from config import health, heartbeat
from gallery.models import Image
from tests.cast import a_generation, balance
from tests.stand_ins.openai import OpenAIStandIn

pytestmark = pytest.mark.django_db


def run(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_credits_are_granted_and_taken_back_with_a_reason(alice: User) -> None:
    assert "15 credits now" in run("grant_credits", "ALICE@example.com", "5", "--reason", "thanks")
    assert "12 credits now" in run("grant_credits", alice.email, "-3", "--reason", "a mistake")

    reasons = CreditEntry.objects.for_user(alice).newest_first().values_list("kind", "reason")[:2]
    assert list(reasons) == [("take_back", "a mistake"), ("grant", "thanks")]


@pytest.mark.parametrize(
    ("email", "amount", "reason", "sentence"),
    [
        ("nobody@example.com", "5", "x", "Nobody has"),
        ("alice@example.com", "5", " ", "needs a reason"),
        ("alice@example.com", "0", "x", "from 1 to"),
        ("alice@example.com", "-11", "x", "you have 10"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(
    alice: User, email: str, amount: str, reason: str, sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("grant_credits", email, amount, f"--reason={reason}")

    assert balance(alice) == 10


def test_a_grant_with_a_reference_happens_once(alice: User) -> None:
    for _ in range(3):
        run("grant_credits", alice.email, "5", "--reason=x", "--reference=ticket:7")

    assert balance(alice) == 15


def test_the_audit_passes_and_counts(alice: User, bob: User) -> None:
    assert "2 accounts, 2 entries, 20 credits outstanding, 0 differences" in run("audit_ledger")


def test_the_audit_exits_with_1_and_names_the_account(alice: User) -> None:
    CreditAccount.objects.filter(user=alice).update(balance=11)
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("audit_ledger", stdout=out, stderr=out)

    assert ended.value.code == 1
    assert "alice: the balance is 11, the entries sum up to 10" in out.getvalue()


def test_the_audit_of_many_accounts_costs_the_same_queries(
    alice: User, bob: User, django_assert_num_queries: Any
) -> None:
    # differing sums, negative balances, four questions about payments, and the three totals
    with django_assert_num_queries(9):
        run("audit_ledger")


def test_a_sweep_by_hand_says_what_it_did(alice: User) -> None:
    a_generation(alice)

    assert "Rang for 1 waiting" in run("sweep_generations")


def test_seeding_makes_public_pictures_that_cost_nobody_anything(db: None) -> None:
    assert "2/2" in run("seed_demo", "--images", "2")

    assert Image.objects.public().count() == 2
    assert not CreditEntry.objects.exists()
    assert set(Image.objects.values_list("source_type", flat=True)) == {"algorithmicMedia"}


@pytest.mark.parametrize("count", ["0", "-1", "10000001"])
def test_seeding_an_odd_number_is_refused(db: None, count: str) -> None:
    with pytest.raises(CommandError):
        run("seed_demo", f"--images={count}")


def a_worker() -> None:
    with heartbeat._client() as client:
        heartbeat.beat(client, "celery@test", ["generate", "images"])


def test_the_doctor_tries_every_part(openai: OpenAIStandIn, fresh_cache: None) -> None:
    a_worker()

    report = run("doctor")

    for part in ("settings", "database", "migrations", "broker", "worker", "storage", "catalogue"):
        assert f"✓ {part}" in report
    assert "✓ provider openai" in report
    assert "All is well." in report


def test_the_doctor_says_what_to_do_about_each_part_that_fails(
    openai: OpenAIStandIn, fresh_cache: None, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.OPENAI_API_KEY = "sk-wrong"
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out, stderr=out)

    assert ended.value.code == 1
    assert "✗ worker: no worker serves generate and images" in out.getvalue()
    assert "✗ provider openai" in out.getvalue()
    assert "Check the key and the address." in out.getvalue()
    assert "sk-wrong" not in out.getvalue()


def test_the_process_is_healthy_and_the_parts_are_ready(client: Client, db: None) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {
        "status": "ok",
        "parts": {"database": "ok", "broker": "ok", "storage": "ok"},
    }


def test_readiness_names_the_part_that_is_away(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"] == {"database": "ok", "broker": "unavailable", "storage": "ok"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"OPENAI_API_KEY": "", "DEBUG": False}, "easel.W001"),
        ({"OPENAI_BASE_URL": "http://elsewhere.example/v1"}, "easel.W002"),
        ({"OPENAI_BASE_URL": "elsewhere"}, "easel.E001"),
        ({"MEDIA_ROOT": f"{django_settings.STATIC_ROOT}/media"}, "easel.E003"),
        ({"REDIS_IS_EMBEDDED": True}, "easel.E004"),
        ({"EMAIL_VERIFICATION": "none"}, "easel.W004"),
        ({"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_LIVE_MODE": False}, "easel.W011"),
    ],
)
@pytest.mark.django_db  # dj-stripe's checks look into its tables
def test_each_wrong_setting_has_a_message_and_a_hint(
    settings: Any, changes: dict[str, Any], expected: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    found = {message.id: message for message in checks.run_checks(include_deployment_checks=True)}

    assert expected in found
    assert found[expected].hint


def test_half_a_key_pair_for_the_bucket_is_an_error(settings: Any) -> None:
    settings.AWS_STORAGE_BUCKET_NAME = "easel"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "x", "OPTIONS": {"access_key": "a", "secret_key": None}},
    }

    assert "easel.E002" in {message.id for message in checks.run_checks()}


def test_a_heartbeat_that_stops_is_forgotten(fresh_cache: None) -> None:
    with heartbeat._client() as client:
        heartbeat.beat(client, "celery@one", ["generate"])
        heartbeat.beat(client, "celery@two", ["images"])
        heartbeat.fall_silent(client, "celery@one")

    assert [worker.name for worker in heartbeat.alive()] == ["celery@two"]
    assert health.try_broker().startswith("Redis ")
