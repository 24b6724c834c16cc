"""Renders a cue to a file for hosts that cannot set fades or levels: exact to the frame, 48 kHz, 24 bit."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor, log10
from pathlib import Path

import numpy as np

from temptrack import home
from temptrack.companion.cue_request import CueRequest, check
from temptrack.companion.gain_curve import DuckSpan, GainCurve
from temptrack.companion.kept_files import KeptFiles
from temptrack.errors import Cancelled
from temptrack.library.analysis.loudness import integrated_loudness_lufs
from temptrack.media.audio_blocks import stereo_blocks
from temptrack.media.audio_writing import wav24_writer
from temptrack.media.fingerprint import file_fingerprint
from temptrack.media.types import Samples
from temptrack.suggest.cue import MAX_BOOST_DB, MAX_CUT_DB

RATE_HZ = 48_000
"""Sample rate of rendered cues: what video editors work at."""

DEFAULT_LIMIT_BYTES = 16 * 2**30
"""Room for some three hundred cues of three minutes."""

_BYTES_A_SAMPLE = 6
_HEADER_BYTES = 4096
_MEASURED_S = 300
_BLOCK_S = 5
# Less than a step of 24 bits beyond full scale is rounding.
_FULL_SCALE = 1 + 2**-24
# Raise when the same request would give other samples.
_VERSION = 1

Progress = Callable[[int, int], None]
"""Called with the number of samples that are done and their total."""


@dataclass(frozen=True, slots=True)
class CueFile:
    """A rendered cue.

    Attributes:
        path: the WAV file.
        sample_rate_hz: samples per second.
        samples: its length; ``duration_frames`` in samples, rounded once.
        duration_frames: its length in frames of the timeline.
        warnings: damage of the track met while rendering, as sentences; silence stands for it.
    """

    path: Path
    sample_rate_hz: int
    samples: int
    duration_frames: int
    warnings: tuple[str, ...] = ()


def cue_samples(frames: int, rate: Fraction, rate_hz: int = RATE_HZ) -> int:
    """Return the sample at which a frame starts: the nearest, halves up."""
    return floor(frames * rate_hz / rate + Fraction(1, 2))


def render_cue(
    request: CueRequest,
    *,
    name: str,
    kept: KeptFiles | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> CueFile:
    """Render a cue into a file, or return the one that was rendered for the same request before.

    Only the excerpt is decoded, a few seconds at a time. Peaks above full scale lower the whole file; nothing
    is cut off.

    Args:
        request: what to render.
        name: what the file is called, such as "Artist - Title"; a few digits follow it.
        kept: where cues lie; by default a folder of temptrack's home.
        progress: told how far it is, from the calling thread.
        cancelled: asked before every block whether to stop.

    Raises:
        InvalidRequest: a length, rate, fade or duck that cannot be (BAD_CUE).
        Cancelled: ``cancelled`` said so; nothing is left behind.
        NotReady: the disk is full (DISK_FULL), or the file larger than all that is kept (FILE_OVER_LIMIT).
        Forbidden: temptrack's folder may not be written (HOME_NOT_WRITABLE).
        NotSupported: the resampler is not installed (MISSING_EXTRA).
        NotFound, Forbidden, Corrupt, Unavailable: the track cannot be read.
    """
    check(request)
    kept = kept or KeptFiles(home.cue_cache_folder(), DEFAULT_LIMIT_BYTES)
    key = _key(request)
    samples = cue_samples(request.duration_frames, request.rate)
    path = kept.find(key)
    warnings: tuple[str, ...] = ()
    if path is None:
        rendering = _Rendering(request, samples, progress, cancelled)
        size_bytes = samples * _BYTES_A_SAMPLE + _HEADER_BYTES
        path = kept.place(key, name, ".wav", size_bytes)
        rendering.write(path)
        warnings = rendering.warnings
    return CueFile(path, RATE_HZ, samples, request.duration_frames, warnings)


class _TooLoudError(Exception):
    """What was rendered goes beyond full scale by this factor."""

    def __init__(self, peak: float) -> None:
        super().__init__(peak)
        self.peak = peak


class _Rendering:
    """One pass, or two where peaks have to be brought down, over the excerpt."""

    def __init__(
        self,
        request: CueRequest,
        samples: int,
        progress: Progress | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._request = request
        self._samples = samples
        self._progress = progress
        self._cancelled = cancelled
        self._first = floor(request.start_s * RATE_HZ + Fraction(1, 2))
        self._music = samples
        if request.end_s is not None:
            self._music = min(samples, floor(request.end_s * RATE_HZ + Fraction(1, 2)) - self._first)
        self._warnings: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was damaged, as sentences."""
        return tuple(self._warnings)

    def write(self, path: Path) -> None:
        """Write the file; it appears complete or not at all."""
        curve = self._curve(self._request.gain_db + self._loudness_gain_db())
        try:
            self._write(path, curve)
        except _TooLoudError as loud:
            self._write(path, dataclasses.replace(curve, gain_db=curve.gain_db - 20 * log10(loud.peak)))

    def _write(self, path: Path, curve: GainCurve) -> None:
        done, peak = 0, 0.0
        with wav24_writer(path, RATE_HZ) as append:
            for sound in self._sound(curve):
                peak = max(peak, float(np.abs(sound).max(initial=0.0)))
                append(sound)
                done += sound.shape[1]
                if self._progress is not None:
                    self._progress(done, self._samples)
            if peak > _FULL_SCALE:
                raise _TooLoudError(peak)

    def _sound(self, curve: GainCurve) -> Iterator[Samples]:
        """Yield the music under its curve, then silence up to the end of the file."""
        done = 0
        for music in self._blocks(self._music):
            end = done + music.shape[1]
            yield music * curve.at(done, end)
            done = end
        while done < self._samples:
            self._stop_if_cancelled()
            count = min(self._samples - done, _BLOCK_S * RATE_HZ)
            yield np.zeros((2, count), dtype=np.float32)
            done += count

    def _blocks(self, count: int) -> Iterator[Samples]:
        self._stop_if_cancelled()
        blocks = stereo_blocks(
            self._request.track,
            rate_hz=RATE_HZ,
            start=self._first,
            end=self._first + count,
            block_s=_BLOCK_S,
        )
        for block in blocks:
            self._warnings |= dict.fromkeys(warning.message for warning in block.warnings)
            yield block.samples
            self._stop_if_cancelled()

    def _curve(self, gain_db: float) -> GainCurve:
        request = self._request
        fade_in = cue_samples(request.fade_in_frames, request.rate)
        fade_out = cue_samples(request.fade_out_frames, request.rate)
        if fade_in + fade_out > self._music:
            fade_in = fade_in * self._music // (fade_in + fade_out)
            fade_out = self._music - fade_in
        ducks = tuple(
            DuckSpan(
                cue_samples(duck.start_frames, request.rate),
                cue_samples(duck.end_frames, request.rate),
                duck.gain_db,
            )
            for duck in request.ducks
        )
        return GainCurve(RATE_HZ, self._music, gain_db, fade_in, fade_out, request.fade_shape, ducks)

    def _loudness_gain_db(self) -> float:
        """Return what brings the excerpt to its target; of a long one its first minutes speak for it."""
        target_lufs = self._request.target_lufs
        if target_lufs is None:
            return 0.0
        blocks = list(self._blocks(min(self._music, _MEASURED_S * RATE_HZ)))
        sound = np.concatenate(blocks, axis=1) if blocks else np.zeros((2, 0), dtype=np.float32)
        measured_lufs = integrated_loudness_lufs(sound, RATE_HZ)
        if measured_lufs is None:
            return 0.0
        return min(MAX_BOOST_DB, max(-MAX_CUT_DB, target_lufs - measured_lufs))

    def _stop_if_cancelled(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise Cancelled(f"Rendering '{self._request.track.name}' was stopped.")


def _key(request: CueRequest) -> str:
    """Return everything the samples depend on: the track's content, not its name, and the request."""
    values = dataclasses.asdict(request) | {"track": file_fingerprint(request.track), "version": _VERSION}
    return json.dumps(values, sort_keys=True, default=str)
