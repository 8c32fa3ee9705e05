"""What is accepted as a picture and what is not, with files that really are so."""

import errno
import random
import struct
import tracemalloc
import warnings
import zlib
from pathlib import Path

import pytest
from django.conf import LazySettings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageFile, PngImagePlugin

from gallery import decoding, originals, structure
from gallery.originals import NotAPicture
from tests.gallery import pictures
from tests.gallery.pictures import chunk, encoded, png, png_of, saved

SMALL = pictures.landscape(width=96, height=64)
SAMPLES = {
    "PNG": png(SMALL),
    "JPEG": encoded(SMALL, "JPEG", quality=90),
    "WEBP": encoded(SMALL, "WEBP", quality=90),
}
KINDS_OF_WEBP = {
    "lossy": encoded(SMALL, "WEBP"),
    "lossless": encoded(SMALL, "WEBP", lossless=True),
    "extended": encoded(SMALL, "WEBP", xmp=b"<x/>"),
}


def inspect(data: bytes, directory: Path) -> originals.Facts:
    return originals.inspect(saved(data, directory))


@pytest.mark.parametrize(
    ("name", "content_type", "extension"),
    [("PNG", "image/png", "png"), ("JPEG", "image/jpeg", "jpg"), ("WEBP", "image/webp", "webp")],
)
def test_an_accepted_picture_is_known_by_its_content(
    name: str, content_type: str, extension: str, tmp_path: Path
) -> None:
    facts = inspect(SAMPLES[name], tmp_path)

    assert (facts.format, facts.content_type, facts.extension) == (name, content_type, extension)
    assert (facts.width, facts.height) == (96, 64)


@pytest.mark.parametrize("kind", KINDS_OF_WEBP)
def test_every_kind_of_still_webp_is_accepted(kind: str, tmp_path: Path) -> None:
    facts = inspect(KINDS_OF_WEBP[kind], tmp_path)

    assert (facts.width, facts.height) == (96, 64)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_may_have_many_scans_and_bytes_after_its_end(
    progressive: bool, tmp_path: Path
) -> None:
    data = encoded(SMALL, "JPEG", progressive=progressive) + b"trailing bytes \xff\xc0"

    assert inspect(data, tmp_path).width == 96


def test_a_jpeg_that_viewers_turn_has_the_size_that_they_show(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6

    facts = inspect(encoded(SMALL, "JPEG", exif=exif), tmp_path)

    assert (facts.width, facts.height, facts.orientation) == (64, 96, 6)


def test_inspecting_decodes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(self: ImageFile.ImageFile) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decode)

    for name, data in SAMPLES.items():
        assert inspect(data, tmp_path).format == name


def test_a_file_that_is_missing_is_no_broken_picture(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        originals.inspect(tmp_path / "missing")


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "disk"), MemoryError(), ImportError()])
def test_a_fault_of_the_machine_is_not_blamed_on_the_picture(
    fault: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: ImageFile.ImageFile) -> None:
        raise fault

    path = saved(SAMPLES["PNG"], tmp_path)
    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)

    with pytest.raises(type(fault)):
        decoding.load(path)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"I'm sorry, I cannot draw that.", id="text"),
        pytest.param(b"<!doctype html><title>502</title><h1>Bad gateway</h1>", id="html"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', id="svg"),
        pytest.param(encoded(SMALL, "GIF"), id="gif"),
        pytest.param(encoded(SMALL, "BMP"), id="bmp"),
        pytest.param(encoded(SMALL, "TIFF"), id="tiff"),
        pytest.param(encoded(SMALL, "AVIF"), id="avif"),
        pytest.param(encoded(SMALL, "PDF"), id="pdf"),
        pytest.param(random.Random(1).randbytes(4096), id="random bytes"),
        pytest.param(pictures.PNG_SIGNATURE + random.Random(1).randbytes(4096), id="random png"),
        pytest.param(b"\xff\xd8\xff" + random.Random(1).randbytes(4096), id="random jpeg"),
        pytest.param(b"RIFF\x00\x10\0\0WEBP" + random.Random(1).randbytes(4096), id="random webp"),
        pytest.param(png_of(width=0, height=8), id="no width"),
        pytest.param(png_of(width=8, height=8)[:-12], id="no end"),
        pytest.param(
            pictures.PNG_SIGNATURE + SAMPLES["PNG"][8:33] + chunk(b"IEND", b""), id="no data"
        ),
        pytest.param(SAMPLES["JPEG"].replace(b"\xff\xc0", b"\xff\xc3"), id="lossless jpeg"),
    ],
)
def test_what_is_no_accepted_picture_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotAPicture) as refusal:
        inspect(data, tmp_path)

    assert refusal.value.detail
    assert "picture" in str(refusal.value.sentence)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_that_is_cut_short_is_refused_wherever_the_cut_is(
    name: str, tmp_path: Path
) -> None:
    data = SAMPLES[name]

    for length in {*range(0, len(data), 97), *range(len(data) - 3, len(data))}:
        with pytest.raises(NotAPicture):
            inspect(data[:length], tmp_path)


def test_the_end_of_an_embedded_thumbnail_does_not_hide_a_missing_end(tmp_path: Path) -> None:
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(SAMPLES["JPEG"])) + SAMPLES["JPEG"]
    data = SAMPLES["JPEG"][:2] + comment + SAMPLES["JPEG"][2:]
    assert inspect(data, tmp_path).width == 96

    with pytest.raises(NotAPicture, match="cut short"):
        inspect(data[:-20], tmp_path)


@pytest.mark.parametrize("encoding", ["PNG", "WEBP"])
def test_an_animation_is_refused(encoding: str, tmp_path: Path) -> None:
    frames = [pictures.landscape(width=64, height=64, seed=seed) for seed in (1, 2, 3)]

    with pytest.raises(NotAPicture, match="animated"):
        inspect(encoded(frames[0], encoding, save_all=True, append_images=frames[1:]), tmp_path)


def test_a_small_file_that_claims_a_huge_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPicture, match="30000 x 30000"):
        inspect(png_of(width=30_000, height=30_000), tmp_path)

    webp = bytearray(KINDS_OF_WEBP["extended"])
    webp[24:30] = (16_000).to_bytes(3, "little") * 2
    with pytest.raises(NotAPicture, match="16001 x 16001"):
        inspect(bytes(webp), tmp_path)

    jpeg = bytearray(SAMPLES["JPEG"])
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    with pytest.raises(NotAPicture, match="65000 x 65000"):
        inspect(bytes(jpeg), tmp_path)


def test_a_picture_too_long_for_webp_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPicture, match="20000 x 1"):
        inspect(png(Pillow.new("L", (20_000, 1))), tmp_path)


def test_the_limit_on_pixels_is_a_setting(tmp_path: Path, settings: LazySettings) -> None:
    settings.MAX_PICTURE_PIXELS = 96 * 64
    assert inspect(SAMPLES["PNG"], tmp_path).width == 96

    settings.MAX_PICTURE_PIXELS -= 1
    with pytest.raises(NotAPicture):
        inspect(SAMPLES["PNG"], tmp_path)


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


def test_a_photograph_with_a_second_picture_behind_it_is_a_jpeg(tmp_path: Path) -> None:
    # Telephones write an MPO: a JPEG with previews or a gain map after its end.
    data = encoded(SMALL, "MPO", save_all=True, append_images=[SMALL.resize((48, 32))])

    facts = inspect(data, tmp_path)

    assert (facts.format, facts.width, facts.height) == ("JPEG", 96, 64)


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
