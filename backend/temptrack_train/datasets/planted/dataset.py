"""The planted collection: a dataset whose truth is known, so that claims about a method can be checked."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from temptrack_train.datasets.planted.latents import Latents, draw_latents
from temptrack_train.datasets.planted.senses import (
    Hearing,
    listen,
    music_features,
    tag_posteriors,
    video_features,
)
from temptrack_train.datasets.planted.spec import PlantedSpec
from temptrack_train.datasets.planted.streams import Array, stream, unit
from temptrack_train.datasets.planted.text_encoder import PlantedTextEncoder
from temptrack_train.datasets.planted.writing import describe
from temptrack_train.datasets.taxonomy import TAG_THRESHOLD, TAGS
from temptrack_train.datasets.types import FeatureSpaces, Indices, Matrix, SplitName, TrimodalItem

_STYLE, _GENRE, _MOOD, _TEMPO, _BOND = 0.7, 0.4, 1.5, 1.0, 0.75
"""How much a difference in each factor costs, in units of the exponent of ``relevance``."""


class PlantedDataset:
    """Films and music drawn from known causes.

    Attributes:
        spec: how they were drawn.
        latents: the truth, for measuring only; no model may see it.
        text_encoder: the encoder of this world's texts.
    """

    def __init__(self, spec: PlantedSpec | None = None) -> None:
        """Draw a collection; features are made when first asked for."""
        self.spec = spec or PlantedSpec()
        self.latents: Latents = draw_latents(self.spec)
        self.text_encoder = PlantedTextEncoder(
            world_seed=self.spec.world_seed,
            text_dim=self.spec.text_dim,
            cone=self.spec.cone,
            form=self.spec.form,
        )

    @property
    def name(self) -> str:
        """Name with the seed."""
        return f"planted-{self.spec.seed}"

    @cached_property
    def spaces(self) -> FeatureSpaces:
        """The encoders of this world."""
        spec = self.spec
        return FeatureSpaces(
            video_encoder_id=f"planted-video-{spec.world_id}",
            music_encoder_id=f"planted-music-{spec.world_id}",
            text_encoder_id=self.text_encoder.id,
            video_dim=spec.video_dim,
            music_dim=spec.music_dim,
            text_dim=spec.text_dim,
        )

    @cached_property
    def track_ids(self) -> Sequence[str]:
        """Ids in order of splits."""
        return tuple(f"planted-{self.spec.seed}-{row:05d}" for row in range(len(self)))

    @cached_property
    def video(self) -> Array:
        """Features of all films, [items, segments, video_dim]."""
        return video_features(self.spec, self.latents)

    @cached_property
    def music(self) -> Array:
        """Features of all music, [items, segments, music_dim]."""
        return music_features(self.spec, self.latents, self._hearing)

    @cached_property
    def _hearing(self) -> Hearing:
        return listen(self.spec, self.latents)

    @cached_property
    def _posteriors(self) -> Array:
        return tag_posteriors(self.spec, self._hearing)

    @cached_property
    def _described(self) -> frozenset[int]:
        """Rows people described: some of the training split, all of the others."""
        spec = self.spec
        chosen = stream(spec.seed, "described").permutation(spec.train)[: spec.described_train]
        return frozenset(chosen.tolist()) | frozenset(range(spec.train, spec.items))

    def __len__(self) -> int:
        """Count items of all splits."""
        return self.spec.items

    def item(self, index: int) -> TrimodalItem:
        """Return an item; its description speaks about the ten seconds in the middle, as the paper's do."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        middle = self.spec.segments // 2
        texts = (describe(self.spec, self.latents, index, middle),) if index in self._described else ()
        return TrimodalItem(
            track_id=self.track_ids[index],
            video=self.video[index],
            music=self.music[index],
            texts=texts,
            tags=frozenset(tag for tag, score in self.tag_scores(index).items() if score > TAG_THRESHOLD),
            recording_id=self.track_ids[self.latents.recording[index]],
            described=(middle, middle + 1) if texts else None,
        )

    def split(self, name: SplitName) -> Indices:
        """Return the items of a split."""
        spec = self.spec
        first = {"train": 0, "validation": spec.train, "test": spec.train + spec.validation}[name]
        count = {"train": spec.train, "validation": spec.validation, "test": spec.test}[name]
        return np.arange(first, first + count)

    def tag_scores(self, index: int) -> Mapping[str, float]:
        """Return the posterior of every tag."""
        return dict(zip(TAGS, self._posteriors[index].tolist(), strict=True))

    def relevance(self, query: int, candidate: int) -> float:
        """Return 0 to 1: how well one item's music suits another's film, from the truth alone."""
        one = self.relevance_matrix(np.array([query]), np.array([candidate]))
        return float(one[0, 0])

    def relevance_matrix(self, queries: Indices, candidates: Indices) -> Matrix:
        """Return the relevance of every pair, [queries, candidates].

        It falls with every difference in style, genre, mood, tempo and bond, and is 1 for the same recording.
        """
        truth = self.latents
        mood = truth.mood[queries][:, None] - truth.mood[candidates]
        octaves = np.log2(truth.tempo_bpm)
        bond = unit(truth.bond)
        distance = (
            _STYLE * (truth.style[queries][:, None] != truth.style[candidates])
            + _GENRE * (truth.genre[queries][:, None] != truth.genre[candidates])
            + _MOOD * np.square(mood).sum(axis=-1)
            + _TEMPO * np.square(octaves[queries][:, None] - octaves[candidates])
            + _BOND * (1 - bond[queries] @ bond[candidates].T)
        )
        same = truth.recording[queries][:, None] == truth.recording[candidates]
        graded: Matrix = np.where(same, 1.0, np.exp(-distance)).astype(np.float32)
        return graded
