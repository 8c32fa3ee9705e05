"""Who may see a picture, in which state, at which address: one table for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import User
from gallery import collecting, search
from gallery.models import Image, Like, Visibility
from tests.cast import a_generation, do_the_work
from tests.stand_ins.openai import OpenAIStandIn

pytestmark = pytest.mark.django_db

ANYONE = {"anonymous", "another", "owner", "moderator"}
OWNER = {"owner"}
LOOKERS = {"owner", "moderator"}
NOBODY: set[str] = set()

FRESH: dict[str, Any] = {
    "visibility": Visibility.PUBLIC,
    "hidden_at": None,
    "withdrawn_at": None,
    "deleted_at": None,
}
STATES: dict[str, dict[str, Any]] = {
    "public": {},
    "unlisted": {"visibility": Visibility.UNLISTED},
    "private": {"visibility": Visibility.PRIVATE},
    "deleted": {"deleted_at": timezone.now},
    "hidden": {"hidden_at": timezone.now},
    "withdrawn": {"withdrawn_at": timezone.now},
}
OPENED = {"public": ANYONE, "unlisted": ANYONE, "private": LOOKERS, "hidden": LOOKERS}
"""By state, who opens a picture at its address; nobody in the states that are not named."""

SHARED = {"public": ANYONE, "unlisted": ANYONE}
"""For other people's pages: whoever looks there, they look as strangers."""

OWNED = dict.fromkeys(["public", "unlisted", "private", "hidden"], OWNER)
LISTED = {"public": ANYONE}

ADDRESSES: dict[str, tuple[list[str], dict[str, set[str]]]] = {
    "image": ([""], OPENED),
    "image_file": (
        ["grid.webp", "grid.avif", "page.webp", "page.avif", "original.file", "512.jpeg"],
        OPENED,
    ),
    "image_related": (["related/"], OPENED),
    "image_embed": (["embed/"], SHARED),
    "oembed": (["/oembed/?url=http://testserver/images/{pk}/"], SHARED),
    "image_download": (
        ["download/", "download/?size=512&format=jpeg", "download/?format=png"],
        OPENED,
    ),
    "api_image": (["/api/v1/images/{pk}", "/api/v1/images/{pk}?b64=true"], OWNED),
}
"""By the name of the URL: what is asked for, and who gets it by state. 404 for all others."""

ACTIONS: dict[str, tuple[str, dict[str, str], dict[str, set[str]]]] = {
    "image_like": ("like/", {"liked": "1"}, OPENED),
    "collection_choose": ("collections/", {"title": "Boats"}, OPENED),
    "image_visibility": ("visibility/", {"visibility": "private"}, OWNED),
    "image_delete": ("delete/", {}, OWNED),
    "image_restore": ("restore/", {}, OWNED | {"deleted": OWNER}),
    "collection_move": (
        "/collections/{shelf}/{pk}/move/",
        {"step": "on"},
        dict.fromkeys(STATES, OWNER),
    ),
    "collection_cover": ("/collections/{shelf}/{pk}/cover/", {}, dict.fromkeys(STATES, OWNER)),
    "collection_remove": ("/collections/{shelf}/{pk}/remove/", {}, dict.fromkeys(STATES, OWNER)),
}
"""What is posted. Whoever may do it is led on; the anonymous are led to the log-in."""

PAGES: dict[str, dict[str, set[str]]] = {
    "/": LISTED,
    "/?q=lighthouse": LISTED,
    "/u/alice/": LISTED,
    "/u/alice/collections/": LISTED,
    "/collections/{shelf}/": OPENED | {"unlisted": LOOKERS},
    "/collections/": OWNED,
    "/likes/": {state: people - {"anonymous"} for state, people in OPENED.items()},
    "/history/": OWNED,
    "/generations/{generation}/": OWNED,
    "/generations/{generation}/card/": OWNED,
    "/api/v1/generations/{generation}": OWNED,
    "/deleted/": {"deleted": OWNER},
}
"""Lists, and in which states who finds the picture there."""


