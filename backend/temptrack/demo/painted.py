"""Scenes painted by arithmetic, for machines that cannot fetch footage."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from PIL import Image

_Plane = npt.NDArray[np.float64]
_Painter = Callable[[float, tuple[int, int]], Image.Image]

_SEED = 7


@dataclass(frozen=True, slots=True)
class PaintedScene:
    """A scene and the function that paints it from (seconds, (width, height))."""

    name: str
    paint: _Painter
    seconds: int
    size_px: tuple[int, int]
    rate: Fraction


def _grid(size_px: tuple[int, int]) -> tuple[_Plane, _Plane]:
    width, height = size_px
    rows, columns = np.mgrid[0:height, 0:width]
    return columns / width, rows / height


def _picture(red: _Plane, green: _Plane, blue: _Plane) -> Image.Image:
    stack = np.clip(np.stack([red, green, blue], axis=-1), 0, 1)
    return Image.fromarray((stack * 255).astype(np.uint8), "RGB")


def _sunrise(at_s: float, size_px: tuple[int, int]) -> Image.Image:
    x, y = _grid(size_px)
    sun = np.exp(-(((x - 0.62) * 1.78) ** 2 + (y - 0.72 + 0.035 * at_s) ** 2) / 0.012)
    hills = (y > 0.78 + 0.05 * np.sin(9 * x + 1) + 0.02 * np.sin(31 * x)).astype(float)
    sky = 1 - hills
    return _picture(
        sky * (0.35 + 0.6 * y + sun) + hills * 0.08,
        sky * (0.25 + 0.3 * y + 0.8 * sun) + hills * 0.14,
        sky * (0.5 - 0.1 * y + 0.4 * sun) + hills * 0.12,
    )


def _sea(at_s: float, size_px: tuple[int, int]) -> Image.Image:
    x, y = _grid(size_px)
    depth = np.clip((y - 0.4) / 0.6, 0, 1)
    swell = np.sin(9 / (0.03 + depth) + 5 * x + 1.3 * np.sin(3 * x + at_s) - 2.2 * at_s)
    water = (y > 0.4).astype(float)
    glint = water * np.clip(swell, 0, 1) ** 6 * 0.5
    return _picture(
        (1 - water) * (0.62 + 0.3 * y) + water * (0.05 + 0.12 * depth) + glint,
        (1 - water) * (0.75 + 0.2 * y) + water * (0.3 + 0.15 * depth) + glint,
        (1 - water) * 0.92 + water * (0.45 + 0.1 * depth) + glint,
    )


def _night_city(at_s: float, size_px: tuple[int, int]) -> Image.Image:
    x, y = _grid(size_px)
    generator = np.random.default_rng(_SEED)
    tops = 0.25 + 0.45 * generator.random(64)
    lit = generator.random((64 * 3, 48))
    column = ((x + 0.02 * at_s) * 24).astype(int) % 64
    tower = (y > tops[column]).astype(float)
    cell_x = ((x + 0.02 * at_s) * 72).astype(int) % (64 * 3)
    cell_y = (y * 48).astype(int) % 48
    inside = (((x + 0.02 * at_s) * 72) % 1 > 0.3) & ((y * 48) % 1 > 0.35)
    window = tower * inside * (lit[cell_x, cell_y] > 0.62)
    return _picture(
        0.04 + 0.05 * y + 0.95 * window, 0.04 + 0.04 * y + 0.75 * window, 0.1 + 0.12 * y + 0.35 * window
    )


def _forest(at_s: float, size_px: tuple[int, int]) -> Image.Image:
    x, y = _grid(size_px)
    shade = np.zeros_like(x)
    for layer in range(4):
        drift = 0.015 * (layer + 1) * at_s
        trunks = np.sin((x + drift) * (18 + 9 * layer) + 2.1 * layer) > 0.86
        shade = np.where(trunks, 0.2 + 0.2 * layer, shade)
    light = np.exp(-((x - 0.5) ** 2) / 0.08) * (1 - 0.4 * y)
    open_air = 1 - shade
    return _picture(0.5 * light * open_air, (0.25 + 0.6 * light) * open_air, (0.12 + 0.3 * light) * open_air)


PAINTED_SCENES = (
    PaintedScene("sunrise", _sunrise, 8, (480, 270), Fraction(24000, 1001)),
    PaintedScene("the sea", _sea, 7, (320, 180), Fraction(25)),
    PaintedScene("forest walk", _forest, 7, (320, 180), Fraction(30)),
    PaintedScene("city at night", _night_city, 8, (480, 270), Fraction(24)),
)
