"""Walks over the structure of PNG, JPEG and WebP files, without decoding a pixel.

Each is bounded in time by the file's size, finds the picture's size, and raises Broken for a file
that is cut short, damaged, animated, or carries more beside the picture than a picture needs.
"""

import mmap
import re
import struct
import zlib
from dataclasses import dataclass

MAX_PNG_METADATA = 8 << 20  # bytes of chunks other than IDAT; Pillow keeps them all
MAX_PNG_COMPRESSED = 16  # chunks that Pillow inflates, each to at most 1 MiB
MAX_JPEG_SCANS = 64  # each costs a pass over all pixels; ordinary progressive files have ten

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EOI, _SOS, _COM, _EXIF = 0xD9, 0xDA, 0xFE, 0xE1
_JPEG_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive: what decoders agree on
_JPEG_OTHER_FRAMES = {*range(0xC3, 0xD0)} - {0xC4}  # lossless, hierarchical, arithmetic
_JPEG_WITHOUT_LENGTH = {0x00, 0x01, *range(0xD0, 0xDA), 0xFF}
# The next marker among a scan's data, where FF is followed by 00 in data and D0 to D7 restart.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


class Broken(Exception):
    """The structure is not that of a whole, single picture."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a walk found."""

    format: str
    """Pillow's name: PNG, JPEG or WEBP."""
    width: int
    height: int
    """As stored, before a JPEG's orientation is applied."""
    orientation: int = 1
    header: bytes = b""
    """A JPEG's segments before the first scan that are needed to decode it."""
    scans: tuple[int, int] = (0, 0)
    """Where a JPEG's scans begin and end, EOI included."""


def walk(data: mmap.mmap) -> Outline:
    """The outline of a picture file, or Broken."""
    try:
        if data[:8] == _PNG_SIGNATURE:
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
        if data[:3] == b"\xff\xd8\xff":
            return _jpeg(data)
        raise Broken("neither PNG nor JPEG nor WebP")
    except (struct.error, IndexError):
        raise Broken("cut short") from None


def _most_parts(data: mmap.mmap) -> int:
    """How many chunks or segments a file may have; many tiny ones would only cost time."""
    return 256 + len(data) // 2048


def _png(data: mmap.mmap) -> Outline:
    """Through IEND, each chunk with its checksum (PNG specification, 5.3 and 5.6)."""
    at, metadata, compressed, has_data = 8, 0, 0, False
    with memoryview(data) as view:
        for _part in range(_most_parts(data)):
            length, kind = struct.unpack_from(">I4s", data, at)
            (checksum,) = struct.unpack_from(">I", data, at + 8 + length)
            if zlib.crc32(view[at + 4 : at + 8 + length]) != checksum:
                raise Broken(f"wrong checksum in {kind!r}")
            if (kind == b"IHDR") != (at == 8):
                raise Broken("IHDR is not the first chunk")
            if kind in (b"acTL", b"fcTL", b"fdAT"):
                raise Broken("animated")
            if kind == b"IEND":
                break
            has_data |= kind == b"IDAT"
            metadata += length if kind != b"IDAT" else 0
            compressed += kind in (b"iCCP", b"zTXt", b"iTXt")
            at += 12 + length
        else:
            raise Broken("too many chunks")
    if not has_data:
        raise Broken("no image data")
    if metadata > MAX_PNG_METADATA or compressed > MAX_PNG_COMPRESSED:
        raise Broken("too much metadata")
    return Outline("PNG", *struct.unpack_from(">II", data, 16))


def _webp(data: mmap.mmap) -> Outline:
    """To the end that the RIFF header states (RFC 9649, 2.3 to 2.7)."""
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    at, kinds = 12, set()
    for _part in range(_most_parts(data)):
        if at >= end:
            break
        kind, length = struct.unpack_from("<4sI", data, at)
        kinds.add(kind)
        at += 8 + length + length % 2
    else:
        raise Broken("too many chunks")
    if end > len(data) or at > end + 1:  # some writers forget the last padding byte
        raise Broken("cut short")
    if kinds & {b"ANIM", b"ANMF"}:
        raise Broken("animated")
    if not kinds & {b"VP8 ", b"VP8L"}:
        raise Broken("no image data")
    return Outline("WEBP", *_webp_size(data))


def _webp_size(data: mmap.mmap) -> tuple[int, int]:
    """Width and height from the first chunk, one of three kinds (RFC 9649, 2.5 to 2.7)."""
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise Broken("no picture header")


def _jpeg(data: mmap.mmap) -> Outline:
    """Segments and scans through EOI (ITU-T T.81, annex B); what follows EOI is ignored."""
    at, scans, scans_at = 2, 0, 0
    width, height, orientation, header = 0, 0, 1, [b"\xff\xd8"]
    for _part in range(_most_parts(data)):
        marker, at = _jpeg_marker(data, at, among_scans=scans > 0)
        if marker == _EOI and scans:
            return Outline("JPEG", width, height, orientation, b"".join(header), (scans_at, at))
        if marker in _JPEG_WITHOUT_LENGTH or marker in _JPEG_OTHER_FRAMES:
            raise Broken(f"marker {marker:02x}")
        (length,) = struct.unpack_from(">H", data, at)
        segment = data[at - 2 : at + max(2, length)]
        if marker == _SOS:
            scans, scans_at = scans + 1, scans_at or at - 2
        elif not scans and _is_needed(marker, segment):
            header.append(segment)
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
        elif marker == _EXIF and segment[4:10] == b"Exif\0\0":
            orientation = _orientation(segment[10:])
        if scans > MAX_JPEG_SCANS:
            raise Broken("too many scans")
        at += max(2, length)
    raise Broken("too many segments")


def _jpeg_marker(data: mmap.mmap, at: int, *, among_scans: bool) -> tuple[int, int]:
    """The next marker's code and the offset after it."""
    if among_scans:
        found = _JPEG_MARKER.search(data, at)
        if not found:
            raise Broken("cut short")
        return found[0][1], found.end()
    if data[at] != 0xFF:
        raise Broken("no marker where one must be")
    return data[at + 1], at + 2


def _is_needed(marker: int, segment: bytes) -> bool:
    """Whether decoding needs a segment. Of application data: JFIF's and Adobe's, which tell the
    colour space, and the colour profile."""
    if 0xE0 <= marker <= 0xEF:
        return marker in (0xE0, 0xEE) or (marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0")
    return marker != _COM


def _orientation(exif: bytes) -> int:
    """The tag Orientation of an EXIF block's first directory; 1 where it does not say."""
    order = ">" if exif[:2] == b"MM" else "<"
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, start)
        for entry in range(entries):
            at = start + 2 + 12 * entry
            tag, _kind, _count, value = struct.unpack_from(order + "HHIH", exif, at)
            if tag == 0x0112:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        pass  # EXIF is often cut short by other programs, and the picture is none the worse
    return 1
