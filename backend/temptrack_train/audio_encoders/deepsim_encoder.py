"""A trained DeepSim-like network as an audio encoder, and its weights on disk."""

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from temptrack.errors import Corrupt, NotFound
from temptrack.model.types import AudioSpec
from temptrack_train.audio_encoders.deepsim import RATE_HZ, DeepSim, DeepSimConfig
from temptrack_train.datasets.types import SEGMENT_S, Matrix

_CONFIG = "deepsim_config"
_WINDOWS_AT_ONCE = 8


def save_deepsim(model: DeepSim, path: Path) -> None:
    """Write weights and sizes to one safetensors file, whole or not at all."""
    content = save(model.state_dict(), metadata={_CONFIG: json.dumps(asdict(model.config))})
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    os.replace(partial, path)


class DeepSimEncoder:
    """Windows of ten seconds by a network from a file."""

    def __init__(self, weights: Path, *, device: str = "cpu") -> None:
        """Load a network.

        Args:
            weights: what ``save_deepsim`` wrote.
            device: a torch device.

        Raises:
            NotFound: WEIGHTS_NOT_FOUND, no such file.
            Corrupt: WEIGHTS_CORRUPT, not the weights of such a network.
        """
        if not weights.is_file():
            raise NotFound(
                f"There are no weights at '{weights}'.",
                reason="WEIGHTS_NOT_FOUND",
                hint="Train a network and save it with `save_deepsim`; none can be had ready-made.",
            )
        try:
            with safe_open(str(weights), framework="pt") as file:
                sizes = json.loads((file.metadata() or {})[_CONFIG])
                state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a mapping)
            sizes = {name: tuple(size) if isinstance(size, list) else size for name, size in sizes.items()}
            self._model = DeepSim(DeepSimConfig(**sizes))
            self._model.load_state_dict(state)
        except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise Corrupt(
                f"'{weights}' does not hold a DeepSim network: {error}.",
                reason="WEIGHTS_CORRUPT",
                hint="Use a file written by `save_deepsim`.",
            ) from error
        self._model.eval().to(device)
        self._device = device
        with weights.open("rb") as opened:
            self.id = f"deepsim-{hashlib.file_digest(opened, 'sha256').hexdigest()[:16]}"

    @property
    def dim(self) -> int:
        """Length of the features."""
        return self._model.config.embed_dim

    @property
    def audio_spec(self) -> AudioSpec:
        """Ten seconds at 22,050 Hz."""
        return AudioSpec(rate_hz=RATE_HZ, window_samples=SEGMENT_S * RATE_HZ)

    @torch.inference_mode()
    def encode(self, windows: Matrix) -> Matrix:
        """Encode windows."""
        rows = [
            self._model(torch.from_numpy(windows[at : at + _WINDOWS_AT_ONCE]).to(self._device)).cpu()
            for at in range(0, len(windows), _WINDOWS_AT_ONCE)
        ]
        encoded: Matrix = torch.cat(rows).numpy()
        return encoded
