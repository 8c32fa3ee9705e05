"""A whole installation for tests: its Redis, its workers, its provider; and what must hold."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.db.models import Sum
from django.utils import timezone
from kombu import pools

from accounts import bells
from accounts.models import User
from billing import audit
from billing.models import CreditEntry, Tier
from gallery import publishing
from gallery.models import Image
from generator import pricing, submission, sweeping
from generator.models import Generation, ImageModel, ProviderCall
from generator.submission import ImageRequest
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.processes import Beat, Redis, Web, Worker, database_url, wait_until

ONE_PROCESS, BY_QUEUE = "one process", "by queue"
"""How workers are deployed: as ``make run`` does, and as the Procfile does."""

LEASE_SECONDS = 3


@dataclass
class House:
    """Redis, OpenAI, and whatever else a test starts. Everything ends with the test."""

    folder: Path
    redis: Redis
    openai: OpenAIStandIn
    deployment: str
    env: dict[str, str]
    workers: list[Worker] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def start_workers(self, **env: str) -> None:
        """As the deployment has them; returns when all are ready."""
        self._run(*self._crew("", env))

    def start_more_workers(self, **env: str) -> None:
        """The same again, as on another machine."""
        self._run(*self._crew("other-", env))

    def restart_workers(self) -> None:
        for worker in self.workers:
            worker.start()
        for worker in self.workers:
            worker.wait_until_ready()

    def kill_workers(self) -> None:
        """``kill -9`` of all of them at once."""
        for worker in self.workers:
            worker.kill()

    def _crew(self, prefix: str, env: dict[str, str]) -> list[Worker]:
        env = {**self.env, **env}
        if self.deployment == ONE_PROCESS:
            return [Worker(self.folder, f"{prefix}worker", env=env)]
        asking, drawing = f"{prefix}generate", f"{prefix}images"
        return [
            Worker(self.folder, asking, env=env, pool="gevent", slots=100, queues="generate"),
            Worker(self.folder, drawing, env=env, pool="prefork", slots=2, queues="images"),
        ]

    def _run(self, *workers: Worker) -> None:
        for worker in workers:
            self.workers.append(self._stack.enter_context(worker))
        for worker in workers:
            worker.wait_until_ready()

    @property
    def generate(self) -> Worker:
        """The worker that asks providers."""
        return self.workers[0]

    def start_beat(self) -> Beat:
        beat = self._stack.enter_context(Beat(self.folder, env=self.env))
        beat.wait_for_log("beat: Starting")
        return beat

    def start_web(self, **env: str) -> Web:
        web = self._stack.enter_context(Web(self.folder, env={**self.env, **env}))
        web.wait_until_ready()
        return web

    def stray_files(self) -> list[Path]:
        """Originals that no Image names, and what lies in the folder for temporary files."""
        media, temporary = Path(self.env["MEDIA_ROOT"]), Path(self.env["VAR_DIR"]) / "tmp"
        known = set(Image.objects.values_list("original", flat=True))
        originals = (path for path in (media / "originals").rglob("*") if path.is_file())
        strays = [path for path in originals if str(path.relative_to(media)) not in known]
        return strays + list(temporary.iterdir())

    def log(self) -> str:
        """What all workers wrote, for a failed test's output."""
        return "\n".join(worker.log.read_text()[-6000:] for worker in self.workers)

    def close(self) -> None:
        self._stack.close()


@contextmanager
def opened(
    folder: Path,
    openai: OpenAIStandIn,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    *,
    deployment: str,
) -> Iterator[House]:
    """A house whose parts share this test's database, and this process as its web server."""
    with Redis(folder) as redis:
        url = redis.url if deployment == ONE_PROCESS else redis.tcp_url
        env = {
            "EASEL_IGNORE_DOTENV": "1",
            "DATABASE_URL": database_url(),
            "REDIS_URL": url,
            "VAR_DIR": str(folder / "var"),
            "MEDIA_ROOT": str(folder / "media"),
            "LEASE_SECONDS": str(LEASE_SECONDS),
            "OPENAI_API_KEY": openai.api_key,
            "OPENAI_BASE_URL": openai.base_url,
            "PROVIDER_TIMEOUT": "20",
            "PYTHONUNBUFFERED": "1",
        }
        settings.MEDIA_ROOT = env["MEDIA_ROOT"]
        settings.LEASE_SECONDS = LEASE_SECONDS
        Tier.objects.update(jobs_at_once=1000, images_per_day=None)
        settings.MAX_ACTIVE_GENERATIONS = settings.MAX_GENERATIONS_PER_MINUTE = 1000
        # This process sweeps each second, and so may be as impatient with bells.
        monkeypatch.setattr(sweeping, "RING_AGAIN", timedelta(seconds=2))
        monkeypatch.setattr(publishing, "RING_AGAIN", timedelta(seconds=2))
        use_redis(url, settings, monkeypatch)
        house = House(folder, redis, openai, deployment, env)
        try:
            yield house
        finally:
            redis.thaw()
            house.close()
            forget_broker()


