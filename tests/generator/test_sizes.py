"""Sizes: what is wished for, what is rendered, and what is refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import sizes
from generator.models import ImageModel


def a_model(**fields: object) -> ImageModel:
    return ImageModel(name="Flare", sizes=["1024x1024", "1536x1024"], free_size=True, **fields)


@pytest.mark.parametrize(
    ("wish", "rendered"),
    [
        ((1024, 1024), (1024, 1024)),
        ((512, 512), (816, 816)),
        ((768, 768), (816, 816)),
        ((1080, 1080), (1088, 1088)),
        ((1080, 1920), (1088, 1920)),
        ((1500, 500), (1504, 512)),
        ((3840, 2160), (3840, 2160)),
    ],
)
def test_a_wish_is_rendered_at_the_nearest_size_that_covers_it(
    wish: tuple[int, int], rendered: tuple[int, int]
) -> None:
    assert sizes.fit(a_model(), *wish) == rendered


@given(width=st.integers(1, 5000), height=st.integers(1, 5000))
def test_what_is_rendered_is_always_allowed_and_never_smaller_than_the_wish(
    width: int, height: int
) -> None:
    model = a_model()
    try:
        across, down = sizes.fit(model, width, height)
    except sizes.SizeNotOffered:
        return
    assert across >= width
    assert down >= height
    assert across % 16 == down % 16 == 0
    assert model.min_pixels <= across * down <= model.max_pixels
    assert max(across, down) <= 3840
    assert max(across, down) <= 3 * min(across, down)


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        ((63, 1024), "at least 64"),
        ((4000, 2000), "at most 3840 pixels"),
        ((2000, 600), "3:1"),
        ((3840, 3840), "megapixels"),
    ],
)
def test_what_cannot_be_rendered_is_refused_with_the_reason(
    wish: tuple[int, int], word: str
) -> None:
    with pytest.raises(sizes.SizeNotOffered, match=word):
        sizes.fit(a_model(), *wish)


def test_a_model_of_fixed_sizes_takes_the_one_of_the_nearest_ratio() -> None:
    model = a_model()
    model.free_size = False

    assert sizes.fit(model, 512, 512) == (1024, 1024)
    assert sizes.fit(model, 900, 600) == (1536, 1024)
    with pytest.raises(sizes.SizeNotOffered, match="does not render"):
        sizes.fit(model, 1080, 1920)


def test_the_form_offers_ratios_squares_and_platforms_but_only_what_fits() -> None:
    groups = dict(sizes.offered(a_model()))
    wide = {size.value for group in groups.values() for size in group}
    small = a_model()
    small.free_size, small.sizes = False, ["1024x1024"]

    assert {"1024x1024", "1536x1024", "512x512", "1080x1080", "1280x720"} <= wide
    assert {size.value for _label, group in sizes.offered(small) for size in group} == {
        "1024x1024",
        "512x512",
        "768x768",
    }


@pytest.mark.parametrize(
    ("size", "label"),
    [((1024, 1024), "1:1"), ((1536, 1024), "3:2"), ((1008, 1792), "9:16"), ((1000, 370), "100:37")],
)
def test_ratios_have_their_usual_names(size: tuple[int, int], label: str) -> None:
    assert sizes.ratio_label(*size) == label


@pytest.mark.parametrize(
    "value", ["", "x", "1024", "1024x", "0x10", "10×10", "١٠٢٤x١٠٢٤", "1e3x1e3"]
)
def test_what_is_no_size_is_not_read_as_one(value: str) -> None:
    assert sizes.parse(value) is None
