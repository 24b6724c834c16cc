"""What is true of each planted film and its music, before any encoder looks or listens."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from temptrack_train.datasets.planted.spec import PlantedSpec
from temptrack_train.datasets.planted.streams import Array, normal, stream
from temptrack_train.datasets.planted.words import GENRE_HABITS, MOOD_PLACES, STYLES
from temptrack_train.datasets.taxonomy import GENRES, INSTRUMENTS, MOODS

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_GENRE_WEIGHTS = (0.45, 0.25, 0.15)
_USUAL, _UNUSUAL = 0.55, 0.02
_MOOD_REACH = 0.45
_OCTAVE_BPM = 1.6


@dataclass(frozen=True, slots=True)
class Latents:
    """The truth, row by row.

    Attributes:
        recording: number of the recording; near-duplicates share it.
        style: position in ``STYLES``.
        genre: position in ``GENRES``.
        mood: [items, 2], valence and arousal of the music as a whole, -1 to 1.
        tempo_bpm: beats per minute.
        instruments: [items, 41], which instruments play.
        lead: position in ``INSTRUMENTS`` of the one in front.
        mood_tags: [items, 28], which mood words fit.
        bond: [items, bond_dim], what film and music share and no word names.
        movement: [items, segments], energy over time relative to the whole, about -1 to 1.
        playing: [items, segments, 41], which instruments are heard in each ten seconds.
    """

    recording: Numbers
    style: Numbers
    genre: Numbers
    mood: Array
    tempo_bpm: Array
    instruments: Flags
    lead: Numbers
    mood_tags: Flags
    bond: Array
    movement: Array
    playing: Flags


def draw_latents(spec: PlantedSpec) -> Latents:
    """Draw the truth of every item; splits lie one after another and never share a recording."""
    seed, count = spec.seed, spec.items
    recording = _recordings(spec)
    chance = stream(seed, "style")
    style = chance.integers(0, len(STYLES), count)
    genre = _genres(style, stream(seed, "genre"))
    usual = np.array([(entry.valence, entry.arousal) for entry in STYLES], dtype=np.float32)
    mood = np.tanh(0.8 * usual[style] + 0.5 * normal(seed, "mood", count, 2))
    habits = [GENRE_HABITS[name] for name in GENRES]
    usual_bpm = np.array([habit.tempo_bpm for habit in habits], dtype=np.float32)[genre]
    bend = 0.2 * mood[:, 1] + 0.15 * normal(seed, "tempo", count)
    tempo_bpm = np.clip(usual_bpm * _OCTAVE_BPM**bend, 50, 190).astype(np.float32)
    instruments, lead = _instruments(genre, stream(seed, "instruments"))
    drawn = Latents(
        recording=recording,
        style=style,
        genre=genre,
        mood=mood.astype(np.float32),
        tempo_bpm=tempo_bpm,
        instruments=instruments,
        lead=lead,
        mood_tags=_mood_tags(mood, stream(seed, "mood tags")),
        bond=normal(seed, "bond", count, spec.bond_dim),
        movement=_movement(spec),
        playing=_playing(instruments, lead, spec),
    )
    return _rows(drawn, recording)


def _rows(latents: Latents, rows: Numbers) -> Latents:
    """Give near-duplicates everything their original has; numbers of recordings are those of originals."""
    fields = {name: getattr(latents, name)[rows] for name in Latents.__slots__ if name != "recording"}
    return Latents(recording=rows, **fields)


def _recordings(spec: PlantedSpec) -> Numbers:
    """Return for each item the item whose recording it holds: itself, or an earlier one of its split."""
    chance = stream(spec.seed, "recordings")
    parts, first = [], 0
    for count in (spec.train, spec.validation, spec.test):
        own = np.arange(first, first + count)
        copies = chance.permutation(count)[: int(spec.near_duplicates * count)]
        originals = np.setdiff1d(np.arange(count), copies)
        if len(originals):
            own[copies] = first + chance.choice(originals, len(copies))
        parts.append(own)
        first += count
    return np.concatenate(parts)


def _genres(style: Numbers, chance: np.random.Generator) -> Numbers:
    weights = np.full((len(STYLES), len(GENRES)), (1 - sum(_GENRE_WEIGHTS)) / len(GENRES))
    for row, entry in enumerate(STYLES):
        for name, weight in zip(entry.genres, _GENRE_WEIGHTS, strict=True):
            weights[row, GENRES.index(name)] += weight
    below = weights.cumsum(axis=1)[style] < chance.random((len(style), 1))
    chosen: Numbers = np.minimum(below.sum(axis=1), len(GENRES) - 1)
    return chosen


def _instruments(genre: Numbers, chance: np.random.Generator) -> tuple[Flags, Numbers]:
    likely = np.full((len(GENRES), len(INSTRUMENTS)), _UNUSUAL, dtype=np.float32)
    for row, name in enumerate(GENRES):
        for instrument in GENRE_HABITS[name].instruments:
            likely[row, INSTRUMENTS.index(instrument)] = _USUAL
    likely = likely[genre]
    found = chance.random(likely.shape) < likely
    # Every track has a lead, so every track has an instrument.
    lead = np.argmax(np.log(likely) + chance.gumbel(size=likely.shape) + 3 * found, axis=1)
    found[np.arange(len(lead)), lead] = True
    return found, lead


def _mood_tags(mood: Array, chance: np.random.Generator) -> Flags:
    places = np.array([MOOD_PLACES[name] for name in MOODS])
    distance = np.linalg.norm(mood[:, None] - places, axis=-1)
    # People disagree about words: the reach of a word differs from track to track.
    found: Flags = distance + 0.2 * chance.standard_normal(distance.shape) < _MOOD_REACH
    found[np.arange(len(mood)), distance.argmin(axis=1)] = True
    return found


def _movement(spec: PlantedSpec) -> Array:
    """Draw how energy moves: a line, a hill or a valley, and something of its own."""
    count, time = spec.items, np.linspace(-1, 1, spec.segments, dtype=np.float32)
    slope, bow = normal(spec.seed, "movement", 2, count, 1)
    own = normal(spec.seed, "movement of its own", count, spec.segments)
    steps = np.cumsum(own, axis=1) / np.sqrt(spec.segments)
    moved = 0.7 * slope * time + 0.7 * bow * (time**2 - np.mean(time**2)) + 0.5 * steps
    centred: Array = np.tanh(moved - moved.mean(axis=1, keepdims=True))
    return centred


def _playing(instruments: Flags, lead: Numbers, spec: PlantedSpec) -> Flags:
    """Draw when instruments pause; the lead is heard most of the time."""
    rests = stream(spec.seed, "rests").random((spec.items, spec.segments, len(INSTRUMENTS)), dtype=np.float32)
    rests[np.arange(len(lead)), :, lead] *= 3
    playing: Flags = instruments[:, None] & (rests > 0.3)
    return playing
