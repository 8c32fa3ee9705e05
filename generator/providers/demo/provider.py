"""The demo model as a provider among the others, slow on request."""

from __future__ import annotations

import logging
import secrets
import time
from pathlib import Path

import PIL
from django.utils.translation import gettext as _
from PIL import Image

from generator.providers.demo.files import save
from generator.providers.demo.recipe import read
from generator.providers.demo.scenes import draw
from generator.providers.demo.stages import STAGES, unfinished
from generator.providers.protocol import (
    BadRequest,
    Delivery,
    OnPreview,
    Order,
    OutcomeUnknown,
    Picture,
    WantsPreview,
    always,
)

log = logging.getLogger(__name__)

DETAIL = {"low": 0.5, "medium": 1.0, "auto": 1.0, "high": 1.6}
"""How many small things are drawn at each quality."""

LONGEST_SIDE = 3840
MOST_PIXELS = 3840 * 2160
SHORTEST_SIDE = 16
MOST_PICTURES = 10

_STEP = 0.1  # seconds: how often a pause looks at the clock


class DemoProvider:
    """Draws procedural pictures with Pillow: needs no key, no network and no model.

    The same prompt, seed, size and quality give the same bytes; picture ``n`` of a call has seed
    ``seed + n``. A call without a seed gets one by chance, as with other models, and its
    ``settings`` say which. ``seconds`` is how long a call takes at least, to show what waiting
    looks like; up to three partial pictures come evenly in that time when the order asks to stream.
    """

    def __init__(self, *, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def generate(
        self, order: Order, *, on_preview: OnPreview, wants_preview: WantsPreview = always
    ) -> Delivery:
        """Draw ``order.count`` pictures. Raises BadRequest, or OutcomeUnknown at the timeout."""
        _refuse_impossible(order)
        clock = _Clock(self.seconds, order.timeout)
        seed = secrets.randbelow(2**32) if order.seed is None else order.seed
        first, image = _draw(order, seed, 0)
        pictures = [first]
        clock.look()
        if order.stream:
            _show_stages(image, order.workdir, clock, on_preview, wants_preview)
        del image
        for number in range(1, order.count):
            pictures.append(_draw(order, seed, number)[0])
            clock.look()
        clock.wait_until(1.0)
        return Delivery(pictures, f"demo-{first.sha256[:16]}", _settings(order, seed))

    def check(self) -> str:
        """Draw a tiny picture."""
        start = time.perf_counter()
        draw(read("a lighthouse at dusk", 1), 64, 64, detail=0.5)
        return _(
            "The demo model draws on this machine: 64 × 64 in %(ms)d ms, Pillow %(version)s."
        ) % {
            "ms": 1000 * (time.perf_counter() - start),
            "version": PIL.__version__,
        }


class _Clock:
    """The time of one call: when it shall end, and when it must."""

    def __init__(self, seconds: float, timeout: float) -> None:
        self._start = time.monotonic()
        self._seconds, self._timeout = seconds, timeout

    def wait_until(self, share: float) -> None:
        """Sleep until a share of the call's time is over."""
        while (left := self._start + share * self._seconds - time.monotonic()) > 0:
            self.look()
            time.sleep(min(left, _STEP))
        self.look()

    def look(self) -> None:
        """Give up, as a caller on the network would, when the order's time is over."""
        if time.monotonic() - self._start > self._timeout:
            raise OutcomeUnknown(f"The demo model did not end within {self._timeout:g} s.")


def _refuse_impossible(order: Order) -> None:
    sides = sorted((order.width, order.height))
    if not (
        sides[0] >= SHORTEST_SIDE
        and sides[1] <= LONGEST_SIDE
        and sides[0] * sides[1] <= MOST_PIXELS
        and sides[1] <= 3 * sides[0]
    ):
        raise BadRequest(f"The demo model cannot draw {order.width}x{order.height}.")
    if order.quality not in DETAIL:
        raise BadRequest(f"The demo model has no quality {order.quality!r}.")
    if not 1 <= order.count <= MOST_PICTURES:
        raise BadRequest(f"The demo model draws 1 to {MOST_PICTURES} pictures, not {order.count}.")


def _draw(order: Order, seed: int, number: int) -> tuple[Picture, Image.Image]:
    recipe = read(order.prompt, seed + number)
    image = draw(recipe, order.width, order.height, detail=DETAIL[order.quality])
    return save(image, order.workdir / f"picture-{number + 1}.png"), image


def _show_stages(
    image: Image.Image,
    folder: Path,
    clock: _Clock,
    on_preview: OnPreview,
    wants_preview: WantsPreview,
) -> None:
    """Hand out partial pictures, coarse to fine, spaced over the call's time."""
    for stage in range(STAGES):
        clock.wait_until((stage + 1) / (STAGES + 1))
        if not wants_preview():
            continue
        path = folder / f"preview-{stage + 1}.png"
        try:
            save(unfinished(image, stage), path)
            on_preview(path)
        except Exception:
            # The picture is worth more than a look at its beginnings.
            log.warning("A preview could not be shown.", exc_info=True)
        path.unlink(missing_ok=True)


def _settings(order: Order, seed: int) -> dict[str, object]:
    return {
        "method": "procedural, no AI",
        "size": f"{order.width}x{order.height}",
        "quality": "medium" if order.quality == "auto" else order.quality,
        "format": "png",
        "seed": seed,
    }
