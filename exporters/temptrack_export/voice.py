"""Whether somebody sings, and who, by the log-odds of both musicnn models."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from temptrack_export.musicnn import RAW_TAGS

VOCAL_SHARPNESS = 2.0
SUNG_ABOVE = 0.8
UNSUNG_BELOW = -0.5
"""Voice is judged absolutely, by the log-odds of "vocals" less those of "no vocals"; in between is unsure."""

VOICES = ("female vocals", "male vocals", "vocals", "instrumental")
"""Concepts of the voice, in the order ``VoiceTags`` puts them out."""


class VoiceTags(nn.Module):
    """Tag log-odds [rows, 100] to posteriors of female, male, any and no vocals, [rows, 4].

    Voice is judged absolutely: music libraries differ too much in how much of them is sung.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("voice", torch.tensor(_voice_columns()))

    def forward(self, logits: Tensor) -> Tensor:
        """Judge whether somebody sings, and who."""
        sung, unsung, female, male = (logits @ self.get_buffer("voice")).unbind(dim=-1)
        vocals = torch.sigmoid(VOCAL_SHARPNESS * (sung - unsung - SUNG_ABOVE))
        instrumental = torch.sigmoid(VOCAL_SHARPNESS * (UNSUNG_BELOW - sung + unsung))
        by_women = vocals * torch.sigmoid(VOCAL_SHARPNESS * (female - male))
        return torch.stack([by_women, vocals - by_women, vocals, instrumental], dim=-1)


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
