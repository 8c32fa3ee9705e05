"""From a prompt to what shall be drawn."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass

from generator.providers.demo.view import Hues
from generator.providers.demo.words import CHINESE, ENGLISH, HUES

_READ = 20_000
_WORD = re.compile(r"[^\W\d_]+")

_SPACE = ("nebula", "planet", "galaxy", "orbit")
_PATTERNS = ("silk", "paper", "currents", "waves")
_FLOWERS = ("branch", "dahlia", "sunflower", "flower")
_PLACES = ("city", "desert", "sea", "hills", "mountains", "grove", "forest")
"""Where several places are named, the first of these is the scene and the others are seen in it."""

_LIGHTS: dict[str, tuple[str, ...]] = {
    "city": ("dusk", "dusk", "night", "night", "sunset", "dawn"),
    "desert": ("golden", "sunset", "sunset", "night", "dawn"),
    "grove": ("golden", "fog", "dawn", "day"),
    "forest": ("dawn", "sunset", "golden", "night", "fog", "dusk"),
    "hills": ("dawn", "golden", "sunset", "day", "dusk"),
}
_ANY_LIGHT = ("dawn", "day", "golden", "sunset", "sunset", "dusk", "night")

# Things that say where they are, when no place is named.
_HOMES: dict[str, tuple[str, ...]] = {
    "water": ("mountains",),
    "cabin": ("mountains", "hills", "forest"),
    "couple": ("hills", "sea"),
    "person": ("hills", "mountains", "sea"),
    "cat": ("hills", "sea"),
    "dog": ("hills", "mountains"),
    "tree": ("hills",),
    "autumn": ("hills", "forest", "grove"),
    "balloon": ("hills", "mountains", "desert"),
    "birds": ("sea", "mountains", "hills"),
    "aurora": ("mountains", "forest"),
    "snow": ("mountains", "forest", "hills"),
    "rain": ("city", "forest", "sea"),
    "fog": ("forest", "grove", "mountains"),
    "moon": ("sea", "mountains", "forest"),
    "stars": ("mountains", "desert", "sea"),
    "clouds": ("sea", "mountains", "hills"),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which ``scene`` in which ``light``, what it holds, its colours, and the seed of its chances."""

    scene: str
    light: str
    extras: frozenset[str]
    hues: Hues
    seed: str


def read(prompt: str, seed: int) -> Recipe:
    """Make of any text something to draw; the same text and seed always make the same.

    Known words steer it. What they leave open, and all of a prompt without any, is decided by
    chance from the hash of prompt and seed.
    """
    digest = hashlib.sha256(f"{seed}\n{prompt}".encode("utf-8", "surrogatepass")).hexdigest()
    rng = random.Random(digest)  # noqa: S311 - pictures, not secrets
    marks = _marks(prompt[:_READ].lower())
    named = [mark.removeprefix("scene:") for mark in marks if mark.startswith("scene:")]
    extras = {mark for mark in marks if ":" not in mark}
    hues = tuple(HUES[mark[4:]] for mark in marks if mark.startswith("hue:"))[:2]
    scene = _scene(named, extras, rng)
    extras |= set(named)
    light = _light(
        [mark for mark in marks if mark.startswith(("light:", "mood:"))], scene, extras, rng
    )
    if light == "golden" and scene in _PATTERNS and not hues:
        hues = (HUES["gold"],)
    _add(scene, light, extras, rng)
    return Recipe(scene, light, frozenset(extras), hues, digest)


def _marks(text: str) -> list[str]:
    """What the words of a text ask for, in their order and once each."""
    found: list[str] = []
    for word in _WORD.findall(text):
        found += (
            ENGLISH.get(word)
            or ENGLISH.get(word.removesuffix("s"))
            or ENGLISH.get(word.removesuffix("es"))
            or ()
        )
    if not text.isascii():
        for word in sorted((w for w in CHINESE if w in text), key=text.index):
            found += CHINESE[word]
    return list(dict.fromkeys(found))


def _scene(named: list[str], extras: set[str], rng: random.Random) -> str:
    """The patterns first, then places, flowers, space; then where the things live; else anything."""
    for group in (("abstract", *_PATTERNS), _PLACES, _FLOWERS, (*_SPACE, "space")):
        found = [name for name in group if name in named]
        if found[:1] == ["abstract"]:
            return found[1] if len(found) > 1 else rng.choice(_PATTERNS)
        if found:
            return {"abstract": rng.choice(_PATTERNS), "space": rng.choice(_SPACE)}.get(
                found[0], found[0]
            )
    for thing, homes in _HOMES.items():
        if thing in extras:
            return rng.choice(homes)
    return rng.choice((*_PLACES, "mountains", "sea", *_SPACE, *_PATTERNS, "flower", "branch"))


def _light(marks: list[str], scene: str, extras: set[str], rng: random.Random) -> str:
    hours = [mark.removeprefix("light:") for mark in marks if mark.startswith("light:")]
    moods = [mark.removeprefix("mood:") for mark in marks if mark.startswith("mood:")]
    light = (hours or moods or [rng.choice(_LIGHTS.get(scene, _ANY_LIGHT))])[0]
    if light == "sun":
        light = rng.choice(("day", "golden", "sunset"))
    if "aurora" in extras:
        return "night"
    # There is no moon in a red sky here: it comes out a little later.
    if extras & {"moon", "stars"} and light not in ("night", "dusk"):
        return "dusk" if light in ("sunset", "golden", "dawn") else "night"
    return light


def _add(scene: str, light: str, extras: set[str], rng: random.Random) -> None:
    """What chance adds to a scene of which little was said."""
    if "lake" in extras or (scene == "mountains" and rng.random() < 0.5):
        extras.add("water")
    if scene == "city" and ("sea" in extras or rng.random() < 0.55):
        extras.add("water")
    if scene == "hills" and light not in ("night", "winter", "storm") and rng.random() < 0.35:
        extras.add("flowers")
    if scene == "hills" and not extras & set(_HOMES) and rng.random() < 0.5:
        extras.add("tree")
    if light == "winter" and scene in ("hills", "forest", "mountains"):
        extras.add("snow")
