"""Bundle lite-0: frozen permissive encoders joined by three closed-form linear maps.

The shared space is that of aspect phrases ("slow, sad piano, strings") under the sentence encoder, centred.
Words reach it by a ridge regression from captions, scene sentences and descriptions to the aspects of the
same recording; pictures by one from scene sentences alone, run on the class names a frame shows; sound by
one from musical concepts, fitted on which concepts a caption mentions and run on what the taggers hear. It is
a start: trained towers replace the maps, the graphs and the manifest stay as they are.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from temptrack.model.types import TagGroup
from temptrack_export.concepts import CONCEPTS, membership, mentions
from temptrack_export.musicnn import RAW_TAGS
from temptrack_export.texts import Caption

Array = npt.NDArray[np.float64]

RIDGE = 3.0
"""Best or within 0.01 R@10 of the best of 0.3 to 30 on held-out scene sentences."""

TAG_RIDGE = 100.0
TAGGER_NOISE = 1.0
"""Standard deviation of the noise that stands for a tagger's errors, in deviations of a concept."""

CLIP_LOW, CLIP_HIGH = -2.5, 3.0
"""A recording far outside the calibration set counts as an extreme member of it."""

TAG_SHARPNESS = 1.7
TAG_MARGIN = 1.0
"""A concept is called present one deviation above the calibration mean; the logistic curve of slope 1.7
follows the normal distribution's."""

VOCAL_SHARPNESS = 2.0
SUNG_ABOVE = 0.8
UNSUNG_BELOW = -0.5
"""Voice is judged absolutely, by the log-odds of "vocals" less those of "no vocals"; in between is unsure."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Mean and deviation of musicnn's log-odds over real music.

    Attributes:
        mean: [100].
        deviation: [100].
        concept_deviation: [concepts], of the mean standardised log-odds of a concept's members.
        source: what was measured, in words.
    """

    mean: Array
    deviation: Array
    concept_deviation: Array
    source: str


def read_calibration() -> Calibration:
    """Read the calibration that is part of the recipe."""
    content = json.loads((files("temptrack_export") / "lite0_calibration.json").read_text("utf-8"))
    return Calibration(
        np.array(content["mean"]),
        np.array(content["deviation"]),
        np.array(content["concept_deviation"]),
        content["source"],
    )


@dataclass(frozen=True, slots=True)
class LinearMap:
    """Subtract a mean, scale to length 1, multiply: [text_dim] to [embed_dim]."""

    mean: Array
    weights: Array


@dataclass(frozen=True, slots=True)
class JointSpace:
    """The three maps into the shared space."""

    words: LinearMap
    picture: LinearMap
    concepts: Array


def unit(rows: npt.NDArray[Any]) -> Array:
    """Scale rows to length 1."""
    values: Array = np.asarray(rows, np.float64)
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return np.asarray(values / np.maximum(lengths, 1e-9), np.float64)


def _ridge(inputs: Array, targets: Array, strength: float) -> Array:
    penalty: Array = strength * np.eye(inputs.shape[1], dtype=np.float64)
    return np.asarray(np.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets), np.float64)


def fit_joint_space(
    captions: Sequence[Caption], catalogue: Sequence[Caption], encode: Any, class_texts: Array, seed: int = 0
) -> JointSpace:
    """Fit the maps in closed form.

    Args:
        captions: MusicCaps, with scenes.
        catalogue: descriptions whose aspects are written in another style, centred on their own.
        encode: texts to sentence embeddings [count, text_dim].
        class_texts: embeddings of the frame encoder's class names, [1000, text_dim].
        seed: of the noise that stands for a tagger's errors.

    Returns:
        Maps of words, of pictures and of concepts.
    """
    scenes = [(sentence, row) for row, caption in enumerate(captions) for sentence in caption.scenes]
    scene_rows = np.array([row for _, row in scenes])
    words, aspects = encode([item.words for item in captions]), encode([item.aspects for item in captions])
    spoken = encode([sentence for sentence, _ in scenes])
    listed, summed = encode([item.words for item in catalogue]), encode([item.aspects for item in catalogue])
    target = unit(aspects - aspects.mean(axis=0))
    target_listed = unit(summed - summed.mean(axis=0))

    everything = [spoken, words, listed, aspects]
    mean = np.concatenate(everything).mean(axis=0)
    inputs = np.concatenate([unit(rows - mean) for rows in everything])
    targets = np.concatenate([target[scene_rows], target, target_listed, target])
    of_words = LinearMap(mean, _ridge(inputs, targets, RIDGE))

    of_scenes = _ridge(unit(spoken - spoken.mean(axis=0)), target[scene_rows], RIDGE)
    of_picture = LinearMap(class_texts.mean(axis=0), of_scenes)

    said = mentions([f"{item.aspects}. {item.words}" for item in (*captions, *catalogue)]).astype(np.float64)
    share = said.mean(axis=0)
    standard = (said - share) / np.sqrt(share * (1 - share))
    noisy = standard + TAGGER_NOISE * np.random.default_rng(seed).standard_normal(standard.shape)
    of_concepts = _ridge(noisy, np.concatenate([target, target_listed]), TAG_RIDGE)
    return JointSpace(of_words, of_picture, of_concepts)


