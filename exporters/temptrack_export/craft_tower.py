"""Film craft into the joint space: the moods that a picture has by its craft, as their music is described."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from temptrack.model import mood
from temptrack.model.craft import CRAFT_NAMES
from temptrack.model.mood_words import MOOD_WORDS

MOOD_PHRASES: Sequence[str] = tuple(word.music for word in MOOD_WORDS)
"""What is embedded for each mood, in the order of its weights."""


class CraftTower(nn.Module):
    """Craft of segments [..., CRAFT_DIM] to directions in the joint space [..., embed_dim].

    The same closed form as ``temptrack.model.mood``: craft in deviations, their mood, how well each word of
    mood fits. The direction is the mean of the words' embeddings by those weights, less their plain mean:
    a picture of no particular mood says nothing, a clear one at most as much as one word.
    """

    def __init__(self, mood_embeddings: npt.NDArray[Any]) -> None:
        """Take the embeddings of ``MOOD_PHRASES``, [words, embed_dim], each of length 1."""
        super().__init__()
        mean, deviation, _ = mood.norms()
        self.register_buffer("mean", _tensor(mean))
        self.register_buffer("deviation", _tensor(deviation))
        self.register_buffer("rooted", torch.tensor([name in mood.SKEWED for name in CRAFT_NAMES]))
        self.register_buffer("mood_map", _tensor(mood.mood_map()))
        self.register_buffer("places", _tensor(mood.mood_places()))
        self.register_buffer("words", _tensor(mood_embeddings - np.mean(mood_embeddings, axis=0)))

    def forward(self, craft: Tensor) -> Tensor:
        """Return the directions."""
        return self.word_weights(craft) @ self.get_buffer("words")

    def word_weights(self, craft: Tensor) -> Tensor:
        """Return how well each word of mood fits, [..., words], summing to 1."""
        spread = torch.where(self.get_buffer("rooted"), craft.clamp(min=0.0).sqrt(), craft)
        standard = (spread - self.get_buffer("mean")) / self.get_buffer("deviation")
        moods = standard.clamp(-mood.FARTHEST, mood.FARTHEST) @ self.get_buffer("mood_map")
        apart = moods.unsqueeze(-2) - self.get_buffer("places")
        return torch.softmax(-apart.square().sum(dim=-1) / (2 * mood.WIDTH**2), dim=-1)


def _tensor(values: npt.NDArray[Any]) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)
