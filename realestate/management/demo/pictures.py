"""Flat pictures of a tower that grows, drawn here: the demo needs no network and no photographs of others."""

import io
import random
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageDraw

SIZE = (1200, 800)
SCALE = 2  # drawn larger and made smaller: smooth edges
WIDTH, HEIGHT = SIZE[0] * SCALE, SIZE[1] * SCALE
GROUND = int(HEIGHT * 0.86)
FLOOR = 76  # height of one, in drawn pixels
MOST_FLOORS = 14

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """The colours of one project."""

    sky: tuple[Colour, Colour]
    sun: Colour
    far: Colour
    near: Colour
    wall: Colour
    shade: Colour
    glass: Colour
    accent: Colour
    ground: Colour


PALETTES = {
    "dawn": Palette(
        sky=((255, 214, 182), (255, 242, 225)),
        sun=(255, 176, 122),
        far=(238, 190, 172),
        near=(214, 150, 141),
        wall=(250, 245, 238),
        shade=(222, 208, 198),
        glass=(112, 150, 170),
        accent=(214, 92, 66),
        ground=(128, 142, 104),
    ),
    "monsoon": Palette(
        sky=((150, 186, 196), (222, 235, 232)),
        sun=(240, 246, 240),
        far=(164, 194, 194),
        near=(118, 158, 160),
        wall=(244, 247, 244),
        shade=(205, 218, 214),
        glass=(64, 112, 128),
        accent=(232, 158, 52),
        ground=(82, 122, 92),
    ),
    "noon": Palette(
        sky=((120, 188, 232), (226, 243, 252)),
        sun=(255, 232, 150),
        far=(176, 212, 234),
        near=(132, 178, 208),
        wall=(255, 252, 244),
        shade=(224, 220, 208),
        glass=(74, 130, 168),
        accent=(240, 182, 44),
        ground=(136, 164, 98),
    ),
    "dusk": Palette(
        sky=((72, 68, 124), (246, 168, 140)),
        sun=(255, 214, 150),
        far=(124, 98, 140),
        near=(86, 72, 116),
        wall=(234, 224, 230),
        shade=(184, 170, 190),
        glass=(255, 214, 132),
        accent=(240, 110, 100),
        ground=(64, 62, 84),
    ),
    "garden": Palette(
        sky=((190, 226, 204), (245, 250, 232)),
        sun=(255, 236, 170),
        far=(182, 214, 186),
        near=(134, 182, 148),
        wall=(252, 248, 240),
        shade=(220, 214, 198),
        glass=(86, 138, 134),
        accent=(178, 98, 68),
        ground=(98, 148, 88),
    ),
    "steel": Palette(
        sky=((164, 178, 206), (236, 238, 246)),
        sun=(255, 250, 235),
        far=(178, 188, 210),
        near=(132, 146, 178),
        wall=(226, 232, 242),
        shade=(182, 194, 214),
        glass=(72, 104, 156),
        accent=(222, 74, 90),
        ground=(112, 118, 134),
    ),
}