def use_redis(url: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process, too, ring and remember there."""
    broker = url
    if url.startswith("unix://"):
        broker = url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    monkeypatch.setenv("CELERY_BROKER_URL", broker)
    forget_broker()
    cache = {**django_settings.CACHES["default"], "LOCATION": url}
    settings.REDIS_URL = url
    settings.CACHES = {**django_settings.CACHES, "default": cache}


def forget_broker() -> None:
    """Drop connections and grudges; the next bell connects anew."""
    pools.reset()
    current_app._after_fork()  # type: ignore[attr-defined]
    bells._silent_until = 0.0


def submit(user: User, prompt: str = "a lighthouse at dusk", *, count: int = 1) -> Generation:
    """Accept work for Flare as the studio's form does."""
    model = ImageModel.objects.prefetch_related("prices").get(slug="flare")
    quote = pricing.quote(model=model, quality="medium", width=1024, height=1024, count=count)
    request = ImageRequest(
        id=uuid.uuid4(), model=model, prompt=prompt, quote=quote, quality="medium"
    )
    return submission.submit(user=user, request=request)


def sweep() -> None:
    """What the scheduler has done every 30 seconds."""
    sweeping.sweep()
    publishing.sweep()


def wait_for_the_end(*, seconds: float, sweeps: bool = True) -> float:
    """Sweep each second until nothing is queued or running; return how long that took."""
    began = time.monotonic()
    _wait_and_sweep(
        lambda: not Generation.objects.active().exists(),
        seconds=seconds,
        what="every Generation ends",
        sweeps=sweeps,
    )
    return time.monotonic() - began


def wait_for_renditions(*, seconds: float) -> None:
    """Sweep each second until each picture has its renditions; leases of the dead end at once."""
    waiting = Image.objects.filter(rendered_at=None, withdrawn_at=None)
    waiting.update(rendition_lease_until=None, created_at=timezone.now() - publishing.RING_AGAIN)
    _wait_and_sweep(lambda: not waiting.exists(), seconds=seconds, what="every picture is rendered")


def _wait_and_sweep(
    done: Callable[[], bool], *, seconds: float, what: str, sweeps: bool = True
) -> None:
    swept = time.monotonic()

    def sweep_and_look() -> bool:
        nonlocal swept
        if sweeps and time.monotonic() - swept >= 1:
            sweep()
            swept = time.monotonic()
        return done()

    wait_until(sweep_and_look, seconds=seconds, what=what, each=0.1)


def assert_exact(house: House) -> None:
    """The invariants M1, M4, W2 and P1, whatever happened before."""
    assert list(audit.differences()) == []
    sent = {hashlib.sha256(picture).hexdigest() for picture in house.openai.pictures}
    orders = Counter(order["prompt"] for order in house.openai.orders)
    for generation in Generation.objects.prefetch_related("calls"):
        assert not generation.is_active, generation
        images = Image.objects.filter(generation_id=generation.pk, withdrawn_at=None)
        assert generation.delivered == len(images), generation
        assert generation.credits_used == len(images) * generation.unit_price, generation
        assert _moved(generation) == -generation.credits_used, generation
        for image in images:
            content = image.original.open("rb").read()
            assert hashlib.sha256(content).hexdigest() == image.sha256, image.original
            assert image.sha256 in sent, "bytes that the provider did not send"
        _assert_calls(generation, orders[generation.prompt])


def _moved(generation: Generation) -> int:
    """Credits that the ledger moved for a Generation and its pictures."""
    images = Image.objects.filter(generation_id=generation.pk)
    references = [generation.reference, *(f"image:{image.pk}" for image in images)]
    entries = CreditEntry.objects.filter(reference__in=references)
    return entries.aggregate(total=Sum("delta"))["total"] or 0


def _assert_calls(generation: Generation, orders: int) -> None:
    """``orders`` is how many calls the provider saw; prompts must differ for that."""
    outcomes = Counter(call.outcome for call in generation.calls.all())
    paid = [ProviderCall.Outcome.UNKNOWN, ProviderCall.Outcome.DELIVERED]
    assert outcomes[ProviderCall.Outcome.OPEN] == 0, (generation, outcomes)
    assert sum(outcomes[outcome] for outcome in paid) <= 2, (generation, outcomes)
    assert orders <= sum(outcomes.values()), f"{generation}: a call that nobody wrote down"
