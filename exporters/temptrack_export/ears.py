"""What a bundle's audio encoder lets a recipe know of music: concepts, how they are measured, what to say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from temptrack.errors import NotSupported
from temptrack.model.manifest import SupportScore, TagEntry
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack_export.calibration import CLIP_HIGH, CLIP_LOW, read_calibration
from temptrack_export.concepts import CONCEPTS, membership, mentions
from temptrack_export.heard import HEARD, HeardTags, read_hearing
from temptrack_export.listening import FEATURE_NAMES
from temptrack_export.musicnn import RAW_TAGS
from temptrack_train.datasets.types import Matrix

Array = npt.NDArray[np.float64]


SUPPORT = SupportScore(
    below=0.5, false_alarms=0.07, caught=0.86, command="python -m benchmarks.quality.support --development"
)
"""For posteriors of ``listener_ears``."""


class Front(nn.Module):
    """Audio features [rows, audio_dim] to concept scores [rows, concepts] in deviations over real music."""

    def __init__(self, matrix: Array, offset: Array) -> None:
        """Take the map, [audio_dim, concepts] and [concepts]."""
        super().__init__()
        self.register_buffer("matrix", torch.as_tensor(matrix, dtype=torch.float32))
        self.register_buffer("offset", torch.as_tensor(offset, dtype=torch.float32))

    def forward(self, features: Tensor) -> Tensor:
        """Measure; a recording far outside what the scale was measured on counts as an extreme one of it."""
        scores: Tensor = features @ self.get_buffer("matrix") + self.get_buffer("offset")
        return scores.clamp(CLIP_LOW, CLIP_HIGH)


@dataclass(frozen=True, slots=True)
class SaidTags:
    """What a music tower says of a track.

    Attributes:
        module: audio features [rows, audio_dim] to posteriors [rows, tags].
        entries: their names, in order.
        support: when by them a library is said to hold nothing that fits.
    """

    module: nn.Module
    entries: tuple[TagEntry, ...]
    support: SupportScore


@dataclass(frozen=True, slots=True)
class Ears:
    """How music is heard.

    Attributes:
        front: audio features to concept scores.
        mentions: texts to the concepts they speak of.
        tags: what is said of a track.
        about: for the manifest.
    """

    front: Front
    mentions: Callable[[Sequence[str]], Matrix]
    tags: SaidTags
    about: str


def ears_of(bundle: OnnxBundle) -> Ears:
    """Return how music is heard by a bundle's audio encoder.

    Raises:
        NotSupported: AUDIO_ENCODER_UNKNOWN.
    """
    dim = bundle.manifest.output_dim("audio_encoder")
    if dim == len(FEATURE_NAMES):
        return listener_ears()
    raise NotSupported(
        f"The audio encoder of '{bundle.id}' gives {dim} numbers; recipes know what {len(FEATURE_NAMES)} of "
        "them mean.",
        reason="AUDIO_ENCODER_UNKNOWN",
        hint="Name a bundle that hears as lite-1 does.",
    )


def listener_ears() -> Ears:
    """Return how lite-1 hears: by the taggers what their words name, by detectors what only they measure.

    A concept that both measure is taken from the taggers alone: on the development packages and beyond,
    averages of both ranked worse ("metal" above all), since what rendered scores teach of distortion does not
    carry over to recordings.
    """
    hearing = read_hearing()
    names = [concept.name for concept in CONCEPTS]
    log_odds, log_odds_offset = _of_log_odds()
    matrix, offset = hearing.matrix.copy(), hearing.offset.copy()
    for column, concept in enumerate(HEARD):
        if concept.name in names:
            matrix[:, column] = 0
            matrix[: len(RAW_TAGS), column] = log_odds[:, names.index(concept.name)]
            offset[column] = log_odds_offset[names.index(concept.name)]
    entries = tuple(
        TagEntry(name=concept.name, group=concept.group, threshold=round(float(threshold), 4))
        for concept, threshold in zip(HEARD, hearing.threshold, strict=True)
    )
    return Ears(
        front=Front(matrix, offset),
        mentions=partial(mentions, concepts=HEARD),
        tags=SaidTags(HeardTags(hearing).eval(), entries, SUPPORT),
        about=f"Concept scores are relative to {read_calibration().source}, or to {hearing.source}.",
    )


def _of_log_odds() -> tuple[Array, Array]:
    calibration = read_calibration()
    matrix = membership() / calibration.concept_deviation / calibration.deviation[:, None]
    return np.asarray(matrix, np.float64), np.asarray(-(calibration.mean @ matrix), np.float64)
