"""The machine-readable mark, written and read."""

from pathlib import Path

import pytest
from PIL import Image as Pillow

from gallery import provenance
from tests.gallery.pictures import encoded, saved

TRAINED = "trainedAlgorithmicMedia"
ELEMENT = (
    b"<rdf:Description><Iptc4xmpExt:DigitalSourceType>\n  http://cv.iptc.org/newscodes/"
    b"digitalsourcetype/trainedAlgorithmicMedia\n</Iptc4xmpExt:DigitalSourceType></rdf:Description>"
)
RESOURCE = (
    b"<Iptc4xmpExt:DigitalSourceType rdf:resource='http://cv.iptc.org/newscodes/"
    b"digitalsourcetype/compositeWithTrainedAlgorithmicMedia'/>"
)


def a_file(encoding: str, **options: object) -> bytes:
    return encoded(Pillow.new("RGB", (8, 8), "teal"), encoding, **options)


@pytest.mark.parametrize("encoding", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_the_mark_that_is_written_can_be_read(encoding: str, tmp_path: Path) -> None:
    options = provenance.save_options(encoding=encoding, source_type=TRAINED)

    data = a_file(encoding, **options)

    assert provenance.read_source_type(data) == TRAINED
    assert provenance.read_source_type(saved(data, tmp_path)) == TRAINED


def test_the_mark_is_small_and_well_formed() -> None:
    packet = provenance.xmp("trainedAlgorithmicMedia")

    assert len(packet) < 350
    assert packet.count(b"<") == packet.count(b">") == 5
    assert b'DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/' in packet


def test_a_picture_without_the_mark_says_nothing() -> None:
    assert provenance.read_source_type(a_file("JPEG")) is None
    assert provenance.read_source_type(a_file("PNG")) is None
    assert provenance.read_source_type(b"no picture at all") is None


def test_marks_of_other_programs_are_read_however_they_are_written() -> None:
    assert provenance.read_source_type(a_file("JPEG", xmp=ELEMENT)) == TRAINED
    assert (
        provenance.read_source_type(a_file("WEBP", xmp=RESOURCE))
        == "compositeWithTrainedAlgorithmicMedia"
    )


def test_what_is_no_code_cannot_become_part_of_the_packet() -> None:
    with pytest.raises(ValueError, match="not an IPTC code"):
        provenance.xmp('"/><script>')
