"""Pretend money for newcomers: the tests' stand-in for Stripe, beside the server.

Only where `make run` finds no key and DEBUG is on. Settings refuse the practice till without DEBUG.
"""

from __future__ import annotations

import shlex
import socket
import sys
from pathlib import Path

from django.conf import settings

KEY = "sk_test_practice"
STATE = "practice-till"


def is_wanted() -> bool:
    """A key of one's own, or a production, wants none."""
    return bool(settings.DEBUG and not settings.STRIPE_SECRET_KEY)


def prepare(port: int) -> dict[str, str]:
    """Fill the till with our packs and plans; the variables by which the processes find it."""
    if not is_wanted():
        return {"EASEL_PRACTICE": "true", "EASEL_PRACTICE_WANTED": "false"}
    from tests.stand_ins.stripe import StripeStandIn

    state = settings.VAR_DIR / STATE
    till = free_port(port + 1)
    with StripeStandIn(port=till, api_key=KEY, state=state) as stand_in:
        set_up(stand_in.base_url)
    return {
        "EASEL_PRACTICE": command(till, state),
        "EASEL_PRACTICE_WANTED": "true",
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_API_HOST": f"http://127.0.0.1:{till}",
        "STRIPE_PRACTICE": "true",
    }


def set_up(base_url: str) -> None:
    """What `manage.py setup_stripe` does, in the till at ``base_url``."""
    import stripe

    from billing import setting_up

    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_HOST = KEY, base_url
    stripe.api_base = base_url
    for _sentence in setting_up.set_up():
        pass


def command(port: int, state: Path) -> str:
    """How the supervisor starts the till."""
    words = [sys.executable, "-m", "tests.stand_ins.stripe", "--port", str(port)]
    return shlex.join([*words, "--key", KEY, "--state", str(state)])


def free_port(wish: int) -> int:
    """``wish`` if nobody listens there, else any that is free."""
    for port in (wish, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("No port is free.")
