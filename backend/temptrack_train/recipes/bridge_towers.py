"""Towers of the language-bridged recipe: maps that start at what is known and learn what is missing.

The shared space is that of aspect phrases under the text encoder, so a tower that has learned nothing already
ranks as the text encoder does, towers trained with other seeds share one space and can be averaged, and words
keep what no tagger hears ("beach", "1920s"). Larger towers (two layers, transformers) were worse on a new
author's scenes: docs/adr/0011 has the figures.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from temptrack_train.datasets.types import Matrix


class AnchoredTower(nn.Module):
    """Features [..., text_dim] to embeddings [..., text_dim] of length 1; untrained it centres and no more.

    Removing the mean of a modality closes most of the gap between modalities (Liang et al., "Mind the Gap",
    NeurIPS 2022).
    """

    def __init__(self, mean: Matrix, dropout: float = 0.0, noise: float = 0.0) -> None:
        """Prepare a tower.

        Args:
            mean: [text_dim] of the features it will see.
            dropout: share of centred features dropped in training.
            noise: length of the Gaussian noise added in training to centred features of length 1.
        """
        super().__init__()
        self.register_buffer("mean", torch.as_tensor(mean, dtype=torch.float32))
        self.linear = nn.Linear(len(mean), len(mean), bias=False)
        nn.init.eye_(self.linear.weight)
        self.dropout = nn.Dropout(dropout)
        self.noise = noise

    def forward(self, features: Tensor) -> Tensor:
        """Centre, normalise, map, normalise."""
        centred = functional.normalize(features - self.get_buffer("mean"), dim=-1)
        if self.training and self.noise:
            jitter = torch.randn_like(centred) * (self.noise * centred.shape[-1] ** -0.5)
            centred = functional.normalize(centred + jitter, dim=-1)
        mapped: Tensor = self.linear(self.dropout(centred))
        return functional.normalize(mapped, dim=-1)


class HeardTower(nn.Module):
    """Concept scores [..., concepts], in deviations, to embeddings [..., embed_dim] of length 1.

    A linear part that starts at a ridge regression, and beside it two layers that start at nothing: concepts
    mean other things together than alone.
    """

    def __init__(self, start: Matrix, width: int, dropout: float) -> None:
        """Take the ridge regression, [concepts, embed_dim]."""
        super().__init__()
        concepts, embed_dim = start.shape
        self.linear = nn.Linear(concepts, embed_dim, bias=False)
        with torch.no_grad():
            self.linear.weight.copy_(torch.as_tensor(start.T, dtype=torch.float32))
        last = nn.Linear(width, embed_dim)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.dense = nn.Sequential(nn.Linear(concepts, width), nn.GELU(), nn.Dropout(dropout), last)

    def forward(self, scores: Tensor) -> Tensor:
        """Embed."""
        return functional.normalize(self.linear(scores) + self.dense(scores), dim=-1)


class Bridge(nn.Module):
    """All towers of one training."""

    def __init__(
        self, scenes: AnchoredTower, words: AnchoredTower, aspects: AnchoredTower, heard: HeardTower
    ) -> None:
        super().__init__()
        self.scenes, self.words, self.aspects, self.heard = scenes, words, aspects, heard


class Ensemble(nn.Module):
    """Towers of several seeds as one: the mean of their embeddings, of length 1."""

    def __init__(self, towers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.towers = nn.ModuleList(towers)

    def forward(self, features: Tensor) -> Tensor:
        """Average."""
        return functional.normalize(torch.stack([tower(features) for tower in self.towers]).mean(0), dim=-1)


def joined_anchored(towers: Sequence[AnchoredTower]) -> AnchoredTower:
    """Return one tower with the mean weights of several: they are linear, so that is their ensemble."""
    first = towers[0]
    joined = AnchoredTower(first.get_buffer("mean").numpy())
    with torch.no_grad():
        joined.linear.weight.copy_(torch.stack([tower.linear.weight for tower in towers]).mean(0))
    return joined.eval()
