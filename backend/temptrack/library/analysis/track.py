"""Everything that is heard in one file, from one decoding of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from temptrack.errors import Corrupt
from temptrack.library.analysis.compiling import compile_in_turn
from temptrack.library.analysis.embedding import embed_sound
from temptrack.library.analysis.loudness import integrated_loudness_lufs, peaks
from temptrack.library.analysis.rhythm import find_rhythm
from temptrack.library.analysis.tonality import find_key
from temptrack.library.records import Analysis
from temptrack.media.audio import decode_audio
from temptrack.media.probe import probe
from temptrack.model.types import Bundle, Vector

LONGEST_ANALYSED_S = 900.0
"""Of longer files the first quarter of an hour is analysed: it fits in memory, and says what the rest is."""

DECODE_RATE_HZ = 32_000
"""Both channels at this rate hold all that loudness needs; the other rates are derived from it."""

LISTENING_RATE_HZ = 16_000
"""Beats and keys are looked for in mono at this rate."""

Seconds = dict[str, float]
"""Processor seconds by stage."""


@contextmanager
def timed(seconds: Seconds, stage: str) -> Iterator[None]:
    """Add the processor time of the block to a stage."""
    started = time.process_time()
    try:
        yield
    finally:
        seconds[stage] = seconds.get(stage, 0.0) + time.process_time() - started


def analyse_track(path: str, bundle: Bundle) -> tuple[Analysis, Seconds]:
    """Decode a file once and measure everything.

    Raises:
        TemptrackError: what ``decode_audio`` raises, or Corrupt NO_SOUND for a file without samples.
    """
    seconds: Seconds = {}
    with timed(seconds, "decode"):
        wave = decode_audio(Path(path), rate_hz=DECODE_RATE_HZ, mono=False, duration_s=LONGEST_ANALYSED_S)
        samples = np.nan_to_num(wave.samples[:2], nan=0.0, posinf=1.0, neginf=-1.0)
    if not samples.size:
        raise Corrupt(
            f"{path} holds no sound.",
            reason="NO_SOUND",
            hint="Play the file; if it is silent there too, export it again.",
            metadata={"path": path},
        )
    with timed(seconds, "decode"):
        duration_s = _duration_s(path, samples.shape[1] / DECODE_RATE_HZ)
    with timed(seconds, "loudness"):
        loudness_lufs = integrated_loudness_lufs(samples, DECODE_RATE_HZ)
        slices = peaks(samples)
    with timed(seconds, "resample"):
        mono = samples.mean(axis=0, dtype=np.float32)
        heard = _resampled(mono, LISTENING_RATE_HZ)
        encoder_rate_hz = bundle.audio_spec.rate_hz
        encoded = heard if encoder_rate_hz == LISTENING_RATE_HZ else _resampled(mono, encoder_rate_hz)
    with timed(seconds, "compile"):
        compile_in_turn()
    with timed(seconds, "rhythm"):
        rhythm = find_rhythm(heard, LISTENING_RATE_HZ)
    with timed(seconds, "key"):
        key = find_key(heard, LISTENING_RATE_HZ)
    with timed(seconds, "embed"):
        embedded = embed_sound(encoded, bundle)
    analysis = Analysis(
        duration_s=duration_s,
        loudness_lufs=loudness_lufs,
        tempo_bpm=rhythm.tempo_bpm,
        key=key,
        vocals=embedded.vocals,
        tags=embedded.tags,
        tag_scores=embedded.tag_scores,
        embedding=embedded.embedding,
        windows=embedded.windows,
        window_s=bundle.audio_spec.window_s,
        beats_s=rhythm.beats_s,
        bars_s=rhythm.bars_s,
        peaks=slices,
    )
    return analysis, seconds


def _resampled(mono: Vector, rate_hz: int) -> Vector:
    import soxr

    if rate_hz == DECODE_RATE_HZ:
        return mono
    resampled = soxr.resample(mono, DECODE_RATE_HZ, rate_hz, quality="HQ")
    # A file of a few samples may resample to none; the encoder needs one.
    return np.asarray(resampled if len(resampled) else mono[:1], dtype=np.float32)


def _duration_s(path: str, decoded_s: float) -> float:
    if decoded_s < LONGEST_ANALYSED_S - 1:
        return round(decoded_s, 3)
    stated = probe(Path(path)).duration_s
    return round(max(decoded_s, float(stated or 0.0)), 3)
