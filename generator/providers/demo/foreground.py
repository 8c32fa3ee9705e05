"""What stands nearest to us: banks with firs, a hill to look out from, those who look."""

from __future__ import annotations

import math

from generator.providers.demo import figures, meadow, trees
from generator.providers.demo.canvas import Canvas, Pen, Point
from generator.providers.demo.colour import Colour, from_hex, lighten, mix
from generator.providers.demo.view import View


def banks(view: View) -> None:
    """Dark banks on both sides, with firs and grass."""
    canvas, rng = view.canvas, view.rng
    colour = view.palette.land(0.97)
    for side in (-1, 1):
        reach = rng.uniform(0.34, 0.60) if side < 0 else rng.uniform(0.22, 0.5)
        high = canvas.height * rng.uniform(0.05, 0.10)
        edge = []
        for step in range(81):
            inward = step / 80 * (reach + 0.06)
            fall = max(0.0, 1 - inward / reach) ** 0.7
            y = canvas.height + 8 - (high + 8) * fall - canvas.unit * 0.004 * rng.random()
            edge.append(((inward if side < 0 else 1 - inward) * canvas.width, y))
        corner = (-9.0 if side < 0 else canvas.width + 9.0, canvas.height + 9.0)
        canvas.polygon([*edge, (edge[-1][0], corner[1]), corner], colour)
        _grass(canvas, edge, colour)
        firs = []
        for _ in range(rng.randint(4, 8)):
            inward = 0.8 * rng.random() ** 1.7
            x, y = edge[int(inward * 80)]
            tall = canvas.unit * rng.uniform(0.13, 0.40) * (1.05 - 0.75 * inward)
            firs.append(trees.conifer(canvas, (x, y + tall * 0.09), tall))
        trees.draw_all(canvas, firs, (0, 0, canvas.width, canvas.height), colour)


def on_shore(view: View, shore: float) -> None:
    """A cabin at the water's edge, to be mirrored."""
    if view.wants("cabin"):
        x = view.canvas.width * view.rng.choice(
            (view.rng.uniform(0.22, 0.36), view.rng.uniform(0.64, 0.78))
        )
        figures.cabin(view.canvas, view.palette, (x, shore + 1), view.canvas.unit * 0.055)


def lookout(view: View, light: Point) -> None:
    """A hill in front, and whoever was asked for on top of it."""
    if not view.wants("cat", "dog", "person", "couple", "tree", "cabin", "flowers"):
        return
    if view.wants("cabin", "flowers") and view.wants("water"):
        return
    canvas, rng = view.canvas, view.rng
    aside = canvas.unit * rng.uniform(0.02, 0.07) * rng.choice((-1, 1))
    x = min(max(light[0] + aside, canvas.width * 0.16), canvas.width * 0.84)
    top = canvas.height - canvas.unit * rng.uniform(0.13, 0.17)
    wide = canvas.unit * 0.75
    edge = []
    for step in range(121):
        place = step / 120 * canvas.width
        bell = 1 / (1 + ((place - x) / wide) ** 2)
        wobble = 0.006 * math.sin(place / canvas.unit * 9) + 0.002 * rng.random()
        edge.append((place, canvas.height - (canvas.height - top) * bell - canvas.unit * wobble))
    colour = view.palette.land(1.0)
    if view.snowy:
        colour = view.white(1.0)
    canvas.polygon([*edge, (canvas.width + 9, canvas.height + 9), (-9, canvas.height + 9)], colour)
    _grass(canvas, edge, colour)
    _stand(view, (x, edge[round(x / canvas.width * 120)][1] + 2))


def standing(view: View, light: Point) -> None:
    """The same figures on the hills behind a field."""
    if view.wants("cat", "dog", "person", "couple", "tree", "cabin"):
        _stand(view, (light[0], view.canvas.height * 0.76))


def walker(view: View) -> None:
    """A small figure in a wide place, at a third of its width."""
    if view.wants("person", "couple", "cat", "dog"):
        canvas, rng = view.canvas, view.rng
        x = canvas.width * rng.choice((rng.uniform(0.40, 0.46), rng.uniform(0.54, 0.60)))
        _stand(view, (x, canvas.height * 0.88), size=0.75)


