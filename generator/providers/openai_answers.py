"""What OpenAI's image endpoints answer, read as it comes: one JSON text or a stream of events.

The shapes are those of ``ImagesResponse`` and ``ImageGenStreamEvent`` in OpenAI's API description.
A server that is merely compatible may send either, whichever was asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import httpx2

from generator.providers import openai_errors
from generator.providers.events import Event, EventReader
from generator.providers.protocol import (
    Delivery,
    NotAPicture,
    OnPreview,
    Order,
    OutcomeUnknown,
    Picture,
    ProviderError,
    WantsPreview,
    always,
)
from generator.providers.skimming import Document, Oversized, Skimmer, Unfinished, Unreadable

log = logging.getLogger(__name__)

_PARTIAL = "image_generation.partial_image"
_SETTINGS = ("size", "quality", "output_format", "background")
_LONGEST_SETTING = 64
_MOST_TOKENS = 2**31 - 1


def receive(
    response: httpx2.Response,
    order: Order,
    on_preview: OnPreview,
    wants_preview: WantsPreview = always,
) -> Delivery:
    """Read an answer with status 200 into files in the order's folder.

    Raises a :class:`ProviderError`, or the ``httpx2.HTTPError`` with which the connection broke.
    """
    encoding = response.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise NotAPicture(f"the answer is packed ({encoding}), though we said we unpack nothing")
    is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
    harvest = _Harvest(order)
    try:
        if is_stream:
            _read_events(response.iter_raw(), harvest, on_preview, wants_preview)
        else:
            _read_json(response.iter_raw(), harvest)
    except Oversized as error:
        raise NotAPicture(str(error)) from None
    return harvest.delivery()


class _Harvest:
    """Gathers what an answer, or each event of a stream, brings."""

    def __init__(self, order: Order) -> None:
        self.folder = order.workdir
        self.pictures: list[Picture] = []
        self.complaint = ""
        self._count = order.count
        self._settings: dict[str, str] = {}
        self._usage: dict[str, int] = {}

    @property
    def is_full(self) -> bool:
        return len(self.pictures) >= self._count

    def take(self, answer: Any, document: Document) -> None:
        """Keep the pictures of an answer and what it says of them; remove those beyond ``count``.

        Raises what the answer reports, where it reports an error.
        """
        answer = answer if isinstance(answer, dict) else {}
        if error := _reported(answer):
            raise openai_errors.from_answer(error)
        entries = answer["data"] if isinstance(answer.get("data"), list) else [answer]
        entries = [entry for entry in entries if isinstance(entry, dict)]
        found = [document.picture(entry.get("b64_json")) for entry in entries]
        kept = [picture for picture in found if picture][: self._count - len(self.pictures)]
        self.pictures += kept
        _remove(picture for picture in document.pictures if picture not in kept)
        if not kept:
            self.complaint = _why_empty(entries, document)
        self._settings |= _settings(answer)
        for kind, tokens in _usage(answer.get("usage")).items():
            self._usage[kind] = self._usage.get(kind, 0) + tokens

    def delivery(self) -> Delivery:
        """Return what was gathered, or raise :class:`NotAPicture` when that is nothing."""
        if not self.pictures:
            raise NotAPicture(self.complaint or "no picture in the answer")
        return Delivery(pictures=self.pictures, settings=self._settings, usage=self._usage)


def _read_json(chunks: Iterable[bytes], harvest: _Harvest) -> None:
    with Skimmer(harvest.folder) as skimmer:
        for chunk in chunks:
            skimmer.feed(chunk)
        document = skimmer.finish()
    try:
        answer = document.parse()
    except Unfinished:
        raise OutcomeUnknown(f"the answer stops in the middle: {_words(document)}") from None
    except Unreadable:
        raise NotAPicture(f"the answer is no JSON: {_words(document)}") from None
    harvest.take(answer, document)


def _read_events(
    chunks: Iterable[bytes], harvest: _Harvest, on_preview: OnPreview, wants_preview: WantsPreview
) -> None:
    def is_unwanted(event: str) -> bool:
        return event == _PARTIAL and not wants_preview()

    with EventReader(harvest.folder, is_unwanted=is_unwanted) as reader:
        try:
            for event in _events(chunks, reader):
                if event.document.text.strip() == b"[DONE]":
                    return
                _take_event(event, harvest, on_preview)
                if harvest.is_full:
                    return
        except (httpx2.HTTPError, ProviderError):
            # What is here in full is here, whatever happens to the call afterwards.
            if not harvest.pictures:
                raise
    if not harvest.pictures and not harvest.complaint:
        raise OutcomeUnknown("the stream of events ended before a picture was complete")


def _events(chunks: Iterable[bytes], reader: EventReader) -> Iterator[Event]:
    for chunk in chunks:
        yield from reader.feed(chunk)
    yield from reader.finish()


def _take_event(event: Event, harvest: _Harvest, on_preview: OnPreview) -> None:
    document = event.document
    try:
        answer = document.parse()
    except (Unfinished, Unreadable):
        harvest.complaint = f"an event is no JSON: {_words(document)}"
        return _remove(document.pictures)
    named = answer.get("type") if isinstance(answer, dict) else None
    kind = str(named or event.name)
    if kind.endswith(".partial_image"):
        return _preview(document, on_preview)
    if kind == "error" and not _reported(answer):
        answer = {"error": answer}
    if kind.endswith(".completed") or document.pictures or _reported(answer):
        harvest.take(answer, document)
    return None


def _preview(document: Document, on_preview: OnPreview) -> None:
    for picture in document.pictures:
        if picture is None:
            continue
        try:
            on_preview(picture.path)
        except Exception:
            # A picture that is being paid for is worth more than a look at its beginnings.
            log.warning("A preview could not be shown.", exc_info=True)
    _remove(document.pictures)


def _reported(answer: Any) -> Mapping[str, Any] | None:
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, str) and error:
        return {"message": error}
    return error if isinstance(error, dict) and error else None


def _why_empty(entries: list[Any], document: Document) -> str:
    if document.pictures:
        return "the base64 of the picture is wrong or empty"
    if any(entry.get("url") for entry in entries):
        # An address from outside is never fetched: it may point inside our own network.
        return "the answer has an address where the picture should be (url instead of b64_json)"
    return f"no picture in the answer: {_words(document)}"


def _settings(answer: Mapping[str, Any]) -> dict[str, str]:
    delivered = {name: answer.get(name) for name in _SETTINGS}
    return {
        name: value[:_LONGEST_SETTING]
        for name, value in delivered.items()
        if isinstance(value, str) and value
    }


def _usage(reported: Any) -> dict[str, int]:
    reported = reported if isinstance(reported, dict) else {}
    details = reported.get("input_tokens_details")
    details = details if isinstance(details, dict) else {}
    counts = {
        "input_text": details.get("text_tokens", reported.get("input_tokens")),
        "input_image": details.get("image_tokens"),
        "output": reported.get("output_tokens"),
    }
    return {
        kind: tokens
        for kind, tokens in counts.items()
        if type(tokens) is int and 0 <= tokens <= _MOST_TOKENS
    }


def _remove(pictures: Iterable[Picture | None]) -> None:
    for picture in pictures:
        if picture:
            picture.path.unlink(missing_ok=True)


def _words(document: Document) -> str:
    # All of them: the provider cuts them short, but only after looking for our key in them.
    return document.text.decode("utf-8", "replace")
