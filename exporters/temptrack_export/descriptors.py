"""What a window of sound tells without a network: level, colour, onsets, pulse and harmony.

Taggers trained on words hear instruments and genres well and say little of tempo, mode or dissonance, which
carry much of a piece's mood (Gabrielsson and Lindström, "The role of structure in the musical expression of
emotions", 2010). These descriptors are plain arithmetic on spectra and cost a few per cent of a tagger.
"""

import itertools

import numpy as np
import torch
from torch import Tensor, nn

RATE_HZ = 16_000

_BANDS = 8
_LOW_BINS, _HIGH_BINS = 12, 32
_PULSE_LAGS = (18, 22, 27, 33, 40, 49, 60, 74)
"""Frames from beat to beat at the borders of seven ranges of tempo, 208 to 51 bpm."""

_TONE_SAMPLES, _TONE_HOP = 4096, 2048
_LOWEST_TONE_HZ = 65.406
_SEMITONES = 60
_PITCH_CLASSES = 12

# Krumhansl and Kessler 1982: how well each pitch class above the tonic fits the key, as rated by listeners.
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

NAMES: tuple[str, ...] = (
    "level_db", "loudness", "loudness_range", "loudness_peak",
    "centroid", "centroid_range", "spread",
    *(f"band_{band}" for band in range(_BANDS)),
    *(f"band_range_{band}" for band in range(_BANDS)),
    "onsets", "onsets_range", "onsets_peak", "onsets_low", "onsets_high", "onset_share",
    *(f"pulse_{number}" for number in range(len(_PULSE_LAGS) - 1)), "pulse_best", "pulse_place",
    "major_fit", "minor_fit", "mode", "key_clarity", "tonal_peak", "harmonic_change",
    *(f"interval_{semitones}" for semitones in range(1, 7)),
    "register", "register_range", "low_tones", "high_tones",
)  # fmt: skip
"""Names of the descriptors, in the order of the output."""

_TINY = 1e-6


