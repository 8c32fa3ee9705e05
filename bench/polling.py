"""Polling: the card of a Generation while nothing changed, against a bare view."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.utils import timezone

from bench.browser import Browser
from bench.people import people
from bench.processes import web_server
from bench.rounds import Comparison, compare
from bench.table import Row, at_least
from generator import cards
from generator.models import Generation, ImageModel, State

TARGET = 40.0


def measure(folder: Path, *, quick: bool) -> list[Row]:
    [user] = people(1)
    pk = Generation.objects.create(
        user=user,
        model=ImageModel.objects.get(slug="flare"),
        prompt="a lighthouse at dusk",
        width=1024,
        height=1024,
        render_width=1024,
        render_height=1024,
        unit_price=1,
        state=State.RUNNING,
        started_at=timezone.now(),
        lease_token=uuid4(),
        lease_until=timezone.now() + timedelta(hours=1),
    ).pk
    tag = cards.card_for(Generation.objects.select_related("model").get(pk=pk)).tag
    browser, stranger = Browser(user), Browser()
    path = f"/generations/{pk}/card/?seen={tag}"

    def bare() -> None:
        assert stranger.get("/bench/bare/").status == 200

    def poll() -> None:
        answer = browser.get(path)
        assert answer.status == 204, (answer.head, answer.body[:2000])

    def look_anew() -> None:
        cards.changed(pk)
        poll()

    rounds = 3 if quick else 15
    with web_server(folder):
        remembered = compare(bare, poll, rounds=rounds, calls=100)
        anew = compare(bare, look_anew, rounds=rounds, calls=50)
    looks = cards.RUNNING_TAG_SECONDS
    mean = ((looks - 1) * remembered.ratio + anew.ratio) / looks
    return [
        at_least(
            "Polled card while nothing changes, in requests a second of a bare view's",
            100 / mean,
            TARGET,
            unit="%",
            how=f"one poll in {looks} looks at the row",
        ),
        Row("– answered from the cache", f"{100 / remembered.ratio:.0f} %", how=_how(remembered)),
        Row("– with a look at the row", f"{100 / anew.ratio:.0f} %", how=_how(anew)),
    ]


def _how(result: Comparison) -> str:
    return (
        f"{result.whole:.2f} ms against {result.floor:.2f} ms; "
        f"median of {result.rounds} rounds of {result.calls} each"
    )