def tall_grass(view: View) -> None:
    """Grass and a few ears in front of everything, dark below and catching the light above."""
    canvas, rng, unit = view.canvas, view.rng, view.canvas.unit
    dark = mix(meadow.green(view, 1.0), view.palette.near, 0.55)
    phase = rng.random() * 6
    for layer in range(3):
        tone = mix(mix(meadow.green(view, 0.7), view.palette.light, 0.18), dark, layer / 2)
        blades, ears = [], []
        for _ in range(round(420 * canvas.detail * canvas.width / unit)):
            x = rng.random() * canvas.width
            wave = 0.65 + 0.35 * math.sin(phase + layer + 5 * x / unit)
            tall = unit * (0.15 - 0.035 * layer) * wave * rng.uniform(0.35, 1.0)
            lean, thick = tall * rng.uniform(-0.30, 0.30), unit * 0.0016
            foot, tip = canvas.height + 4.0, (x + lean, canvas.height - tall)
            elbow = x + lean * 0.35, canvas.height - tall * 0.55
            blades.append(
                [(x - thick, foot), elbow, tip, (elbow[0] + thick, elbow[1]), (x + thick, foot)]
            )
            if rng.random() < 0.10:
                ears.append((tip, elbow))

        def draw(
            pen: Pen,
            blades: list[list[Point]] = blades,
            ears: list[tuple[Point, Point]] = ears,
        ) -> None:
            for blade in blades:
                pen.polygon(blade)
            for tip, elbow in ears:
                for step in range(6):
                    at = (
                        tip[0] + (elbow[0] - tip[0]) * 0.055 * step,
                        tip[1] + (elbow[1] - tip[1]) * 0.055 * step,
                    )
                    pen.ellipse(at, unit * 0.0022, unit * 0.0034)

        canvas.shapes(draw, (0, canvas.height - unit * 0.16, canvas.width, canvas.height), tone)


def _stand(view: View, foot: Point, size: float = 1.0) -> None:
    canvas, palette, unit = view.canvas, view.palette, view.canvas.unit * size
    dark, rim = lighten(palette.land(1.0), -0.02), mix(palette.light, palette.haze, 0.4)
    if view.wants("tree"):
        _tree(view, (foot[0] + unit * 0.16 * view.wants("person", "cat", "dog"), foot[1]))
    if view.wants("cabin"):
        figures.cabin(canvas, palette, foot, unit * 0.11)
    if view.wants("couple"):
        figures.person(canvas, (foot[0] - unit * 0.028, foot[1]), unit * 0.21, dark, rim=rim)
        figures.person(canvas, (foot[0] + unit * 0.030, foot[1]), unit * 0.19, dark, rim=rim)
    elif view.wants("person"):
        figures.person(canvas, foot, unit * 0.22, dark, rim=rim)
    beside = unit * 0.12 if view.wants("person", "couple") else 0.0
    scale = 0.10 if beside else 0.27
    for animal in ("cat", "dog"):
        if view.wants(animal):
            at = foot[0] + beside, foot[1]
            figures.sitting(canvas, at, unit * scale, dark, rim=rim, dog=animal == "dog")
            beside += unit * (0.12 if beside else 0.26)


def _tree(view: View, foot: Point) -> None:
    canvas, palette = view.canvas, view.palette
    wood = lighten(palette.land(1.0), -0.01)
    leaf = meadow.green(view, 0.85)
    tones: tuple[Colour, ...] = (
        mix(leaf, palette.near, 0.55),
        mix(leaf, palette.near, 0.25),
        mix(leaf, palette.light, 0.16),
    )
    if view.wants("blossom"):
        pink = [from_hex(colour) for colour in ("b04a78", "e88aac", "fbd0dc")]
        tones = tuple(mix(colour, palette.near, 0.15 + 0.4 * palette.dark) for colour in pink)
    elif view.wants("autumn"):
        red = [from_hex(colour) for colour in ("8a2f1c", "d2601f", "f2a83a")]
        tones = tuple(mix(colour, palette.near, 0.15 + 0.4 * palette.dark) for colour in red)
    if view.snowy:
        tones = ()
    meadow.tree(canvas, foot, canvas.unit * 0.56, wood, tones)


def _grass(canvas: Canvas, edge: list[Point], colour: Colour) -> None:
    """Blades along an edge."""
    rng, unit = canvas.rng, canvas.unit
    blades = []
    for _ in range(round(len(edge) * 4 * canvas.detail)):
        x, y = edge[rng.randrange(len(edge))]
        x += rng.uniform(-0.5, 0.5) * canvas.width / 80
        tall, lean, thick = (
            unit * rng.uniform(0.004, 0.018),
            unit * rng.uniform(-0.008, 0.008),
            unit * 0.0011,
        )
        blades.append([(x - thick, y + 4), (x + lean, y - tall), (x + thick, y + 4)])

    def draw(pen: Pen) -> None:
        for blade in blades:
            pen.polygon(blade)

    top = min(y for _, y in edge) - unit * 0.02
    canvas.shapes(draw, (0, top, canvas.width, canvas.height), colour)
