"""The colours of a scene at each time of day, chosen by eye."""

from __future__ import annotations

from dataclasses import dataclass, replace

from generator.providers.demo.colour import Colour, from_hex, mix, tint


@dataclass(frozen=True, slots=True)
class Palette:
    """``sky`` runs from the top to the horizon; ``far`` and ``near`` are the land's two ends.

    ``height`` is how high sun or moon stands: 0 at the horizon, 1 at the top. ``dark`` is how
    much night there is, 0 to 1: stars come out and windows light up with it.
    """

    sky: tuple[Colour, ...]
    far: Colour
    near: Colour
    light: Colour
    cloud: Colour
    shade: Colour
    height: float
    dark: float = 0.0

    @property
    def haze(self) -> Colour:
        """The air just above the horizon."""
        return self.sky[-1]

    def land(self, depth: float) -> Colour:
        """The colour of ground at a ``depth`` from 0 (the horizon) to 1 (at our feet)."""
        return mix(self.far, self.near, depth)

    def tinted(self, hues: tuple[tuple[float, float], ...]) -> Palette:
        """The same light in one or two other colours, each a (hue, chroma) for OKLCH."""
        if not hues:
            return self
        first, last = hues[0], hues[-1]
        steps = len(self.sky) - 1
        return replace(
            self,
            sky=tuple(
                tint(c, *(first if i < 0.6 * steps else last)) for i, c in enumerate(self.sky)
            ),
            far=tint(self.far, *first),
            near=tint(self.near, *first),
            light=mix(self.light, tint(self.light, *last), 0.6),
            cloud=tint(self.cloud, *last),
            shade=tint(self.shade, *first),
        )


def _palette(
    sky: str, far: str, near: str, light: str, clouds: str, height: float, dark: float = 0.0
) -> Palette:
    cloud, shade = clouds.split()
    return Palette(
        sky=tuple(from_hex(colour) for colour in sky.split()),
        far=from_hex(far),
        near=from_hex(near),
        light=from_hex(light),
        cloud=from_hex(cloud),
        shade=from_hex(shade),
        height=height,
        dark=dark,
    )


PALETTES: dict[str, tuple[Palette, ...]] = {
    "dawn": (
        _palette("3a4a7d 7573a3 c391a8 f3b8a3 fde0b9", "c79aa5", "232848", "fff3d6",
                 "ffd9c0 8f7fa6", 0.16),
        _palette("6c9cbc a5c6cf ecd8c0 fae0c4 fdecd4", "8e96ab", "2c4656", "fffaf0",
                 "fff2e2 a9bcc6", 0.24),
        _palette("4d6a9a 93a0c4 e0b9c3 f9cdb4 fde9c8", "b7a3b9", "2a3357", "fff6dc",
                 "ffe4d4 9a9cc0", 0.14),
    ),
    "day": (
        _palette("2a78b8 5da8d6 a3d3e6 d9ecea f6f3e2", "9fc3d2", "1c4a4c", "fffbea",
                 "ffffff b3cbdb", 0.72),
        _palette("1c6c98 4f9fbd 97ccd2 cfe3d6 f2ebd4", "a3c8c6", "164049", "fffbe6",
                 "fffdf4 a8c6cc", 0.66),
    ),
    "golden": (
        _palette("5a7ba8 9aa9bb e6c59b fbd391 ffe6ad", "d9a983", "3d2736", "fff4cf",
                 "ffe9bd b39a9c", 0.22),
        _palette("46648c 8f98a0 dcb27c f8c069 ffdb90", "cf9668", "33222b", "fff0c2",
                 "ffdfa4 9c8480", 0.18),
    ),
    "sunset": (
        _palette("1f2a5c 573a80 ad467f ee6c5e fdae5f ffdc98", "a9547a", "180f2e", "fff0c4",
                 "ffb27a 6b3f78", 0.10),
        _palette("2a2d55 74405f cf5142 f5873b ffcb73", "a34a42", "1b0d1c", "fff1c0",
                 "ffae6b 6d3a50", 0.12),
        _palette("1d4d6c 57889b c9a6a0 f38a7c fbbd8c ffe0b5", "8d7f8e", "14263a", "fff2d6",
                 "ffc2a6 5f7189", 0.13),
        _palette("33235c 6c3c84 b85a97 e98aa3 f9bfae fde4cb", "9c5f92", "1a1135", "fff4e2",
                 "ffcfc4 7d5293", 0.15),
    ),
    "dusk": (
        _palette("0e1c40 243a70 5b5c98 b481a2 f0ab8e", "57588c", "080f24", "ffe9d0",
                 "d99aa6 3a4478", 0.34, 0.55),
        _palette("0c1f38 1d4762 4b7e8e c4a892 f2c48d", "47707f", "07141f", "fff0d4",
                 "dbb79a 2f5468", 0.36, 0.5),
    ),
    "night": (
        _palette("050a1c 0b1a3c 15305e 2b5881 6793ab", "2c547b", "030713", "f4f2e4",
                 "6f93b4 14284c", 0.66, 1.0),
        _palette("0a0718 1a1140 3a2568 6a4187 a86f96", "4a2f70", "06040f", "fbeee0",
                 "a678a8 2a1a4e", 0.64, 1.0),
        _palette("03111b 062636 0d4450 23706f 6aa796", "1c5a60", "020b10", "f2f5e6",
                 "6ba79c 0c3440", 0.66, 1.0),
    ),
    "storm": (
        _palette("2a323d 46525e 74858d a5afaf c5c8c0", "7b8b91", "131a21", "f3f1e6",
                 "b4bdbe 3d4954", 0.60, 0.15),
        _palette("232a38 3b475b 62738a 97a3b0 c9c6c0", "6c7c90", "10161f", "f3efe6",
                 "aeb6bf 333f50", 0.60, 0.2),
    ),
    "fog": (
        _palette("9fb0ba bac6ca d4d8d6 e5e3da efeadd", "c3cac9", "2d3f49", "fffdf4",
                 "f4f3ec aab8be", 0.42),
        _palette("b7a9b4 cfbfc2 e4d4ca f0e2d2 f7ecdc", "d3c4c1", "40394a", "fffaf0",
                 "fbf1e6 b6a8b4", 0.40),
    ),
    "winter": (
        _palette("4f7bab 87abc9 bfd3df e3e4e6 fbe9d9", "9db5cb", "1c3350", "fffaf0",
                 "ffffff 94aec6", 0.30),
        _palette("3d4a78 7f86b0 c0aec6 eac6c4 fae0c8", "9c9cc0", "1b2748", "fff6e8",
                 "ffe4dc 8088b0", 0.20),
    ),
}  # fmt: skip
