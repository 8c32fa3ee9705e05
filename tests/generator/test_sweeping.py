"""The sweeper: nothing is forgotten, nothing rings without end, nothing is left lying about."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from accounts import bells
from accounts.models import User
from gallery import publishing
from gallery.models import Image
from gallery.tasks import render_image
from generator import leases, sweeping, tasks
from generator.models import Generation
from tests.cast import a_generation


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was rung for, as name, id and priority; nobody hears it."""
    rung: list[tuple[Any, ...]] = []

    def ring(task: Any, *args: str, countdown: float = 0, priority: int = 6) -> bool:
        rung.append((task.name, *args, priority))
        return True

    monkeypatch.setattr(bells, "ring", ring)
    monkeypatch.setattr(bells, "hanging", lambda task: 0)
    return rung


@pytest.mark.django_db
def test_the_sweeper_rings_for_what_is_late_and_first_for_what_was_dropped(
    alice: User, bell: list[tuple[Any, ...]]
) -> None:
    late, fresh, dropped = a_generation(alice), a_generation(alice), a_generation(alice)
    Generation.objects.filter(pk=fresh.pk).update(rung_at=timezone.now())
    assert leases.claim(dropped.pk)
    Generation.objects.filter(pk=dropped.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )

    swept = sweeping.sweep()

    assert (swept.rung, swept.handed_on) == (1, 1)
    assert bell == [
        (tasks.render.name, str(dropped.pk), bells.URGENT_PRIORITY),
        (tasks.render.name, str(late.pk), bells.USUAL_PRIORITY),
    ]
    assert sweeping.sweep().rung == 0


@pytest.mark.django_db
def test_a_bell_that_nobody_heard_is_rung_again_at_the_next_sweep(
    alice: User, bell: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_generation(alice)
    heard = bells.ring
    monkeypatch.setattr(bells, "ring", lambda *args, **options: False)
    assert sweeping.sweep().rung == 0

    monkeypatch.setattr(bells, "ring", heard)
    assert sweeping.sweep().rung == 1


@pytest.mark.django_db
def test_a_long_queue_whose_bells_hang_in_the_broker_is_not_rung_for_again(
    alice: User, bell: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        a_generation(alice)
        an_image(alice, created_at=timezone.now() - timedelta(minutes=1))
    Generation.objects.update(rung_at=timezone.now() - timedelta(minutes=1))

    monkeypatch.setattr(bells, "hanging", lambda task: 3)
    assert (sweeping.sweep().rung, publishing.sweep()) == (0, 0)

    monkeypatch.setattr(bells, "hanging", lambda task: 2)
    assert (sweeping.sweep().rung, publishing.sweep()) == (3, 3)


def an_image(owner: User, **fields: Any) -> Image:
    values = {"width": 8, "height": 8, "bytes": 8, "created_at": timezone.now(), **fields}
    return Image.objects.create(user=owner, prompt="a lighthouse", **values)


def test_bells_that_hang_are_counted_whatever_their_priority(fresh_broker: None) -> None:
    before = bells.hanging(tasks.render)
    for urgent in (True, False):
        assert tasks.ring(uuid.uuid4(), urgent=urgent)

    assert bells.hanging(tasks.render) == before + 2
    assert bells.hanging(render_image) == 0


@pytest.fixture
def fresh_broker() -> Iterator[None]:
    """No bells hang, and none will."""

    def empty() -> None:
        bells._silent_until = 0.0
        with current_app.connection_for_write() as broker:
            channel: Any = broker.default_channel
            for queue in ("generate", "images"):
                channel.queue_purge(queue)

    empty()
    yield
    empty()


def test_a_bell_never_fails_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bells, "_silent_until", 0.0)

    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("Acquire on closed pool")

    monkeypatch.setattr(bells, "_send", broken)

    assert tasks.ring(uuid.uuid4()) is False


@pytest.mark.django_db
def test_what_a_killed_worker_left_in_the_folder_for_temporary_files_is_removed(
    settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    old = time.time() - sweeping.LEFTOVER_SECONDS - 1
    for name in ("call-old", "call-new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "picture-0").write_bytes(b"half a picture")
    (tmp_path / "tmp-copy").write_bytes(b"an original")
    for name in ("call-old", "tmp-copy"):
        os.utime(tmp_path / name, (old, old))

    sweeping.sweep()

    assert [path.name for path in tmp_path.iterdir()] == ["call-new"]