def _pooled(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation over the last axis, without the deviation's pull to infinity at silence."""
    mean = rows.mean(dim=-1)
    return mean, ((rows - mean.unsqueeze(-1)).square().mean(dim=-1) + _TINY).sqrt()


class Descriptors(nn.Module):
    """Windows [count, 160000] and their log-mel frames [count, frames, 96] to [count, len(NAMES)]."""

    def __init__(self) -> None:
        super().__init__()
        tones = _LOWEST_TONE_HZ * 2 ** (np.arange(_SEMITONES) / 12)
        angles = 2 * np.pi * np.outer(tones, np.arange(_TONE_SAMPLES)) / RATE_HZ
        window = np.hanning(_TONE_SAMPLES + 1)[:-1] / (_TONE_SAMPLES / 4)
        basis = np.concatenate([np.cos(angles) * window, np.sin(angles) * window])
        self.register_buffer("tones", torch.tensor(basis, dtype=torch.float32).unsqueeze(1))
        classes = np.arange(_SEMITONES) % _PITCH_CLASSES
        fold = np.eye(_PITCH_CLASSES)[classes]
        self.register_buffer("fold", torch.tensor(fold, dtype=torch.float32))
        self.register_buffer("major", _key_profiles(_MAJOR))
        self.register_buffer("minor", _key_profiles(_MINOR))

    def forward(self, windows: Tensor, mel: Tensor) -> Tensor:
        """Describe each window."""
        return torch.cat([*_colour(windows, mel), *_rhythm(mel), *self._harmony(windows)], dim=1)

    def _harmony(self, windows: Tensor) -> list[Tensor]:
        parts = nn.functional.conv1d(windows.unsqueeze(1), self.get_buffer("tones"), stride=_TONE_HOP)
        real, imaginary = parts[:, :_SEMITONES], parts[:, _SEMITONES:]
        strength = (real.square() + imaginary.square() + 1e-10).sqrt().sqrt()
        # Drums and noise raise all tones alike: only what stands out of its neighbourhood has a pitch.
        floor = nn.functional.avg_pool1d(strength.transpose(1, 2), 5, 1, 2, count_include_pad=False)
        tones = (strength.transpose(1, 2) - floor).clamp(min=0)
        frames = tones @ self.get_buffer("fold")
        frames = frames / (frames.sum(dim=2, keepdim=True) + 1e-3)
        chroma = frames.mean(dim=1)
        chroma = chroma / (chroma.sum(dim=1, keepdim=True) + _TINY)
        mean, deviation = _pooled(chroma)
        standard = (chroma - mean.unsqueeze(1)) / (deviation.unsqueeze(1) + 1e-3)
        major = (standard @ self.get_buffer("major") / _PITCH_CLASSES).amax(dim=1)
        minor = (standard @ self.get_buffer("minor") / _PITCH_CLASSES).amax(dim=1)
        change = (frames[:, 1:] - frames[:, :-1]).abs().sum(dim=2).mean(dim=1)
        intervals = [
            (frames * frames.roll(semitones, dims=2)).sum(dim=2).mean(dim=1) for semitones in range(1, 7)
        ]
        over_time = tones.mean(dim=1)
        share = over_time / (over_time.sum(dim=1, keepdim=True) + _TINY)
        places = torch.arange(_SEMITONES, dtype=torch.float32) / 12
        register = share @ places
        spread = ((share * (places - register.unsqueeze(1)).square()).sum(dim=1) + _TINY).sqrt()
        low, high = share[:, :15].sum(dim=1), share[:, 36:].sum(dim=1)
        listed = [major, minor, major - minor, torch.maximum(major, minor), chroma.amax(dim=1), change]
        return [value.unsqueeze(1) for value in (*listed, *intervals, register, spread, low, high)]


def _key_profiles(profile: tuple[float, ...]) -> Tensor:
    values = np.array(profile)
    values = (values - values.mean()) / values.std()
    return torch.tensor(
        np.stack([np.roll(values, tonic) for tonic in range(_PITCH_CLASSES)], axis=1), dtype=torch.float32
    )


def _colour(windows: Tensor, mel: Tensor) -> list[Tensor]:
    # A floor too small for half-precision weights would vanish, and silence would have no level.
    level_db = 10 * (windows.square().mean(dim=1) + _TINY).log10()
    loud = mel.mean(dim=2)
    loudness, loudness_range = _pooled(loud)
    bins = torch.arange(mel.shape[2], dtype=torch.float32) / mel.shape[2]
    weights = mel / (mel.sum(dim=2, keepdim=True) + 1e-3)
    centroids = weights @ bins
    centroid, centroid_range = _pooled(centroids)
    squares = (weights * (bins - centroids.unsqueeze(2)).square()).sum(dim=2)
    bands = mel.reshape(mel.shape[0], mel.shape[1], _BANDS, -1).mean(dim=3)
    band, band_range = _pooled((bands - loud.unsqueeze(2)).transpose(1, 2))
    single = (level_db, loudness, loudness_range, loud.amax(dim=1), centroid, centroid_range)
    spread = (squares + _TINY).sqrt().mean(dim=1)
    return [*(value.unsqueeze(1) for value in (*single, spread)), band, band_range]


def _rhythm(mel: Tensor) -> list[Tensor]:
    rises = (mel[:, 1:] - mel[:, :-1]).clamp(min=0)
    onsets = rises.mean(dim=2)
    mean, deviation = _pooled(onsets)
    low, high = rises[:, :, :_LOW_BINS].mean(dim=(1, 2)), rises[:, :, -_HIGH_BINS:].mean(dim=(1, 2))
    share = (onsets > 2 * mean.unsqueeze(1)).to(mel.dtype).mean(dim=1)
    centred = onsets - mean.unsqueeze(1)
    length = centred.shape[1] - _PULSE_LAGS[-1]
    lags = torch.arange(_PULSE_LAGS[0], _PULSE_LAGS[-1])
    shifted = centred[:, lags.unsqueeze(1) + torch.arange(length)]
    likeness = (shifted @ centred[:, :length].unsqueeze(2)).squeeze(2) / length
    likeness = likeness / (deviation.square().unsqueeze(1) + 1e-4)
    ranges = [
        likeness[:, first - _PULSE_LAGS[0] : last - _PULSE_LAGS[0]].amax(dim=1)
        for first, last in itertools.pairwise(_PULSE_LAGS)
    ]
    best = likeness.amax(dim=1)
    # Where the pulse lies, softly: a window between two tempi is called neither.
    place = torch.softmax(8 * likeness, dim=1) @ torch.log2(lags.to(mel.dtype))
    peak = onsets.amax(dim=1) / (deviation + 1e-3)
    listed = [mean, deviation, peak, low, high, share, *ranges, best, place]
    return [value.unsqueeze(1) for value in listed]
