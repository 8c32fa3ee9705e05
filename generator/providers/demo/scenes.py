"""From a recipe to a finished picture."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from generator.providers.demo import abstract, blossoms, landscape, space, waterside, weather
from generator.providers.demo.branch import branch
from generator.providers.demo.canvas import Canvas
from generator.providers.demo.finish import finish
from generator.providers.demo.palettes import PALETTES
from generator.providers.demo.recipe import Recipe
from generator.providers.demo.view import View


def draw(recipe: Recipe, width: int, height: int, *, detail: float) -> Image.Image:
    """Draw a recipe in a size (pixels); ``detail`` is 1 for medium quality."""
    canvas = Canvas(width, height, seed=recipe.seed, detail=detail)
    palette = canvas.rng.choice(PALETTES[recipe.light]).tinted(recipe.hues)
    view = View(canvas, palette, recipe.extras, recipe.hues)
    outdoors = recipe.scene in OUTDOORS
    {**OUTDOORS, **STUDIO}[recipe.scene](view)
    if outdoors:
        _weather(view)
    finish(canvas, bloom=0.35 if outdoors else 0.2, corners=0.26)
    return canvas.image


def _weather(view: View) -> None:
    if view.wants("fog"):
        weather.mist(view.canvas, view.palette, top=view.canvas.height * 0.42, strength=0.62)
    if view.wants("rain"):
        weather.rain(view.canvas, view.palette)
    if view.wants("snow"):
        weather.snowfall(view.canvas, view.palette)
    if view.wants("blossom"):
        weather.petals(view.canvas, (247, 182, 201), 30)


def _flower(view: View) -> None:
    view.rng.choice((blossoms.dahlia, blossoms.dahlia, blossoms.sunflower, branch))(
        view.canvas, view.palette, view.hues
    )


def _abstract(view: View) -> None:
    styles = (abstract.silk, abstract.paper, abstract.currents, abstract.waves)
    view.rng.choice(styles)(view.canvas, abstract.colours(view.canvas, view.hues))


def _style(paint: Callable[[Canvas, list[tuple[int, int, int]]], None]) -> Callable[[View], None]:
    return lambda view: paint(view.canvas, abstract.colours(view.canvas, view.hues))


OUTDOORS: dict[str, Callable[[View], None]] = {
    "mountains": landscape.mountain_view,
    "forest": landscape.forest_view,
    "grove": landscape.grove_view,
    "desert": landscape.desert_view,
    "hills": landscape.hill_view,
    "sea": waterside.sea_view,
    "city": waterside.city_view,
}
STUDIO: dict[str, Callable[[View], None]] = {
    "flower": _flower,
    "dahlia": lambda view: blossoms.dahlia(view.canvas, view.palette, view.hues),
    "sunflower": lambda view: blossoms.sunflower(view.canvas, view.palette, view.hues),
    "branch": lambda view: branch(view.canvas, view.palette, view.hues),
    "abstract": _abstract,
    "silk": _style(abstract.silk),
    "paper": _style(abstract.paper),
    "currents": _style(abstract.currents),
    "waves": _style(abstract.waves),
    "nebula": space.nebula_view,
    "planet": space.planet_view,
    "galaxy": space.galaxy_view,
    "orbit": space.orbit_view,
}
