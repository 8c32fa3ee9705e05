"""The cast of the tests: alice owns, bob must not see, carol is staff. And how work gets done."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connections

from accounts.models import User
from billing import credits, tiers
from billing.earning import ad_keys
from gallery import briefly, facets, publishing, search, tiles
from gallery.models import Image
from generator import catalogue, moderation, rendering
from generator.models import Generation, ImageModel, State
from generator.providers import registry
from tests.stand_ins.openai import OpenAIStandIn

PASSWORD = "correct horse battery staple"


def a_person(name: str, *, balance: int = 0, **fields: Any) -> User:
    """A user whose credits were granted, so that the ledger is right from the start."""
    user = User.objects.create(username=name, email=f"{name}@example.com", **fields)
    if balance:
        credits.grant(user=user, amount=balance, reason="for the test")
    return user


@pytest.fixture
def alice(db: None) -> User:
    return a_person("alice", balance=10)


@pytest.fixture
def bob(db: None) -> User:
    return a_person("bob", balance=10)


@pytest.fixture
def carol(db: None) -> User:
    return a_person("carol", is_staff=True, is_superuser=True)


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    """What processes remember between requests must not leak from test to test."""
    yield
    moderation.forget_terms()
    catalogue.forget()
    facets.forget()
    search.forget()
    tiles.forget()
    tiers.forget()
    ad_keys.forget()
    briefly.forget()
    caches["process"].clear()


@pytest.fixture
def fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def openai(settings: Any) -> Iterator[OpenAIStandIn]:
    """OpenAI, replaced at the wire; Flare and Sunburst are offered and the demo model is not."""
    with OpenAIStandIn() as stand_in:
        settings.OPENAI_API_KEY = stand_in.api_key
        settings.OPENAI_BASE_URL = stand_in.base_url
        settings.PROVIDER_TIMEOUT = 5
        yield stand_in
    registry._openai.cache_clear()


def balance(user: User) -> int:
    return credits.balance(user)


def a_request(**fields: Any) -> dict[str, Any]:
    """The studio's form as a browser sends it."""
    return {
        "id": str(uuid.uuid4()),
        "prompt": "a lighthouse at dusk",
        "visibility": "public",
        **fields,
    }


def a_generation(user: User, **fields: Any) -> Generation:
    """A queued Generation that was paid for, as submission leaves it."""
    model = fields.pop("model", None) or ImageModel.objects.get(slug="flare")
    values = {
        "prompt": "a lighthouse at dusk",
        "width": 1024,
        "height": 1024,
        "render_width": 1024,
        "render_height": 1024,
        "quality": "medium",
        "unit_price": 1,
        **fields,
    }
    generation = Generation.objects.create(user=user, model=model, **values)
    credits.spend(user=user, amount=generation.cost, reference=generation.reference)
    return generation


def do_the_work() -> None:
    """What the workers would do now: everything due, then the renditions."""
    for generation in Generation.objects.filter(state=State.QUEUED):
        Generation.objects.filter(pk=generation.pk).update(not_before=None)
        rendering.render(generation.pk)
    for image in Image.objects.filter(rendered_at=None, withdrawn_at=None):
        publishing.publish(image.pk)


def all_at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """Run ``jobs`` in a thread each, started together; return results or exceptions."""
    barrier = threading.Barrier(len(jobs))
    results: list[object] = [None] * len(jobs)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = jobs[number]()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
