"""Tempo, beats and the first beats of bars, where there is a beat to speak of."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from temptrack.model.types import Vector

SHORTEST_S = 4.0
"""Less sound than this shows no beat that could be trusted."""

_HOP = 256
# A steady tone rises and falls by less than this from frame to frame, averaged over all bands.
_AUDIBLE_ONSETS_DB = 0.1
_CLEAR_PULSE = 0.14
_STEADY = 0.12
_BEATS_A_BAR = 4
_FEWEST_BARS = 4
_CLEAR_BAR = 1.12

Envelope = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What was found.

    Attributes:
        tempo_bpm: beats a minute, or None where there is no clear beat.
        beats_s: rising times; empty without a clear beat.
        bars_s: beats that begin a bar of four; empty where no beat of four stands out.
    """

    tempo_bpm: float | None = None
    beats_s: tuple[float, ...] = ()
    bars_s: tuple[float, ...] = ()


def find_rhythm(samples: Vector, rate_hz: int) -> Rhythm:
    """Find beats in mono sound of 8 to 24 kHz.

    A tempo is reported only if the onsets repeat with it and the beats found keep it; much music has no
    beat, and a made-up one would move excerpts to places that mean nothing.
    """
    import librosa

    if len(samples) < SHORTEST_S * rate_hz or not samples.any():
        return Rhythm()
    mel = librosa.feature.melspectrogram(
        y=samples, sr=rate_hz, n_fft=1024, hop_length=_HOP, n_mels=64, fmax=rate_hz / 2
    )
    onsets = librosa.onset.onset_strength(S=librosa.power_to_db(mel), sr=rate_hz, hop_length=_HOP)
    if float(onsets.std()) < _AUDIBLE_ONSETS_DB:
        return Rhythm()
    _, frames = librosa.beat.beat_track(onset_envelope=onsets, sr=rate_hz, hop_length=_HOP, trim=False)
    frame_s = _HOP / rate_hz
    steady = _longest_steady(frames)
    if len(steady) < _BEATS_A_BAR * 2:
        return Rhythm()
    period = _period(steady)
    if pulse_clarity(onsets, period) < _CLEAR_PULSE:
        return Rhythm()
    bass = librosa.onset.onset_strength(S=librosa.power_to_db(mel[:8]), sr=rate_hz, hop_length=_HOP)
    bars = _bar_starts(frames, _at(onsets, frames) + _at(bass, frames))
    return Rhythm(
        tempo_bpm=round(60.0 / (period * frame_s), 2),
        beats_s=_seconds(frames, frame_s),
        bars_s=_seconds(bars, frame_s),
    )


def pulse_clarity(onsets: Envelope, period: float) -> float:
    """Return how much the onsets resemble themselves one beat and one bar later, -1 to 1.

    Args:
        onsets: onset strength per frame.
        period: frames from beat to beat.
    """
    centred = onsets - onsets.mean()
    power = float(centred @ centred)
    if power <= 0:
        return 0.0
    return max(_similarity(centred, beats * period, power) for beats in (1, 2, _BEATS_A_BAR))


def _similarity(centred: Envelope, lag: float, power: float) -> float:
    best = -1.0
    for shift in range(int(np.floor(lag)) - 1, int(np.ceil(lag)) + 2):
        if 0 < shift < len(centred):
            overlap = float(centred[:-shift] @ centred[shift:]) * len(centred) / (len(centred) - shift)
            best = max(best, overlap / power)
    return best


def _longest_steady(frames: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the longest run of beats whose distances stay near the middle distance."""
    if len(frames) < 3:
        return frames[:0]
    gaps = np.diff(frames)
    even = np.abs(gaps - np.median(gaps)) <= max(1.0, _STEADY * float(np.median(gaps)))
    best_start = best_length = start = 0
    for index, is_even in enumerate([*even, False]):
        if is_even:
            continue
        if index - start > best_length:
            best_start, best_length = start, index - start
        start = index + 1
    return frames[best_start : best_start + best_length + 1]


def _period(frames: npt.NDArray[np.int64]) -> float:
    # A line through all beats is finer than one frame, which at 120 bpm is 3 bpm.
    return float(np.polyfit(np.arange(len(frames)), frames, 1)[0])


def _at(strength: Envelope, frames: npt.NDArray[np.int64]) -> Envelope:
    scale = float(strength.std()) or 1.0
    around = np.clip(frames[:, None] + np.arange(-1, 2), 0, len(strength) - 1)
    return np.asarray(strength[around].max(axis=1) / scale, dtype=np.float32)


def _bar_starts(frames: npt.NDArray[np.int64], accents: Envelope) -> npt.NDArray[np.int64]:
    if len(frames) < _FEWEST_BARS * _BEATS_A_BAR:
        return frames[:0]
    strengths = np.array([accents[phase::_BEATS_A_BAR].mean() for phase in range(_BEATS_A_BAR)])
    phase = int(strengths.argmax())
    others = np.delete(strengths, phase)
    if strengths[phase] < _CLEAR_BAR * max(float(others.max()), 1e-6):
        return frames[:0]
    return frames[phase::_BEATS_A_BAR]


def _seconds(frames: npt.NDArray[np.int64], frame_s: float) -> tuple[float, ...]:
    return tuple(round(float(frame) * frame_s, 3) for frame in frames)
