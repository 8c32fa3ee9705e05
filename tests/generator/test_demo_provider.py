"""The demo model: what it draws, how it says what it is, and how it takes its time."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from generator.providers.demo import DemoProvider
from generator.providers.demo.recipe import Recipe, read
from generator.providers.demo.scenes import OUTDOORS, STUDIO, draw
from generator.providers.demo.words import CHINESE, ENGLISH, HUES
from generator.providers.protocol import BadRequest, Delivery, Order, OutcomeUnknown

SIDE = 256


def an_order(workdir: Path, **changes: object) -> Order:
    order = Order(
        model="procedural",
        prompt="a lighthouse at dusk",
        width=SIDE,
        height=SIDE,
        quality="low",
        count=1,
        workdir=workdir,
        timeout=60,
        seed=7,
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def drawn(order: Order, *, seconds: float = 0) -> Delivery:
    return DemoProvider(seconds=seconds).generate(order, on_preview=lambda path: None)


def a_hash(order: Order) -> str:
    return drawn(order).pictures[0].sha256


def opened(path: Path) -> PngImageFile:
    picture = Image.open(path)
    assert isinstance(picture, PngImageFile)
    picture.load()
    return picture


def test_the_same_order_gives_the_same_bytes(tmp_path: Path) -> None:
    assert a_hash(an_order(tmp_path)) == a_hash(an_order(tmp_path))


@pytest.mark.parametrize(
    "change",
    [{"seed": 8}, {"prompt": "a lighthouse at dawn"}, {"width": 320}, {"quality": "medium"}],
)
def test_another_seed_prompt_size_or_quality_gives_another_picture(
    tmp_path: Path, change: dict[str, object]
) -> None:
    assert a_hash(an_order(tmp_path)) != a_hash(an_order(tmp_path, **change))


def test_each_picture_of_a_call_has_the_next_seed(tmp_path: Path) -> None:
    together = drawn(an_order(tmp_path, count=3)).pictures

    assert len({picture.sha256 for picture in together}) == 3
    assert together[2].sha256 == a_hash(an_order(tmp_path, seed=9))


def test_without_a_seed_it_says_which_one_it_took(tmp_path: Path) -> None:
    delivery = drawn(an_order(tmp_path, seed=None))
    seed = delivery.settings["seed"]

    assert a_hash(an_order(tmp_path, seed=seed)) == delivery.pictures[0].sha256
    assert drawn(an_order(tmp_path, seed=None)).settings["seed"] != seed


@pytest.mark.parametrize(
    ("width", "height"), [(256, 256), (1536, 512), (256, 768), (1024, 640), (257, 301)]
)
def test_a_picture_has_the_size_that_was_ordered(tmp_path: Path, width: int, height: int) -> None:
    [picture] = drawn(an_order(tmp_path, width=width, height=height)).pictures

    assert opened(picture.path).size == (width, height)


def test_the_largest_size_is_drawn(tmp_path: Path) -> None:
    [picture] = drawn(an_order(tmp_path, prompt="sea", width=3840, height=2160)).pictures

    assert opened(picture.path).size == (3840, 2160)


def test_the_count_and_the_hash_are_those_of_the_file(tmp_path: Path) -> None:
    [picture] = drawn(an_order(tmp_path)).pictures
    data = picture.path.read_bytes()

    assert picture.path.parent == tmp_path
    assert (picture.bytes, picture.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_the_file_says_that_it_is_no_ai(tmp_path: Path) -> None:
    [picture] = drawn(an_order(tmp_path)).pictures
    text = opened(picture.path).text

    assert text["Description"] == "Drawn by Easel's demo model: procedural, no AI"
    assert "digitalsourcetype/algorithmicMedia" in text["XML:com.adobe.xmp"]
    assert b"trainedAlgorithmicMedia" not in picture.path.read_bytes()


def test_the_delivery_says_that_it_is_no_ai(tmp_path: Path) -> None:
    delivery = drawn(an_order(tmp_path, quality="auto"))

    assert delivery.settings == {
        "method": "procedural, no AI",
        "size": "256x256",
        "quality": "medium",
        "format": "png",
        "seed": 7,
    }
    assert json.loads(json.dumps(delivery.settings)) == delivery.settings
    assert delivery.request_id
    assert delivery.usage == {}


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "\0",
        " \t\r\n",
        "x" * 1_000_000,
        "海" * 1_000_000,
        "a cat " * 100_000,
        "👩‍🚀🌊🏳️‍🌈",
        "\u202eright to left\u202c\u200f",
        "\ud800 half a surrogate",
        "</script><script>alert(1)</script>",
        "%s %(x)s {0} ${x}",
        "مدينة في الليل",
    ],
    ids=lambda prompt: repr(prompt[:12]),
)
def test_no_prompt_stops_it(tmp_path: Path, prompt: str) -> None:
    [picture] = drawn(an_order(tmp_path, prompt=prompt)).pictures

    assert opened(picture.path).size == (SIDE, SIDE)


@pytest.mark.parametrize("scene", [*OUTDOORS, *STUDIO])
@pytest.mark.parametrize("light", ["night", "winter"])
def test_every_scene_is_drawn_with_all_that_it_can_hold(scene: str, light: str) -> None:
    things = frozenset(mark for marks in ENGLISH.values() for mark in marks if "=" not in mark)
    hues = HUES["red"], HUES["blue"]

    plain = draw(Recipe(scene, light, frozenset(), (), "a seed"), 200, 120, detail=0.5)
    full = draw(Recipe(scene, light, things, hues, "a seed"), 200, 120, detail=0.5)

    assert len(plain.getcolors(200 * 120) or []) > 500
    assert plain.tobytes() != full.tobytes()


@pytest.mark.parametrize(
    ("prompt", "scene", "light"),
    [
        ("Mountains at sunset", "mountains", "sunset"),
        ("city skyline by night", "city", "night"),
        ("dunes, golden hour", "desert", "golden"),
        ("mountains above a sea of fog in the blue hour", "mountains", "dusk"),
        ("the northern lights over a fjord", "mountains", "night"),
        ("lighthouse under the moon", "sea", "night"),
        ("夜晚的城市", "city", "night"),
        ("海上日落", "sea", "sunset"),
        ("清晨的竹林", "grove", "dawn"),
    ],
)
def test_words_choose_scene_and_light(prompt: str, scene: str, light: str) -> None:
    for seed in range(5):
        recipe = read(prompt, seed)
        assert (recipe.scene, recipe.light) == (scene, light)


def test_a_longer_chinese_word_hides_the_shorter_one_in_it() -> None:
    recipe = read("花海", 1)

    assert recipe.scene == "hills"
    assert "flowers" in recipe.extras


def test_named_colours_change_the_picture_and_nothing_else() -> None:
    red, plain = read("a red sea at dawn", 3), read("a sea at dawn", 3)

    assert red.hues == (HUES["red"],)
    assert plain.hues == ()
    assert (red.scene, red.light) == (plain.scene, plain.light)


def test_an_unknown_language_gets_many_different_scenes() -> None:
    assert len({read("приключение", seed).scene for seed in range(60)}) > 8


def test_every_mark_that_a_word_makes_is_known() -> None:
    scenes = {*OUTDOORS, *STUDIO, "flower", "space", "abstract", "pattern"}
    for word, marks in (ENGLISH | CHINESE).items():
        for mark in marks:
            kind, _, name = mark.rpartition("=")
            if kind in ("scene", "hue"):
                assert name in (scenes if kind == "scene" else HUES), word
        recipe = read(word, 1)
        assert recipe.scene in {*OUTDOORS, *STUDIO}


def test_three_previews_come_while_it_takes_its_time(tmp_path: Path) -> None:
    start = time.monotonic()
    seen: list[tuple[float, tuple[int, int]]] = []

    def look(path: Path) -> None:
        with Image.open(path) as picture:
            seen.append((time.monotonic() - start, picture.size))

    order = an_order(tmp_path, width=768, height=384, stream=True)
    DemoProvider(seconds=2).generate(order, on_preview=look)
    took = time.monotonic() - start

    assert [size for _, size in seen] == [(640, 320)] * 3
    assert all(when >= due for (when, _), due in zip(seen, (0.5, 1, 1.5), strict=True))
    assert 2 <= took < 10
    assert [path.name for path in tmp_path.iterdir()] == ["picture-1.png"]


def test_each_preview_is_nearer_to_the_picture(tmp_path: Path) -> None:
    seen: list[Image.Image] = []

    def look(path: Path) -> None:
        with Image.open(path) as picture:
            seen.append(picture.convert("RGB").resize((64, 64)))

    order = an_order(tmp_path, stream=True)
    [picture] = DemoProvider().generate(order, on_preview=look).pictures
    last = opened(picture.path).resize((64, 64))

    distances = [_distance(preview, last) for preview in seen]
    assert distances == sorted(distances, reverse=True)
    assert distances[0] > 2 * distances[2]


def _distance(one: Image.Image, two: Image.Image) -> int:
    pairs = zip(one.tobytes(), two.tobytes(), strict=True)
    return sum((a - b) ** 2 for a, b in pairs)


def test_previews_come_only_when_the_order_asks_to_stream(tmp_path: Path) -> None:
    seen: list[Path] = []

    DemoProvider().generate(an_order(tmp_path), on_preview=seen.append)

    assert seen == []


def test_a_preview_that_cannot_be_shown_does_not_cost_the_picture(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(path: Path) -> None:
        raise OSError("the cache is away")

    delivery = DemoProvider().generate(an_order(tmp_path, stream=True), on_preview=fail)

    assert len(delivery.pictures) == 1
    assert caplog.text.count("A preview could not be shown.") == 3


def test_a_call_ends_at_the_order_s_timeout(tmp_path: Path) -> None:
    start = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        drawn(an_order(tmp_path, timeout=0.5), seconds=30)

    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0},
        {"width": 4096},
        {"width": 3840, "height": 2400},
        {"width": 1024, "height": 256},
        {"quality": "xhigh"},
        {"count": 0},
        {"count": 11},
    ],
)
def test_what_it_cannot_draw_is_a_bad_request(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        drawn(an_order(tmp_path, **change))

    assert list(tmp_path.iterdir()) == []


def test_its_check_draws_and_tells_in_one_line() -> None:
    line = DemoProvider(seconds=30).check()

    assert "demo model draws on this machine" in line
    assert "\n" not in line