def draw_site(palette: Palette, *, built: float, seed: int, towers: int = 2) -> bytes:
    """A PNG of a project of which the share ``built`` (0 to 1) stands; the same arguments give the same picture."""
    rng = random.Random(seed)  # noqa: S311  # a picture, not a secret
    image = _sky(palette)
    pen = ImageDraw.Draw(image)
    _sun(pen, palette, rng)
    _skyline(pen, palette.far, rng, top=0.42, step=130)
    _skyline(pen, palette.near, rng, top=0.58, step=190)
    pen.rectangle((0, GROUND, WIDTH, HEIGHT), fill=palette.ground)
    places = {1: (0.5,), 2: (0.34, 0.66), 3: (0.24, 0.52, 0.78)}[towers]
    for index, place in enumerate(places):
        floors = MOST_FLOORS - 3 * (index % 2)
        stands = 1.0 if built >= 1 else max(0.0, built - 0.12 * index)  # they do not grow in step
        _tower(pen, palette, int(WIDTH * place), floors=floors, built=stands)
    if built < 1:
        _hoarding(pen, palette)
    _trees(pen, palette, rng, 5 if built < 1 else 14)
    return _png(image)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _sky(palette: Palette) -> Image.Image:
    strip = Image.new("RGB", (1, 64))
    for row in range(64):
        strip.putpixel((0, row), _mix(*palette.sky, row / 63))
    return strip.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def _sun(pen: ImageDraw.ImageDraw, palette: Palette, rng: random.Random) -> None:
    x, y = rng.randint(int(WIDTH * 0.08), int(WIDTH * 0.9)), rng.randint(260, 460)
    for radius, share in ((210, 0.25), (160, 0.5), (115, 1.0)):
        colour = _mix(palette.sky[1], palette.sun, share)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _skyline(
    pen: ImageDraw.ImageDraw, colour: Colour, rng: random.Random, *, top: float, step: int
) -> None:
    x = -rng.randint(0, step)
    while x < WIDTH:
        width = rng.randint(step // 2, step)
        roof = int(HEIGHT * (top + rng.random() * 0.26))
        pen.rectangle((x, roof, x + width, GROUND), fill=colour)
        if rng.random() < 0.3:  # noqa: PLR2004  # some have a mast
            pen.line((x + width // 2, roof - 60, x + width // 2, roof), fill=colour, width=6)
        x += width + rng.randint(0, 24)


def _tower(
    pen: ImageDraw.ImageDraw, palette: Palette, centre: int, *, floors: int, built: float
) -> None:
    half = 210
    sides = (centre - half, centre + half)
    done, frame = int(floors * max(0.0, built - 0.15)), int(floors * built)
    if built >= 1:
        done = frame = floors
    top = GROUND - frame * FLOOR
    _frame(pen, palette, sides, range(done, frame))
    for level in range(done):
        _storey(pen, palette, sides, GROUND - (level + 1) * FLOOR)
    if built >= 1:
        pen.rectangle((centre - half - 14, top - 22, centre + half + 14, top), fill=palette.accent)
        pen.rectangle((centre - 70, top - 80, centre + 70, top - 22), fill=palette.shade)
    else:
        _crane(pen, palette, centre + half + 70, top)


def _storey(pen: ImageDraw.ImageDraw, palette: Palette, sides: tuple[int, int], top: int) -> None:
    left, right = sides
    pen.rectangle((left, top, right, top + FLOOR), fill=palette.wall)
    pen.rectangle((right - 90, top, right, top + FLOOR), fill=palette.shade)
    pen.rectangle((left - 8, top + FLOOR - 9, right + 8, top + FLOOR), fill=palette.shade)
    for x in range(left + 26, right - 150, 92):
        pen.rectangle((x, top + 16, x + 58, top + FLOOR - 20), fill=palette.glass)
        pen.line((x, top + FLOOR - 24, x + 58, top + FLOOR - 24), fill=palette.accent, width=8)
    pen.rectangle((right - 64, top + 16, right - 28, top + FLOOR - 20), fill=palette.glass)


def _frame(
    pen: ImageDraw.ImageDraw, palette: Palette, sides: tuple[int, int], levels: range
) -> None:
    """Storeys that are only slabs and columns yet, behind scaffolding."""
    left, right = sides
    concrete = _mix(palette.shade, (120, 120, 120), 0.45)
    for level in levels:
        top = GROUND - (level + 1) * FLOOR
        pen.rectangle((left, top, right, top + FLOOR), fill=_mix(palette.near, (70, 70, 80), 0.35))
        pen.rectangle((left - 8, top, right + 8, top + 13), fill=concrete)
        for x in range(left, right + 1, 84):
            pen.rectangle((x - 9, top, x + 9, top + FLOOR), fill=concrete)
        for x, other in pairwise(range(left - 46, left + 1, 46)):
            pen.line((x, top, x, top + FLOOR), fill=palette.accent, width=5)
            pen.line((x, top + FLOOR, other, top), fill=palette.accent, width=4)
            pen.line((x, top, other, top), fill=palette.accent, width=4)


def _crane(pen: ImageDraw.ImageDraw, palette: Palette, x: int, roof: int) -> None:
    head = max(150, min(roof, GROUND - 4 * FLOOR) - 190)
    for side in (-15, 15):
        pen.line((x + side, head, x + side, GROUND), fill=palette.accent, width=7)
    for y in range(head, GROUND - 30, 36):
        pen.line((x - 15, y, x + 15, y + 36), fill=palette.accent, width=4)
    left, right = x - 430, x + 150
    pen.line((left, head, right, head), fill=palette.accent, width=12)
    pen.line((left + 30, head, x, head - 84, right - 10, head), fill=palette.accent, width=5)
    pen.line((x, head, x, head - 88), fill=palette.accent, width=12)
    pen.rectangle(
        (right - 62, head, right - 6, head + 46), fill=_mix(palette.accent, (40, 40, 40), 0.5)
    )
    hook = left + 120
    pen.line((hook, head, hook, head + 120), fill=(60, 60, 66), width=4)
    pen.rectangle((hook - 34, head + 120, hook + 34, head + 148), fill=palette.shade)


def _hoarding(pen: ImageDraw.ImageDraw, palette: Palette) -> None:
    top = GROUND - 46
    pen.rectangle((0, top, WIDTH, GROUND + 8), fill=_mix(palette.wall, palette.near, 0.35))
    for x in range(0, WIDTH, 240):
        pen.rectangle((x, top, x + 120, GROUND + 8), fill=_mix(palette.accent, palette.wall, 0.3))
    pen.line((0, top, WIDTH, top), fill=palette.shade, width=8)


def _trees(pen: ImageDraw.ImageDraw, palette: Palette, rng: random.Random, count: int) -> None:
    leaf = _mix(palette.ground, (40, 92, 60), 0.5)
    for index in range(count):
        x = int(WIDTH * (index + rng.random()) / count)
        foot, radius = GROUND + rng.randint(24, 90), rng.randint(44, 74)
        pen.rectangle((x - 7, foot - 90, x + 7, foot), fill=(104, 78, 62))
        for shift, lift, size in ((-0.5, 0.0, 0.8), (0.5, 0.0, 0.8), (0.0, 0.5, 1.0)):
            cx, cy, r = x + shift * radius, foot - 96 - lift * radius, radius * size
            colour = _mix(leaf, palette.ground, 0.3 + 0.3 * (shift + 0.5))
            pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=colour)


def _png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.resize(SIZE, Image.Resampling.LANCZOS).save(target, "PNG", compress_level=6)
    return target.getvalue()
