"""How the planted world looks and sounds to its encoders: features of picture and music, and a tagger.

The tagger and the music features come from the same idea of each track, errors included, because the paper's
tagger and its DeepSim features are one network (ViML).
"""

from dataclasses import dataclass

import numpy as np

from temptrack_train.datasets.planted.latents import Latents
from temptrack_train.datasets.planted.spec import PlantedSpec
from temptrack_train.datasets.planted.streams import Array, directions, normal, stream, unit
from temptrack_train.datasets.planted.words import STYLES
from temptrack_train.datasets.taxonomy import GENRES

_PRIVATE_DIM = 32
_TOGETHER_DIM = 64
_CHUNK = 256
_BLOCKS = 4  # DeepSim's subspaces: genre, mood, instrument, era
_LEAD_BONUS = 0.6


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the music encoder makes of a track as a whole.

    Attributes:
        tags: [items, 89], activation of every tag: about 1 where it is true, about -1 where not.
        era: [items, bond_dim + 1], the bond and the tempo in octaves around 110 bpm.
    """

    tags: Array
    era: Array


def listen(spec: PlantedSpec, latents: Latents) -> Hearing:
    """Hear every track as a whole, with errors that stay the same wherever the track is used."""
    truth = np.concatenate(
        [latents.instruments, np.eye(len(GENRES), dtype=bool)[latents.genre], latents.mood_tags], axis=1
    )
    # Not everything true is heard clearly: some of it drowns, and the tagger misses it.
    drowned = stream(spec.seed, "drowned").exponential(spec.faintness, truth.shape)[latents.recording]
    activation = np.where(truth, 1.0 - drowned, -1.0).astype(np.float32)
    activation[np.arange(len(truth)), latents.lead] += _LEAD_BONUS
    errors = normal(spec.seed, "hearing", *activation.shape)
    # Copies of a recording are heard almost alike: most of the error belongs to the recording.
    errors = 0.95 * errors[latents.recording] + 0.3 * normal(spec.seed, "hearing copies", *errors.shape)
    octaves = np.log2(latents.tempo_bpm / 110)[:, None]
    return Hearing(
        tags=activation + spec.hearing_noise * errors,
        era=np.concatenate([latents.bond, 3 * octaves], axis=1).astype(np.float32),
    )


def tag_posteriors(spec: PlantedSpec, hearing: Hearing) -> Array:
    """Return the tagger's posteriors, [items, 89]."""
    posteriors: Array = 1 / (1 + np.exp(-spec.tagger_sharpness * hearing.tags))
    return posteriors


def music_features(spec: PlantedSpec, latents: Latents, hearing: Hearing) -> Array:
    """Return the music's features, [items, segments, music_dim], not negative: four blocks, rectified."""
    instruments = latents.instruments.shape[1]
    genres = instruments + len(GENRES)
    heard_now = np.where(latents.playing, 0.0, -0.7).astype(np.float32)
    per_window = hearing.tags[:, None, :instruments] + heard_now * latents.instruments[:, None]
    energy = spec.drift * latents.movement[..., None]
    mood = np.concatenate([latents.mood, hearing.tags[:, genres:]], axis=1)
    moving = np.concatenate([np.zeros_like(energy), energy], axis=2) * 2
    ideas = (
        _spread(hearing.tags[:, instruments:genres], spec),
        _spread(mood, spec) + np.pad(moving, ((0, 0), (0, 0), (0, mood.shape[1] - 2))),
        per_window,
        _spread(hearing.era, spec),
    )
    private = normal(spec.seed, "production", spec.items, _PRIVATE_DIM)
    private = 0.95 * private[latents.recording] + 0.3 * normal(spec.seed, "mastering", *private.shape)
    block = spec.music_dim // _BLOCKS
    features = np.empty((spec.items, spec.segments, spec.music_dim), dtype=np.float32)
    for number, idea in enumerate(ideas):
        width = block if number < _BLOCKS - 1 else spec.music_dim - block * (_BLOCKS - 1)
        part = slice(number * block, number * block + width)
        seen = idea @ (
            directions(spec.world_seed, f"music {number}", idea.shape[2], width) * np.sqrt(width / 16)
        )
        own = private @ directions(spec.world_seed, f"production {number}", _PRIVATE_DIM, width)
        features[..., part] = seen + spec.music_private * own[:, None]
    for first in range(0, spec.items, _CHUNK):
        rows = features[first : first + _CHUNK]
        rows += spec.music_noise * normal(spec.seed, f"windows {first}", *rows.shape)
    return np.maximum(features, 0, out=features)


