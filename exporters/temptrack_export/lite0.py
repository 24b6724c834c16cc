"""Bundle lite-0, the baseline of lite-1: frozen encoders joined by three closed-form linear maps.

The shared space is that of aspect phrases ("slow, sad piano, strings") under the sentence encoder, centred.
Words reach it by a ridge regression from captions, scene sentences and descriptions to the aspects of the
same recording; pictures by one from scene sentences alone, run on the class names a frame shows; sound by
one from musical concepts, fitted on which concepts a caption mentions and run on what the taggers hear.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from temptrack.model.types import TagGroup
from temptrack_export.calibration import CLIP_HIGH, CLIP_LOW, Calibration
from temptrack_export.concepts import CONCEPTS, membership, mentions
from temptrack_export.texts import Caption
from temptrack_export.voice import VOICES, VoiceTags

Array = npt.NDArray[np.float64]

RIDGE = 3.0
"""Best or within 0.01 R@10 of the best of 0.3 to 30 on held-out scene sentences."""

TAG_RIDGE = 100.0
TAGGER_NOISE = 1.0
"""Standard deviation of the noise that stands for a tagger's errors, in deviations of a concept."""

TAG_SHARPNESS = 1.7
TAG_MARGIN = 1.0
"""A concept is called present one deviation above the calibration mean; the logistic curve of slope 1.7
follows the normal distribution's."""


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


TAG_NAMES: tuple[tuple[str, TagGroup], ...] = tuple((concept.name, concept.group) for concept in CONCEPTS)


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
