"""Reading server-sent events that carry pictures, without ever holding one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from generator.providers.skimming import Document, Skimmer


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event: its name (empty when it has none) and its data."""

    name: str
    document: Document


class EventReader:
    """Reads a stream of server-sent events whose data is JSON with pictures.

    ``is_unwanted`` is asked by the name of an event, where that comes before the data, whether its
    pictures may be skipped; decoding them takes most of the time that a stream costs.

    Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
    """

    def __init__(self, folder: Path, *, is_unwanted: Callable[[str], bool] | None = None) -> None:
        self._folder = folder
        self._is_unwanted = is_unwanted or (lambda name: False)
        self._number = 0
        self._after_return = False
        self._field: bytearray | None = bytearray()
        self._name = bytearray()
        self._skimmer: Skimmer | None = None
        self._use: Callable[[bytes], None] = _ignore
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._skimmer:
            self._skimmer.__exit__()

    def feed(self, data: bytes) -> Iterator[Event]:
        """Read the next bytes and yield the events that they complete."""
        if self._after_return and data[:1] == b"\n":
            data = data[1:]
            self._after_return = False
        if data:
            self._after_return = data.endswith(b"\r")
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        at = 0
        while at < len(data):
            newline = data.find(b"\n", at)
            end = len(data) if newline < 0 else newline
            self._part_of_line(data, at, end)
            at = end
            if newline >= 0:
                at += 1
                yield from self._end_line()

    def finish(self) -> Iterator[Event]:
        """Yield the last event if the stream ended without the blank line but with all its data."""
        if self._skimmer:
            event = self._end_event()
            if not event.document.is_open:
                yield event

    def _part_of_line(self, data: bytes, at: int, end: int) -> None:
        if self._field is not None:
            colon = data.find(b":", at, end)
            if colon < 0:
                # No field that we know has a long name; what is cut off here is ignored.
                self._field += data[at:end][:64]
                del self._field[64:]
                return
            self._begin_value(bytes(self._field) + data[at:colon])
            at = colon + 1
        if self._begun and at < end:
            # One space after the colon belongs to the format.
            self._begun = False
            at += data[at : at + 1] == b" "
        if at < end:
            self._use(data[at:end])

    def _begin_value(self, field: bytes) -> None:
        self._field = None
        self._begun = True
        self._use = _ignore
        if field.removeprefix(b"\xef\xbb\xbf") == b"data":
            if self._skimmer is None:
                self._skimmer = Skimmer(
                    self._folder,
                    name=f"event-{self._number}",
                    skips=self._is_unwanted(self._name.decode("utf-8", "replace")),
                )
                self._number += 1
            else:
                self._skimmer.feed(b"\n")
            self._use = self._skimmer.feed
        elif field.removeprefix(b"\xef\xbb\xbf") == b"event":
            self._name.clear()
            self._use = self._read_name

    def _read_name(self, part: bytes) -> None:
        self._name += part[:200]
        del self._name[200:]

    def _end_line(self) -> Iterator[Event]:
        is_blank = self._field is not None and not self._field
        self._field = bytearray()
        self._use = _ignore
        if is_blank and self._skimmer:
            yield self._end_event()
        elif is_blank:
            self._name.clear()

    def _end_event(self) -> Event:
        assert self._skimmer
        event = Event(self._name.decode("utf-8", "replace"), self._skimmer.finish())
        self._skimmer = None
        self._name.clear()
        return event


def _ignore(_part: bytes) -> None:
    pass
