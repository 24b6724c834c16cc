"""Pieces of music composed by arithmetic, for machines that cannot fetch music."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE_HZ = 22_050

_Signal = npt.NDArray[np.float64]

_BEATS_PER_BAR = 4
_BARS = 16
_SEED = 11
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_MINOR = (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True, slots=True)
class Piece:
    """How a piece is put together.

    Attributes:
        title: what it is called.
        genre: what it is.
        comment: what it sounds like, in words.
        tempo_bpm: beats a minute.
        root_hz: tonic.
        minor: whether it is in a minor key.
        chords: degrees of the scale, one a bar, from 0.
        voice: "keys", "pad" or "lead".
        drums: whether a kit plays.
        bass: whether a bass plays.
    """

    title: str
    genre: str
    comment: str
    tempo_bpm: int
    root_hz: float
    minor: bool
    chords: tuple[int, ...]
    voice: str
    drums: bool = False
    bass: bool = False


PIECES = (
    Piece(
        "Slow Morning", "ambient piano", "calm, hopeful, soft piano", 66, 220.0, False, (0, 4, 5, 3), "keys"
    ),
    Piece("Long Shadows", "ambient", "dark, slow, tense pad", 58, 110.0, True, (0, 5, 3, 4), "pad"),
    Piece("Still Water", "ambient", "calm, floating, peaceful pad", 60, 164.8, False, (0, 3, 0, 4), "pad"),
    Piece("Letters", "piano", "sad, lonely piano", 72, 196.0, True, (0, 3, 5, 4), "keys"),
    Piece(
        "Kite Weather", "pop", "happy, bright, playful", 118, 261.6, False, (0, 4, 5, 3), "keys", True, True
    ),
    Piece(
        "Night Bus", "electronic", "driving synthesizer", 124, 146.8, True, (0, 5, 2, 6), "lead", True, True
    ),
    Piece(
        "The Chase",
        "action",
        "fast, energetic, tense drums",
        148,
        130.8,
        True,
        (0, 0, 5, 4),
        "lead",
        True,
        True,
    ),
    Piece("Open Road", "rock", "energetic, confident", 132, 164.8, False, (0, 3, 4, 3), "lead", True, True),
    Piece(
        "Small Steps",
        "easy listening",
        "gentle, warm keys",
        92,
        196.0,
        False,
        (0, 5, 3, 4),
        "keys",
        False,
        True,
    ),
    Piece(
        "Signal", "techno", "mechanical, hypnotic beat", 128, 110.0, True, (0, 0, 0, 6), "lead", True, True
    ),
)


def compose(piece: Piece) -> npt.NDArray[np.int16]:
    """Return the piece as mono samples at RATE_HZ; the same piece always gives the same samples."""
    beat_s = 60 / piece.tempo_bpm
    bar = round(_BEATS_PER_BAR * beat_s * RATE_HZ)
    sound = np.zeros(bar * _BARS + RATE_HZ * 2)
    generator = np.random.default_rng(_SEED)
    for index in range(_BARS):
        degree = piece.chords[index % len(piece.chords)]
        # The first and last two bars are sparse, so that there is a beginning and an end to find.
        full = 2 <= index < _BARS - 2
        for at_s, note_hz, length_s in _notes(piece, degree, beat_s):
            _add(sound, index * bar + round(at_s * RATE_HZ), _VOICES[piece.voice](note_hz, length_s), 0.16)
        if piece.bass and full:
            for beat in range(_BEATS_PER_BAR):
                note = _bass(_pitch(piece, degree) / 2, beat_s * 0.9)
                _add(sound, index * bar + round(beat * beat_s * RATE_HZ), note, 0.28)
        if piece.drums and full:
            _drums(sound, index * bar, beat_s, generator)
    sound *= 0.8 / np.max(np.abs(sound))
    fade = RATE_HZ
    sound[-fade:] *= np.linspace(1, 0, fade)
    return (sound * 32_767).astype(np.int16)


def _notes(piece: Piece, degree: int, beat_s: float) -> list[tuple[float, float, float]]:
    chord = [_pitch(piece, degree + step) for step in (0, 2, 4)]
    if piece.voice == "pad":
        return [(0.0, note, _BEATS_PER_BAR * beat_s * 1.15) for note in chord]
    if piece.voice == "lead":
        figure = (0, 1, 2, 1, 0, 2, 1, 2)
        return [(step * beat_s / 2, chord[which] * 2, beat_s * 0.45) for step, which in enumerate(figure)]
    broken = (0, 1, 2, 1)
    arpeggio = [(step * beat_s, chord[which] * 2, beat_s * 2.2) for step, which in enumerate(broken)]
    return [*arpeggio, (0.0, chord[0], beat_s * 3.5)]


def _pitch(piece: Piece, degree: int) -> float:
    scale = _MINOR if piece.minor else _MAJOR
    octave, step = divmod(degree, len(scale))
    return float(piece.root_hz * 2 ** (octave + scale[step] / 12))


def _time(length_s: float) -> _Signal:
    return np.arange(round(length_s * RATE_HZ)) / RATE_HZ


def _keys(note_hz: float, length_s: float) -> _Signal:
    at = _time(length_s)
    partials = sum(
        np.sin(2 * np.pi * note_hz * n * at) * np.exp(-at * (1.5 + 1.4 * n)) / n for n in range(1, 7)
    )
    return np.asarray(partials * np.minimum(1, at / 0.006))


def _pad(note_hz: float, length_s: float) -> _Signal:
    at = _time(length_s)
    swell = np.sin(np.pi * at / length_s) ** 0.7
    detuned = sum(np.sin(2 * np.pi * note_hz * ratio * at) for ratio in (0.997, 1.0, 1.003, 2.001))
    return np.asarray(detuned * swell / 2)


def _lead(note_hz: float, length_s: float) -> _Signal:
    at = _time(length_s)
    saw = sum(np.sin(2 * np.pi * note_hz * n * at) / n for n in range(1, 10))
    return np.asarray(saw * np.exp(-at * 4) * np.minimum(1, at / 0.004))


def _bass(note_hz: float, length_s: float) -> _Signal:
    at = _time(length_s)
    tone = np.sin(2 * np.pi * note_hz * at) + 0.4 * np.sin(4 * np.pi * note_hz * at)
    return np.asarray(tone * np.exp(-at * 3) * np.minimum(1, at / 0.005))


def _drums(sound: _Signal, start: int, beat_s: float, generator: np.random.Generator) -> None:
    short = _time(0.12)
    kick = np.sin(2 * np.pi * (50 + 90 * np.exp(-short * 35)) * short) * np.exp(-short * 22)
    for beat in range(_BEATS_PER_BAR):
        at = start + round(beat * beat_s * RATE_HZ)
        _add(sound, at, kick, 0.7)
        if beat % 2:
            _add(sound, at, generator.standard_normal(short.size) * np.exp(-short * 30), 0.25)
        for half in (0, 0.5):
            hat = generator.standard_normal(short.size // 3) * np.exp(-short[: short.size // 3] * 90)
            _add(sound, at + round(half * beat_s * RATE_HZ), hat, 0.1)


def _add(sound: _Signal, at: int, note: _Signal, level: float) -> None:
    end = min(at + note.size, sound.size)
    if end > at:
        sound[at:end] += level * note[: end - at]


_VOICES = {"keys": _keys, "pad": _pad, "lead": _lead}
