"""Which providers are set up on this installation, and the one client of each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from generator.providers.protocol import Provider

if TYPE_CHECKING:
    from generator.providers.openai import OpenAIProvider


def configured_providers() -> list[str]:
    """Names of the providers that can be called here, as rows of the catalogue spell them."""
    real = ["openai"] if settings.OPENAI_API_KEY else []
    demo = settings.DEMO_MODEL == "on" or (settings.DEMO_MODEL == "auto" and not real)
    return real + (["demo"] if demo else [])


def provider_for(name: str) -> Provider:
    """The client of a provider. Raises LookupError for a name that the code does not know."""
    if name == "openai":
        return _openai(settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL)
    if name == "demo":
        return _demo(settings.DEMO_SECONDS)
    raise LookupError(f"There is no provider named {name!r}.")


def moderator() -> OpenAIProvider | None:
    """Who judges prompts; None where OpenAI has no key here."""
    if not settings.OPENAI_API_KEY:
        return None
    return _openai(settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL)


@lru_cache(maxsize=4)
def _openai(api_key: str, base_url: str | None) -> OpenAIProvider:
    from generator.providers.openai import OpenAIProvider

    return OpenAIProvider(api_key=api_key, base_url=base_url)


@lru_cache(maxsize=4)
def _demo(seconds: float) -> Provider:
    from generator.providers.demo import DemoProvider

    return DemoProvider(seconds=seconds)
