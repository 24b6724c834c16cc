"""What a bundle's audio encoder lets a recipe know of music: concepts, how they are measured, how well."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from temptrack_export.concepts import membership, mentions
from temptrack_export.lite0 import CLIP_HIGH, CLIP_LOW, read_calibration
from temptrack_train.datasets.types import Matrix


class Front(nn.Module):
    """Audio features [rows, audio_dim] to concept scores [rows, concepts] in deviations over real music."""

    def __init__(self, matrix: npt.NDArray[np.floating], offset: npt.NDArray[np.floating]) -> None:
        """Take the map, [audio_dim, concepts] and [concepts]."""
        super().__init__()
        self.register_buffer("matrix", torch.as_tensor(matrix, dtype=torch.float32))
        self.register_buffer("offset", torch.as_tensor(offset, dtype=torch.float32))

    def forward(self, features: Tensor) -> Tensor:
        """Measure; a recording far outside what the scale was measured on counts as an extreme one of it."""
        scores: Tensor = features @ self.get_buffer("matrix") + self.get_buffer("offset")
        return scores.clamp(CLIP_LOW, CLIP_HIGH)


@dataclass(frozen=True, slots=True)
class Ears:
    """How music is heard.

    Attributes:
        front: audio features to concept scores.
        mentions: texts to the concepts they speak of.
        noise: [concepts], how far each score errs, in units of the distance between present and absent; None
            where it was never measured.
        about: for the manifest.
    """

    front: Front
    mentions: Callable[[Sequence[str]], Matrix]
    noise: Matrix | None
    about: str


def lite0_ears() -> Ears:
    """Return how lite-0 hears: 46 concepts as sums of standardised log-odds of both musicnn models."""
    calibration = read_calibration()
    matrix = membership() / calibration.concept_deviation / calibration.deviation[:, None]
    return Ears(
        front=Front(matrix, -(calibration.mean @ matrix)),
        mentions=mentions,
        noise=None,
        about=f"Concept scores are relative to {calibration.source}.",
    )
