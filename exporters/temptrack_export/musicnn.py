"""The musicnn tagger as a torch module that takes a waveform.

Architecture and constants follow Pons and Serra, "musicnn: pre-trained convolutional neural networks for
music audio tagging" (2019), whose package (ISC licence) carries the trained checkpoints read here. The
log-mel front end is part of the graph (a convolution with a windowed Fourier basis), so that nothing that
serves the graph needs a signal-processing library.
"""

import tarfile
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import librosa
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

RATE_HZ = 16_000
FFT_SIZE = 512
HOP = 256
MEL_BINS = 96
PATCH_FRAMES = 187
PATCH_SAMPLES = (PATCH_FRAMES - 1) * HOP + FFT_SIZE
WINDOW_SAMPLES = 10 * RATE_HZ
PATCH_START = (WINDOW_SAMPLES - PATCH_SAMPLES) // 2
"""Only the 3 seconds in the middle of a window of ten are looked at: each patch costs some 0.15 core-seconds,
the most expensive step of indexing, and a track averages over its windows anyway."""

MTT_TAGS = (
    "guitar", "classical", "slow", "techno", "strings", "drums", "electronic", "rock", "fast", "piano",
    "ambient", "beat", "violin", "vocal", "synth", "female", "indian", "opera", "male", "singing",
    "vocals", "no_vocals", "harpsichord", "loud", "quiet", "flute", "woman", "male_vocal", "no_vocal",
    "pop", "soft", "sitar", "solo", "man", "classic", "choir", "voice", "new_age", "dance",
    "male_voice", "female_vocal", "beats", "harp", "cello", "no_voice", "weird", "country", "metal",
    "female_voice", "choral",
)  # fmt: skip
"""The 50 tags of the MagnaTagATune model, in the order of its outputs."""

MSD_TAGS = (
    "rock", "pop", "alternative", "indie", "electronic", "female_vocalists", "dance", "00s",
    "alternative_rock", "jazz", "beautiful", "metal", "chillout", "male_vocalists", "classic_rock",
    "soul", "indie_rock", "mellow", "electronica", "80s", "folk", "90s", "chill", "instrumental",
    "punk", "oldies", "blues", "hard_rock", "ambient", "acoustic", "experimental", "female_vocalist",
    "guitar", "hip_hop", "70s", "party", "country", "easy_listening", "sexy", "catchy", "funk",
    "electro", "heavy_metal", "progressive_rock", "60s", "rnb", "indie_pop", "sad", "house", "happy",
)  # fmt: skip
"""The 50 tags of the Million Song Dataset model, in the order of its outputs."""

RAW_TAGS = (*(f"msd:{tag}" for tag in MSD_TAGS), *(f"mtt:{tag}" for tag in MTT_TAGS))
"""Names of the outputs of ``MusicnnPair``."""

_EPSILON = 1e-3  # batch normalisation of the original framework

Weights = dict[str, np.ndarray[Any, np.dtype[np.float32]]]


def read_checkpoints(sdist: Path) -> tuple[Weights, Weights]:
    """Read the MSD and MTT weights out of the musicnn source distribution.

    Args:
        sdist: the ``musicnn-0.1.0.tar.gz`` file as the package index serves it.

    Returns:
        Weights of the MSD model and of the MTT model by variable name.
    """
    import tensorflow

    with tempfile.TemporaryDirectory() as folder, tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
        found = []
        for name in ("MSD_musicnn", "MTT_musicnn"):
            prefix = next(Path(folder).rglob(f"{name}/.index")).parent
            reader = tensorflow.compat.v1.train.NewCheckpointReader(f"{prefix}/")
            names = [
                key for key in reader.get_variable_to_shape_map() if "Adam" not in key and "power" not in key
            ]
            found.append({key: reader.get_tensor(key) for key in names})
    return found[0], found[1]


class _Norm(nn.Module):
    """Batch normalisation at inference over one axis."""

    def __init__(self, weights: Weights, name: str, axis: int, dims: int) -> None:
        super().__init__()
        scale = weights[f"{name}/gamma"] / np.sqrt(weights[f"{name}/moving_variance"] + _EPSILON)
        shift = weights[f"{name}/beta"] - weights[f"{name}/moving_mean"] * scale
        shape = [1] * dims
        shape[axis] = -1
        self.register_buffer("scale", torch.tensor(scale).reshape(shape))
        self.register_buffer("shift", torch.tensor(shift).reshape(shape))

    def forward(self, x: Tensor) -> Tensor:
        """Scale and shift."""
        return x * self.get_buffer("scale") + self.get_buffer("shift")


def _numbered(stem: str, number: int) -> str:
    return f"{stem}_{number}" if number else stem


class _Convolution(nn.Module):
    """A convolution of the original, as height (time) by width (frequency)."""

    def __init__(self, weights: Weights, number: int) -> None:
        super().__init__()
        name = _numbered("conv2d", number)
        kernel = torch.tensor(weights[f"{name}/kernel"]).permute(3, 2, 0, 1).contiguous()
        self.register_buffer("kernel", kernel)
        self.register_buffer("bias", torch.tensor(weights[f"{name}/bias"]))

    def forward(self, x: Tensor) -> Tensor:
        """Convolve without padding, then rectify."""
        return functional.relu(functional.conv2d(x, self.get_buffer("kernel"), self.get_buffer("bias")))


class Heard(NamedTuple):
    """What a model makes of patches.

    Attributes:
        logits: log-odds of its tags, [count, 50].
        hidden: the normalised layer before them, [count, 200].
    """

    logits: Tensor
    hidden: Tensor


class Musicnn(nn.Module):
    """Log-mel patches [count, 187, 96] to tag logits [count, 50]."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.input_norm = _Norm(weights, "batch_normalization", 1, 4)
        self.convolutions = nn.ModuleList(_Convolution(weights, number) for number in range(8))
        # Numbers 1 to 8 follow the convolutions, one each; the mid-end normalises over its filters.
        self.norms = nn.ModuleList(
            _Norm(weights, _numbered("batch_normalization", number + 1), 1, 4) for number in range(8)
        )
        self.pool_norm = _Norm(weights, "batch_normalization_9", 1, 2)
        self.dense_norm = _Norm(weights, "batch_normalization_10", 1, 2)
        for name in ("dense", "dense_1"):
            self.register_buffer(f"{name}_kernel", torch.tensor(weights[f"{name}/kernel"]))
            self.register_buffer(f"{name}_bias", torch.tensor(weights[f"{name}/bias"]))

    def forward(self, mel: Tensor) -> Tensor:
        """Tag patches."""
        return self.hear(mel).logits

    def hear(self, mel: Tensor) -> Heard:
        """Tag patches, and give the layer the tags are read from."""
        x = self.input_norm(mel.unsqueeze(1))
        front = [self._front(x, number) for number in range(5)]
        # [count, 1, time, features] throughout the mid-end.
        features = torch.cat(front, dim=1).transpose(1, 2).unsqueeze(1)
        first = self._mid(features, 5)
        second = first + self._mid(first, 6)
        third = second + self._mid(second, 7)
        stacked = torch.cat([features, first, second, third], dim=3).squeeze(1)
        # Maximum and mean alternate, feature by feature.
        pooled = torch.stack([stacked.amax(dim=1), stacked.mean(dim=1)], dim=2).flatten(1)
        pooled = self.pool_norm(pooled)
        hidden = functional.relu(pooled @ self.get_buffer("dense_kernel") + self.get_buffer("dense_bias"))
        hidden = self.dense_norm(hidden)
        logits: Tensor = hidden @ self.get_buffer("dense_1_kernel") + self.get_buffer("dense_1_bias")
        return Heard(logits, hidden)

    def _front(self, x: Tensor, number: int) -> Tensor:
        length = int(self.convolutions[number].get_buffer("kernel").shape[2])
        # "Same" padding in time; an even length pads one more at the end, as the original framework does.
        padded = functional.pad(x, (0, 0, (length - 1) // 2, length // 2))
        convolved: Tensor = self.norms[number](self.convolutions[number](padded))
        return convolved.amax(dim=3)

    def _mid(self, x: Tensor, number: int) -> Tensor:
        padded = functional.pad(x, (0, 0, 3, 3))
        normalised: Tensor = self.norms[number](self.convolutions[number](padded))
        return normalised.permute(0, 3, 2, 1)


class LogMel(nn.Module):
    """Waveform patches [count, 48128] to log-mel patches [count, 187, 96]."""

    def __init__(self) -> None:
        super().__init__()
        window = np.hanning(FFT_SIZE + 1)[:-1]
        angles = 2 * np.pi * np.outer(np.arange(FFT_SIZE // 2 + 1), np.arange(FFT_SIZE)) / FFT_SIZE
        basis = np.concatenate([np.cos(angles) * window, -np.sin(angles) * window])
        filters = librosa.filters.mel(sr=RATE_HZ, n_fft=FFT_SIZE, n_mels=MEL_BINS)
        self.register_buffer("basis", torch.tensor(basis, dtype=torch.float32).unsqueeze(1))
        self.register_buffer("filters", torch.tensor(filters, dtype=torch.float32))

    def forward(self, patches: Tensor) -> Tensor:
        """Power spectrum by convolution, mel filters, then log10(1 + 10000 x)."""
        spectrum = functional.conv1d(patches.unsqueeze(1), self.get_buffer("basis"), stride=HOP)
        bins = FFT_SIZE // 2 + 1
        real, imaginary = spectrum[:, :bins], spectrum[:, bins:]
        mel = self.get_buffer("filters") @ (real * real + imaginary * imaginary)
        return torch.log10(1 + 10_000 * mel).transpose(1, 2)


class MusicnnPair(nn.Module):
    """Windows of ten seconds [count, 160000] to tag logits [count, 100] of both models."""

    def __init__(self, msd: Weights, mtt: Weights) -> None:
        super().__init__()
        self.log_mel = LogMel()
        self.msd = Musicnn(msd)
        self.mtt = Musicnn(mtt)

    def forward(self, windows: Tensor) -> Tensor:
        """Tag the middle of each window."""
        mel = self.log_mel(windows[:, PATCH_START : PATCH_START + PATCH_SAMPLES])
        return torch.cat([self.msd(mel), self.mtt(mel)], dim=1)
