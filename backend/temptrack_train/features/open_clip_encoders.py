"""CLIP by open_clip: frames and texts to features, without torchvision's transforms."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from temptrack.errors import NotFound
from temptrack.media.types import Frames, FrameSpec
from temptrack.model.types import Vector
from temptrack_train.datasets.types import Matrix
from temptrack_train.features.open_clip_shim import import_open_clip

PAPER_MODEL = "ViT-B-32-quickgelu"
"""CLIP ViT-B/32 (ViML section 4.1); the weights of its authors need the activation this name stands for."""

_FRAMES_AT_ONCE = 64
_TEXTS_AT_ONCE = 256


class OpenClip:
    """A network of open_clip with weights from a file.

    Attributes:
        id: hash of the weights with the name of the architecture.
        model: the network, in evaluation mode.
    """

    def __init__(self, weights: Path, *, architecture: str = PAPER_MODEL, device: str = "cpu") -> None:
        """Load weights; nothing is fetched from a network.

        Args:
            weights: a checkpoint that open_clip reads.
            architecture: one of open_clip's configurations.
            device: a torch device.

        Raises:
            NotFound: WEIGHTS_NOT_FOUND, no such file.
            NotSupported: open_clip is not installed.
        """
        if not weights.is_file():
            raise NotFound(
                f"There are no weights at '{weights}'.",
                reason="WEIGHTS_NOT_FOUND",
                hint="Name a checkpoint of CLIP that open_clip reads.",
            )
        open_clip = import_open_clip()
        self.model: Any = open_clip.create_model(architecture, pretrained=str(weights), device=device).eval()
        self.tokenizer: Any = open_clip.get_tokenizer(architecture)
        with weights.open("rb") as file:
            self.id = f"{architecture.lower()}-{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"
        self._device = device

    @torch.inference_mode()
    def encode_frames(self, frames: Frames) -> Matrix:
        """Encode frames [count, size, size, 3] to [count, dim]."""
        visual = self.model.visual
        mean = torch.tensor(visual.image_mean, device=self._device).view(3, 1, 1)
        std = torch.tensor(visual.image_std, device=self._device).view(3, 1, 1)
        rows = []
        for at in range(0, len(frames), _FRAMES_AT_ONCE):
            pixels = torch.from_numpy(frames[at : at + _FRAMES_AT_ONCE]).to(self._device)
            scaled = (pixels.permute(0, 3, 1, 2).float() / 255 - mean) / std
            rows.append(self.model.encode_image(scaled).float().cpu().numpy())
        encoded: Matrix = np.concatenate(rows)
        return encoded

    @torch.inference_mode()
    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """Encode texts to [count, dim]."""
        rows = [
            self.model.encode_text(self.tokenizer(list(texts[at : at + _TEXTS_AT_ONCE])).to(self._device))
            for at in range(0, len(texts), _TEXTS_AT_ONCE)
        ]
        encoded: Matrix = torch.cat(rows).float().cpu().numpy()
        return encoded


class OpenClipFrameEncoder:
    """The image half as a frame encoder."""

    def __init__(self, clip: OpenClip) -> None:
        """Take a loaded network."""
        self._clip = clip

    @property
    def id(self) -> str:
        """Of the network, with the frame's geometry."""
        return f"{self._clip.id}-frames-{self.frame_spec.size_px}-{self.frame_spec.interpolation}"

    @property
    def dim(self) -> int:
        """Length of the joint space; 512 for ViT-B/32."""
        return int(self._clip.model.visual.output_dim)

    @cached_property
    def frame_spec(self) -> FrameSpec:
        """CLIP's geometry: the shorter side scaled, the centre cropped, bicubic."""
        size = self._clip.model.visual.image_size
        return FrameSpec(size_px=int(size[0] if isinstance(size, tuple) else size), interpolation="bicubic")

    def encode(self, frames: Frames, repeats: Sequence[int]) -> Vector:
        """Encode frames and average them by repeats."""
        rows = self._clip.encode_frames(frames)
        mean: Vector = np.average(rows, axis=0, weights=np.asarray(repeats, np.float64)).astype(np.float32)
        return mean


class OpenClipTextEncoder:
    """The text half."""

    def __init__(self, clip: OpenClip) -> None:
        """Take a loaded network."""
        self._clip = clip

    @property
    def id(self) -> str:
        """Of the network."""
        return f"{self._clip.id}-text"

    @cached_property
    def text_dim(self) -> int:
        """Length of the joint space."""
        return int(self._clip.encode_texts([""]).shape[1])

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Encode texts; the empty string is a text like any other to CLIP."""
        return self._clip.encode_texts(texts) if texts else np.zeros((0, self.text_dim), np.float32)
