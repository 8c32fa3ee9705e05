"""Real PNG files of any size, quick to make, each with a mark that makes it one of a kind."""

from __future__ import annotations

import random
import struct
import zlib
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file in two parts; the long one and its base64 are shared by all files of its size."""

    head: bytes
    rest: bytes
    rest_base64: bytes

    @property
    def content(self) -> bytes:
        """The whole file."""
        return self.head + self.rest

    @property
    def base64(self) -> list[bytes]:
        """The file in base64, in parts to be sent one after the other."""
        return [b64encode(self.head), self.rest_base64]


def draw(width: int, height: int, *, number: int, weight: int = 0) -> Drawn:
    """Return a gradient as PNG that carries ``number`` in a chunk ``caBX``.

    ``weight`` is about how many bytes the file should have; a gradient alone is light. The chunk
    is where a C2PA manifest lies (https://spec.c2pa.org, "Embedding manifests into PNGs").
    """
    mark = b"not a real manifest; file %012d" % number
    mark += b" " * (-len(mark) % 3)  # so that base64 may be joined
    head = SIGNATURE + _chunk(b"IHDR", _header(width, height)) + _chunk(b"caBX", mark)
    assert len(head) % 3 == 0
    return Drawn(head, *_pixels(width, height, weight))


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Return a PNG of a few hundred bytes that claims to be huge."""
    data = zlib.compress(b"\x00" * 10_000)
    chunks = (b"IHDR", _header(width, height)), (b"IDAT", data), (b"IEND", b"")
    return SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def in_format(name: str, width: int, height: int) -> bytes:
    """Return a picture as ``JPEG`` or ``WEBP``."""
    from PIL import Image

    file = BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((width, height)).save(file, name)
    return file.getvalue()


@lru_cache(maxsize=16)
def _pixels(width: int, height: int, weight: int) -> tuple[bytes, bytes]:
    noise = random.Random(width * height)
    noisy_rows = min(height, weight // (3 * width))
    row = bytearray(3 * width)
    row[0::3] = bytes(x * 255 // width for x in range(width))
    row[2::3] = bytes(160 - x * 128 // width for x in range(width))
    lines = []
    for y in range(height):
        row[1::3] = bytes([y * 255 // height]) * width
        lines.append(b"\x00" + (noise.randbytes(3 * width) if y < noisy_rows else bytes(row)))
    data = zlib.compress(b"".join(lines), level=1)
    rest = _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return rest, b64encode(rest)


def _header(width: int, height: int) -> bytes:
    return struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )
