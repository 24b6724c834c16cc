"""The audio encoder of lite-1: both musicnn models, their last hidden layers, and plain descriptors.

The logits alone (lite-0) are the taggers' own words; the hidden layers keep what those words leave out, such
as which kind of guitar it is, and the descriptors tell tempo, mode and dissonance.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from temptrack.model.manifest import TensorSpec
from temptrack_export.assembly import Assembly
from temptrack_export.descriptors import NAMES as DESCRIPTOR_NAMES
from temptrack_export.descriptors import Descriptors
from temptrack_export.graphs import Example, store_weights_as_half
from temptrack_export.musicnn import (
    HOP,
    PATCH_FRAMES,
    PATCH_START,
    RAW_TAGS,
    WINDOW_SAMPLES,
    LogMel,
    Musicnn,
    Weights,
    read_checkpoints,
)
from temptrack_export.parity import HALF

HIDDEN = 200
"""Width of the last hidden layer of either model."""

FEATURE_NAMES: tuple[str, ...] = (
    *RAW_TAGS,
    *(f"{model}_hidden:{number}" for model in ("msd", "mtt") for number in range(HIDDEN)),
    *(f"sound:{name}" for name in DESCRIPTOR_NAMES),
)
"""What each number of the audio features is: log-odds first, in the order of lite-0."""

# A frame grid that the patch of the taggers falls on, so that one spectrogram serves both.
_GRID_START = PATCH_START % HOP
_PATCH_FRAME = PATCH_START // HOP


class Listener(nn.Module):
    """Windows of ten seconds [count, 160000] to audio features [count, len(FEATURE_NAMES)]."""

    def __init__(self, msd: Weights, mtt: Weights) -> None:
        super().__init__()
        self.log_mel = LogMel()
        self.msd = Musicnn(msd)
        self.mtt = Musicnn(mtt)
        self.descriptors = Descriptors()

    def forward(self, windows: Tensor) -> Tensor:
        """Describe the whole window; tag its middle."""
        mel = self.log_mel(windows[:, _GRID_START:])
        patch = mel[:, _PATCH_FRAME : _PATCH_FRAME + PATCH_FRAMES]
        msd, mtt = self.msd.hear(patch), self.mtt.hear(patch)
        return torch.cat([msd.logits, mtt.logits, msd.hidden, mtt.hidden, self.descriptors(windows, mel)], 1)


def add_listener(assembly: Assembly, musicnn_sdist: Path) -> None:
    """Export the audio encoder into a bundle.

    Args:
        assembly: of the bundle.
        musicnn_sdist: source distribution of musicnn 0.1.0, which carries the weights of both models.

    Raises:
        Corrupt: PARITY.
    """
    generator = torch.Generator().manual_seed(0)
    assembly.add(
        "audio_encoder",
        Listener(*read_checkpoints(musicnn_sdist)).eval(),
        inputs={
            "windows": Example(0.1 * torch.randn(3, WINDOW_SAMPLES, generator=generator), {0: "windows"})
        },
        outputs=[TensorSpec(name="features", dtype="float32", shape=("windows", len(FEATURE_NAMES)))],
        shrink=store_weights_as_half,
        bounds=HALF,
    )
