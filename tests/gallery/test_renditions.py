"""Renditions and conversions, made from real files and looked at with Pillow."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageChops, ImageCms, ImageDraw

from gallery import decoding, provenance, renditions
from gallery.originals import NotAPicture
from gallery.renditions import Rendition, RenditionSet
from tests.gallery import pictures
from tests.gallery.pictures import chunk, encoded, png, png_of, saved

MARK = "trainedAlgorithmicMedia"
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def rendered(
    data: bytes, directory: Path, *, wanted: tuple[int, int] | None = None
) -> RenditionSet:
    return renditions.render(saved(data, directory), wanted=wanted, source_type=MARK)


def named(made: RenditionSet, name: str, format: str = "webp") -> Rendition:
    (found,) = [copy for copy in made.renditions if (copy.name, copy.format) == (name, format)]
    return found


def opened(copy: Rendition) -> Pillow.Image:
    picture = Pillow.open(io.BytesIO(copy.data))
    picture.load()
    return picture


def is_about(seen: object, expected: tuple[int, ...], *, within: int = 24) -> bool:
    """Whether a pixel has this colour but for what lossy coding does to it."""
    assert isinstance(seen, tuple)
    assert len(seen) == len(expected)
    return all(abs(one - other) <= within for one, other in zip(seen, expected, strict=True))


def stripes(width: int, height: int) -> Pillow.Image:
    """Red on the left, green in the middle half, blue on the right."""
    picture = Pillow.new("RGB", (width, height), GREEN)
    picture.paste(RED, (0, 0, width // 4, height))
    picture.paste(BLUE, (width - width // 4, 0, width, height))
    return picture


def test_a_picture_gets_a_grid_and_a_page_rendition_in_both_formats(tmp_path: Path) -> None:
    made = rendered(png(pictures.landscape(width=2048, height=1024)), tmp_path)

    assert {(copy.name, copy.format) for copy in made.renditions} == {
        ("grid", "webp"),
        ("grid", "avif"),
        ("page", "webp"),
        ("page", "avif"),
    }
    for copy in made.renditions:
        assert (copy.width, copy.height) == {"grid": (640, 320), "page": (1536, 768)}[copy.name]
        picture = opened(copy)
        assert picture.format == copy.format.upper()
        assert picture.size == (copy.width, copy.height)
        assert picture.mode == "RGB"


@pytest.mark.parametrize(
    ("original", "grid", "page"),
    [
        ((1024, 1024), (480, 480), (1024, 1024)),
        ((1024, 3072), (160, 480), (512, 1536)),
        ((200, 100), (200, 100), (200, 100)),
        ((4000, 2), (640, 1), (1536, 1)),
    ],
)
def test_a_rendition_fits_its_box_and_is_never_enlarged(
    original: tuple[int, int], grid: tuple[int, int], page: tuple[int, int], tmp_path: Path
) -> None:
    made = rendered(png(Pillow.new("RGB", original, "teal")), tmp_path)

    for copy in made.renditions:
        assert (copy.width, copy.height) == {"grid": grid, "page": page}[copy.name]
        assert opened(copy).size == (copy.width, copy.height)


def test_both_formats_show_the_picture(tmp_path: Path) -> None:
    made = rendered(png(stripes(1024, 512)), tmp_path)

    for copy in made.renditions:
        picture, y = opened(copy), copy.height // 2
        assert is_about(picture.getpixel((4, y)), RED)
        assert is_about(picture.getpixel((copy.width // 2, y)), GREEN)
        assert is_about(picture.getpixel((copy.width - 5, y)), BLUE)


def test_the_wanted_size_is_scaled_to_and_cropped_in_the_middle(tmp_path: Path) -> None:
    made = rendered(png(stripes(1600, 800)), tmp_path, wanted=(600, 600))

    for name, size in {"wanted": 600, "page": 600, "grid": 480}.items():
        for format in ("webp", "avif"):
            copy = named(made, name, format)
            assert (copy.width, copy.height) == (size, size)
            picture = opened(copy)
            assert is_about(picture.getpixel((5, size // 2)), GREEN)
            assert is_about(picture.getpixel((size - 6, size // 2)), GREEN)


def test_a_wanted_size_above_the_page_has_a_page_rendition_of_its_own(tmp_path: Path) -> None:
    made = rendered(png(Pillow.new("RGB", (2048, 1152), "teal")), tmp_path, wanted=(1920, 1080))

    assert (named(made, "wanted").width, named(made, "wanted").height) == (1920, 1080)
    assert (named(made, "page").width, named(made, "page").height) == (1536, 864)


def test_the_original_itself_serves_when_it_has_the_wanted_size(tmp_path: Path) -> None:
    made = rendered(png(Pillow.new("RGB", (640, 480))), tmp_path, wanted=(640, 480))

    assert {copy.name for copy in made.renditions} == {"grid", "page"}


def test_an_original_too_small_for_the_wanted_size_gives_its_ratio(tmp_path: Path) -> None:
    made = rendered(png(stripes(800, 800)), tmp_path, wanted=(1200, 600))

    assert (named(made, "wanted").width, named(made, "wanted").height) == (800, 400)


@pytest.mark.parametrize("source_type", [MARK, "algorithmicMedia"])
def test_every_rendition_says_that_it_is_made_by_ai(source_type: str, tmp_path: Path) -> None:
    path = saved(png(pictures.landscape(width=320, height=240)), tmp_path)

    made = renditions.render(path, wanted=(100, 100), source_type=source_type)

    assert len(made.renditions) == 6
    for copy in made.renditions:
        assert provenance.read_source_type(copy.data) == source_type


def test_the_formats_do_not_get_each_others_settings(tmp_path: Path) -> None:
    path = saved(png(pictures.landscape(width=1024, height=1024)), tmp_path)

    together = renditions.render(path, wanted=None, source_type=MARK)

    for format in renditions.FORMATS:
        alone = renditions.render(path, wanted=None, source_type=MARK, formats=[format])
        assert {copy for copy in together.renditions if copy.format == format} == set(
            alone.renditions
        )


def test_the_grid_is_light(tmp_path: Path) -> None:
    # The budget of a page: 24 cards in 400 kB, and 0.65 of what JPEG at quality 82 takes.
    weights = {"avif": 0, "jpeg": 0}
    for seed in range(4):
        path = saved(png(pictures.landscape(width=1024, height=1024, seed=seed)), tmp_path)
        made = renditions.render(path, wanted=None, source_type=MARK, formats=["avif"])
        weights["avif"] += len(named(made, "grid", "avif").data)
        small = decoding.load(path, within=renditions.GRID_BOX)
        weights["jpeg"] += len(encoded(small, "JPEG", quality=82))

    assert weights["avif"] / 4 * 24 <= 400_000
    assert weights["avif"] <= 0.65 * weights["jpeg"]


def test_the_placeholder_is_tiny_and_shows_the_colours(tmp_path: Path) -> None:
    for picture in (stripes(1024, 768), pictures.landscape(width=1536, height=1024)):
        placeholder = rendered(png(picture), tmp_path).placeholder

        kind, _comma, data = placeholder.partition(",")
        assert kind == "data:image/webp;base64"
        assert len(placeholder) <= 200
        tiny = Pillow.open(io.BytesIO(base64.b64decode(data)))
        assert abs(tiny.width / tiny.height - picture.width / picture.height) < 0.15
        # Its average colour is the picture's.
        expected = picture.resize((1, 1), Pillow.Resampling.BOX).getpixel((0, 0))
        assert isinstance(expected, tuple)
        seen = tiny.convert("RGB").resize((1, 1), Pillow.Resampling.BOX).getpixel((0, 0))
        assert is_about(seen, expected)


def test_the_placeholder_of_a_noisy_picture_is_tiny_too(tmp_path: Path) -> None:
    noise = Pillow.merge("RGB", [Pillow.effect_noise((64, 64), 90) for _band in "RGB"])

    assert len(rendered(png(noise), tmp_path).placeholder) <= 200


def test_transparency_is_kept_where_there_is_any(tmp_path: Path) -> None:
    disc = Pillow.new("RGBA", (400, 400), (0, 0, 255, 0))
    ImageDraw.Draw(disc).ellipse((50, 50, 350, 350), fill=(255, 0, 0, 255))

    made = rendered(png(disc), tmp_path)

    for copy in made.renditions:
        picture = opened(copy)
        assert picture.mode == "RGBA"
        corner = picture.getpixel((2, 2))
        assert isinstance(corner, tuple)
        assert corner[3] < 10
        assert is_about(picture.getpixel((200, 200)), (255, 0, 0, 255))
    assert len(made.placeholder) <= 200


def test_an_alpha_channel_that_hides_nothing_is_dropped(tmp_path: Path) -> None:
    made = rendered(png(stripes(400, 200).convert("RGBA")), tmp_path)

    assert {opened(copy).mode for copy in made.renditions} == {"RGB"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_is_set_upright(orientation: int, tmp_path: Path) -> None:
    upright = Pillow.new("RGB", (320, 160), WHITE)
    upright.paste(RED, (0, 0, 160, 80))
    upright.paste(BLUE, (160, 80, 320, 160))
    # Stored as the camera held it: turned by the inverse of what viewers do.
    undo = {None: None, 6: Pillow.Transpose.ROTATE_90, 8: Pillow.Transpose.ROTATE_270}
    turn = undo.get(orientation, decoding.TURNS.get(orientation))
    stored = upright.transpose(turn) if turn is not None else upright
    exif = Pillow.Exif()
    exif[0x0112] = orientation

    made = rendered(encoded(stored, "JPEG", quality=95, exif=exif), tmp_path)

    picture = opened(named(made, "page"))
    assert picture.size == (320, 160)
    assert is_about(picture.getpixel((40, 20)), RED)
    assert is_about(picture.getpixel((280, 140)), BLUE)
    assert is_about(picture.getpixel((280, 20)), WHITE)
    assert "exif" not in picture.info


def test_a_turned_jpeg_is_cropped_to_the_wanted_size_as_it_is_shown(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6

    made = rendered(
        encoded(Pillow.new("RGB", (900, 600)), "JPEG", exif=exif), tmp_path, wanted=(300, 600)
    )

    assert opened(named(made, "wanted")).size == (300, 600)


def test_a_large_jpeg_is_decoded_smaller_and_still_cropped_right(tmp_path: Path) -> None:
    data = encoded(stripes(3200, 1600), "JPEG", quality=95)

    picture = opened(named(rendered(data, tmp_path, wanted=(400, 400)), "wanted"))

    assert picture.size == (400, 400)
    assert is_about(picture.getpixel((4, 200)), GREEN)
    assert is_about(picture.getpixel((395, 200)), GREEN)


def test_colours_of_an_embedded_profile_become_srgb(tmp_path: Path) -> None:
    # A profile whose red is what sRGB calls green: to a viewer this red picture is green.
    picture = Pillow.new("RGB", (64, 64), RED)
    profile = _swapped_profile()

    for data in (
        png(picture, icc_profile=profile),
        encoded(picture, "JPEG", quality=95, icc_profile=profile),
        encoded(picture, "WEBP", lossless=True, icc_profile=profile),
    ):
        for copy in rendered(data, tmp_path).renditions:
            shown = opened(copy)
            assert is_about(shown.getpixel((32, 32)), GREEN)
            assert "icc_profile" not in shown.info


@pytest.mark.parametrize("profile", [b"no profile", bytes(200)])
def test_a_broken_profile_is_ignored(profile: bytes, tmp_path: Path) -> None:
    made = rendered(png(Pillow.new("RGB", (64, 64), RED), icc_profile=profile), tmp_path)

    assert is_about(opened(named(made, "page")).getpixel((32, 32)), RED)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(png(Pillow.new("L", (64, 64), 200)), (200, 200, 200), id="grey"),
        pytest.param(png(Pillow.new("1", (64, 64), 1)), WHITE, id="black and white"),
        pytest.param(
            png(Pillow.new("I;16", (64, 64), 200 * 256)), (200, 200, 200), id="16-bit grey"
        ),
        pytest.param(
            png(Pillow.new("LA", (64, 64), (90, 128))), (90, 90, 90, 128), id="grey alpha"
        ),
        pytest.param(png(Pillow.new("RGB", (64, 64), RED).quantize(8)), RED, id="palette"),
        pytest.param(
            png(stripes(64, 64), transparency=BLUE),
            (*GREEN, 255),
            id="one transparent colour",
        ),
        pytest.param(
            encoded(Pillow.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", quality=95),
            RED,
            id="cmyk",
        ),
    ],
)
def test_every_kind_of_pixel_keeps_its_colour(
    data: bytes, expected: tuple[int, ...], tmp_path: Path
) -> None:
    for copy in rendered(data, tmp_path).renditions:
        assert is_about(opened(copy).getpixel((32, 32)), expected)


def test_scaling_in_bands_is_scaling(tmp_path: Path) -> None:
    picture = pictures.landscape(width=900, height=1400)
    directly = picture.resize((450, 700), Pillow.Resampling.LANCZOS)

    in_bands = decoding.load(saved(png(picture), tmp_path), within=(700, 700))

    assert in_bands.size == (450, 700)
    assert _greatest_difference(directly, in_bands) <= 1


def test_a_picture_that_only_looks_sound_is_refused_when_it_is_decoded(tmp_path: Path) -> None:
    with pytest.raises(NotAPicture):
        rendered(png_of(width=1000, height=1000), tmp_path)
    header = png_of(width=8, height=8)[:33]
    with pytest.raises(NotAPicture):
        rendered(header + chunk(b"IDAT", b"no deflate stream") + chunk(b"IEND", b""), tmp_path)


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "avif"])
def test_a_download_is_converted_and_marked(format: str, tmp_path: Path) -> None:
    path = saved(png(stripes(600, 300), icc_profile=_swapped_profile()), tmp_path)

    file, content_type = renditions.convert(path, size="original", format=format, source_type=MARK)

    data = file.read()
    picture = Pillow.open(io.BytesIO(data))
    assert content_type == Pillow.MIME[picture.format or ""] == f"image/{format}"
    assert picture.size == (600, 300)
    assert provenance.read_source_type(data) == MARK
    assert "icc_profile" not in picture.info
    assert is_about(picture.convert("RGB").getpixel((4, 150)), GREEN)  # the profile's red


@pytest.mark.parametrize(
    ("size", "wanted", "expected"),
    [
        ("original", None, (1000, 500)),
        ("250", None, (250, 125)),
        ("4000", None, (1000, 500)),
        ("original", (300, 300), (300, 300)),
        ("150", (300, 300), (150, 150)),
        ("4000", (2000, 2000), (500, 500)),
    ],
)
def test_a_download_has_the_size_that_was_chosen(
    size: str, wanted: tuple[int, int] | None, expected: tuple[int, int], tmp_path: Path
) -> None:
    path = saved(png(stripes(1000, 500)), tmp_path)

    file, _type = renditions.convert(
        path, size=size, format="webp", source_type=MARK, wanted=wanted
    )

    with Pillow.open(file) as picture:
        assert picture.size == expected


def test_a_jpeg_download_is_white_where_the_picture_is_transparent(tmp_path: Path) -> None:
    path = saved(png(Pillow.new("RGBA", (64, 64), (0, 0, 0, 0))), tmp_path)

    file, _type = renditions.convert(path, size="original", format="jpeg", source_type=MARK)

    with Pillow.open(file) as picture:
        assert is_about(picture.getpixel((32, 32)), WHITE)


@pytest.mark.parametrize(
    ("size", "format"),
    [
        ("original", "gif"),
        ("original", "../etc/passwd"),
        ("", "png"),
        ("0", "png"),
        ("-5", "png"),
        ("٣", "png"),
        ("1000000", "png"),
        ("12x12", "png"),
    ],
)
def test_a_download_that_is_not_offered_is_refused(size: str, format: str, tmp_path: Path) -> None:
    path = saved(png(stripes(64, 64)), tmp_path)

    with pytest.raises(renditions.NotOffered):
        renditions.convert(path, size=size, format=format, source_type=MARK)


def _greatest_difference(one: Pillow.Image, other: Pillow.Image) -> int:
    grey = ImageChops.difference(one, other).convert("L")
    return max(level for level, count in enumerate(grey.histogram()) if count)


def _swapped_profile() -> bytes:
    """A matrix profile like sRGB's with red and green exchanged, under another name."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for one, other in ((b"rXYZ", b"gXYZ"), (b"s\0R\0G\0B", b"t\0R\0G\0B")):
        data = data.replace(one, b"\1\1\1\1").replace(other, one).replace(b"\1\1\1\1", other)
    return data
