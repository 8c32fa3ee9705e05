"""A practice till beside a local server: ``python -m tests.stand_ins.stripe --port 12111``."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from tests.stand_ins.stripe import StripeStandIn

LOOK_EVERY = 30.0
"""Seconds between looks at the clock for subscriptions that are due."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--key", default="sk_test_practice", help="The API key to take.")
    parser.add_argument("--state", type=Path, help="A file to keep everything in.")
    parser.add_argument("--late", type=float, default=20, help="Seconds of a late payment.")
    given = parser.parse_args()
    is_over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: is_over.set())
    with StripeStandIn(
        port=given.port,
        api_key=given.key,
        automatic=True,
        late_after=given.late,
        state=given.state,
    ) as stand_in:
        print(f"STRIPE_API_HOST={stand_in.base_url} STRIPE_SECRET_KEY={given.key}", flush=True)
        while not is_over.wait(LOOK_EVERY):
            stand_in.advance(days=0)


if __name__ == "__main__":
    main()
