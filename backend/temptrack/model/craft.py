"""What film craft reads off a segment and object classes miss: light, colour, movement, cuts and trends.

Every value is a plain measure of pixels with a fixed range, so that it means the same for any film, any size
of frame and any sampling. What the values say about mood is another question (``temptrack.model.mood``).

Light and colour are measured on a coarse grid, which leaves out grain and compression, inside the picture
(bars of a letterbox are trimmed), on moments that are not black (a fade ends in black, which says nothing of
the light in the scene). Movement is what is left of the difference between neighbouring moments once overall
brightness and contrast are taken out, so that a fade is not movement.

A segment is looked at in tenths, whatever the sampling: movement and cuts compare one tenth with the next,
one second in a full segment. A shorter last segment is compared at shorter distances; of several cuts within
a tenth one counts.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from temptrack.errors import InvalidRequest
from temptrack.media.types import Frames
from temptrack.model.types import Vector

CRAFT_VERSION = 1
"""Raise when a value would come out differently for the same frames: features in caches must not mix."""

CRAFT_NAMES = (
    "brightness",
    "contrast",
    "saturation",
    "colourfulness",
    "warmth",
    "dark_share",
    "bright_share",
    "movement",
    "cut_share",
    "brightness_spread",
    "brightness_trend",
    "change_trend",
)
"""The values by place. Ranges are 0 to 1 but for warmth and the trends, -1 to 1:

- brightness: mean luma (Valdez & Mehrabian 1994; fades with the years: Cutting et al. 2011).
- contrast: standard deviation of luma within a picture; with brightness the "lighting key" of Rasheed, Sheikh
  & Shah 2005.
- saturation: mean chroma, the largest less the smallest of red, green and blue (Valdez & Mehrabian 1994).
- colourfulness: the measure of Hasler & Süsstrunk 2003, 1 at their "extremely colourful" and cut there.
- warmth: red less blue in the mean colour, as a share of its sum; lamplight is positive, moonlight negative.
- dark_share, bright_share: cells below and above fixed luma; low-key and high-key light (Zettl's lighting key
  as used by Rasheed et al. 2005 and Wang & Cheong 2006).
- movement: share of the picture's structure that is gone a tenth of the segment later, within shots
  (motion as a source of arousal: Detenber, Simons & Bennett 1998).
- cut_share: share of neighbouring tenths with a cut between them (shot length: Cutting, DeLong & Nothelfer
  2010).
