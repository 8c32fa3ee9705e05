"""What an uploaded picture says of itself in its first bytes, read without a decoder.

Pillow reads metadata trustingly: 64 KB of EXIF can make it allocate gigabytes. So a JPEG's header
is taken apart here, and what a decoder does not need never reaches it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO

_MOST_PARTS = 512
"""Chunks or segments before the picture itself; real files have a few dozen."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended and progressive: what decoders agree on
_JPEG_SCAN = 0xDA


class Unreadable(Exception):
    """Not the beginning of a still PNG, JPEG or WebP picture."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes say."""

    format: str
    """Pillow's name: PNG, JPEG or WEBP."""
    width: int
    height: int
    """In pixels as stored, before the orientation is applied."""
    orientation: int = 1
    """How a viewer turns a JPEG, from 1 (not at all) to 8; EXIF 2.3, tag 0x0112."""
    beginning: bytes = b""
    """A JPEG's segments that are needed to decode it, instead of the first ``skip`` bytes."""
    skip: int = 0


def read(file: IO[bytes]) -> Header:
    """The header of a picture; raises Unreadable. Reads only the segments in front."""
    file.seek(0)
    start = file.read(30)
    try:
        if start[:8] == _PNG:
            return _png(file, start)
        if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
            return _webp(start)
        if start[:3] == b"\xff\xd8\xff":
            return _jpeg(file)
    except (struct.error, IndexError):
        raise Unreadable("cut short") from None
    raise Unreadable("neither PNG nor JPEG nor WebP")


def _png(file: IO[bytes], start: bytes) -> Header:
    """Chunks up to the first IDAT (PNG specification, 5.3 and 5.6)."""
    if start[12:16] != b"IHDR":
        raise Unreadable("IHDR is not the first chunk")
    width, height = struct.unpack_from(">II", start, 16)
    at = len(_PNG)
    for _part in range(_MOST_PARTS):
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        if kind == b"acTL":
            raise Unreadable("animated")
        if kind == b"IDAT":
            return Header("PNG", width, height)
        at += 12 + length
    raise Unreadable("too many chunks")


def _webp(start: bytes) -> Header:
    """The first chunk, of one of three kinds (RFC 9649, 2.5 to 2.7)."""
    kind = start[12:16]
    if kind == b"VP8X":
        if start[20] & 0x02:
            raise Unreadable("animated")
        width, height = (1 + int.from_bytes(start[at : at + 3], "little") for at in (24, 27))
        return Header("WEBP", width, height)
    if kind == b"VP8L" and start[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", start, 21)
        return Header("WEBP", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 " and start[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", start, 26)
        return Header("WEBP", width & 0x3FFF, height & 0x3FFF)
    raise Unreadable("no picture in it")


def _jpeg(file: IO[bytes]) -> Header:
    """Segments up to the first scan (ITU-T T.81, annex B)."""
    at, width, height, orientation, needed = 2, 0, 0, 1, [b"\xff\xd8"]
    for _part in range(_MOST_PARTS):
        file.seek(at)
        mark, marker, length = struct.unpack(">BBH", file.read(4))
        if mark != 0xFF:
            raise Unreadable("no marker where one must be")
        if marker == 0xFF:  # a marker may be padded
            at += 1
            continue
        if marker == _JPEG_SCAN:
            return Header("JPEG", width, height, orientation, b"".join(needed), at)
        file.seek(at)
        segment = file.read(2 + length)
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
        if segment[4:10] == b"Exif\0\0":
            orientation = _orientation(segment[10:])
        if _is_needed(marker, segment):
            needed.append(segment)
        at += 2 + length
    raise Unreadable("too many segments")


def _is_needed(marker: int, segment: bytes) -> bool:
    """Whether decoding needs a segment: of application data only JFIF's and Adobe's, which tell
    the colour space, and the colour profile; of the rest all but comments."""
    if 0xE0 <= marker <= 0xEF:
        return marker in (0xE0, 0xEE) or (marker == 0xE2 and segment[4:15] == b"ICC_PROFILE")
    return marker != 0xFE


def _orientation(exif: bytes) -> int:
    """The tag Orientation of an EXIF block's first directory; 1 where it does not say."""
    order = ">" if exif[:2] == b"MM" else "<"
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, start)
        for entry in range(entries):
            tag, _kind, _count, value = struct.unpack_from(
                order + "HHIH", exif, start + 2 + 12 * entry
            )
            if tag == 0x0112:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        pass  # other programs often cut EXIF short, and the picture is none the worse
    return 1
