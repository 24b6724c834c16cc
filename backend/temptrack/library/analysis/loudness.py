"""Loudness and the drawing of a waveform."""

import warnings

import numpy as np
import numpy.typing as npt

from temptrack.media.types import Samples

PEAK_COUNT = 800
"""Slices of a track that are drawn."""

_SHORTEST_S = 0.4
# Below this the standard's absolute gate leaves nothing to measure.
_SILENCE_LUFS = -70.0


def integrated_loudness_lufs(samples: Samples, rate_hz: int) -> float | None:
    """Return the integrated loudness by ITU-R BS.1770-4, or None for silence and for less than 0.4 s.

    Args:
        samples: [1 or 2 channels, samples], -1 to 1.
        rate_hz: samples per second.
    """
    import pyloudnorm

    if samples.shape[1] < _SHORTEST_S * rate_hz or not samples.any():
        return None
    with warnings.catch_warnings():
        # It announces possible clipping by warnings; nothing is played here.
        warnings.simplefilter("ignore")
        with np.errstate(divide="ignore", invalid="ignore"):
            measured = float(pyloudnorm.Meter(rate_hz).integrated_loudness(samples.T.astype(np.float64)))
    return round(measured, 2) if np.isfinite(measured) and measured > _SILENCE_LUFS else None


def peaks(samples: Samples, count: int = PEAK_COUNT) -> tuple[float, ...]:
    """Return the highest absolute sample of equal slices, 0 to 1; fewer slices than samples at most."""
    loudest: npt.NDArray[np.float32] = np.abs(samples).max(axis=0)
    starts = np.unique(
        np.linspace(0, len(loudest), min(count, len(loudest)), endpoint=False).astype(np.int64)
    )
    return tuple(float(value) for value in np.minimum(np.maximum.reduceat(loudest, starts), 1.0))
