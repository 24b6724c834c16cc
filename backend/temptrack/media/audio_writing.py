"""Writing sound: short excerpts for listening in a browser, plain WAV, and 24-bit WAV for hosts."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.error import FFmpegError

from temptrack.errors import Forbidden, NotFound, NotReady, NotSupported, TemptrackError, Unavailable
from temptrack.media.audio import decode_audio
from temptrack.media.types import Samples

EXCERPT_RATE_HZ = 48_000
"""Sample rate of excerpts; every codec below takes it."""

_CODECS = {
    "mp3": ("libmp3lame", "mp3"),
    "m4a": ("aac", "ipod"),
    "ogg": ("libopus", "ogg"),
    "wav": ("pcm_s16le", "wav"),
}
_BIT_RATE = 128_000
_BYTES_A_SAMPLE_24 = 6
_FULL_SCALE_24 = 2**23 - 1
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OPTIONS = {
    # LAME's default searches longest of all: at this bit rate nobody hears it, and everybody waits for it.
    "libmp3lame": {"compression_level": "7"},
}


def encode_excerpt(
    path: Path,
    start_s: float,
    duration_s: float,
    fade_s: float,
    out_path: Path,
    *,
    codec: str = "mp3",
    gain_db: float = 0.0,
) -> Path:
    """Write a stretch of a piece of music, faded in and out, as a stereo file that browsers play.

    Args:
        path: the music.
        start_s: where the stretch starts, seconds.
        duration_s: its length in seconds; it ends earlier where the music does.
        fade_s: length of the fade at either end, seconds; at most half the stretch.
        out_path: the file to write; it appears complete or not at all.
        codec: "mp3", "m4a" (AAC), "ogg" (Opus) or "wav".
        gain_db: level change; peaks are kept below full scale.

    Returns:
        ``out_path``.

    Raises:
        NotSupported: another codec.
        InvalidRequest, NotFound, Forbidden, Corrupt, Unavailable: as ``decode_audio``; Forbidden and
            Unavailable also when ``out_path`` cannot be written.
    """
    if codec not in _CODECS:
        raise NotSupported(
            f"Excerpts cannot be written as '{codec}'.",
            reason="UNKNOWN_AUDIO_CODEC",
            hint=f"Use one of {', '.join(_CODECS)}.",
        )
    sound = decode_audio(path, rate_hz=EXCERPT_RATE_HZ, mono=False, start_s=start_s, duration_s=duration_s)
    samples = _faded(_stereo(sound.samples), fade_s) * np.float32(10 ** (gain_db / 20))
    peak = float(np.abs(samples).max(initial=0.0))
    _encode(samples / max(peak, 1.0), EXCERPT_RATE_HZ, out_path, codec)
    return out_path


@contextmanager
def wav24_writer(path: Path, rate_hz: int) -> Iterator[Callable[[Samples], None]]:
    """Give a function that appends sound to a stereo 24-bit WAV file, for a ``with`` block.

    The file appears when the block is left without an exception, complete or not at all. Samples are rounded
    to the nearest step and cut at full scale.

    Raises:
        NotReady: the disk is full (DISK_FULL).
        Forbidden: the folder may not be written.
        NotFound: the folder is not there.
        Unavailable: the disk failed.
    """
    written = 0
    with _appearing(path) as partial:
        options = {"fflags": "+bitexact"}
        with av.open(str(partial), "w", format="wav", options=options) as container:
            stream = container.add_stream("pcm_s24le", rate=rate_hz)
            assert isinstance(stream, AudioStream)
            stream.codec_context.layout = "stereo"
            container.start_encoding()

            def append(samples: Samples) -> None:
                nonlocal written
                if samples.shape[1] == 0:
                    return
                steps = np.rint(np.clip(samples, -1, 1).astype(np.float64) * _FULL_SCALE_24).astype(np.int32)
                interleaved = np.ascontiguousarray((steps << 8).T).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(interleaved, format="s32", layout="stereo")
                frame.sample_rate, frame.pts, frame.time_base = rate_hz, written, Fraction(1, rate_hz)
                container.mux(stream.encode(frame))
                written += samples.shape[1]

            yield append
            container.mux(stream.encode(None))
        # A disk that filled up while the last buffers were flushed is noticed by nobody else.
        if partial.stat().st_size < written * _BYTES_A_SAMPLE_24:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _stereo(samples: Samples) -> Samples:
    return np.repeat(samples, 2, axis=0) if samples.shape[0] == 1 else samples[:2]


def _faded(samples: Samples, fade_s: float) -> Samples:
    length = min(round(fade_s * EXCERPT_RATE_HZ), samples.shape[1] // 2)
    faded = samples.copy()
    if length > 0:
        ramp = np.sin(np.linspace(0, np.pi / 2, length, dtype=np.float32)) ** 2
        faded[:, :length] *= ramp
        faded[:, -length:] *= ramp[::-1]
    return faded


def _encode(samples: Samples, rate_hz: int, path: Path, codec: str) -> None:
    encoder, container_format = _CODECS[codec]
    layout = "mono" if samples.shape[0] == 1 else "stereo"
    with _appearing(path) as partial, av.open(str(partial), "w", format=container_format) as container:
        stream = container.add_stream(encoder, rate=rate_hz, options=_OPTIONS.get(encoder, {}))
        assert isinstance(stream, AudioStream)
        context = stream.codec_context
        context.layout = layout
        if encoder != "pcm_s16le":
            context.bit_rate = _BIT_RATE
        container.start_encoding()
        resampler = AudioResampler(
            format=context.format.name, layout=layout, rate=rate_hz, frame_size=context.frame_size or 4096
        )
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        for piece in [*(resampler.resample(frame) if samples.shape[1] else []), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """Give a file beside the wanted one to write; it takes the wanted name when all went well."""
    partial: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".part", dir=path.parent)
        os.close(handle)
        partial = Path(name)
        yield partial
        partial.chmod(0o644)
        partial.replace(path)
    except (FFmpegError, OSError) as error:
        raise _unwritable(path, error) from error
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)


def _unwritable(path: Path, error: Exception) -> TemptrackError:
    metadata = {"path": str(path)}
    if isinstance(error, FileNotFoundError):
        return NotFound(
            f"'{path}' cannot be written: there is no folder '{path.parent}'.",
            reason="FOLDER_NOT_FOUND",
            hint="Make the folder first.",
            metadata=metadata,
        )
    if isinstance(error, PermissionError):
        return Forbidden(
            f"'{path}' may not be written.",
            reason="OUTPUT_FORBIDDEN",
            hint="Choose a folder of your own.",
            metadata=metadata,
        )
    if getattr(error, "errno", None) in _NO_ROOM:
        return NotReady(
            f"There is no room left to write '{path}'.",
            reason="DISK_FULL",
            hint="Free some space on that disk, then try again.",
            metadata=metadata,
        )
    return Unavailable(
        f"Writing '{path}' failed: {getattr(error, 'strerror', None) or error}.",
        reason="OUTPUT_FAILED",
        hint="Check that the disk is not full, then try again.",
        metadata=metadata,
    )
