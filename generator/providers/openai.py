"""OpenAI's images, and those of any server that speaks its language.

The call goes through OpenAI's SDK with its retries switched off, because each call may cost money;
the answer is read by ourselves, because the SDK would hold each picture three times over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx2
from django.utils.translation import gettext as _
from openai import APIConnectionError, APIStatusError, OpenAI

from generator.providers import openai_errors, wire
from generator.providers.openai_answers import receive
from generator.providers.protocol import (
    Delivery,
    OnPreview,
    Order,
    OutcomeUnknown,
    ProviderDown,
    ProviderError,
    Unauthorised,
    WantsPreview,
    always,
)

OPENAI_URL = "https://api.openai.com/v1"
PARTIAL_IMAGES = 2
"""Of at most three; each is billed as 100 output tokens more (OpenAI's image guide)."""
CONNECT_SECONDS = 10
FREE_CALL_SECONDS = 10
MAX_FREE_ANSWER_BYTES = 1024 * 1024
MAX_DETAIL = 500
MAX_REQUEST_ID = 100

_KEY_CHARACTERS = re.compile(r"[!-~]+")


class OpenAIProvider:
    """One account with OpenAI. Make one and share it: threads, greenlets and forks may all use it.

    ``base_url`` None means OpenAI itself. The environment is not consulted, and no proxy is used.
    """

    def __init__(self, *, api_key: str, base_url: str | None) -> None:
        self._api_key = api_key.strip()
        self._client = OpenAI(
            api_key=self._api_key or "none",
            base_url=base_url or OPENAI_URL,
            max_retries=0,
            http_client=wire.client(),
            # The SDK takes these from the environment when they are not given.
            default_headers={"Authorization": f"Bearer {self._api_key}"},
        )
        self._client.organization = self._client.project = self._client.admin_api_key = None

    def generate(
        self, order: Order, *, on_preview: OnPreview, wants_preview: WantsPreview = always
    ) -> Delivery:
        """Make one paid call; see :class:`generator.providers.protocol.Provider`."""
        call = self._client.images.with_streaming_response.generate
        with (
            self._classified(),
            call(**_parameters(order), timeout=_timeout(order.timeout)) as response,
            _stamped(response.request_id or ""),
        ):
            delivery = receive(response.http_response, order, on_preview, wants_preview)
            return replace(delivery, request_id=_short(response.request_id or ""))

    def check(self) -> str:
        """Ask for the list of models, which costs nothing."""
        call = self._client.models.with_streaming_response.list
        with self._classified_free(), call(timeout=_timeout(FREE_CALL_SECONDS)) as response:
            models = _objects_at(_small_answer(response.http_response), "data")
        for_images = [model for model in models if "image" in str(model.get("id"))]
        return _("%(host)s answers; it has %(all)d models, %(images)d of them for images.") % {
            "host": self._client.base_url.host,
            "all": len(models),
            "images": len(for_images),
        }

    def flagged(self, text: str) -> list[str]:
        """Return the names of the categories for which OpenAI's moderation flags the text.

        Free of charge and quick: at most ten seconds. Raises a :class:`ProviderError`, of which
        :class:`ProviderDown` covers every answer that is late, cut or unreadable.
        """
        call = self._client.moderations.with_streaming_response.create
        with (
            self._classified_free(),
            call(
                model="omni-moderation-latest", input=text, timeout=_timeout(FREE_CALL_SECONDS)
            ) as response,
        ):
            results = _objects_at(_small_answer(response.http_response), "results")
            if not results:
                raise ProviderDown("a moderation without a result")
        names: set[str] = set()
        for result in results:
            categories = result.get("categories")
            if result.get("flagged") and isinstance(categories, Mapping):
                names |= {_short(name) for name, is_flagged in categories.items() if is_flagged}
            elif result.get("flagged"):
                names.add("unnamed")
        return sorted(names)

    @contextmanager
    def _classified(self) -> Iterator[None]:
        # "from None" everywhere: a chained exception of the SDK may quote our key.
        if not _KEY_CHARACTERS.fullmatch(self._api_key):
            raise Unauthorised("The API key is empty, or has characters that no key has.")
        try:
            yield
        except ProviderError as error:
            raise self._without_key(error) from None
        except APIStatusError as error:
            raise self._without_key(openai_errors.from_status(error)) from None
        except (APIConnectionError, httpx2.HTTPError) as error:
            cause = error.__cause__ if isinstance(error, APIConnectionError) else error
            raise self._without_key(openai_errors.from_wire(cause or error)) from None

    @contextmanager
    def _classified_free(self) -> Iterator[None]:
        # Nothing is lost when the end of a free call is unknown: it may simply be made again.
        try:
            with self._classified():
                yield
        except OutcomeUnknown as error:
            raise ProviderDown(error.detail, request_id=error.request_id) from None

    def _without_key(self, error: ProviderError) -> ProviderError:
        detail = error.detail.replace(self._api_key, "[key]")
        error.detail = _printable(detail)[:MAX_DETAIL]
        error.args = (error.detail,)
        error.request_id = _short(error.request_id)
        return error


def _parameters(order: Order) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "model": order.model,
        "prompt": order.prompt,
        "n": order.count,
        "size": f"{order.width}x{order.height}",
        "quality": order.quality,
        "output_format": "png",
        "moderation": "auto",
    }
    if order.user_hash:
        parameters["safety_identifier"] = order.user_hash
    if order.stream and order.count == 1:
        # The events do not say to which of several pictures a partial one belongs.
        parameters |= {"stream": True, "partial_images": PARTIAL_IMAGES}
    return parameters


def _timeout(seconds: float) -> httpx2.Timeout:
    # wire.OneCallTransport takes the time to read as the time for everything.
    return httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))


@contextmanager
def _stamped(request_id: str) -> Iterator[None]:
    # What breaks after the headers can still say which request it was.
    try:
        yield
    except httpx2.HTTPError as error:
        broken = openai_errors.from_wire(error)
        broken.request_id = request_id
        raise broken from None
    except ProviderError as error:
        error.request_id = request_id
        raise


def _small_answer(response: httpx2.Response) -> Mapping[str, Any]:
    """Read an answer that has no business being large. Raises :class:`ProviderDown`."""
    text = bytearray()
    for chunk in response.iter_raw():
        text += chunk
        if len(text) > MAX_FREE_ANSWER_BYTES:
            raise ProviderDown(f"an answer of more than {MAX_FREE_ANSWER_BYTES} bytes")
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise ProviderDown(f"an answer that is no JSON: {text.decode(errors='replace')}") from None
    if not isinstance(answer, dict):
        raise ProviderDown("an answer that is no JSON object")
    return answer


def _objects_at(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = answer.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _short(text: str) -> str:
    return _printable(text)[:MAX_REQUEST_ID]


def _printable(text: str) -> str:
    # A server's words go into logs and a database that takes no NUL.
    return "".join(char if char.isprintable() else " " for char in text)