- brightness_spread: standard deviation of brightness between the tenths; flicker, flashes, cross-cutting.
- brightness_trend: brightness of the second half less that of the first.
- change_trend: movement and cuts of the second half less those of the first.
"""

CRAFT_DIM = len(CRAFT_NAMES)

_MOMENTS = 10
_CELLS = 64
_THUMBNAIL = 16
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_DARK_BELOW, _BRIGHT_ABOVE = 0.2, 0.75
_BLACK_BELOW = 0.08
_MOST_TRIMMED = 0.4
_EXTREMELY_COLOURFUL = 109 / 255
_FLAT = 0.02
_CUT_STRUCTURE, _CUT_COLOUR = 0.4, 0.2
_COLOUR_LEVELS = 4

Array = npt.NDArray[np.float32]


def measure_craft(frames: Frames, repeats: Sequence[int]) -> Vector:
    """Measure the film craft of a segment.

    Args:
        frames: [count, height, width, 3] RGB, in order, at least one.
        repeats: how many moments each frame stands for, at least 1 each. Moments lie evenly over the segment.

    Returns:
        [CRAFT_DIM] in the order of ``CRAFT_NAMES``. A single picture has no movement, cuts or trends.

    Raises:
        InvalidRequest: no frames, or repeats that do not match them.
    """
    if not len(frames) or len(repeats) != len(frames) or min(repeats) < 1:
        raise InvalidRequest(
            f"{len(frames)} frames came with {len(repeats)} repeats.",
            reason="FRAMES_REPEATS",
            hint="Send at least one frame, and one whole number of at least 1 for each.",
        )
    shown = _moments(repeats)
    used, place = np.unique(shown, return_inverse=True)
    pictures = _without_bars(_cells(frames[used]))
    lit = _brightest(pictures).max(axis=(1, 2)) >= _BLACK_BELOW
    if not lit.any():
        lit[:] = True
    order = place[lit[place]]
    stills = np.array([_light_and_colour(picture) for picture in pictures])
    values = np.concatenate([stills[order].mean(axis=0), _over_time(pictures, stills[:, 0], order)])
    return values.astype(np.float32)


def find_cuts(frames: Frames) -> npt.NDArray[np.bool_]:
    """Say between which neighbouring frames there is a cut, [count - 1].

    Args:
        frames: [count, height, width, 3] RGB, in order, at least one; any distance in time.
    """
    pictures, order = _without_bars(_cells(frames)), np.arange(len(frames))
    return _is_cut(_structure_lost(pictures, order), _recoloured(pictures, order))


def _moments(repeats: Sequence[int]) -> npt.NDArray[np.intp]:
    """Return which frame is shown in the middle of each tenth, or at each moment where there are fewer."""
    ends = np.cumsum(np.asarray(repeats, np.int64))
    total = int(ends[-1])
    count = min(total, _MOMENTS)
    middles = (2 * np.arange(count, dtype=np.int64) + 1) * total // (2 * count)
    return np.searchsorted(ends, middles, side="right")


def _cells(frames: Frames) -> Array:
    """Return mean colours of a coarse grid, [count, rows, columns, 3], 0 to 1."""
    height, width = frames.shape[1:3]
    cell = max(1, min(height, width) // _CELLS)
    rows, columns = height // cell, width // cell
    used = frames[:, : rows * cell, : columns * cell]
    sums = np.zeros((len(frames), rows, columns, 3), np.uint32)
    # Sums over views are faster than one mean over two short axes.
    for down in range(cell):
        for across in range(cell):
            sums += used[:, down::cell, across::cell]
    return sums.astype(np.float32) / np.float32(255 * cell * cell)


def _without_bars(pictures: Array) -> Array:
    """Trim edges that are black in every picture that is not black as a whole."""
    peak = _brightest(pictures)
    lit = peak.max(axis=(1, 2)) >= _BLACK_BELOW
    if not lit.any():
        return pictures
    shown = peak[lit].max(axis=0)
    top, bottom = _bars(shown.max(axis=1))
    left, right = _bars(shown.max(axis=0))
    return pictures[:, top:bottom, left:right]


def _brightest(pictures: Array) -> Array:
    """Return the largest of red, green and blue."""
    highest: Array = np.maximum(np.maximum(pictures[..., 0], pictures[..., 1]), pictures[..., 2])
    return highest


def _bars(peaks: Array) -> tuple[int, int]:
    """Return where the picture starts and ends along one side; a side that is mostly bar is no bar."""
    inside = np.flatnonzero(peaks >= _BLACK_BELOW)
    first, last = int(inside[0]), int(inside[-1]) + 1
    most = _MOST_TRIMMED * len(peaks)
    return (first if first <= most else 0, last if len(peaks) - last <= most else len(peaks))


def _light_and_colour(picture: Array) -> Array:
    luma = picture @ _LUMA
    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    mean = picture.mean(axis=(0, 1))
    against, across = red - green, (red + green) / 2 - blue
    spread = np.hypot(against.std(), across.std())
    centre = np.hypot(against.mean(), across.mean())
    return np.array(
        [
            luma.mean(),
            luma.std(),
            (_brightest(picture) - np.minimum(np.minimum(red, green), blue)).mean(),
            min(1.0, (spread + 0.3 * centre) / _EXTREMELY_COLOURFUL),
            (mean[0] - mean[2]) / (mean.sum() + _FLAT),
            (luma < _DARK_BELOW).mean(),
            (luma > _BRIGHT_ABOVE).mean(),
        ],
        np.float32,
    )


def _over_time(pictures: Array, brightness: Array, order: npt.NDArray[np.intp]) -> Array:
    """Return movement, cuts, spread and trends over the pictures as they follow each other."""
    if len(order) < 2:
        return np.zeros(5, np.float32)
    lost, recoloured = _structure_lost(pictures, order), _recoloured(pictures, order)
    cut = _is_cut(lost, recoloured)
    movement = lost[~cut] if not cut.all() else lost
    level, change = brightness[order], np.where(cut, 1.0, lost)
    return np.array(
        [movement.mean(), cut.mean(), level.std(), _trend(level), _trend(change)],
        np.float32,
    )


def _is_cut(lost: Array, recoloured: Array) -> npt.NDArray[np.bool_]:
    """A cut changes structure and colours; movement mostly the one, a fade mostly the other."""
    cut: npt.NDArray[np.bool_] = (lost > _CUT_STRUCTURE) & (recoloured > _CUT_COLOUR)
    return cut


def _structure_lost(pictures: Array, order: npt.NDArray[np.intp]) -> Array:
    """Return for each neighbouring pair one less the correlation of their coarse luma, 0 to 1."""
    height, width = pictures.shape[1:3]
    rows = np.linspace(0, height, min(_THUMBNAIL, height), endpoint=False).astype(int)
    columns = np.linspace(0, width, min(_THUMBNAIL, width), endpoint=False).astype(int)
    luma = pictures @ _LUMA
    sums = np.add.reduceat(np.add.reduceat(luma, rows, axis=1), columns, axis=2)
    areas = np.outer(np.diff([*rows, height]), np.diff([*columns, width]))
    small = (sums / areas).reshape(len(luma), -1)
    small -= small.mean(axis=1, keepdims=True)
    small /= np.sqrt((small**2).mean(axis=1, keepdims=True) + _FLAT**2)
    first, second = small[order[:-1]], small[order[1:]]
    lost: Array = np.clip(((first - second) ** 2).mean(axis=1) / 2, 0, 1).astype(np.float32)
    return lost


def _recoloured(pictures: Array, order: npt.NDArray[np.intp]) -> Array:
    """Return for each neighbouring pair the share of cells that changed their coarse colour, 0 to 1."""
    levels = np.minimum((pictures * _COLOUR_LEVELS).astype(int), _COLOUR_LEVELS - 1)
    codes = levels @ np.array([_COLOUR_LEVELS**2, _COLOUR_LEVELS, 1])
    counts = np.array([np.bincount(code.ravel(), minlength=_COLOUR_LEVELS**3) for code in codes])
    shares = counts / codes[0].size
    difference: Array = np.abs(shares[order[:-1]] - shares[order[1:]]).sum(axis=1).astype(np.float32) / 2
    return difference


def _trend(values: Array) -> float:
    half = len(values) // 2
    return float(values[-half:].mean() - values[:half].mean()) if half else 0.0
