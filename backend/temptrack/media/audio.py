"""Sound out of any file FFmpeg reads, only as much of it as is asked for."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet

from temptrack.errors import InvalidRequest
from temptrack.media.opening import media_error, open_media, read_only
from temptrack.media.types import MediaWarning, Samples, Waveform

# Decoders need some sound before the wanted moment to settle: MP3 its bit reservoir, Opus its prediction.
_PREROLL_S = Fraction(1, 4)
# Timestamps jitter by their clock's unit; only more than this is a hole.
_HOLE_S = 0.02


def decode_audio(
    path: Path,
    *,
    rate_hz: int,
    mono: bool = True,
    stereo: bool = False,
    start_s: float = 0,
    duration_s: float | None = None,
) -> Waveform:
    """Decode the first audio stream of a file.

    Damaged stretches give a warning and become silence, so that everything after them keeps its time (MP3 and
    other formats without timestamps move up instead). Asking for more than there is gives what there is.

    Args:
        path: any file with sound.
        rate_hz: sample rate of the result.
        mono: mix all channels to one, their mean for stereo; otherwise they are kept.
        stereo: where they are kept, mix more than two to two.
        start_s: first moment wanted, seconds from the start of the sound.
        duration_s: seconds wanted, or None for all up to the end; only this window is read.

    Raises:
        InvalidRequest: a negative start or length, a rate below 1, a folder, or a file without sound.
        NotFound: there is no such file.
        Forbidden: the file may not be read.
        Corrupt: the file is empty, not media, or no sound at all can be decoded from it.
        Unavailable: the disk or share failed.
    """
    if start_s < 0 or (duration_s is not None and duration_s < 0) or rate_hz < 1:
        raise InvalidRequest(
            f"Sound from {start_s} s for {duration_s} s at {rate_hz} Hz cannot be read.",
            reason="INVALID_WINDOW",
            hint="Use a start and length of at least 0 seconds and a rate of at least 1 Hz.",
        )
    with open_media(path) as container:
        stream = _sound_stream(path, container)
        layout = "mono" if mono else None
        if stereo and not mono and stream.codec_context.channels > 2:
            layout = "stereo"
        window = _Window(path, stream, rate_hz=rate_hz, layout=layout, start_s=start_s, duration_s=duration_s)
        if start_s > _PREROLL_S:
            wanted_s = Fraction(start_s) - _PREROLL_S
            container.seek(
                int(wanted_s / window.time_base) + (stream.start_time or 0), stream=stream, backward=True
            )
        for frame in _frames(container, stream, window):
            if window.add(frame):
                break
        return window.waveform()


def sound_rate_hz(path: Path) -> int:
    """Return the sample rate of the first audio stream of a file, as its header says.

    Raises:
        InvalidRequest: the path is a folder, or the file has no sound.
        NotFound: there is no such file.
        Forbidden: the file may not be read.
        Corrupt: the file is empty, not media, or names no rate.
        Unavailable: the disk or share failed.
    """
    with open_media(path) as container:
        rate_hz = _sound_stream(path, container).codec_context.sample_rate
        if not rate_hz:
            raise media_error(path, ValueError("its sound has no sample rate"))
        return rate_hz


def audio_digest(path: Path) -> str:
    """Return the hex SHA-256 of the coded sound of a file: the packets of its first audio stream.

    Titles, cover art and other tags lie outside the packets, so a copy with other tags has the same digest;
    the same music in another format or bit rate has another.

    Raises:
        InvalidRequest: the path is a folder, or the file has no sound.
        NotFound: there is no such file.
        Forbidden: the file may not be read.
        Corrupt: the file is empty, not media, or cannot be read to its end.
        Unavailable: the disk or share failed.
    """
    with open_media(path) as container:
        stream = _sound_stream(path, container)
        digest = hashlib.sha256(stream.codec_context.name.encode())
        packets = 0
        try:
            for packet in container.demux(stream):
                if packet.size:
                    digest.update(memoryview(packet))
                    packets += 1
        except (FFmpegError, OSError) as error:
            raise media_error(path, error) from error
        if not packets:
            raise media_error(path, ValueError("it holds no sound"))
        return digest.hexdigest()


def _sound_stream(path: Path, container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise InvalidRequest(
            f"'{path}' has no sound.",
            reason="NO_SOUND",
            hint="Choose an audio file, or a film with an audio stream.",
            metadata={"path": str(path)},
        )
    stream = container.streams.audio[0]
    read_only(container, stream)
    return stream


@dataclass(slots=True)
class _Piece:
    """A run of unbroken sound and where it starts in the window, in samples of the result."""

    start: int
    parts: list[Samples]
    end_s: float


class _Window:
    """Collects decoded frames into the wanted stretch of time."""

    def __init__(
        self,
        path: Path,
        stream: AudioStream,
        *,
        rate_hz: int,
        layout: str | None,
        start_s: float,
        duration_s: float | None,
    ) -> None:
        self.time_base = stream.time_base or Fraction(1, stream.codec_context.sample_rate or rate_hz)
        self._path = path
        self._start_pts = stream.start_time or 0
        self._rate_hz = rate_hz
        self._layout = layout
        self._start_s = start_s
        self._end_s = None if duration_s is None else start_s + duration_s
        self._pieces: list[_Piece] = []
        self._resampler: AudioResampler | None = None
        self._kind = ("", "", 0)
        self._gain = np.float32(1.0)
        self._warnings: dict[str, MediaWarning] = {}

    def add(self, frame: av.AudioFrame) -> bool:
        """Take one decoded frame; return True once the window is full."""
        last = self._pieces[-1] if self._pieces else None
        at_s = float((frame.pts - self._start_pts) * self.time_base) if frame.pts is not None else None
        if at_s is None:
            at_s = last.end_s if last else 0.0
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if last is None or at_s - last.end_s > _HOLE_S or kind != self._kind:
            if last is not None and at_s - last.end_s > _HOLE_S:
                self.warn(last.end_s, f"Damaged for {at_s - last.end_s:.2f} s; silence stands for it.")
            self._finish_piece()
            self._kind = kind
            frame, skipped_s = self._aligned(frame, at_s)
            at_s += skipped_s
            last = _Piece(round((at_s - self._start_s) * self._rate_hz), [], at_s)
            self._pieces.append(last)
            # swr mixes at constant power; the mean of two channels is their sum at half, not at 0.71.
            self._gain = np.float32(
                0.5**0.5 if self._layout == "mono" and frame.layout.nb_channels > 1 else 1.0
            )
            self._resampler = AudioResampler(format="fltp", layout=self._layout, rate=self._rate_hz)
        last.end_s += frame.samples / frame.sample_rate
        frame.pts = None
        assert self._resampler is not None
        last.parts.extend(self._array(piece) for piece in self._resampler.resample(frame))
        return self._end_s is not None and last.end_s > self._end_s + _HOLE_S

    def warn(self, at_s: float | None, message: str) -> None:
        """Note damage; only the first of its kind is kept."""
        at = "" if at_s is None else f" at {at_s:.2f} s"
        warning = MediaWarning(
            self._path,
            None if at_s is None else Fraction(at_s).limit_denominator(1_000_000),
            f"'{self._path}'{at}: {message}",
        )
        self._warnings.setdefault("damage", warning)

    def waveform(self) -> Waveform:
        """Return the sound of the window."""
        self._finish_piece()
        sounds = [(p.start, np.concatenate(p.parts, axis=1)) for p in self._pieces if p.parts]
        if not sounds and self._warnings:
            raise media_error(self._path, ValueError("none of its sound can be decoded"))
        channels = max((sound.shape[0] for _, sound in sounds), default=1)
        length = max((start + sound.shape[1] for start, sound in sounds), default=0)
        if self._end_s is not None:
            length = min(length, round((self._end_s - self._start_s) * self._rate_hz))
        samples = np.zeros((channels, max(length, 0)), dtype=np.float32)
        for start, sound in sounds:
            first, last = max(start, 0), min(start + sound.shape[1], length)
            if last > first:
                samples[: sound.shape[0], first:last] = sound[:, first - start : last - start]
        return Waveform(samples, self._rate_hz, tuple(self._warnings.values()))

    def _finish_piece(self) -> None:
        if self._resampler is not None:
            self._pieces[-1].parts.extend(self._array(piece) for piece in self._resampler.resample(None))
            self._resampler = None

    def _array(self, frame: av.AudioFrame) -> Samples:
        samples: Samples = frame.to_ndarray().astype(np.float32, copy=False) * self._gain
        return samples

    def _aligned(self, frame: av.AudioFrame, at_s: float) -> tuple[av.AudioFrame, float]:
        """Drop samples until source and result share a sampling instant; return how many seconds went.

        Without that, a window would lie up to half a sample beside the same stretch of the whole file.
        """
        source_hz = frame.sample_rate
        period = source_hz // gcd(source_hz, self._rate_hz)
        surplus = -round(at_s * source_hz) % period
        if at_s <= 0 or not 0 < surplus < frame.samples:
            return frame, 0.0
        step = 1 if frame.format.is_planar else frame.layout.nb_channels
        kept: Samples = np.ascontiguousarray(frame.to_ndarray()[:, surplus * step :])  # of the frame's type
        shorter = av.AudioFrame.from_ndarray(kept, format=frame.format.name, layout=frame.layout.name)
        shorter.sample_rate = source_hz
        return shorter, surplus / source_hz


def _frames(container: InputContainer, stream: AudioStream, window: _Window) -> Iterator[av.AudioFrame]:
    packets: Iterator[Packet[AudioStream]] = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (FFmpegError, OSError):
            window.warn(None, "The file cannot be read any further.")
            packet = None
        try:
            yield from stream.codec_context.decode(packet if packet is not None and packet.size else None)
        except (FFmpegError, OSError):
            at = packet.pts if packet is not None else None
            window.warn(
                None if at is None else float((at - (stream.start_time or 0)) * window.time_base),
                "Damaged sound; silence stands for it.",
            )
        if packet is None or not packet.size:
            return
