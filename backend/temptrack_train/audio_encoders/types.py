"""What an encoder of sound offers."""

from typing import Protocol

from temptrack.model.types import AudioSpec
from temptrack_train.datasets.types import Matrix


class AudioEncoder(Protocol):
    """Turns windows of sound into features.

    Implementations: ``bundled.BundledAudioEncoder`` (musicnn) and ``deepsim_encoder.DeepSimEncoder``.
    """

    @property
    def id(self) -> str:
        """Changes whenever the same sound would give other features."""

    @property
    def dim(self) -> int:
        """Length of the features of a window."""

    @property
    def audio_spec(self) -> AudioSpec:
        """The sound it takes."""

    def encode(self, windows: Matrix) -> Matrix:
        """Encode mono windows [count, window_samples], -1 to 1, to [count, dim]."""
