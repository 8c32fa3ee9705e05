"""Makers of test pictures: natural-looking ones, odd ones, and ones that lie."""

import io
import random
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageChops, ImageCms, ImageDraw

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def landscape(*, width: int, height: int, seed: int = 1) -> Pillow.Image:
    """An RGB sky over ridges: smooth areas, hard edges and texture, as pictures have them.

    Plain noise would be unfair to any encoder: it has no smooth areas at all.
    """
    rng = random.Random(seed)
    size = (width, height)
    picture = _tinted(fractal(size=size, rng=rng, roughness=0.5), (24, 60, 140), (250, 214, 170))
    glow = Pillow.linear_gradient("L").resize(size)
    warm = Pillow.new("RGB", size, (255, 170, 110))
    picture = Pillow.composite(warm, picture, glow.point(lambda level: level * 2 // 3))
    for ridge in range(4):
        ground = fractal(size=size, rng=rng, roughness=0.8)
        shade = 90 - 22 * ridge
        layer = _tinted(ground, (shade // 3, shade // 2, shade), (shade + 70, shade + 90, shade))
        picture.paste(layer, mask=_ridge(size=size, top=0.35 + 0.15 * ridge, rng=rng))
    return picture


def fractal(*, size: tuple[int, int], rng: random.Random, roughness: float) -> Pillow.Image:
    """Grey fractal noise; each octave is `roughness` times as strong as the coarser one."""
    field = Pillow.new("L", size, 128)
    cells, strength = 4, 1.0
    while cells < max(size):
        grid = (cells, max(1, cells * size[1] // size[0]))
        noise = Pillow.frombytes("L", grid, rng.randbytes(grid[0] * grid[1]))
        octave = noise.resize(size, Pillow.Resampling.BICUBIC)
        level = strength
        octave = octave.point(lambda value, level=level: int(128 + (value - 128) * level))
        field = ImageChops.add(field, octave, scale=1, offset=-128)
        cells, strength = cells * 2, strength * roughness
    return field


def png(picture: Pillow.Image, **options: object) -> bytes:
    """The picture as the bytes of a PNG file."""
    return encoded(picture, "PNG", **options)


def encoded(picture: Pillow.Image, encoding: str, **options: object) -> bytes:
    """The picture as the bytes of a file in the named Pillow format."""
    file = io.BytesIO()
    picture.save(file, encoding, **options)
    return file.getvalue()


def saved(data: bytes, directory: Path, name: str = "original") -> Path:
    """The path of a new file with these bytes; it has no extension, as uploads have none."""
    path = directory / name
    path.write_bytes(data)
    return path


def chunk(kind: bytes, data: bytes) -> bytes:
    """One PNG chunk with a correct checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(
    *, width: int, height: int, before: Iterable[bytes] = (), data: bytes = b"\0" * 64
) -> bytes:
    """A small greyscale PNG file that claims any size, with extra chunks before its data."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = [chunk(b"IHDR", header), *before, chunk(b"IDAT", zlib.compress(data))]
    return PNG_SIGNATURE + b"".join([*body, chunk(b"IEND", b"")])


def stripes(width: int, height: int) -> Pillow.Image:
    """Red on the left, green in the middle half, blue on the right."""
    picture = Pillow.new("RGB", (width, height), GREEN)
    picture.paste(RED, (0, 0, width // 4, height))
    picture.paste(BLUE, (width - width // 4, 0, width, height))
    return picture


def is_about(seen: object, expected: tuple[int, ...], *, within: int = 24) -> bool:
    """Whether a pixel has this colour but for what lossy coding does to it."""
    assert isinstance(seen, tuple)
    assert len(seen) == len(expected)
    return all(abs(one - other) <= within for one, other in zip(seen, expected, strict=True))


def swapped_profile() -> bytes:
    """A matrix profile like sRGB's with red and green exchanged, under another name."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for one, other in ((b"rXYZ", b"gXYZ"), (b"s\0R\0G\0B", b"t\0R\0G\0B")):
        data = data.replace(one, b"\1\1\1\1").replace(other, one).replace(b"\1\1\1\1", other)
    return data


def _tinted(
    grey: Pillow.Image, dark: tuple[int, int, int], light: tuple[int, int, int]
) -> Pillow.Image:
    bands = [
        grey.point([low + (high - low) * level // 255 for level in range(256)])
        for low, high in zip(dark, light, strict=True)
    ]
    return Pillow.merge("RGB", bands)


def _ridge(*, size: tuple[int, int], top: float, rng: random.Random) -> Pillow.Image:
    """A mask of everything below a jagged line that starts `top` of the way down."""
    width, height = size
    level, points = top * height, []
    for x in range(0, width + 8, 8):
        level += rng.uniform(-1, 1) * height / 120
        points.append((x, level))
    mask = Pillow.new("L", size, 0)
    ImageDraw.Draw(mask).polygon([*points, (width, height), (0, height)], fill=255)
    return mask
