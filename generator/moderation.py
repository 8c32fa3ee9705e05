"""What may be asked for: the administrator's list, and OpenAI's free moderation."""

from __future__ import annotations

import logging
import re
import time
import unicodedata

from django.conf import settings
from django.utils.translation import gettext as _

from generator.models import BlockedTerm
from generator.providers.protocol import ProviderError
from generator.providers.registry import moderator

logger = logging.getLogger(__name__)

LIST_SECONDS = 5.0
"""How long a process remembers the list; an administrator's change is felt after this time."""

_remembered: tuple[float, re.Pattern[str] | None] = (0.0, None)


class PromptBlocked(Exception):
    """The prompt breaks this house's rules. Nothing was charged."""

    @property
    def sentence(self) -> str:
        return _("This prompt is not allowed here. Change the words and try again.")


def check_terms(prompt: str) -> None:
    """Raise PromptBlocked where ``prompt`` contains a blocked term as whole words.

    Case, accents of compatibility forms, and spacing do not matter; scripts without spaces
    between words are matched anywhere.
    """
    pattern = _blocked_terms()
    if pattern and pattern.search(_folded(prompt)):
        raise PromptBlocked


def flagged_categories(prompt: str) -> list[str]:
    """What OpenAI's moderation says of ``prompt``; empty where it is off or does not answer.

    The image model behind it moderates too, so a silent moderation stops nobody's work.
    """
    if settings.PROMPT_MODERATION != "openai":
        return []
    client = moderator()
    if client is None:
        return []
    try:
        return client.flagged(prompt)
    except ProviderError as error:
        logger.warning("Prompt moderation did not answer: %s %s", error.code, error.detail)
        return []


def forget_terms() -> None:
    """Read the list anew at the next prompt."""
    global _remembered
    _remembered = (0.0, None)


def _blocked_terms() -> re.Pattern[str] | None:
    global _remembered
    read_at, pattern = _remembered
    if not read_at or time.monotonic() - read_at > LIST_SECONDS:
        terms = [_folded(term) for term in BlockedTerm.objects.values_list("term", flat=True)]
        pattern = re.compile("|".join(map(_as_pattern, terms))) if terms else None
        _remembered = (time.monotonic(), pattern)
    return pattern


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _as_pattern(term: str) -> str:
    start = r"\b" if term[:1].isascii() and term[:1].isalnum() else ""
    end = r"\b" if term[-1:].isascii() and term[-1:].isalnum() else ""
    return f"{start}{re.escape(term)}{end}"
