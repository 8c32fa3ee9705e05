"""PNG files that say honestly where they come from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO, cast

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from generator.providers.protocol import Picture

CREDIT = "Drawn by Easel's demo model: procedural, no AI"

# Made by rules, with no model trained on anything: not "trainedAlgorithmicMedia".
# https://cv.iptc.org/newscodes/digitalsourcetype/
_XMP = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    Iptc4xmpExt:DigitalSourceType=\
"http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
    xmp:CreatorTool="Easel demo model"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""

# Grain does not compress: higher levels take three times as long to save a tenth.
_COMPRESSION = 2


def save(image: Image.Image, path: Path) -> Picture:
    """Write a PNG, counting and hashing the bytes on their way to the disk."""
    marks = PngInfo()
    marks.add_text("Software", "Easel demo model")
    marks.add_text("Description", CREDIT)
    # Pillow ignores save(xmp=…) for PNG; readers look for this key, uncompressed.
    marks.add_itxt("XML:com.adobe.xmp", _XMP)
    with path.open("wb") as file:
        tally = _Tally(file)
        image.save(cast(IO[bytes], tally), "PNG", pnginfo=marks, compress_level=_COMPRESSION)
    return Picture(path, tally.bytes, tally.sha256.hexdigest())


class _Tally:
    """A file that remembers how much was written and its hash."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.bytes = 0
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        self.sha256.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()
