"""Sound in blocks of bounded size that join without a seam, at any rate, from any moment on."""

from collections.abc import Iterator
from math import ceil, gcd
from pathlib import Path

import numpy as np

from temptrack.errors import NotSupported
from temptrack.media.audio import decode_audio, sound_rate_hz
from temptrack.media.types import Samples, Waveform

BLOCK_S = 10
"""Length of a block in seconds unless another is asked for."""

# More than half the length of the resampler's filter, so that a block's edges are what they are in the whole.
_MARGIN_SAMPLES = 4096


def stereo_blocks(
    path: Path, *, rate_hz: int, start: int = 0, end: int | None = None, block_s: float = BLOCK_S
) -> Iterator[Waveform]:
    """Yield the sound of a file as stereo, block by block; the blocks end where the sound does.

    Sample n of the result is the moment n / rate_hz of the file, wherever reading starts, so that two
    stretches that touch join to what one stretch over both would be.

    Args:
        path: any file with sound; mono is doubled, more than two channels are mixed.
        rate_hz: sample rate of the result; other rates are converted by soxr at its highest quality.
        start: first sample wanted, at least 0.
        end: end of what is wanted, exclusive; None reads to the end of the file.
        block_s: length of a block in seconds; the last may be shorter.

    Raises:
        NotSupported: the resampler is not installed (MISSING_EXTRA).
        InvalidRequest, NotFound, Forbidden, Corrupt, Unavailable: as ``decode_audio``.
    """
    source_hz = sound_rate_hz(path)
    size = max(1, round(block_s * rate_hz))
    while end is None or start < end:
        stop = start + size if end is None else min(start + size, end)
        sound = _block(path, source_hz, rate_hz, start, stop)
        if sound.samples.shape[1]:
            yield sound
        if sound.samples.shape[1] < stop - start:
            return
        start = stop


def _block(path: Path, source_hz: int, rate_hz: int, start: int, stop: int) -> Waveform:
    common = gcd(source_hz, rate_hz)
    source_period, period = source_hz // common, rate_hz // common
    margin = 0 if source_hz == rate_hz else _MARGIN_SAMPLES
    # Both rates have a sample at the first moment read, or the result would lie between its own samples.
    periods = max(0, start - margin) // period
    first_source = periods * source_period
    last_source = ceil((stop + margin) * source_hz / rate_hz)
    sound = decode_audio(
        path,
        rate_hz=source_hz,
        mono=False,
        stereo=True,
        start_s=first_source / source_hz,
        duration_s=(last_source - first_source) / source_hz,
    )
    samples = sound.samples[:2]
    if samples.shape[0] == 1:
        samples = np.repeat(samples, 2, axis=0)
    if source_hz != rate_hz:
        samples = _resampled(samples, source_hz, rate_hz)
    skipped = start - periods * period
    return Waveform(samples[:, skipped : skipped + stop - start], rate_hz, sound.warnings)


def _resampled(samples: Samples, source_hz: int, rate_hz: int) -> Samples:
    try:
        import soxr
    except ImportError as error:
        raise NotSupported(
            f"Sound at {source_hz} Hz cannot be brought to {rate_hz} Hz: soxr is not installed.",
            reason="MISSING_EXTRA",
            hint='Run `pip install "temptrack[companion]"`.',
        ) from error
    resampled: Samples = soxr.resample(np.ascontiguousarray(samples.T), source_hz, rate_hz, quality="VHQ").T
    return np.ascontiguousarray(resampled)
