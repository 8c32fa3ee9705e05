"""Files made to cost memory or time, or broken by chance: refused cheaply and plainly."""

import struct
import tracemalloc
import warnings
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import PngImagePlugin

from gallery import decoding, originals, structure
from gallery.originals import NotAPicture
from tests.gallery import pictures
from tests.gallery.pictures import chunk, encoded, png, png_of, saved

SMALL = pictures.landscape(width=96, height=64)
SAMPLES = {
    "PNG": png(SMALL),
    "JPEG": encoded(SMALL, "JPEG", quality=90),
    "WEBP": encoded(SMALL, "WEBP", quality=90, xmp=b"<x/>"),
}


def inspect(data: bytes, directory: Path) -> originals.Facts:
    return originals.inspect(saved(data, directory))


def test_a_small_file_that_claims_a_huge_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPicture, match="30000 x 30000"):
        inspect(png_of(width=30_000, height=30_000), tmp_path)

    webp = bytearray(SAMPLES["WEBP"])
    webp[24:30] = (16_000).to_bytes(3, "little") * 2
    with pytest.raises(NotAPicture, match="16001 x 16001"):
        inspect(bytes(webp), tmp_path)

    jpeg = bytearray(SAMPLES["JPEG"])
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    with pytest.raises(NotAPicture, match="65000 x 65000"):
        inspect(bytes(jpeg), tmp_path)


def test_a_second_header_cannot_smuggle_in_another_size(tmp_path: Path) -> None:
    huge = chunk(b"IHDR", struct.pack(">IIBBBBB", 16_000, 16_000, 8, 0, 0, 0, 0))

    with pytest.raises(NotAPicture):
        inspect(png_of(width=8, height=8, before=[huge]), tmp_path)


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param([chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50 << 20)))], id="zTXt"),
        pytest.param([chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50 << 20)))], id="iCCP"),
        pytest.param([chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(50 << 20)))], id="iTXt"),
        pytest.param(
            [chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 20)))] * 60, id="sixty of 1 MiB"
        ),
        pytest.param([chunk(b"prVt", bytes(9 << 20))], id="huge private chunk"),
        pytest.param([chunk(b"tEXt", b"")] * 50_000, id="many tiny chunks"),
    ],
)
def test_a_png_with_a_bomb_in_its_metadata_is_refused_at_small_cost(
    extra: list[bytes], tmp_path: Path
) -> None:
    path = saved(png_of(width=8, height=8, before=extra), tmp_path)

    tracemalloc.start()
    with pytest.raises(NotAPicture):
        originals.inspect(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 4 << 20


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_jpegs_metadata_does_not_reach_pillow(tmp_path: Path) -> None:
    # 5,000 tags that point nowhere: reading them Pillow warns for each, and keeps the warnings.
    tags = b"".join(struct.pack("<HHII", tag, 7, 1 << 20, 8) for tag in range(9000, 14_000))
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 5000) + tags
    path = saved(encoded(SMALL, "JPEG", exif=exif, xmp=b"<x/>", comment=b"hello"), tmp_path)
    with pytest.warns(UserWarning, match="larger than file"), Pillow.open(path) as alone:
        assert {"exif", "xmp", "comment"} <= alone.info.keys()

    with warnings.catch_warnings(), originals.opened(path) as (facts, picture):
        warnings.simplefilter("error")

        assert facts.width == 96
        assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_jpeg_of_a_thousand_scans_is_refused(tmp_path: Path) -> None:
    data = encoded(SMALL, "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    scan = data[last:-2]

    with pytest.raises(NotAPicture, match="too many scans"):
        inspect(data[:-2] + scan * 1000 + b"\xff\xd9", tmp_path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    edits=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 400),
    fix=st.booleans(),
)
def test_a_damaged_picture_passes_or_is_refused_and_never_anything_else(
    name: str,
    edits: list[tuple[int, int]],
    cut: int,
    fix: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = bytearray(SAMPLES[name][: len(SAMPLES[name]) - cut])
    for position, value in edits:
        # Half of the damage goes to the headers, where it matters most.
        data[position % (len(data) if position % 2 else min(700, len(data)))] = value
    path = saved(_with_checksums(data) if fix else bytes(data), tmp_path_factory.getbasetemp())

    try:
        facts = originals.inspect(path)
        picture = decoding.load(path)
    except NotAPicture:
        return
    assert picture.size == (facts.width, facts.height)


def test_limits_leave_room_for_what_real_programs_write(tmp_path: Path) -> None:
    text = PngImagePlugin.PngInfo()
    for number in range(10):
        text.add_text(f"key {number}", "workflow " * 10_000, zip=True)

    facts = inspect(png(SMALL, pnginfo=text), tmp_path)

    assert facts.width == 96
    assert encoded(SMALL, "JPEG", progressive=True).count(b"\xff\xda") < structure.MAX_JPEG_SCANS


def _with_checksums(data: bytearray) -> bytes:
    """The damaged PNG with its checksums made right again, so that the damage gets further."""
    if bytes(data[:8]) != pictures.PNG_SIGNATURE:
        return bytes(data)
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if at + 12 + length > len(data):
            break
        checksum = zlib.crc32(data[at + 4 : at + 8 + length])
        struct.pack_into(">I", data, at + 8 + length, checksum)
        at += 12 + length
    return bytes(data)
