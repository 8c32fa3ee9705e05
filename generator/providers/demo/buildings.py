"""What people made and a scene can hold: a cabin, a lighthouse, boats, balloons."""

from __future__ import annotations

import math

from generator.providers.demo.colour import Colour, from_hex, lighten, mix
from generator.providers.demo.figures import path, put
from generator.providers.demo.pen import Point, smooth
from generator.providers.demo.view import View

_LAMP, _RED, _GLARE = from_hex("ffd88f"), from_hex("c8402f"), from_hex("fffaeb")

_MOUND = smooth(path("-1.5 -.06, -1 .03, 0 .07, 1 .03, 1.5 -.06"))
_CHIMNEY = path(".30 .9, .30 1.24, .42 1.24, .42 .8")
_WALLS = path("-.62 0, -.62 .58, .62 .58, .62 0")
_ROOF = path("-.80 .52, -.44 1.05, .50 1.05, .80 .52")
_DOOR = path("-.10 0, -.10 .42, .12 .42, .12 0")

_GALLERY = path("-.085 .795, -.085 .825, .085 .825, .085 .795")
_LANTERN = path("-.045 .825, -.045 .94, .045 .94, .045 .825")
_DOME = smooth(path("-.06 .935, -.04 .98, 0 1.02, .04 .98, .06 .935"))

_HULL = smooth(path("-.34 .10, -.26 0, .22 0, .40 .13"))
_MAINSAIL = path(".02 .16, .02 1, -.09 .72, -.22 .42, -.30 .16")
_JIB = path(".05 .16, .05 .88, .16 .56, .36 .16")
_MAST = path(".025 .1, .025 1.03, .04 1.03, .04 .1")

# From the top down: how wide the envelope is at each height.
_ENVELOPE = smooth(path("0 1, .62 .82, .98 .28, .86 -.30, .42 -.86, .16 -1.12"), closed=False)
_BASKET = path("-.14 -1.48, -.11 -1.74, .11 -1.74, .14 -1.48")
_ROPE = path("-.13 -1.1, -.104 -1.5, -.089 -1.5, -.115 -1.1")


def cabin(view: View, foot: Point, tall: float) -> None:
    """A house with lit windows and smoke from its chimney; ``tall`` is to the ridge of its roof."""
    canvas, palette = view.canvas, view.palette
    wall, roof = palette.land(0.88), lighten(palette.land(0.97), -0.02)
    for step in range(14):
        share = step / 13
        x, y = 0.36 + 0.5 * share**1.4 + 0.06 * math.sin(5 * share), 1.22 + 1.3 * share
        at = foot[0] + tall * x, foot[1] - tall * y
        size, strength = tall * (0.12 + 0.32 * share), 0.26 * (1 - share)
        canvas.glow(at, size, palette.haze, power=1.6, strength=strength)
    ground = view.white(0.9) if view.snowy else palette.land(0.75)
    door = mix(wall, _LAMP, 0.35)
    parts = ((_MOUND, ground), (_CHIMNEY, roof), (_WALLS, wall), (_ROOF, roof), (_DOOR, door))
    for part, colour in parts:
        canvas.polygons([put(part, foot, tall)], colour)
    for x in (-0.46, 0.26):
        panes = [path(f"{a} .20, {a} .44, {a + 0.09} .44, {a + 0.09} .20") for a in (x, x + 0.11)]
        canvas.polygons([put(pane, foot, tall) for pane in panes], _LAMP)
        middle = foot[0] + (x + 0.10) * tall, foot[1] - 0.32 * tall
        canvas.glow(middle, tall * 1.1, _LAMP, power=2.4, strength=0.5)
    canvas.glow(foot, tall * 1.5, _LAMP, power=2.2, strength=0.22 + 0.2 * palette.dark, stretch=1.9)


