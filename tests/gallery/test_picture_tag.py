"""Pictures in templates: `{% picture %}`, the shapes of frames, and the settings in words."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, Template

from gallery.models import Image
from gallery.templatetags import pictures

PK = uuid.UUID("11111111-2222-4333-8444-555555555555")
V = "?v=6ae729c0"


def an_image(**fields: Any) -> Image:
    """A picture of 1536 × 1024 with all its renditions, not stored anywhere."""
    values = {
        "id": PK,
        "prompt": "a lighthouse at dusk",
        "content_type": "image/png",
        "width": 1536,
        "height": 1024,
        "placeholder": "data:image/webp;base64,AAAA",
        "rendered_at": datetime(2026, 11, 1, 12, tzinfo=UTC),
        "renditions": [
            {"name": name, "format": format, "width": width, "height": height, "bytes": 1}
            for name, width, height in (("grid", 640, 427), ("page", 1536, 1024))
            for format in ("webp", "avif")
        ],
        **fields,
    }
    image = Image(**values)
    image.__dict__["ratio"] = "3:2"  # the database keeps it, and there is none here
    return image


def render(image: Image, arguments: str = "") -> str:
    template = Template("{% load pictures %}{% picture image " + arguments + " %}")
    return template.render(Context({"image": image}))


def test_the_smaller_format_comes_first_and_the_widest_known_serves_as_image() -> None:
    html = render(an_image())

    assert html.index(f'type="image/avif" srcset="/images/{PK}/grid.avif{V}"') < html.index(
        f'type="image/webp" srcset="/images/{PK}/grid.webp{V}"'
    )
    assert f'<img src="/images/{PK}/grid.webp{V}" width="640" height="427"' in html


def test_a_page_lets_the_browser_choose_by_width() -> None:
    html = render(an_image(), 'kind="page" sizes="50vw"')

    assert f'srcset="/images/{PK}/grid.avif{V} 640w, /images/{PK}/page.avif{V} 1536w"' in html
    assert 'sizes="50vw"' in html
    assert f'<img src="/images/{PK}/page.webp{V}" width="1536" height="1024"' in html


def test_renditions_of_one_width_are_offered_once() -> None:
    small = [
        {"name": name, "format": "webp", "width": 512, "height": 512, "bytes": 1}
        for name in ("grid", "page")
    ]

    html = render(an_image(renditions=small), 'kind="page"')

    assert f'srcset="/images/{PK}/page.webp{V}"' in html
    assert "512w" not in html


def test_the_original_serves_until_renditions_are_there() -> None:
    html = render(an_image(rendered_at=None, renditions=[], placeholder=""))

    assert f'<img src="/images/{PK}/original.png" width="1536" height="1024"' in html
    assert "placeholder" not in html


def test_every_picture_says_which_it_is_and_what_it_shows() -> None:
    html = render(an_image(prompt='</script> "quoted"\nsecond line'))

    assert f'data-image="{PK}"' in html
    assert 'alt="&lt;/script&gt; &quot;quoted&quot; second line"' in html


def test_only_a_data_uri_of_a_picture_becomes_a_placeholder() -> None:
    assert 'src="data:image/webp;base64,AAAA" alt=""' in render(an_image())
    assert "javascript" not in render(an_image(placeholder="javascript:alert(1)"))


def test_pictures_wait_until_they_are_near_unless_they_are_seen_first() -> None:
    assert 'loading="lazy"' in render(an_image())
    eager = render(an_image(), "eager=True")
    assert 'fetchpriority="high"' in eager
    assert "lazy" not in eager


@pytest.mark.parametrize(
    ("width", "height"),
    [(1024, 1024), (1536, 1024), (1008, 1792), (1500, 500), (1170, 2532), (3840, 1280), (999, 731)],
)
def test_a_frame_has_the_shape_of_its_picture_within_three_percent(width: int, height: int) -> None:
    name = pictures.ratio(width, height)

    assert int(name.removeprefix("ratio-")) / 100 == pytest.approx(width / height, rel=0.03)


def test_the_style_sheet_knows_every_shape() -> None:
    css = (Path(settings.BASE_DIR) / "static/css/app.css").read_text()

    assert {int(found) for found in re.findall(r"\.ratio-(\d+)\{", css)} == set(pictures.RATIOS)


def test_a_setting_that_came_otherwise_than_asked_says_so() -> None:
    image = an_image(
        settings={
            "requested": {"size": "1536x1024", "quality": "high", "style": "vivid"},
            "delivered": {"quality": "medium", "seed": 0, "format": "png"},
        }
    )

    shown = {str(row.label): row for row in pictures.delivered_settings(image)}

    assert (str(shown["Quality"].requested), str(shown["Quality"].delivered)) == (
        "Fine",
        "Standard",
    )
    assert shown["Quality"].differs
    assert not shown["Size"].differs
    assert str(shown["Style"].delivered) == "Vivid"
    assert str(shown["Seed"].delivered) == "0"
    assert list(shown) == ["Size", "Quality", "Style", "Seed", "Format"]
