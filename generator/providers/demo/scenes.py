"""From a recipe to a finished picture."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from generator.providers.demo import abstract, blossoms, landscape, space, waterside, weather
from generator.providers.demo.branch import branch
from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import from_hex
from generator.providers.demo.currents import currents
from generator.providers.demo.finish import finish
from generator.providers.demo.palettes import PALETTES
from generator.providers.demo.recipe import Recipe
from generator.providers.demo.view import View

OUTDOORS: dict[str, Callable[[View], None]] = {
    "mountains": landscape.mountain_view,
    "forest": landscape.forest_view,
    "grove": landscape.grove_view,
    "desert": landscape.desert_view,
    "hills": landscape.hill_view,
    "sea": waterside.sea_view,
    "city": waterside.city_view,
}
"""Scenes that have weather."""

STUDIO: dict[str, Callable[[View], None]] = {
    "dahlia": blossoms.dahlia,
    "sunflower": blossoms.sunflower,
    "branch": branch,
    "silk": abstract.silk,
    "paper": abstract.paper,
    "waves": abstract.waves,
    "currents": currents,
    "nebula": space.nebula_view,
    "planet": space.planet_view,
    "galaxy": space.galaxy_view,
    "orbit": space.orbit_view,
}

_PINK = from_hex("f7b6c9")


def draw(recipe: Recipe, width: int, height: int, *, detail: float) -> Image.Image:
    """Draw a recipe in a size (pixels); ``detail`` is 1 for medium quality."""
    canvas = Canvas(width, height, seed=recipe.seed, detail=detail)
    palette = canvas.rng.choice(PALETTES[recipe.light]).tinted(recipe.hues)
    view = View(canvas, palette, recipe.extras, recipe.hues)
    if recipe.scene in OUTDOORS:
        OUTDOORS[recipe.scene](view)
        _weather(view)
        finish(view, bloom=0.35)
    else:
        STUDIO[recipe.scene](view)
        finish(view, bloom=0.2)
    return canvas.image


def _weather(view: View) -> None:
    if view.wants("fog"):
        weather.mist(view, top=view.canvas.height * 0.42, strength=0.62)
    if view.wants("rain"):
        weather.rain(view)
    if view.wants("snow"):
        weather.snowfall(view)
    if view.wants("blossom"):
        weather.petals(view, _PINK, 30)
