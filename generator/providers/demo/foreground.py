"""What stands nearest to us: banks with firs, a hill to look out from, those who look."""

from __future__ import annotations

import math

from generator.providers.demo import buildings, figures
from generator.providers.demo.colour import Colour, from_hex, lighten, mix
from generator.providers.demo.meadow import green
from generator.providers.demo.pen import Pen, Point
from generator.providers.demo.plants import blade, fir, tree, turf
from generator.providers.demo.view import View

_BLOSSOM = ("b04a78", "e88aac", "fbd0dc")
_AUTUMN = ("8a2f1c", "d2601f", "f2a83a")


def banks(view: View) -> None:
    """Dark banks on both sides, with firs and grass."""
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    colour = view.palette.land(0.97)
    for side, reach in ((-1, rng.uniform(0.34, 0.60)), (1, rng.uniform(0.22, 0.5))):
        high = canvas.height * rng.uniform(0.05, 0.10)
        edge = []
        for step in range(81):
            inward = step / 80 * (reach + 0.06)
            fall = max(0.0, 1 - inward / reach) ** 0.7
            x = (inward if side < 0 else 1 - inward) * canvas.width
            edge.append((x, canvas.height + 8 - (high + 8) * fall - unit * 0.004 * rng.random()))
        below = canvas.height + 9.0
        corner = (-9.0 if side < 0 else canvas.width + 9.0, below)
        firs = []
        for _ in range(round(rng.randint(4, 8) * canvas.spread**0.5)):
            inward = 0.8 * rng.random() ** 1.7
            x, y = edge[int(inward * 80)]
            tall = unit * rng.uniform(0.13, 0.40) * (1.05 - 0.75 * inward)
            firs.append(fir(canvas, (x, y + tall * 0.09), tall))
        bank = [*edge, (edge[-1][0], below), corner]
        canvas.polygons([bank, *turf(canvas, edge), *firs], colour)


def on_shore(view: View, shore: float) -> None:
    """A cabin at the water's edge, to be mirrored."""
    if view.wants("cabin"):
        share = view.rng.choice((view.rng.uniform(0.22, 0.36), view.rng.uniform(0.64, 0.78)))
        foot = view.canvas.width * share, shore + 1
        buildings.cabin(view, foot, view.canvas.unit * 0.055)


def lookout(view: View, light: Point) -> None:
    """A hill in front, and whoever was asked for on top of it, before the light."""
    if not view.posing and not (view.wants("tree", "cabin") and not view.wants("water")):
        return
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    aside = unit * rng.uniform(0.02, 0.07) * rng.choice((-1, 1))
    middle = min(max(light[0] + aside, canvas.width * 0.16), canvas.width * 0.84)
    high = unit * rng.uniform(0.13, 0.17)
    edge = []
    for step in range(121):
        x = step / 120 * canvas.width
        rise = high / (1 + ((x - middle) / (0.75 * unit)) ** 2)
        wobble = 0.006 * math.sin(x / unit * 9) + 0.002 * rng.random()
        edge.append((x, canvas.height - rise - unit * wobble))
    below = canvas.height + 9.0
    hill = [*edge, (canvas.width + 9.0, below), (-9.0, below)]
    colour = view.white(1.0) if view.snowy else view.palette.land(1.0)
    canvas.polygons([hill, *turf(canvas, edge)], colour)
    stand(view, (middle, edge[round(middle / canvas.width * 120)][1] + 2))


def walker(view: View) -> None:
    """A small figure in a wide place, a little beside its middle."""
    if view.posing:
        share = view.rng.choice((view.rng.uniform(0.40, 0.46), view.rng.uniform(0.54, 0.60)))
        stand(view, (view.canvas.width * share, view.canvas.height * 0.88), size=0.75)


def stand(view: View, foot: Point, *, size: float = 1.0) -> None:
    """Put everything that was asked for and can stand at ``foot``."""
    x, y = foot
    unit = view.canvas.unit * size
    if view.wants("tree"):
        _tree(view, (x + unit * 0.16 * view.posing, y))
    if view.wants("cabin"):
        buildings.cabin(view, (x - unit * 0.16 * view.posing, y), unit * 0.11)
    if view.wants("couple"):
        figures.person(view, (x - unit * 0.028, y), unit * 0.21)
        figures.person(view, (x + unit * 0.030, y), unit * 0.19)
    elif view.wants("person"):
        figures.person(view, foot, unit * 0.22)
    company = view.wants("person", "couple")
    step, tall = (0.12, 0.10) if company else (0.26, 0.27)
    x += unit * 0.12 * company
    for animal in ("cat", "dog"):
        if view.wants(animal):
            figures.sitting(view, (x, y), unit * tall, dog=animal == "dog")
            x += unit * step


def _tree(view: View, foot: Point) -> None:
    palette, leaf = view.palette, green(view, 0.85)
    tones = [
        mix(leaf, palette.near, 0.55),
        mix(leaf, palette.near, 0.25),
        mix(leaf, palette.light, 0.16),
    ]
    if view.wants("blossom", "autumn"):
        dim = 0.15 + 0.4 * palette.dark
        chosen = _BLOSSOM if view.wants("blossom") else _AUTUMN
        tones = [mix(from_hex(colour), palette.near, dim) for colour in chosen]
    bark = lighten(palette.land(1.0), -0.01)
    tree(view.canvas, foot, view.canvas.unit * 0.56, bark, [] if view.snowy else tones)


def tall_grass(view: View) -> None:
    """Grass and a few ears in front of everything, dark below and catching the light above."""
    near, lit = green(view, 1.0), mix(green(view, 0.7), view.palette.light, 0.18)
    dark = mix(near, view.palette.near, 0.55)
    phase = view.rng.random() * 6
    for layer in range(3):
        _stalks(view, mix(lit, dark, layer / 2), 0.15 - 0.035 * layer, phase + layer)


def _stalks(view: View, colour: Colour, high: float, phase: float) -> None:
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    blades, grains = [], []
    for _ in range(round(420 * canvas.detail * canvas.spread)):
        x = rng.random() * canvas.width
        wave = 0.65 + 0.35 * math.sin(phase + 5 * x / unit)
        tall = unit * high * wave * rng.uniform(0.35, 1.0)
        stalk = blade((x, canvas.height + 4), tall, tall * rng.uniform(-0.30, 0.30), unit * 0.0016)
        blades.append(stalk)
        if rng.random() < 0.10:
            elbow, tip = stalk[1], stalk[2]
            for step in range(6):
                share = 0.055 * step
                grain = tip[0] + (elbow[0] - tip[0]) * share, tip[1] + (elbow[1] - tip[1]) * share
                grains.append(grain)

    def draw(pen: Pen) -> None:
        pen.polygons(blades)
        for grain in grains:
            pen.ellipse(grain, unit * 0.0022, unit * 0.0034)

    canvas.shapes(draw, (0, canvas.height - unit * 0.17, canvas.width, canvas.height), colour)
