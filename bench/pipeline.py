"""A picture's way from bytes received to stored and published, against Pillow alone."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from accounts.models import User
from bench.people import people
from bench.rounds import Comparison, compare
from bench.table import Row, at_most
from gallery import publishing, renditions
from generator import deliveries, leases, settling
from generator.models import Generation, ImageModel
from generator.providers.demo import DemoProvider
from generator.providers.protocol import Delivery, Order, Picture

MOST_OVERHEAD = 1.15
MOST_FOR_BOTH_FORMATS = 1.5
MOST_MEGABYTES = 60
SOURCE_TYPE = "trainedAlgorithmicMedia"
CALLS = 5


def measure(folder: Path, *, quick: bool) -> list[Row]:
    rounds = 3 if quick else 9
    small, large = (_drawn(folder, *size) for size in ((1024, 1024), (3840, 2160)))
    return [
        _stored_and_published(folder, small, rounds),
        _both_formats(small, rounds),
        _memory("1024 × 1024", small),
        _memory("3840 × 2160", large),
    ]


def _stored_and_published(folder: Path, path: Path, rounds: int) -> Row:
    waiting = _claimed((rounds + 1) * CALLS, folder, path)

    def pillow_alone() -> None:
        renditions.render(path, wanted=None, source_type=SOURCE_TYPE)

    def all_of_it() -> None:
        lease, generation, delivery = next(waiting)
        pictures = deliveries.accepted(delivery, generation)
        images = deliveries.store(generation, delivery, pictures, cost=None)
        settling.deliver(lease, generation, images)
        assert publishing.publish(images[0].pk)

    result = compare(pillow_alone, all_of_it, rounds=rounds, calls=CALLS)
    what = "From bytes received to stored and published, against the same Pillow calls"
    return at_most(what, result.ratio, MOST_OVERHEAD, how=_how(result))


def _both_formats(path: Path, rounds: int) -> Row:
    def webp() -> None:
        renditions.render(path, wanted=None, source_type=SOURCE_TYPE, formats=["webp"])

    def both() -> None:
        renditions.render(path, wanted=None, source_type=SOURCE_TYPE)

    result = compare(webp, both, rounds=rounds, calls=CALLS)
    what = "WebP and AVIF, against WebP alone"
    return at_most(what, result.ratio, MOST_FOR_BOTH_FORMATS, how=_how(result))


_CHILD = """
import re, sys
from pathlib import Path
import django
django.setup()
from gallery import publishing, renditions
def status(name):
    return 1024 * int(re.search(name + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
# The peak begins anew here (proc(5)); the one of before is also that of the parent.
Path("/proc/self/clear_refs").write_text("5")
idle = status("VmRSS")
for _ in range(5):
    renditions.render(Path(sys.argv[1]), wanted=None, source_type=sys.argv[2])
print(status("VmHWM") - idle)
"""


def _memory(size: str, path: Path) -> Row:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path), SOURCE_TYPE],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    what = f"Memory of the process that renders {size}, above its idle"
    return at_most(what, int(done.stdout) / 1e6, MOST_MEGABYTES, unit="MB", how="peak, 5 pictures")


def _claimed(
    count: int, folder: Path, path: Path
) -> Iterator[tuple[leases.Lease, Generation, Delivery]]:
    """Work under a lease, each with a file of its own; made before the clock runs."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    [user] = people(1)
    pks = [_generation(user) for _ in range(count)]
    ready = []
    for number, pk in enumerate(pks):
        lease = leases.claim(pk)
        assert lease is not None
        received = folder / f"received-{number}"
        os.link(path, received)
        picture = Picture(path=received, bytes=path.stat().st_size, sha256=digest)
        generation = Generation.objects.select_related("model", "user", "category").get(pk=pk)
        ready.append((lease, generation, Delivery(pictures=[picture])))
    return iter(ready)


def _generation(user: User) -> UUID:
    return Generation.objects.create(
        user=user,
        model=ImageModel.objects.get(slug="flare"),
        prompt="a lighthouse at dusk",
        width=1024,
        height=1024,
        render_width=1024,
        render_height=1024,
        unit_price=1,
    ).pk


def _drawn(folder: Path, width: int, height: int) -> Path:
    """A picture such as a model makes, with soft light and grain; about 1.2 bytes a pixel."""
    workdir = folder / f"{width}x{height}"
    workdir.mkdir()
    order = Order(
        model="procedural",
        prompt="a mountain lake at sunset",
        width=width,
        height=height,
        quality="medium",
        count=1,
        workdir=workdir,
        timeout=60,
        seed=1,
    )
    [picture] = DemoProvider().generate(order, on_preview=lambda path: None).pictures
    return picture.path


def _how(result: Comparison) -> str:
    return (
        f"{result.whole:.0f} ms against {result.floor:.0f} ms; "
        f"median of {result.rounds} rounds of {result.calls} each"
    )