def lighthouse(view: View, foot: Point, tall: float) -> None:
    """A banded tower; its beam shows when the light is low."""
    canvas, palette = view.canvas, view.palette
    lamp = foot[0], foot[1] - 0.88 * tall
    side = 1 if foot[0] < canvas.width / 2 else -1
    if palette.dark > 0.1 or palette.height < 0.25:
        _beam(view, lamp, side)
    pale = mix(mix(palette.light, palette.haze, 0.4), palette.near, 0.10 + 0.45 * palette.dark)
    red = mix(_RED, palette.near, 0.15 + 0.45 * palette.dark)
    dark = palette.land(0.95)
    halves = [0.105 - 0.009 * band for band in range(6)]
    for band in range(5):
        low, high, wide, slim = band * 0.16, (band + 1) * 0.16, halves[band], halves[band + 1]
        shape = [(-wide, low), (-slim, high), (slim, high), (wide, low)]
        canvas.polygons([put(shape, foot, tall)], pale if band % 2 else red)
    shade = [(0.02, 0.0), (0.02, 0.8), (halves[5], 0.8), (halves[0], 0.0)]
    canvas.polygons([put(shade, foot, tall, flip=side > 0)], dark, opacity=0.30)
    for part, colour in ((_GALLERY, dark), (_LANTERN, mix(_LAMP, dark, 0.25)), (_DOME, dark)):
        canvas.polygons([put(part, foot, tall)], colour)
    canvas.glow(lamp, tall * 0.75, _LAMP, power=2.6, strength=0.5 + 0.3 * palette.dark)
    canvas.glow(lamp, tall * 0.12, _GLARE, power=1.2, strength=0.95)


def _beam(view: View, lamp: Point, side: int) -> None:
    canvas = view.canvas
    far, strength = canvas.width * 1.2, 0.12 + 0.24 * view.palette.dark
    for spread in (0.11, 0.07, 0.04, 0.018):
        ends = [(lamp[0] + side * far, lamp[1] - far * (0.10 + s)) for s in (spread, -spread)]
        canvas.polygons([[lamp, *ends]], _LAMP, opacity=strength, blur=canvas.unit * 0.010)


def sailboat(view: View, foot: Point, tall: float) -> None:
    """A boat under sail, and its broken image in the water."""
    canvas, palette = view.canvas, view.palette
    flip, dark = view.rng.random() < 0.5, palette.land(0.85)
    sail = mix(palette.light, palette.haze, 0.35 + 0.3 * palette.dark)
    parts = ((_MAINSAIL, sail), (_JIB, lighten(sail, -0.06)), (_HULL, dark), (_MAST, dark))
    for part, colour in parts:
        image = [(x + 0.02 * math.sin(60 * y), -0.72 * y) for x, y in part]
        canvas.polygons([put(image, foot, tall, flip=flip)], colour, opacity=0.28)
    for part, colour in parts:
        canvas.polygons([put(part, foot, tall, flip=flip)], colour)


def balloon(view: View, at: Point, reach: float, stripes: tuple[Colour, ...]) -> None:
    """A hot-air balloon by the middle of its envelope and half its height."""
    canvas, palette, gores = view.canvas, view.palette, 6
    widths = [math.sin((k / gores - 0.5) * math.pi) for k in range(gores + 1)]
    for gore in range(gores):
        left = [(x * widths[gore], y) for x, y in _ENVELOPE]
        right = [(x * widths[gore + 1], y) for x, y in _ENVELOPE]
        shape = put([*left, *right[::-1]], at, reach)
        canvas.polygons([shape], stripes[gore % len(stripes)])
    body = put([*_ENVELOPE, *((-x, y) for x, y in reversed(_ENVELOPE))], at, reach)
    dark = palette.land(0.9)
    canvas.polygons([body], dark, opacity=0.5, fade=(0, 0, 0.15, 0.5, 0.9))
    shine = at[0] - reach * 0.35, at[1] - reach * 0.4
    canvas.glow(shine, reach, palette.light, power=2.4, strength=0.35)
    ropes = [put(_ROPE, at, reach, flip=flip) for flip in (False, True)]
    canvas.polygons([*ropes, put(_BASKET, at, reach)], dark)
