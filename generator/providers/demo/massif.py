"""One great range: rock with a lit and a shaded side, and snow on it."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops

from generator.providers.demo.canvas import Canvas
from generator.providers.demo.colour import Colour, lighten, mix
from generator.providers.demo.mountains import outline, placed
from generator.providers.demo.pen import Box, Point
from generator.providers.demo.texture import BICUBIC, column, combine, falling, levels, noise
from generator.providers.demo.view import View


@dataclass(frozen=True, slots=True)
class Rock:
    """``line`` is the ridge, ``body`` the mask of all below it in ``box``, ``crags`` its relief."""

    line: list[Point]
    box: Box
    body: Image.Image
    crags: Image.Image
    lit: Colour
    shade: Colour


def massif(view: View, horizon: float, tall: float, sun_x: float) -> None:
    """Summits above the ``horizon``, ``tall`` pixels high, mostly under snow."""
    canvas, rng = view.canvas, view.rng
    snow = view.snowy or rng.random() < 0.75
    rock = _rock(view, horizon, tall)
    if snow:
        _wash(canvas, rock, rock.lit, _snow(canvas, rock.crags), 0.9)
    lights, shadows = _faces(canvas, rock, horizon, sun_x)
    if not snow:
        _wash(canvas, rock, rock.lit, lights, 0.4)
    _wash(canvas, rock, rock.shade, shadows, 0.80)
    # Crags catch the light on one side and throw shadow on the other.
    reach, towards = max(round(canvas.unit / 300), 1), 1 if sun_x > canvas.width / 2 else -1
    moved = ImageChops.offset(rock.crags, towards * reach, reach)
    slope = combine(lambda a: a["x"] - a["y"], x=rock.crags, y=moved)
    _wash(canvas, rock, rock.shade, levels(slope, 0.005, 0.10), 0.55)
    _wash(canvas, rock, rock.lit, levels(slope, -0.005, -0.10), 0.30)


def _rock(view: View, horizon: float, tall: float) -> Rock:
    """Paint the bare range and return it."""
    canvas, palette = view.canvas, view.palette
    heights = outline(canvas, peaks=canvas.rng.uniform(1.2, 2.0), rough=0.56)
    line = placed(canvas, heights, horizon - 0.12 * tall, tall * 0.88)
    top = max(int(min(y for _, y in line)) - 1, 0)
    box = (0, top, canvas.width, min(round(horizon) + 2, canvas.height))
    shape = [*line, (canvas.width + 2, box[3]), (-2, box[3])]
    body = canvas.mask(lambda pen: pen.polygon(shape), box)
    stone = palette.land(0.28)
    canvas.image.paste(column((stone, stone, mix(stone, palette.haze, 0.5)), body.size), box, body)
    size = (1024, 384) if canvas.width > 1600 else (512, 256)
    lumps = noise(canvas.rng, 26 * canvas.spread, 11, octaves=5, gain=0.6, size=size)
    # Folded noise has the sharp creases of stone.
    crags = combine(lambda a: 0.55 * a["n"] + 0.9 * abs(a["n"] - 0.5), n=lumps)
    lit = mix(mix(stone, palette.light, 0.80), palette.haze, 0.10)
    shade = lighten(mix(stone, palette.sky[0], 0.45), -0.04)
    return Rock(line, box, body, crags.resize(body.size, BICUBIC), lit, shade)


def _wash(canvas: Canvas, rock: Rock, colour: Colour, mask: Image.Image, strength: float) -> None:
    """Colour the range, and nothing beside it, where a mask says."""
    mask = ImageChops.multiply(mask, rock.body)
    canvas.wash(colour, mask, rock.box[:2], strength=strength)


def _snow(canvas: Canvas, crags: Image.Image) -> Image.Image:
    """Snow lies high up, and lower in the hollows."""
    line = canvas.rng.uniform(0.40, 0.52)
    height = falling((1, 0), crags.size).convert("F")
    field = combine(lambda a: a["h"] / 255 + (a["c"] - 0.5) * 0.9, h=height, c=crags)
    return levels(field, line, line + 0.05)


def _faces(
    canvas: Canvas, rock: Rock, horizon: float, sun_x: float
) -> tuple[Image.Image, Image.Image]:
    """From each summit a crooked spine runs down: light on the sun's side, shadow on the other.

    Great faces reach the foot of the range, small ones lie faintly between them.
    """
    line, rng = rock.line, canvas.rng
    per_unit = len(line) * canvas.unit / canvas.width
    lights, shadows = Image.new("L", rock.body.size), Image.new("L", rock.body.size)
    for share, length, strength in ((0.05, 1.0, 1.0), (0.016, 0.34, 0.6)):
        reach = max(round(per_unit * share), 2)
        lit, dark = [], []
        for summit in _summits(line, reach):
            x, y = line[summit]
            side = 1 if x >= sun_x else -1  # the side away from the sun
            foot = y + (horizon - y) * length * rng.uniform(0.7, 1.0)
            spine = _crooked(
                canvas, (x, y), (x + (foot - y) * rng.uniform(-0.3, 0.12) * side, foot)
            )
            dark.append(_between(canvas, line, summit, side, spine, reach))
            lit.append(_between(canvas, line, summit, -side, spine, reach))
        lights = ImageChops.lighter(lights, _filled(canvas, rock, lit, strength))
        shadows = ImageChops.lighter(shadows, _filled(canvas, rock, dark, strength))
    return lights, shadows


def _filled(canvas: Canvas, rock: Rock, faces: list[list[Point]], strength: float) -> Image.Image:
    """Faces as a mask that fades towards the foot of the range."""
    mask = canvas.mask(lambda pen: pen.polygons(faces), rock.box)
    fade = [strength * share for share in (1, 1, 0.8, 0.37, 0)]
    return ImageChops.multiply(mask, falling(fade, mask.size))


def _summits(line: list[Point], reach: int) -> list[int]:
    """Where the ridge is higher than everything within ``reach`` points."""
    return [
        index
        for index in range(1, len(line) - 1)
        if line[index][1] == min(y for _, y in line[max(0, index - reach) : index + reach + 1])
    ]


def _crooked(canvas: Canvas, start: Point, end: Point, steps: int = 26) -> list[Point]:
    """A way from one place to another that strays to both sides."""
    rng = canvas.rng
    swing = abs(end[1] - start[1]) / steps
    points, stray = [start], 0.0
    for step in range(1, steps + 1):
        share = step / steps
        stray += rng.uniform(-0.9, 0.9) * swing
        x = start[0] + (end[0] - start[0]) * share + stray
        points.append((x, start[1] + (end[1] - start[1]) * share))
    return points


def _between(
    canvas: Canvas, line: list[Point], summit: int, side: int, spine: list[Point], reach: int
) -> list[Point]:
    """The face between a spine and the ridge as it falls from the summit to its next valley."""
    index = end = summit
    lowest = line[summit][1]
    while 0 <= index + side < len(line) and abs(index - end) <= reach:
        index += side
        if line[index][1] >= lowest:
            lowest, end = line[index][1], index
    edge = [line[i] for i in range(summit, end + side, side)]
    return [*edge, *_crooked(canvas, edge[-1], spine[-1], 14), *spine[::-1]]
