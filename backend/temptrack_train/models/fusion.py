"""Fusions: the picture's states and the words' state to one vector.

The paper says "fusion module" and no more in the sources at hand, so there are three to compare.
"""

import torch
from torch import Tensor, nn

from temptrack_train.models.config import FusionConfig, TowerConfig
from temptrack_train.models.towers import Block, Encoded


class ConcatFusion(nn.Module):
    """Both pooled states side by side through two layers, and beside those straight on."""

    def __init__(self, tower: TowerConfig, embed_dim: int) -> None:
        super().__init__()
        self.straight = nn.Linear(2 * tower.width, embed_dim)
        self.dense = nn.Sequential(
            nn.Linear(2 * tower.width, 2 * tower.width),
            nn.GELU(),
            nn.Dropout(tower.dropout),
            nn.Linear(2 * tower.width, embed_dim),
        )

    def forward(self, picture: Encoded, words: Tensor) -> Tensor:
        """Return [batch, embed_dim]; ``words`` is [batch, width]."""
        both = torch.cat([picture.pooled, words], dim=1)
        joined: Tensor = self.straight(both) + self.dense(both)
        return joined


class GatedFusion(nn.Module):
    """A mixture of both pooled states; every coordinate has a share of its own, taken from both."""

    def __init__(self, tower: TowerConfig, embed_dim: int) -> None:
        super().__init__()
        self.share = nn.Linear(2 * tower.width, tower.width)
        self.leave = nn.Sequential(nn.LayerNorm(tower.width), nn.Linear(tower.width, embed_dim))

    def forward(self, picture: Encoded, words: Tensor) -> Tensor:
        """Return [batch, embed_dim]; ``words`` is [batch, width]."""
        share = torch.sigmoid(self.share(torch.cat([picture.pooled, words], dim=1)))
        mixed: Tensor = self.leave(share * picture.pooled + (1 - share) * words)
        return mixed


class TransformerFusion(nn.Module):
    """A transformer over a class token (the pooled picture), every segment, and the words."""

    def __init__(self, tower: TowerConfig, embed_dim: int, layers: int) -> None:
        super().__init__()
        self.kinds = nn.Parameter(torch.randn(3, tower.width) * 0.02)
        self.blocks = nn.ModuleList(
            Block(tower.width, tower.heads, tower.feedforward, tower.dropout) for _ in range(layers)
        )
        self.leave = nn.Sequential(nn.LayerNorm(tower.width), nn.Linear(tower.width, embed_dim))

    def forward(self, picture: Encoded, words: Tensor) -> Tensor:
        """Return [batch, embed_dim]; ``words`` is [batch, width]."""
        kinds = self.kinds.to(words.dtype)
        token = (picture.pooled + kinds[0])[:, None]
        states = torch.cat([token, picture.states + kinds[1], words[:, None] + kinds[2]], dim=1)
        there = torch.ones_like(picture.mask[:, :1])
        mask = torch.cat([there, picture.mask, there], dim=1)
        for block in self.blocks:
            states = block(states, mask)
        fused: Tensor = self.leave(states[:, 0])
        return fused


def make_fusion(config: FusionConfig, tower: TowerConfig, embed_dim: int) -> nn.Module:
    """Return the fusion that a configuration names; it maps (picture, words) to [batch, embed_dim]."""
    match config.kind:
        case "concat_mlp":
            return ConcatFusion(tower, embed_dim)
        case "gated":
            return GatedFusion(tower, embed_dim)
        case "transformer":
            return TransformerFusion(tower, embed_dim, config.layers)
