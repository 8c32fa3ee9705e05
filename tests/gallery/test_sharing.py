"""Pictures on other people's pages: preview cards, oEmbed, frames, links to platforms."""

from __future__ import annotations

import html
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from PIL import Image as Pillow

from accounts.models import User
from gallery import provenance
from gallery.models import Image, Visibility
from tests.gallery.test_views import an_image

pytestmark = pytest.mark.django_db


def page_of(client: Client, image: Image) -> str:
    return client.get(image.get_absolute_url()).content.decode()


def meta(page: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page)
    return {name: html.unescape(content) for name, content in found}


def oembed(client: Client, **parameters: Any) -> Any:
    return client.get("/oembed/", parameters)


def test_a_card_shows_a_jpeg_of_the_stated_size_with_the_ai_mark(
    client: Client, alice: User
) -> None:
    card = meta(page_of(client, an_image(alice)))

    served = client.get(urlsplit(card["og:image"]).path)
    data = b"".join(served.streaming_content)  # type: ignore[attr-defined]
    with Pillow.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (int(card["og:image:width"]), int(card["og:image:height"]))
    assert served["Content-Disposition"].startswith("inline")
    assert provenance.read_source_type(data) == "trainedAlgorithmicMedia"
    assert card["og:title"] == "a lighthouse at dusk"
    assert "AI-generated" in card["og:description"]
    assert card["twitter:card"] == "summary_large_image"
    assert "robots" not in card


def test_an_unlisted_picture_has_a_card_and_stays_out_of_search_engines(
    client: Client, alice: User
) -> None:
    card = meta(page_of(client, an_image(alice, visibility=Visibility.UNLISTED)))

    assert card["robots"] == "noindex"
    assert card["og:image"]


@pytest.mark.parametrize("change", [{"visibility": "private"}, {"hidden_at": "2026-11-01T00:00Z"}])
def test_what_strangers_may_not_open_has_no_card_and_says_so(
    client: Client, alice: User, change: dict[str, str]
) -> None:
    image = an_image(alice)
    Image.objects.filter(pk=image.pk).update(**change)
    client.force_login(alice)

    page = page_of(client, image)

    assert not any(name.startswith(("og:", "twitter:")) for name in meta(page))
    assert "oembed" not in page
    assert "Only you can open this picture" in page
    assert "reddit.com" not in page


def test_the_page_leads_programs_to_its_oembed(client: Client, alice: User) -> None:
    image = an_image(alice)
    link = re.search(r'application/json\+oembed" href="([^"]+)"', page_of(client, image))

    assert link
    answer = client.get(html.unescape(link[1])).json()
    assert (answer["version"], answer["type"]) == ("1.0", "photo")
    assert answer["title"] == image.title
    assert answer["author_url"] == "http://testserver/u/alice/"
    assert answer["provider_url"] == "http://testserver/"
    assert client.get(urlsplit(answer["url"]).path)["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        ({}, (640, 480)),
        ({"maxwidth": 600}, (512, 384)),
        ({"maxheight": 300}, (256, 192)),
        ({"maxwidth": 600, "maxheight": 200}, (256, 192)),
        ({"maxwidth": 10}, (256, 192)),
    ],
)
def test_oembed_gives_the_largest_that_fits(
    client: Client, alice: User, limits: dict[str, int], size: tuple[int, int]
) -> None:
    image = an_image(alice)

    answer = oembed(client, url=f"http://testserver{image.get_absolute_url()}", **limits).json()

    assert (answer["width"], answer["height"]) == size


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 400),
        ({"url": "{page}", "format": "xml"}, 501),
        ({"url": "{page}", "maxwidth": "wide"}, 400),
        ({"url": "{page}", "maxheight": "0"}, 400),
        ({"url": "{page}", "maxwidth": "9" * 5000}, 400),
        ({"url": "http://elsewhere.example/images/"}, 404),
        ({"url": "http://testserver/u/alice/"}, 404),
        ({"url": "http://[broken"}, 404),
        ({"url": "\x00"}, 404),
    ],
)
def test_oembed_refuses_what_it_does_not_know(
    client: Client, alice: User, parameters: dict[str, str], status: int
) -> None:
    page = f"http://testserver{an_image(alice).get_absolute_url()}"

    response = oembed(client, **{name: v.format(page=page) for name, v in parameters.items()})

    assert response.status_code == status


def test_a_frame_may_stand_anywhere_and_knows_nobody(client: Client, alice: User) -> None:
    image = an_image(alice)
    client.force_login(alice)

    response = client.get(f"/images/{image.pk}/embed/")

    page = response.content.decode()
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    assert "Accept-Language" in response["Vary"]
    assert not response.cookies
    assert "AI-generated" in page
    assert f"http://testserver{image.get_absolute_url()}" in page


def test_no_other_page_may_be_framed(client: Client, alice: User) -> None:
    for path in ("/", an_image(alice).get_absolute_url()):
        response = client.get(path)
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"


def test_the_snippet_can_be_pasted_as_it_stands(client: Client, alice: User) -> None:
    image = an_image(alice, prompt='a "quoted" <b>lighthouse</b> & a boat')

    page = page_of(client, image)

    found = re.search(r'id="share-snippet" readonly value="([^"]+)"', page)
    assert found
    snippet = html.unescape(found[1])
    assert snippet.startswith(f'<iframe src="http://testserver/images/{image.pk}/embed/"')
    assert "<b>" not in snippet


def test_platforms_are_plain_links_with_address_and_title(client: Client, alice: User) -> None:
    image = an_image(alice)

    page = page_of(client, image)

    links = [
        html.unescape(link) for link in re.findall(r'href="(https://[^"]+|mailto:[^"]+)"', page)
    ]
    queries = {urlsplit(link).netloc: parse_qs(urlsplit(link).query) for link in links}
    here = f"http://testserver{image.get_absolute_url()}"
    assert queries["www.reddit.com"] == {"url": [here], "title": [image.title]}
    assert any(link.startswith("mailto:?subject=a%20lighthouse") for link in links)
