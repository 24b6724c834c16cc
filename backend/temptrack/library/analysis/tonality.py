"""The key of a track, where it has a clear one."""

import warnings

import numpy as np
import numpy.typing as npt

from temptrack.library.keys import KEYS
from temptrack.model.types import Vector

SHORTEST_S = 4.0
"""Less sound than this says too little about its key."""

# Krumhansl and Kessler 1982: how well each pitch class above the tonic fits the key, as rated by listeners.
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_CLEAR_FIT = 0.55
_CLEAR_LEAD = 0.04

_N_FFT = 4096
_HOP = 2048
_LOWEST_HZ, _HIGHEST_HZ = 65.0, 2100.0


def find_key(samples: Vector, rate_hz: int) -> str | None:
    """Return the key of mono sound, such as "A minor", or None where no key fits clearly better."""
    if len(samples) < SHORTEST_S * rate_hz or not samples.any():
        return None
    return key_of_chroma(_chroma(samples, rate_hz))


def key_of_chroma(chroma: npt.NDArray[np.float64]) -> str | None:
    """Return the key whose profile correlates best with the strength of the twelve pitch classes from C."""
    if float(chroma.std()) < 1e-9:
        return None
    profiles = np.array([np.roll(profile, tonic) for profile in (_MAJOR, _MINOR) for tonic in range(12)])
    fits = np.array([np.corrcoef(profile, chroma)[0, 1] for profile in profiles])
    best, second = np.argsort(-fits, kind="stable")[:2]
    if fits[best] < _CLEAR_FIT or fits[best] - fits[second] < _CLEAR_LEAD:
        return None
    return KEYS[int(best)]


def _chroma(samples: Vector, rate_hz: int) -> npt.NDArray[np.float64]:
    import librosa

    with warnings.catch_warnings():
        # It warns when nothing in the sound has a pitch; concert pitch is then as good as any.
        warnings.simplefilter("ignore")
        tuning = float(librosa.estimate_tuning(y=samples[: 60 * rate_hz], sr=rate_hz, n_fft=_N_FFT))
    spectrum = np.abs(librosa.stft(samples, n_fft=_N_FFT, hop_length=_HOP))
    pitches_hz = np.fft.rfftfreq(_N_FFT, 1 / rate_hz)
    used = (pitches_hz >= _LOWEST_HZ) & (pitches_hz <= _HIGHEST_HZ)
    # The root of the magnitude keeps one loud voice from deciding alone.
    strength = np.sqrt(spectrum[used]).astype(np.float64)
    # Drums and noise raise all bins alike: only what stands out of its neighbourhood has a pitch.
    floor = np.stack([np.roll(strength, shift, axis=0) for shift in (-3, -2, 2, 3)]).mean(axis=0)
    strength = np.maximum(strength - floor, 0).sum(axis=1)
    semitones = 12 * np.log2(pitches_hz[used] / 440.0) + 9 - tuning
    classes = np.round(semitones).astype(np.int64) % 12
    off_pitch = np.abs(semitones - np.round(semitones))
    chroma = np.bincount(classes, weights=strength * (1 - off_pitch), minlength=12)
    return chroma.astype(np.float64)
