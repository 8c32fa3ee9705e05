"""The machine-readable mark "made by AI" that every rendition and converted download carries.

Since August 2026 generated pictures must carry one (EU AI Act, article 50(2)). It is the IPTC
property Digital Source Type in an XMP packet (IPTC Photo Metadata Standard), which search engines,
social networks and picture tools read. Its codes that matter here: "trainedAlgorithmicMedia" for
what a model made, "algorithmicMedia" for what a procedure drew that learnt from nothing.
"""

import io
import re
from pathlib import Path
from typing import Any

from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"

# XMP in a PNG is an iTXt chunk with this keyword (XMP specification, part 3, 1.1.5).
PNG_KEYWORD = "XML:com.adobe.xmp"

# Short, as it is in every thumbnail: the optional <?xpacket?> around it is left out.
_PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    f' Iptc4xmpExt:DigitalSourceType="{VOCABULARY}%s"/></rdf:RDF></x:xmpmeta>'
)

# Other writers put the property into an element or an rdf:resource rather than an attribute.
_MARK = re.compile(
    rb"DigitalSourceType(?:\s*=\s*[\"']|\s*>|\s[^>]*rdf:resource\s*=\s*[\"'])\s*"
    + re.escape(VOCABULARY.encode())
    + rb"(\w+)"
)

AI_CODES = frozenset({"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"})
LONGEST_MARK = 128
"""Bytes; more than the vocabulary's address with its longest code."""

_STATED = re.compile(
    rb"https?://cv\.iptc\.org/newscodes/digitalsourcetype/"
    rb"(compositeWithTrainedAlgorithmicMedia|trainedAlgorithmicMedia|algorithmicMedia)"
)


def stated_in(data: bytes) -> str | None:
    """The code that stands anywhere in the bytes of a file, of any format: in XMP or in a C2PA
    manifest, both of which hold it as plain text. None without one of ours."""
    found = _STATED.search(data)
    return found[1].decode() if found else None


def xmp(source_type: str) -> bytes:
    """The XMP packet that states the source type, an IPTC code; under 350 bytes."""
    if not source_type.isalnum():
        raise ValueError(f"not an IPTC code: {source_type!r}")
    return (_PACKET % source_type).encode()


def save_options(*, encoding: str, source_type: str) -> dict[str, Any]:
    """What Pillow's `save` needs so that a file in the format `encoding` carries the mark."""
    packet = xmp(source_type)
    if encoding.upper() != "PNG":
        return {"xmp": packet}
    # Pillow silently ignores `xmp` for PNG.
    chunks = PngInfo()
    chunks.add_itxt(PNG_KEYWORD, packet)
    return {"pnginfo": chunks}


def read_source_type(source: Path | bytes) -> str | None:
    """The IPTC code in the file's XMP, such as "trainedAlgorithmicMedia"; None without one.

    None too for a file that is no PNG, JPEG, WebP or AVIF. Headers are read, pixels are not.
    The answer is a claim and no proof, as anybody can write such a mark. A file from outside goes
    through `originals.inspect` first, because Pillow's readers trust their input.
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with Pillow.open(file, formats=["PNG", "JPEG", "WEBP", "AVIF"]) as picture:
            packet = picture.info.get("xmp", b"")
    except (OSError, SyntaxError, ValueError, RuntimeError):
        return None
    found = _MARK.search(packet)
    return found[1].decode() if found else None