def _tensor(values: npt.NDArray[Any]) -> Tensor:
    return torch.tensor(np.asarray(values), dtype=torch.float32)


class LinearTower(nn.Module):
    """Text features [rows, text_dim] to embeddings [rows, embed_dim] of length 1."""

    def __init__(self, linear: LinearMap) -> None:
        super().__init__()
        self.register_buffer("mean", _tensor(linear.mean))
        self.register_buffer("weights", _tensor(linear.weights))

    def forward(self, features: Tensor) -> Tensor:
        """Centre, normalise, map, normalise."""
        centred = functional.normalize(features - self.get_buffer("mean"), dim=-1)
        return functional.normalize(centred @ self.get_buffer("weights"), dim=-1)


class QueryTower(nn.Module):
    """Picture and words to one embedding: the average of both, weighted by ``text_weight``.

    Every segment is embedded by itself and the embeddings are averaged, not the features: where segments
    disagree the average is short, so a film of unlike scenes pulls less against the words than one of like
    scenes, and what few frames leave uncertain about each is not blown up to full length.
    """

    def __init__(self, space: JointSpace) -> None:
        super().__init__()
        self.video_tower = LinearTower(space.picture)
        self.text_tower = LinearTower(space.words)

    def forward(self, video: Tensor, video_mask: Tensor, text: Tensor, text_weight: Tensor) -> Tensor:
        """Fuse; a mask of zeros or a weight of zero silences its side.

        Args:
            video: [queries, segments, video_dim].
            video_mask: [queries, segments], 1 where there is picture.
            text: [queries, text_dim].
            text_weight: [queries], 0 to 1.
        """
        present = video_mask.unsqueeze(-1)
        weight = text_weight.unsqueeze(-1)
        picture = (self.video_tower(video) * present).sum(dim=1) / present.sum(dim=1).clamp(min=1.0)
        return functional.normalize((1 - weight) * picture + weight * self.text_tower(text), dim=-1)


VOICES = ("female vocals", "male vocals", "vocals", "instrumental")
"""Concepts of the voice, in the order ``VoiceTags`` puts them out."""

TAG_NAMES: tuple[tuple[str, TagGroup], ...] = tuple((concept.name, concept.group) for concept in CONCEPTS)


class VoiceTags(nn.Module):
    """Tag log-odds [rows, 100] to posteriors of female, male, any and no vocals, [rows, 4].

    Voice is judged absolutely: music libraries differ too much in how much of them is sung.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("voice", _tensor(_voice_columns()))

    def forward(self, logits: Tensor) -> Tensor:
        """Judge whether somebody sings, and who."""
        sung, unsung, female, male = (logits @ self.get_buffer("voice")).unbind(dim=-1)
        vocals = torch.sigmoid(VOCAL_SHARPNESS * (sung - unsung - SUNG_ABOVE))
        instrumental = torch.sigmoid(VOCAL_SHARPNESS * (UNSUNG_BELOW - sung + unsung))
        by_women = vocals * torch.sigmoid(VOCAL_SHARPNESS * (female - male))
        return torch.stack([by_women, vocals - by_women, vocals, instrumental], dim=-1)


class MusicTower(nn.Module):
    """Tag log-odds [rows, 100] to embeddings [rows, embed_dim] and tag posteriors [rows, concepts]."""

    def __init__(self, space: JointSpace, calibration: Calibration) -> None:
        super().__init__()
        self.register_buffer("mean", _tensor(calibration.mean))
        self.register_buffer("deviation", _tensor(calibration.deviation))
        self.register_buffer("members", _tensor(membership() / calibration.concept_deviation))
        self.register_buffer("weights", _tensor(space.concepts))
        self.voice = VoiceTags()
        names = [name for name, _ in TAG_NAMES]
        self.first_voice = names.index(VOICES[0])
        if tuple(names[self.first_voice :]) != VOICES:
            raise ValueError("the vocal concepts must come last, in the order the tower puts them out")

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Standardise, sum up by concept, map; judge voice by itself."""
        standard = (features - self.get_buffer("mean")) / self.get_buffer("deviation")
        concepts = (standard @ self.get_buffer("members")).clamp(CLIP_LOW, CLIP_HIGH)
        embeddings = functional.normalize(concepts @ self.get_buffer("weights"), dim=-1)
        present = torch.sigmoid(TAG_SHARPNESS * (concepts[:, : self.first_voice] - TAG_MARGIN))
        return embeddings, torch.cat([present, self.voice(features)], dim=-1)


def _voice_columns() -> npt.NDArray[np.float32]:
    groups = (
        ("vocal", "vocals", "singing", "voice"),
        ("no_vocals", "no_vocal", "no_voice"),
        ("female", "woman", "female_vocal", "female_voice"),
        ("male", "man", "male_vocal", "male_voice"),
    )
    columns = np.zeros((len(RAW_TAGS), len(groups)), np.float32)
    for column, group in enumerate(groups):
        for tag in group:
            columns[RAW_TAGS.index(f"mtt:{tag}"), column] = 1 / len(group)
    return columns
