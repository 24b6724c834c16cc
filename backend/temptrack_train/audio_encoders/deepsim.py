"""A network after DeepSim: Inception blocks over log-mel patches, 256 numbers in disentangled subspaces.

Lee et al., "Disentangled Multidimensional Metric Learning for Music Similarity" (ICASSP 2020). From what
is public of it: 22,050 Hz mono, STFT of 1,024 every 512 samples, 128 mel bands, log10(1 + 10 mel), then
minus 0.20 over 0.25, 129 frames (3 s) in training; one convolution, six Inception blocks each of which
halves and repeats, a 1x1 convolution, ReLU, mean over the patch, 256 numbers; subspaces for genre, mood,
instrument and era. Widths of the blocks, whether mel bands are of power or magnitude, and the margin were
not at hand: they are settings of ours. No trained weights come with it.
"""

from dataclasses import dataclass

import librosa
import torch
from torch import Tensor, nn
from torch.nn import functional

RATE_HZ = 22_050
FFT_SIZE = 1024
HOP = 512
MEL_BINS = 128
PATCH_FRAMES = 129
PATCH_SAMPLES = (PATCH_FRAMES - 1) * HOP + FFT_SIZE
MEL_MEAN, MEL_DEVIATION = 0.20, 0.25


@dataclass(frozen=True, slots=True)
class DeepSimConfig:
    """Sizes of the network.

    Attributes:
        first_channels: of the first convolution.
        block_channels: of each of the Inception blocks; each a multiple of 4.
        embed_dim: length of the features, as many numbers for each subspace.
        subspaces: what each part is meant to hold, in order.
    """

    first_channels: int = 64
    block_channels: tuple[int, ...] = (128, 128, 256, 256, 512, 512)
    embed_dim: int = 256
    subspaces: tuple[str, ...] = ("genre", "mood", "instrument", "era")


class LogMel(nn.Module):
    """Mono sound [count, samples] to scaled log-mel [count, 1, 128, frames]."""

    def __init__(self) -> None:
        super().__init__()
        filters = librosa.filters.mel(sr=RATE_HZ, n_fft=FFT_SIZE, n_mels=MEL_BINS)
        self.register_buffer("filters", torch.tensor(filters, dtype=torch.float32), persistent=False)
        self.register_buffer("window", torch.hann_window(FFT_SIZE), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        """Power spectrum, mel filters, log10(1 + 10 x), scale."""
        spectrum = torch.stft(
            samples, FFT_SIZE, HOP, window=self.get_buffer("window"), center=False, return_complex=True
        )
        mel = self.get_buffer("filters") @ spectrum.abs().square()
        return ((torch.log10(1 + 10 * mel) - MEL_MEAN) / MEL_DEVIATION)[:, None]


class Inception(nn.Module):
    """Four views of the same picture side by side: 1x1, 3x3, 5x5 and the neighbourhood's maximum."""

    def __init__(self, channels_in: int, channels: int, *, stride: int) -> None:
        super().__init__()
        part = channels // 4
        self.views = nn.ModuleList(
            nn.Conv2d(channels_in, part, size, stride=stride, padding=size // 2, bias=False)
            for size in (1, 3, 5)
        )
        self.pooled = nn.Sequential(
            nn.MaxPool2d(3, stride=stride, padding=1), nn.Conv2d(channels_in, part, 1, bias=False)
        )
        self.norm = nn.BatchNorm2d(4 * part)

    def forward(self, x: Tensor) -> Tensor:
        """Join the views."""
        return functional.relu(
            self.norm(torch.cat([*(view(x) for view in self.views), self.pooled(x)], dim=1))
        )


class DeepSim(nn.Module):
    """Sound [count, samples] at 22,050 Hz to features [count, embed_dim], not negative.

    Attributes:
        config: its sizes.
    """

    def __init__(self, config: DeepSimConfig | None = None) -> None:
        """Make a network with random weights.

        Raises:
            ValueError: the subspaces do not divide the features.
        """
        super().__init__()
        self.config = config or DeepSimConfig()
        if self.config.embed_dim % len(self.config.subspaces):
            raise ValueError(
                f"{self.config.embed_dim} numbers cannot be shared by {len(self.config.subspaces)} subspaces"
            )
        self.log_mel = LogMel()
        first = self.config.first_channels
        blocks: list[nn.Module] = [
            nn.Conv2d(1, first, 5, stride=2, padding=2, bias=False),
            nn.BatchNorm2d(first),
            nn.ReLU(),
        ]
        for before, channels in zip(
            (first, *self.config.block_channels), self.config.block_channels, strict=False
        ):
            blocks += [Inception(before, channels, stride=2), Inception(channels, channels, stride=1)]
        self.blocks = nn.Sequential(*blocks)
        self.embed = nn.Conv2d(self.config.block_channels[-1], self.config.embed_dim, 1)

    def forward(self, samples: Tensor) -> Tensor:
        """Encode sound of any length from one FFT on; longer sound is averaged over."""
        features: Tensor = functional.relu(self.embed(self.blocks(self.log_mel(samples)))).mean(dim=(2, 3))
        return features

    def mask(self, subspaces: Tensor) -> Tensor:
        """Return [count, embed_dim]: 1 in the numbers of each given subspace [count], 0 elsewhere."""
        width = self.config.embed_dim // len(self.config.subspaces)
        owner = torch.arange(self.config.embed_dim, device=subspaces.device) // width
        return (owner[None] == subspaces[:, None]).float()
