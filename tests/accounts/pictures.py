"""Pictures to upload: good ones, and files that only look like one."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

RED, GREEN, BLUE = (220, 30, 30), (30, 180, 60), (40, 60, 220)


def encoded(picture: Pillow.Image, format: str = "PNG", **options: Any) -> bytes:
    made = io.BytesIO()
    picture.save(made, format, **options)
    return made.getvalue()


def plain(format: str = "PNG", size: tuple[int, int] = (640, 400), mode: str = "RGB") -> bytes:
    return encoded(Pillow.new(mode, size, RED if mode in ("RGB", "CMYK") else None), format)


def quartered(width: int, height: int) -> Pillow.Image:
    """Red on the left above, green on the right above, blue below."""
    picture = Pillow.new("RGB", (width, height), BLUE)
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    return picture


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claiming(width: int, height: int) -> bytes:
    """A small PNG that says it is large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def upload(data: bytes, name: str = "me.png", content_type: str = "image/png") -> Any:
    return SimpleUploadedFile(name, data, content_type)