def video_features(spec: PlantedSpec, latents: Latents) -> Array:
    """Return the picture's features, [items, segments, video_dim], of length 1 around a common mean."""
    film = _film(spec, latents)
    features = np.empty((spec.items, spec.segments, spec.video_dim), dtype=np.float32)
    for first in range(0, spec.items, _CHUNK):  # as one array the parts would take many times the memory
        rows = slice(first, first + _CHUNK)
        features[rows] = _segments(
            spec, film[rows], latents.movement[rows], stream(spec.seed, f"film {first}")
        )
    return features


def _segments(spec: PlantedSpec, film: Array, movement: Array, chance: np.random.Generator) -> Array:
    """Show some films segment by segment: energy, shots of their own, inserts, noise."""
    world, dim, shape = spec.world_seed, spec.video_dim, (*movement.shape, _PRIVATE_DIM)
    energy = spec.mood_in_picture * 2 * spec.drift * directions(world, "energy seen", 1, dim)
    seen = film[:, None] + movement[..., None] * energy
    # Encoders are not linear: what is seen together is not the sum of what is seen alone.
    together = np.tanh(2 * seen @ directions(world, "together", _TOGETHER_DIM, dim).T)
    seen += 0.2 * together @ directions(world, "seen together", _TOGETHER_DIM, dim)
    own = chance.standard_normal((len(film), 1, _PRIVATE_DIM), dtype=np.float32)
    shots = 0.5 * own + 0.8 * chance.standard_normal(shape, dtype=np.float32)
    seen += 0.5 * spec.video_private * shots @ directions(world, "shots", _PRIVATE_DIM, dim)
    inserts = chance.standard_normal(shape, dtype=np.float32) @ directions(
        world, "inserts", _PRIVATE_DIM, dim
    )
    inserts = directions(world, "insert", 1, dim)[0] + 0.5 * inserts
    seen = np.where(chance.random((*movement.shape, 1)) < spec.cutaways, inserts, seen)
    noise = chance.standard_normal(seen.shape, dtype=np.float32) * (spec.video_noise / dim**0.5)
    return unit(3 * spec.cone * directions(world, "video cone", 1, dim)[0] + seen + noise)


def _film(spec: PlantedSpec, latents: Latents) -> Array:
    """Return what a film shows all along of what its music is: style, some bond, a little mood."""
    world, dim = spec.world_seed, spec.video_dim
    agreement = spec.bond_agreement
    shown_bond = agreement * latents.bond + np.sqrt(1 - agreement**2) * normal(
        spec.seed, "bond shown", *latents.bond.shape
    )
    # A sad wedding and a sad war do not look sad in the same way.
    looks = directions(world, "mood seen", len(STYLES) * 2, dim).reshape(len(STYLES), 2, dim)
    common = directions(world, "mood seen anywhere", 2, dim)
    mood = np.einsum("im,imd->id", latents.mood, 0.7 * looks[latents.style] + 0.7 * common)
    style = directions(world, "style seen", len(STYLES), dim)[latents.style]
    bond = shown_bond @ directions(world, "bond seen", spec.bond_dim, dim) / np.sqrt(spec.bond_dim)
    film: Array = (spec.style_in_picture * style + 1.5 * bond + spec.mood_in_picture * mood).astype(
        np.float32
    )
    return film


def _spread(rows: Array, spec: PlantedSpec) -> Array:
    """Repeat what holds for the whole track over its windows."""
    return np.broadcast_to(rows[:, None], (len(rows), spec.segments, rows.shape[1]))
