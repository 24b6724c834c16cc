"""Draws the waveform of a track as the outline of an SVG path."""

from collections.abc import Sequence
from itertools import pairwise

WIDTH = 480
"""Units of the drawing's width; one bucket of peaks each two units."""

HEIGHT = 100
"""Units of the drawing's height; the middle line lies at half of it."""

_FLOOR = 0.015
_STEP = 2
_CURVE = 1.8


def outline(peaks: Sequence[float]) -> str:
    """Return SVG path data of a mirrored outline, WIDTH by HEIGHT units.

    Args:
        peaks: highest absolute sample per equal slice, 0 to 1; may be empty. The loudest column fills the
            height, so that quiet tracks can be read too.
    """
    columns = WIDTH // _STEP
    heights = _resampled(peaks, columns)
    top = max(heights, default=0.0)
    middle = HEIGHT / 2
    # Loudly mastered music is one solid block on a plain scale; the curve lets its shape show.
    half = [middle * max(height / top if top > _FLOOR else height, _FLOOR) ** _CURVE for height in heights]
    upper = [f"{index * _STEP},{middle - value:.1f}" for index, value in enumerate(half)]
    lower = [f"{index * _STEP},{middle + value:.1f}" for index, value in enumerate(half)]
    return "M" + "L".join([*upper, *reversed(lower)]) + "Z"


def _resampled(peaks: Sequence[float], columns: int) -> list[float]:
    if not peaks:
        return [0.0] * columns
    edges = [column * len(peaks) // columns for column in range(columns + 1)]
    pieces = [peaks[start : max(end, start + 1)] for start, end in pairwise(edges)]
    return [sum(piece) / len(piece) for piece in pieces]
