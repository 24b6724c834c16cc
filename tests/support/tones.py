"""Composes short pieces of music and writes them in every format a library holds."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler

Sound = npt.NDArray[np.float32]
"""[channels, samples], -1 to 1."""

RATE_HZ = 44_100

_CODECS = {
    ".wav": "pcm_s16le",
    ".aif": "pcm_s16be",
    ".aiff": "pcm_s16be",
    ".flac": "flac",
    ".mp3": "libmp3lame",
    ".ogg": "vorbis",
    ".opus": "libopus",
    ".m4a": "aac",
    ".mka": "flac",
}
_MAJOR, _MINOR = (0, 4, 7), (0, 3, 7)
_PROGRESSIONS = {
    "major": ((0, _MAJOR), (7, _MAJOR), (9, _MINOR), (5, _MAJOR)),
    "minor": ((0, _MINOR), (8, _MAJOR), (3, _MAJOR), (10, _MAJOR)),
}


def tone(
    pitch_hz: float = 440.0, duration_s: float = 2.0, *, rate_hz: int = RATE_HZ, level: float = 0.3
) -> Sound:
    """A stereo sine."""
    wave = level * np.sin(2 * np.pi * pitch_hz * _moments(duration_s, rate_hz))
    return np.stack([wave, wave]).astype(np.float32)


def silence(duration_s: float, *, rate_hz: int = RATE_HZ) -> Sound:
    """Stereo digital zero."""
    return np.zeros((2, round(duration_s * rate_hz)), dtype=np.float32)


def click(at_s: float, duration_s: float, *, rate_hz: int = RATE_HZ) -> Sound:
    """Silence with one full-scale sample: shows where time zero ended up."""
    sound = silence(duration_s, rate_hz=rate_hz)
    sound[:, round(at_s * rate_hz)] = 0.9
    return sound


def music(
    duration_s: float = 8.0,
    *,
    bpm: float = 120.0,
    root_hz: float = 220.0,
    mode: str = "major",
    drums: bool = True,
    level: float = 0.5,
    seed: int = 0,
    rate_hz: int = RATE_HZ,
) -> Sound:
    """A chord a bar over four chords, an arpeggio in eighths and, if wanted, a beat; stereo, seeded.

    Args:
        duration_s: length in seconds.
        bpm: quarter notes a minute; every fourth one starts a bar.
        root_hz: pitch of the tonic.
        mode: "major" or "minor".
        drums: thump on every beat and noise on every off-beat.
        level: peak of the result, 0 to 1.
        seed: chooses the arpeggio and the noise; different seeds give different music.
        rate_hz: sample rate.
    """
    generator = np.random.default_rng(seed)
    moments = _moments(duration_s, rate_hz)
    beat = moments * bpm / 60
    sound = np.zeros((2, moments.size))
    order = generator.integers(0, 3, 8)
    for bar in range(int(np.ceil(beat[-1] / 4)) if moments.size else 0):
        shift, chord = _PROGRESSIONS[mode][bar % 4]
        first, last = np.searchsorted(beat, [4 * bar, 4 * bar + 4])
        within = moments[first:last] - moments[first]
        pitches = [root_hz * 2 ** ((shift + step) / 12) for step in chord]
        pad = sum(
            np.sin(2 * np.pi * pitch * within) + 0.3 * np.sin(4 * np.pi * pitch * within) for pitch in pitches
        )
        eighth = (beat[first:last] * 2).astype(int) % 8
        phase = beat[first:last] * 2 % 1
        melody = np.sin(4 * np.pi * np.array(pitches)[order[eighth]] * within) * np.exp(-4 * phase)
        sound[:, first:last] += 0.25 * pad
        sound[0, first:last] += 0.6 * melody
        sound[1, first:last] += 0.4 * melody
    if drums:
        since = (beat % 1) * 60 / bpm
        thump = np.sin(2 * np.pi * 55 * since) * np.exp(-18 * since)
        off = ((beat + 0.5) % 1) * 60 / bpm
        sound += 1.5 * thump + 0.5 * generator.standard_normal(moments.size) * np.exp(-40 * off)
    peak = np.abs(sound).max() if sound.size else 1.0
    return (sound * (level / max(peak, 1e-9))).astype(np.float32)


def write_audio(
    path: Path, sound: Sound | None = None, *, rate_hz: int = RATE_HZ, tags: Mapping[str, str] | None = None
) -> Path:
    """Write sound in the format of the extension (.wav .aiff .flac .mp3 .ogg .opus .m4a), with tags.

    Args:
        path: the file to write; its folder is made.
        sound: [channels, samples]; two seconds of a tone when absent.
        rate_hz: sample rate of ``sound``; opus files are written at 48 kHz whatever it is.
        tags: FFmpeg names: title, artist, album, genre, comment, copyright, date.
    """
    sound = tone(rate_hz=rate_hz) if sound is None else sound
    suffix = path.suffix.lower()
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"id3v2_version": "3", "write_id3v2": "1"} if suffix in {".aif", ".aiff"} else {}
    with av.open(path, "w", options=options) as container:
        out_rate = 48_000 if suffix == ".opus" else rate_hz
        extra = {"strict": "experimental"} if suffix == ".ogg" else {}
        stream = container.add_stream(_CODECS[suffix], rate=out_rate, options=extra)
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.layout = "mono" if sound.shape[0] == 1 else "stereo"
        container.metadata.update(tags or {})
        stream.metadata.update(tags if tags and suffix in {".ogg", ".opus"} else {})
        container.start_encoding()
        context = stream.codec_context
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound, dtype=np.float32),
            format="fltp",
            layout="mono" if sound.shape[0] == 1 else "stereo",
        )
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        resampler = AudioResampler(
            format=context.format.name,
            layout=context.layout,
            rate=out_rate,
            frame_size=context.frame_size or 4096,
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def _moments(duration_s: float, rate_hz: int) -> npt.NDArray[np.float64]:
    return np.arange(round(duration_s * rate_hz)) / rate_hz
