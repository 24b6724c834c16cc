"""Towers: sequences of features to one vector, and to the states of every row."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from temptrack_train.models.config import TowerConfig

_CLOSED = -1e4
"""Added to the attention of rows that are not there. Finite: a sequence without any row stays a number."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a tower makes of a batch of sequences.

    Attributes:
        states: [batch, rows, width].
        mask: [batch, rows] float, 1 where there is a row.
        pooled: [batch, width].
    """

    states: Tensor
    mask: Tensor
    pooled: Tensor


class Block(nn.Module):
    """One pre-norm transformer block with a mask over the rows."""

    def __init__(self, width: int, heads: int, feedforward: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.attention_norm = nn.LayerNorm(width)
        self.to_heads = nn.Linear(width, 3 * width)
        self.from_heads = nn.Linear(width, width)
        self.feedforward = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, feedforward * width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(feedforward * width, width),
            nn.Dropout(dropout),
        )

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return the next states [batch, rows, width]; ``mask`` [batch, rows] is 1 where there is a row."""
        batch, rows, width = states.shape
        split = self.to_heads(self.attention_norm(states))
        split = split.reshape(batch, rows, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        closed = ((1 - mask) * _CLOSED)[:, None, None, :].to(split.dtype)
        seen = functional.scaled_dot_product_attention(
            split[0], split[1], split[2], closed, dropout_p=self.dropout if self.training else 0.0
        )
        states = states + self.from_heads(seen.transpose(1, 2).reshape(batch, rows, width))
        fed: Tensor = self.feedforward(states)
        return states + fed


class TransformerTower(nn.Module):
    """A transformer over the rows of one modality (MVPt section 3.2, ViML section 3.3)."""

    def __init__(self, feature_dim: int, config: TowerConfig) -> None:
        """Prepare a tower for features of a given length."""
        super().__init__()
        self.config = config
        width = config.width
        # Encoders differ in scale by orders of magnitude; unit vectors would drown beside positions.
        self.enter = nn.Sequential(_evened(feature_dim), nn.Linear(feature_dim, width))
        self.class_token = (
            nn.Parameter(torch.randn(width) * 0.02) if config.pooling == "class_token" else None
        )
        self.blocks = nn.ModuleList(
            Block(width, config.heads, config.feedforward, config.dropout) for _ in range(config.layers)
        )
        self.leave = nn.LayerNorm(width)

    def forward(self, features: Tensor, mask: Tensor) -> Encoded:
        """Encode [batch, rows, feature_dim]; ``mask`` [batch, rows] is 1 where there is a row."""
        states = self.enter(features)
        if self.config.positions == "sinusoidal":
            states = states + _positions(states)
        if self.class_token is not None:
            token = self.class_token.expand(states.shape[0], 1, -1)
            states = torch.cat([token.to(states.dtype), states], dim=1)
            mask = torch.cat([torch.ones_like(mask[:, :1]), mask], dim=1)
        for block in self.blocks:
            states = block(states, mask)
        states = self.leave(states)
        if self.class_token is not None:
            return Encoded(states[:, 1:], mask[:, 1:], states[:, 0])
        return Encoded(states, mask, mean_over_rows(states, mask))


class MeanTower(nn.Module):
    """The mean over the rows through dense layers: a branch of a two-branch network (Prétet et al. 2021)."""

    def __init__(self, feature_dim: int, config: TowerConfig) -> None:
        """Prepare a tower for features of a given length."""
        super().__init__()
        layers: list[nn.Module] = [_evened(feature_dim)]
        for index in range(config.layers):
            layers += [nn.Linear(config.width if index else feature_dim, config.width), nn.ReLU()]
            layers += [nn.Dropout(config.dropout)]
        self.dense = nn.Sequential(*layers, nn.Linear(config.width, config.width))

    def forward(self, features: Tensor, mask: Tensor) -> Encoded:
        """Encode [batch, rows, feature_dim]; ``mask`` [batch, rows] is 1 where there is a row."""
        pooled = self.dense(mean_over_rows(features, mask))
        there = (mask.sum(1, keepdim=True) > 0).to(mask.dtype)
        return Encoded(pooled[:, None], there, pooled)


def make_tower(feature_dim: int, config: TowerConfig) -> nn.Module:
    """Return the tower that a configuration names; it maps (features, mask) to ``Encoded``."""
    return (TransformerTower if config.kind == "transformer" else MeanTower)(feature_dim, config)


def mean_over_rows(rows: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the rows that are there, [batch, width]; zeros where there is none."""
    weights = mask[..., None].to(rows.dtype)
    return (rows * weights).sum(1) / weights.sum(1).clamp(min=1)


def _evened(feature_dim: int) -> nn.LayerNorm:
    """Return a norm without scales of its own: the layer after it has them."""
    return nn.LayerNorm(feature_dim, elementwise_affine=False)


def _positions(states: Tensor) -> Tensor:
    """Return sinusoids [rows, width]; computed, not stored, so that sequences may be of any length."""
    rows, width = states.shape[1], states.shape[2]
    half = torch.arange(width // 2, device=states.device, dtype=torch.float32)
    rate = torch.exp(half * (-math.log(10_000.0) / (width // 2)))
    angle = torch.arange(rows, device=states.device, dtype=torch.float32)[:, None] * rate
    return torch.cat([angle.sin(), angle.cos()], dim=1).to(states.dtype)
