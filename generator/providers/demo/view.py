"""A scene in the making: the sheet, the light of the hour, and what the prompt asks to see."""

from __future__ import annotations

import random
from dataclasses import dataclass

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import Colour, lighten, mix
from generator.providers.demo.palettes import Palette

Hues = tuple[tuple[float, float], ...]
"""Colours asked for by name, each as hue in degrees and chroma in OKLCH."""


@dataclass(frozen=True, slots=True)
class View:
    """What every scene is given. ``extras`` are things it may hold: moon, water, cat, snow …"""

    canvas: Canvas
    palette: Palette
    extras: frozenset[str]
    hues: Hues

    @property
    def rng(self) -> random.Random:
        return self.canvas.rng

    @property
    def snowy(self) -> bool:
        """Whether the ground is white."""
        return "snow" in self.extras

    @property
    def posing(self) -> bool:
        """Whether somebody looks out over the scene."""
        return self.wants("cat", "dog", "person", "couple")

    def white(self, depth: float) -> Colour:
        """Snow at a depth of 0 (far) to 1 (near): the nearer, the bluer it lies in shade."""
        palette = self.palette
        shade = mix(palette.sky[0], palette.haze, 0.45)
        return mix(lighten(palette.haze, 0.03), shade, 0.12 + 0.5 * depth)

    def wants(self, *things: str) -> bool:
        """Whether any of the ``things`` was asked for."""
        return any(thing in self.extras for thing in things)
