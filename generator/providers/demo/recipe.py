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

_PLACES = ("city", "desert", "sea", "hills", "mountains", "grove", "forest")
"""Where several places are named, the first of these is the scene and the others are seen in it."""

_FLOWERS = ("branch", "sunflower", "dahlia")
_SPACE = ("planet", "galaxy", "nebula", "orbit")
_PATTERNS = ("silk", "paper", "currents", "waves")

# A word for all of a group, and the group; the first group that the prompt names is drawn.
_GROUPS = (("", _PLACES), ("space", _SPACE), ("flower", _FLOWERS), ("pattern", _PATTERNS))

# Words that mean something else together, and what is read instead.
_PHRASES = {"blue hour": "dusk", "sea of": "", "northern lights": "aurora", "milky way": "stars"}

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
    """Which ``scene`` in which ``light``, what it holds, its colours and the seed of chance."""

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
    named, hours, moods, colours = (_of(marks, kind) for kind in ("scene", "light", "mood", "hue"))
    extras = {mark for mark in marks if "=" not in mark}
    scene = _scene(named, extras, rng, outdoors=bool(hours or moods))
    extras |= set(named)
    light = _light(hours or moods, scene, extras, rng)
    hues = tuple(HUES[colour] for colour in colours[:2])
    if light == "golden" and scene in _PATTERNS and not hues:
        hues = (HUES["gold"],)
    _add(scene, light, extras, rng)
    return Recipe(scene, light, frozenset(extras), hues, digest)


def _marks(text: str) -> list[str]:
    """What the words of a text ask for, once each and in their order, Chinese after English."""
    found: list[str] = []
    for phrase, meant in _PHRASES.items():
        text = text.replace(phrase, meant)
    for word in _WORD.findall(text):
        found += ENGLISH.get(word) or ENGLISH.get(word.removesuffix("s")) or ()
    if not text.isascii():
        places = []
        # The longer word counts: 花海 is a field of flowers, not the sea.
        for word in sorted(CHINESE, key=len, reverse=True):
            if (place := text.find(word)) >= 0:
                places.append((place, word))
                text = text.replace(word, " " * len(word))
        for _, word in sorted(places):
            found += CHINESE[word]
    return list(dict.fromkeys(found))


def _of(marks: list[str], kind: str) -> list[str]:
    """The marks of one kind, without its name."""
    return [mark.removeprefix(f"{kind}=") for mark in marks if mark.startswith(f"{kind}=")]


def _scene(named: list[str], extras: set[str], rng: random.Random, *, outdoors: bool) -> str:
    """What is named; else where the things in it are at home; else anything."""
    groups = _GROUPS[::-1] if "abstract" in named else _GROUPS
    for general, group in groups:
        for name in group:
            if name in named:
                return name
        if general in named or (general == "pattern" and "abstract" in named):
            return rng.choice(group)
    for thing, homes in _HOMES.items():
        if thing in extras:
            return rng.choice(homes)
    if outdoors:
        return rng.choice((*_PLACES, "mountains", "sea"))
    return rng.choice((*_PLACES, "mountains", "sea", *_FLOWERS, *_SPACE, *_PATTERNS))


def _light(asked: list[str], scene: str, extras: set[str], rng: random.Random) -> str:
    light = asked[0] if asked else rng.choice(_LIGHTS.get(scene, _ANY_LIGHT))
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
    if scene == "mountains" and rng.random() < 0.5:
        extras.add("water")
    if scene == "city" and ("sea" in extras or rng.random() < 0.55):
        extras.add("water")
    if scene == "hills" and not extras & set(_HOMES):
        mild = light not in ("night", "winter", "storm")
        extras.add("flowers" if mild and rng.random() < 0.5 else "tree")
    if light == "winter" and scene in ("hills", "forest", "mountains"):
        extras.add("snow")
