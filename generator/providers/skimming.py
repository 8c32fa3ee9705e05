"""Reading an answer full of pictures without ever holding one.

A JSON text is copied as it arrives, except for the strings under ``"b64_json"``: those are decoded
into files on the way and leave their number behind. What remains is small and is parsed as usual.
"""

from __future__ import annotations

import hashlib
import json
import re
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import pybase64

from generator.providers.protocol import Picture

MAX_TEXT_BYTES = 1024 * 1024
MAX_PICTURE_BYTES = 64 * 1024 * 1024
MAX_PICTURES = 20  # OpenAI gives at most ten

_KEY = "b64_json"
_LONGEST_KEY = 6 * len(_KEY)  # each letter written as \u0062
_STRING_EVENT = re.compile(rb'["\\]')
_NOT_SPACE = re.compile(rb"[^ \t\r\n]")
_RUN = re.compile(
    # As much of a string as there is, save an escape that the end of the data may have cut.
    rb'(?:[^"\\]+|\\[^u]|\\u(?:[0-9a-fA-F]{4}|(?=.{4})))*',
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PADDING = ord("=")
_BACKSLASH = ord("\\")


class Oversized(Exception):
    """The answer is larger than anything that could be meant."""


class Unfinished(Exception):
    """The text ends in the middle."""


class Unreadable(Exception):
    """The text is whole and still no JSON."""


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON text that has been read to its end, or to where it stopped.

    ``text`` has numbers in place of pictures; ``pictures`` are what these stand for, None where
    the base64 was wrong or empty. ``is_open`` says that a string, list or object was not closed.
    """

    text: bytes
    pictures: list[Picture | None]
    is_open: bool

    def parse(self) -> Any:
        """Return the parsed text, or raise :class:`Unfinished` or :class:`Unreadable`."""
        try:
            # Only UTF-8: in UTF-16, which json.loads would guess, no picture was recognised.
            return json.loads(self.text.decode("utf-8-sig", "surrogatepass"))
        except (ValueError, RecursionError):
            begins_as_json = self.text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
            if begins_as_json and self.is_open:
                raise Unfinished from None
            raise Unreadable from None

    def picture(self, value: object) -> Picture | None:
        """Return the picture behind a ``b64_json`` of the parsed text; None for null or rubbish."""
        return self.pictures[int(value)] if isinstance(value, str) else None


class Skimmer:
    """Reads one JSON text, fed in pieces of any size; files go to ``folder``.

    One that ``skips`` makes no files: each picture is None, as if it had been wrong.

    Pictures are named ``<name>-0``, ``<name>-1`` …. Use it as a context manager, so that the file
    being written is closed whatever happens. Raises :class:`Oversized`.
    """

    def __init__(self, folder: Path, *, name: str = "picture", skips: bool = False) -> None:
        self._folder = folder
        self._name = name
        self._text = bytearray()
        self._pictures: list[Picture | None] = []
        self._skips = skips
        self._file: _PictureFile | _NoFile | None = None
        self._string = bytearray()
        self._escape = bytearray()
        self._depth = 0
        self._seen_colon = False
        self._state: Callable[[Skimmer, bytes, int], int] = Skimmer._between_strings

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._file:
            self._file.close()

    def feed(self, data: bytes) -> None:
        """Read the next bytes."""
        at = 0
        while at < len(data):
            at = self._state(self, data, at)

    def finish(self) -> Document:
        """Return what was read. Call it once, after the last byte."""
        is_open = self._state != Skimmer._between_strings or self._depth > 0
        if self._file:
            self._file.spoil()
            self._end_picture()
        return Document(bytes(self._text), self._pictures, is_open)

    # Each of these reads from ``at`` in one state and returns where the next state goes on.

    def _between_strings(self, data: bytes, at: int) -> int:
        quote = data.find(b'"', at)
        end = len(data) if quote < 0 else quote + 1
        part = data[at:end]
        opened = part.count(b"{") + part.count(b"[")
        self._depth += opened - part.count(b"}") - part.count(b"]")
        self._copy(part)
        if quote >= 0:
            self._string.clear()
            self._state = Skimmer._in_string
        return end

    def _in_string(self, data: bytes, at: int) -> int:
        event = _STRING_EVENT.search(data, at)
        end = event.end() if event else len(data)
        self._copy(data[at:end])
        self._remember(data[at:end])
        if event:
            closes = event.group() == b'"'
            self._state = Skimmer._after_string if closes else Skimmer._after_backslash
            self._seen_colon = False
        return end

    def _after_backslash(self, data: bytes, at: int) -> int:
        self._copy(data[at : at + 1])
        self._remember(data[at : at + 1])
        self._state = Skimmer._in_string
        return at + 1

    def _after_string(self, data: bytes, at: int) -> int:
        if not self._is_key():
            self._state = Skimmer._between_strings
            return at
        found = _NOT_SPACE.search(data, at)
        end = found.start() if found else len(data)
        self._copy(data[at:end])
        if not found:
            return end
        if found.group() == b":" and not self._seen_colon:
            self._seen_colon = True
            self._copy(b":")
            return end + 1
        if found.group() == b'"' and self._seen_colon:
            self._begin_picture()
            return end + 1
        self._state = Skimmer._between_strings
        return end

    def _in_picture(self, data: bytes, at: int) -> int:
        assert self._file
        quote = data.find(b'"', at)
        end = len(data) if quote < 0 else quote
        part = data[at:end]
        if b"\\" in part:
            # Many encoders write each slash as \/, and have no other escape in base64.
            part = part.replace(b"\\/", b"/")
        if b"\\" in part:
            run = _RUN.match(data, at)
            assert run
            end = run.end()
            part = _ESCAPE.sub(lambda found: _unescaped(found.group()), run.group())
        self._file.write(part)
        if end == len(data):
            return end
        if data[end] == _BACKSLASH:
            self._state = Skimmer._in_picture_escape
            return end + 1
        self._end_picture()
        self._state = Skimmer._between_strings
        return end + 1

    def _in_picture_escape(self, data: bytes, at: int) -> int:
        assert self._file
        self._escape += data[at : at + 1]
        if self._escape[:1] != b"u" or len(self._escape) == 5:
            self._file.write(_unescaped(b"\\" + self._escape))
            self._escape.clear()
            self._state = Skimmer._in_picture
        return at + 1

    def _remember(self, part: bytes) -> None:
        # Only to know a key when it ends, so a long string need not be kept.
        if len(self._string) <= _LONGEST_KEY:
            self._string += part[: _LONGEST_KEY + 1]

    def _is_key(self) -> bool:
        raw = bytes(self._string[:-1])
        if b"\\" not in raw:
            return raw == _KEY.encode()
        try:
            return len(raw) <= _LONGEST_KEY and json.loads(b'"' + raw + b'"') == _KEY
        except ValueError:
            return False

    def _begin_picture(self) -> None:
        number = len(self._pictures)
        if number == MAX_PICTURES:
            raise Oversized(f"more than {MAX_PICTURES} pictures")
        self._copy(b'"%d"' % number)
        path = self._folder / f"{self._name}-{number}"
        self._file = _NoFile() if self._skips else _PictureFile(path)
        self._state = Skimmer._in_picture

    def _end_picture(self) -> None:
        assert self._file
        self._pictures.append(self._file.finish())
        self._file = None

    def _copy(self, part: bytes) -> None:
        self._text += part
        if len(self._text) > MAX_TEXT_BYTES:
            raise Oversized(f"more than {MAX_TEXT_BYTES} bytes beside the pictures")


class _PictureFile:
    """A file that is written in base64."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._left = b""
        self._is_padded = False
        self._is_spoilt = False

    def write(self, chars: bytes) -> None:
        if self._is_spoilt or not chars:
            return
        chars = self._left + chars
        whole = len(chars) & ~3
        self._left = chars[whole:]
        if self._is_padded:
            self.spoil()
        elif whole:
            self._decode(chars[:whole])

    def spoil(self) -> None:
        self._is_spoilt = True

    def finish(self) -> Picture | None:
        self.close()
        if self._left or self._is_spoilt or not self._bytes:
            self._path.unlink()
            return None
        return Picture(path=self._path, bytes=self._bytes, sha256=self._digest.hexdigest())

    def close(self) -> None:
        self._file.close()

    def _decode(self, chars: bytes) -> None:
        try:
            content = pybase64.b64decode(chars, validate=True)
        except Base64Error:
            return self.spoil()
        self._is_padded = chars[-1] == _PADDING
        self._bytes += len(content)
        if self._bytes > MAX_PICTURE_BYTES:
            raise Oversized(f"a picture of more than {MAX_PICTURE_BYTES} bytes")
        self._digest.update(content)
        self._file.write(content)
        return None


class _NoFile:
    """Where a picture goes that nobody wants."""

    def write(self, chars: bytes) -> None:
        pass

    def spoil(self) -> None:
        pass

    def finish(self) -> None:
        pass

    def close(self) -> None:
        pass


@lru_cache(maxsize=64)
def _unescaped(escape: bytes) -> bytes:
    try:
        char: str = json.loads(b'"' + escape + b'"')
    except ValueError:
        return b"\\"  # wrong in JSON and in base64 alike
    return char.encode("utf-8", "replace")
