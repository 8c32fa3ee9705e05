"""Practice mode: a process of its own that remembers, and settles slow payments by itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import stripe

from tests.billing.stripe_stand_in.conftest import a_client
from tests.billing.stripe_stand_in.door import Door
from tests.billing.stripe_stand_in.shop import Client, a_price, a_session, a_subscription, post
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.account import API_VERSION

ROOT = Path(__file__).parents[3]


@contextmanager
def practice(*options: str) -> Iterator[str]:
    """The address of a process that was started as people start it."""
    command = [sys.executable, "-m", "tests.stand_ins.stripe", "--port", "0", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout.readline().split()[0].partition("=")[2]
    finally:
        process.terminate()
        process.wait(10)


def test_it_remembers_what_it_did_before_it_was_stopped(tmp_path: Path) -> None:
    state = tmp_path / "stripe.json"
    with StripeStandIn(state=state) as first:
        client: Client = a_client(first)
        price = a_price(client, every="month")
        subscription = a_subscription(first, client, price)
        first.advance(days=3)
        moved = first.clock.offset

    with StripeStandIn(state=state) as second:
        again: Client = a_client(second)
        second.advance(days=30)

        assert second.clock.offset >= moved + 30 * 24 * 3600
        assert again.v1.subscriptions.retrieve(subscription.id).status == "active"
        assert len(again.v1.invoices.list({"subscription": subscription.id}).data) == 2
        new = a_price(again, every="month")
        assert {each.id for each in again.v1.prices.list().data} == {price, new}


def test_it_runs_without_django_and_delivers(tmp_path: Path) -> None:
    with (
        Door() as door,
        practice(
            "--state",
            str(tmp_path / "state.json"),
            "--site",
            door.url.removesuffix("/webhook/"),
            "--webhook",
            "/webhook/",
            "--secret",
            door.secret,
            "--late",
            "0",
        ) as address,
    ):
        client: Client = stripe.StripeClient(
            "sk_test_any", stripe_version=API_VERSION, base_addresses={"api": address}
        )
        session = a_session(client, a_price(client))

        assert post(f"{session.url}/late") == 303

        wait_for(door, "checkout.session.async_payment_succeeded")
        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def wait_for(door: Door, kind: str) -> None:
    """Until an event of this type has arrived."""
    for _attempt in range(200):
        if kind in {event["type"] for event in door.events}:
            return
        time.sleep(0.05)
    pytest.fail(f"No {kind} came.")


def test_it_needs_neither_pytest_nor_django() -> None:
    code = (
        "import sys, tests.stand_ins.stripe.__main__ as _; "
        "sys.exit(bool({'django', 'pytest'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
