"""Soft conditions: what a query would rather have among the tracks that pass its filter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from temptrack.library.names import fold

Degrees = npt.NDArray[np.float64]
"""One number per row."""

UNSURE = 0.5
"""Degree of a track of which nobody can tell whether it is sung: neither met nor missed."""

UNKNOWN = 0.25
"""Degree of a track without a clear tempo or key: it may suit, and is less sure to than one that has it."""

_OCTAVE = 0.8
_SLACK_LENGTHS = 0.25


class TrackValues(Protocol):
    """What preferences look at, one value per row."""

    tempo_bpm: Degrees
    """NaN where unknown."""
    duration_s: Degrees
    vocals: npt.NDArray[np.int8]
    """-1 unknown, 0 instrumental, 1 sung."""

    def in_keys(self, keys: frozenset[str]) -> Degrees:
        """Return 1 where the key is one of some, 0 where it is another, NaN where unknown."""

    def tag_scores(self, tag: str) -> Degrees:
        """Return the posteriors of the tracks that are tagged so, 0 for all others."""


@dataclass(frozen=True, slots=True)
class TempoPreference:
    """A tempo, or a range of them.

    Degree 1 inside; outside it falls exponentially with the distance on a scale of octaves.

    Attributes:
        low_bpm: slowest that meets it wholly; None is any.
        high_bpm: fastest that does; None is any.
        weight: in spreads of the query's scores; below 0 to avoid.
        octaves: whether half and double the tempo count too, for four fifths.
        slack_octaves: distance at which the degree has fallen to 1/e.
    """

    low_bpm: float | None
    high_bpm: float | None
    weight: float
    octaves: bool = False
    slack_octaves: float = 0.12

    def degrees(self, values: TrackValues) -> Degrees:
        """Return how far each track meets it, 0 to 1."""
        log = np.log2(np.maximum(values.tempo_bpm, 1.0))
        degrees = self._at(log)
        if self.octaves:
            degrees = np.maximum(degrees, _OCTAVE * np.maximum(self._at(log - 1), self._at(log + 1)))
        return _known(degrees)

    def _at(self, log: Degrees) -> Degrees:
        low, high = (None if end is None else np.log2(max(end, 1.0)) for end in (self.low_bpm, self.high_bpm))
        return _falling(_outside(log, low, high) / self.slack_octaves)


@dataclass(frozen=True, slots=True)
class DurationPreference:
    """A length, or a range of them; outside, the degree falls with the ratio of lengths.

    Attributes:
        low_s: shortest that meets it wholly; None is any.
        high_s: longest that does; None is any.
        weight: in spreads of the query's scores; below 0 to avoid.
    """

    low_s: float | None
    high_s: float | None
    weight: float

    def degrees(self, values: TrackValues) -> Degrees:
        """Return how far each track meets it, 0 to 1."""
        log = np.log(np.maximum(values.duration_s, 0.1))
        low, high = (None if end is None else np.log(max(end, 0.1)) for end in (self.low_s, self.high_s))
        return _falling(_outside(log, low, high) / _SLACK_LENGTHS)


@dataclass(frozen=True, slots=True)
class TagPreference:
    """Any of some tags; the degree is the highest of their posteriors, 0 for a track without them.

    Attributes:
        tags: names of the bundle's tags, at least one.
        weight: in spreads of the query's scores; below 0 to avoid.
    """

    tags: tuple[str, ...]
    weight: float

    def degrees(self, values: TrackValues) -> Degrees:
        """Return how far each track meets it, 0 to 1."""
        best: Degrees = np.max([values.tag_scores(tag) for tag in self.tags], axis=0)
        return best


@dataclass(frozen=True, slots=True)
class VocalsPreference:
    """Sung, or not.

    Attributes:
        vocals: true for sung, false for instrumental.
        weight: in spreads of the query's scores.
    """

    vocals: bool
    weight: float

    def degrees(self, values: TrackValues) -> Degrees:
        """Return how far each track meets it, 0 to 1."""
        return np.where(values.vocals < 0, UNSURE, values.vocals == int(self.vocals))


@dataclass(frozen=True, slots=True)
class KeyPreference:
    """One of some keys.

    Attributes:
        keys: as ``temptrack.library.keys.KEYS`` spells them.
        weight: in spreads of the query's scores.
    """

    keys: frozenset[str]
    weight: float

    def degrees(self, values: TrackValues) -> Degrees:
        """Return how far each track meets it, 0 to 1."""
        return _known(values.in_keys(frozenset(map(fold, self.keys))))


Preference = TempoPreference | DurationPreference | TagPreference | VocalsPreference | KeyPreference


def favour(values: TrackValues, preferences: Sequence[Preference], spread: float) -> Degrees:
    """Return what preferences add to the score of each track.

    Args:
        values: of all rows.
        preferences: at least one.
        spread: standard deviation of the query's scores. Weights count in it, so that they mean the same
            with bundles whose cosines lie closer together.
    """
    total: Degrees = np.sum([one.weight * one.degrees(values) for one in preferences], axis=0)
    return total * spread


def _outside(values: Degrees, low: float | None, high: float | None) -> Degrees:
    nowhere = np.zeros_like(values)
    below = nowhere if low is None else low - values
    above = nowhere if high is None else values - high
    return np.maximum(np.maximum(below, above), 0.0)


def _falling(distance: Degrees) -> Degrees:
    return np.exp(-distance)


def _known(degrees: Degrees) -> Degrees:
    return np.where(np.isnan(degrees), UNKNOWN, degrees)
