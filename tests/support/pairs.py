"""Small learnable collections, as tensors and as datasets, for tests of models and training."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from temptrack_train.datasets.types import FeatureSpaces, Indices, Matrix, SplitName, TrimodalItem
from temptrack_train.losses.objective import Batch
from temptrack_train.training.config import SystemConfig, load_system
from temptrack_train.training.corpus import Corpus
from temptrack_train.training.fit import TrainingData

SPACES = FeatureSpaces("pairs-video", "pairs-music", "pairs-text", 12, 10, 8)

TINY: Mapping[str, Any] = {
    "data.texts": "human",
    "model.embed_dim": 8,
    "model.tower.width": 16,
    "model.tower.heads": 2,
    "model.tower.dropout": 0.1,
    "training.batch_size": 16,
    "training.epochs": 3,
    "training.learning_rate": 0.01,
    "training.segments": 2,
    "training.patience": 9,
}
"""Changes that make any system train in a blink."""


def tiny(name: str, **changes: Any) -> SystemConfig:
    """Return a shipped system at a size for tests; ``__`` in a name stands for a dot."""
    dotted = {key.replace("__", "."): value for key, value in changes.items()}
    return load_system(name, {**TINY, **dotted})


class WordCounts:
    """A text encoder: each word has its own place."""

    id = "pairs-text"
    text_dim = 8

    def encode(self, texts: Sequence[str]) -> Matrix:
        rows = np.zeros((len(texts), self.text_dim), np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                rows[row, int(word.removeprefix("w")) % self.text_dim] += 1
        return rows


class Pairs:
    """Films and music that show the same hidden numbers; words say which two of eight are largest."""

    name = "pairs"
    spaces = SPACES

    def __init__(self, *, train: int = 64, validation: int = 32, test: int = 16, words: bool = True) -> None:
        count = train + validation + test
        self._bounds = (0, train, train + validation, count)
        chance = np.random.default_rng(5)
        self._hidden = chance.standard_normal((count, 8)).astype(np.float32)
        self._seen = chance.standard_normal((8, 12)).astype(np.float32)
        self._heard = chance.standard_normal((8, 10)).astype(np.float32)
        self._lengths = chance.integers(1, 5, (count, 2))
        self._words = words
        self.track_ids = tuple(f"track-{row}" for row in range(count))

    def __len__(self) -> int:
        return len(self.track_ids)

    def item(self, index: int) -> TrimodalItem:
        segments, windows = (int(length) for length in self._lengths[index])
        hidden = self._hidden[index]
        first, second = np.argsort(hidden)[:2]
        return TrimodalItem(
            track_id=self.track_ids[index],
            video=np.tile(hidden @ self._seen, (segments, 1)),
            music=np.tile(hidden @ self._heard, (windows, 1)),
            texts=(f"w{first} w{second}",) if self._words and index % 4 else (),
            tags=frozenset({f"tag{first}", f"tag{second}"}),
            recording_id=f"recording-{index - index % 8 // 7}",
        )

    def split(self, name: SplitName) -> Indices:
        part = ("train", "validation", "test").index(name)
        return np.arange(self._bounds[part], self._bounds[part + 1])


def training_pairs(**sizes: Any) -> TrainingData:
    """Return the collection ready to train on."""
    pairs, encoder = Pairs(**sizes), WordCounts()
    return TrainingData(
        spaces=SPACES,
        train=Corpus.of(pairs, pairs.split("train"), encoder),
        validation=Corpus.of(pairs, pairs.split("validation"), encoder),
        empty_text=[0.0] * 8,
    )


def random_batch(count: int = 6, *, segments: int = 3, seed: int = 0) -> Batch:
    """Return a batch of noise in which the first item has no words and the last one segment."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.ones(count, segments)
    mask[-1, 1:] = 0
    has_text = torch.ones(count, dtype=torch.bool)
    has_text[0] = False
    return Batch(
        video=torch.randn(count, segments, 12, generator=generator),
        video_mask=mask,
        music=torch.randn(count, segments, 10, generator=generator),
        music_mask=mask,
        text=torch.randn(count, 8, generator=generator) * has_text[:, None],
        has_text=has_text,
        words_kept=has_text.clone(),
        recordings=torch.arange(count),
        tags=(torch.rand(count, 5, generator=generator) > 0.5).float(),
    )
