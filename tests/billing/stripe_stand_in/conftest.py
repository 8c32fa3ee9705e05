"""The stand-in, the real SDK that talks to it, and a door that events are posted to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stripe import StripeClient

from tests.billing.stripe_stand_in.door import Door
from tests.billing.stripe_stand_in.shop import Client
from tests.stand_ins.stripe import StripeStandIn


@pytest.fixture
def stand_in() -> Iterator[StripeStandIn]:
    """A Stripe of this test's own."""
    with StripeStandIn() as serving:
        yield serving


@pytest.fixture
def client(stand_in: StripeStandIn) -> Client:
    """The SDK as the app uses it."""
    return a_client(stand_in)


@pytest.fixture
def door(stand_in: StripeStandIn) -> Iterator[Door]:
    """An endpoint of the stand-in, which keeps what it is given."""
    with Door() as serving:
        stand_in.add_endpoint(serving.url, secret=serving.secret)
        yield serving


def a_client(stand_in: StripeStandIn, *, key: str | None = None, retries: int = 0) -> Client:
    """A client that speaks the version of the stand-in."""
    return StripeClient(
        key or stand_in.api_key,
        stripe_version=stand_in.api_version,
        base_addresses={"api": stand_in.base_url},
        max_network_retries=retries,
    )