@pytest.fixture
def image(alice: User, bob: User, carol: User, openai: OpenAIStandIn) -> Image:
    a_generation(alice, width=512, height=512, prompt="a lighthouse at dusk")
    do_the_work()
    image = Image.objects.get()
    for person in (alice, bob, carol):
        Like.objects.create(user=person, image=image)
    collecting.create(
        user=alice, title="Shelf", description="", visibility=Visibility.PUBLIC, images=[image]
    )
    return image


@pytest.fixture
def viewers(alice: User, bob: User, carol: User) -> dict[str, Client]:
    people = {"another": bob, "owner": alice, "moderator": carol}
    clients = {"anonymous": Client()}
    for name, person in people.items():
        clients[name] = Client()
        clients[name].force_login(person)
    return clients


def put(image: Image, state: str) -> None:
    changes = {name: at() if callable(at) else at for name, at in STATES[state].items()}
    Image.objects.filter(pk=image.pk).update(**FRESH | changes)
    search.index([image.pk])


def address(path: str, image: Image) -> str:
    shelf = image.user.collections.get(title="Shelf")
    path = path if path.startswith("/") else f"/images/{{pk}}/{path}"
    return path.format(pk=image.pk, shelf=shelf.pk, generation=image.generation_id)


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else bytes(response.content)


@pytest.mark.parametrize("state", STATES)
def test_only_who_may_see_it_gets_a_single_byte(
    image: Image, viewers: dict[str, Client], state: str
) -> None:
    put(image, state)
    seen, expected = {}, {}
    for name, (paths, allowed) in ADDRESSES.items():
        for path in paths:
            for viewer, client in viewers.items():
                response = client.get(address(path, image))
                data = body(response)
                refused = 401 if name == "api_image" and viewer == "anonymous" else 404
                expected[viewer, path] = 200 if viewer in allowed.get(state, NOBODY) else refused
                seen[viewer, path] = response.status_code
                if response.status_code != 200:
                    assert not response["Content-Type"].startswith("image/")
                    assert b"lighthouse" not in data

    assert seen == expected


@pytest.mark.parametrize("state", STATES)
def test_only_who_may_do_it_changes_anything(
    image: Image, viewers: dict[str, Client], state: str
) -> None:
    seen, expected = {}, {}
    for name, (path, data, allowed) in ACTIONS.items():
        for viewer, client in viewers.items():
            put(image, state)
            before = Image.objects.values().get()
            response = client.post(address(path, image), data)
            may = viewer in allowed.get(state, NOBODY)
            expected[viewer, name] = 302 if may or viewer == "anonymous" else 404
            seen[viewer, name] = response.status_code
            if viewer == "anonymous":
                assert "/accounts/login/" in response["Location"]
            if not may or viewer == "anonymous":
                assert Image.objects.values().get() == before

    assert seen == expected


@pytest.mark.parametrize("state", STATES)
def test_lists_show_it_only_to_who_may_find_it(
    image: Image, viewers: dict[str, Client], state: str
) -> None:
    put(image, state)
    shown, expected = {}, {}
    for path, allowed in PAGES.items():
        for viewer, client in viewers.items():
            text = body(client.get(address(path, image))).decode()
            expected[viewer, path] = viewer in allowed.get(state, NOBODY)
            shown[viewer, path] = str(image.pk) in text

    assert shown == expected


def test_every_address_of_a_picture_is_in_the_table() -> None:
    named = {name for pattern, name in patterns(get_resolver()) if is_of_a_picture(pattern)}

    assert named == {*ADDRESSES, *ACTIONS}


def is_of_a_picture(pattern: str) -> bool:
    return bool(re.search(r"(^|/)images/<[^>]*pk>|<uuid:image>|^oembed/", pattern))


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    for found in resolver.url_patterns:
        pattern = prefix + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from patterns(found, pattern)
        elif isinstance(found, URLPattern):
            is_api = pattern.startswith("api/")
            yield pattern, "api_image" if is_api else str(found.name)
