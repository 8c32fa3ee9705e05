"""Practice mode: ``python -m tests.stand_ins.stripe --port 12111 --site http://127.0.0.1:8000``."""

from __future__ import annotations

import argparse
import signal
from contextlib import suppress
from pathlib import Path

from tests.stand_ins.stripe.server import StripeStandIn


def main() -> None:
    """Serve until Ctrl-C; objects of an earlier run come from the state file."""
    parser = argparse.ArgumentParser(prog="python -m tests.stand_ins.stripe", description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--key", help="the only API key to take; without it, any")
    parser.add_argument("--site", default="http://127.0.0.1:8000", help="where Easel is")
    parser.add_argument("--state", type=Path, help="a file that keeps everything for later runs")
    parser.add_argument("--webhook", help="the path or address that events are posted to")
    parser.add_argument("--secret", help="what events to that address are signed with")
    parser.add_argument("--late", type=int, default=20, help="seconds of a slow payment")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stand_in = StripeStandIn(
        port=options.port,
        api_key=options.key,
        automatic=True,
        delay=0.5,
        settle_after=options.late,
        state=options.state,
    )
    with stand_in, suppress(KeyboardInterrupt):
        if options.webhook:
            url = options.webhook
            url = url if "://" in url else options.site.rstrip("/") + url
            stand_in.add_endpoint(url, secret=options.secret)
        key = options.key or "any"
        print(f"STRIPE_API_HOST={stand_in.base_url} STRIPE_SECRET_KEY={key}", flush=True)
        stand_in.run()


if __name__ == "__main__":
    main()
