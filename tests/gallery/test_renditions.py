"""Renditions, made from real files and looked at with Pillow."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from gallery import decoding, provenance, renditions
from gallery.renditions import Rendition, RenditionSet
from tests.gallery import pictures
from tests.gallery.pictures import BLUE, GREEN, RED, encoded, is_about, png, saved, stripes

MARK = "trainedAlgorithmicMedia"


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


def test_nothing_of_the_originals_metadata_is_copied(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x010F] = "a camera"
    data = encoded(
        stripes(300, 200),
        "JPEG",
        exif=exif,
        comment=b"home",
        icc_profile=pictures.swapped_profile(),
    )

    for copy in rendered(data, tmp_path).renditions:
        assert not {"exif", "comment", "icc_profile"} & opened(copy).info.keys()
