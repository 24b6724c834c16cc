"""How loud a cue is at every sample: level, fades and ducks multiplied together."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

ATTACK_S = 0.15
"""Time in which music goes down before a duck, in seconds; it is down when the duck starts."""

RELEASE_S = 0.6
"""Time in which music comes up again after a duck, in seconds."""

Gains = npt.NDArray[np.float32]
"""One factor a sample, at least 0."""


class FadeShape(StrEnum):
    """Course of a fade.

    linear: in amplitude, as hosts draw volume keys. equal_power: the sine of it, as loud in the middle as two
    pieces of music that are faded into each other need.
    """

    LINEAR = "linear"
    EQUAL_POWER = "equal_power"


@dataclass(frozen=True, slots=True)
class DuckSpan:
    """A stretch in which music is lower.

    Attributes:
        start: first sample.
        end: end, exclusive.
        gain_db: how much lower, at most 0.
    """

    start: int
    end: int
    gain_db: float


@dataclass(frozen=True, slots=True)
class GainCurve:
    """The level of a cue.

    Attributes:
        rate_hz: samples per second.
        end: sample at which the music ends and the fade out with it.
        gain_db: level change all along.
        fade_in: length of the fade at sample 0, in samples.
        fade_out: length of the fade before ``end``, in samples.
        shape: course of both fades.
        ducks: in any order; where they overlap the lowest counts.
    """

    rate_hz: int
    end: int
    gain_db: float = 0.0
    fade_in: int = 0
    fade_out: int = 0
    shape: FadeShape = FadeShape.LINEAR
    ducks: Sequence[DuckSpan] = ()

    def at(self, start: int, end: int) -> Gains:
        """Return the factors of the samples from ``start`` up to ``end``."""
        samples = np.arange(start, end, dtype=np.float64)
        factors = 10 ** ((self.gain_db + self._ducked_db(samples)) / 20)
        if self.fade_in > 0 and start < self.fade_in:
            factors *= self._course((samples + 0.5) / self.fade_in)
        if self.fade_out > 0 and end > self.end - self.fade_out:
            factors *= self._course((self.end - samples - 0.5) / self.fade_out)
        return factors.astype(np.float32)

    def _course(self, share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        linear = np.clip(share, 0, 1)
        return np.sin(linear * (np.pi / 2)) if self.shape is FadeShape.EQUAL_POWER else linear

    def _ducked_db(self, samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        attack, release = ATTACK_S * self.rate_hz, RELEASE_S * self.rate_hz
        lowest = np.zeros_like(samples)
        for duck in self.ducks:
            if not len(samples) or duck.start - attack > samples[-1] or duck.end + release < samples[0]:
                continue
            down = np.clip((samples - (duck.start - attack)) / attack, 0, 1)
            up = np.clip((samples - (duck.end - 1)) / release, 0, 1)
            share = _smooth(down) * (1 - _smooth(up))
            lowest = np.minimum(lowest, min(duck.gain_db, 0.0) * share)
        return lowest


def _smooth(share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Start and end without a corner, so that nobody hears where the level moves."""
    smooth: npt.NDArray[np.float64] = 0.5 - 0.5 * np.cos(np.pi * share)
    return smooth
