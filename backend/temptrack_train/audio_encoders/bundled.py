"""The audio encoder of a bundle, such as the listener of lite-1."""

from functools import cached_property

import numpy as np

from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.model.types import AudioSpec
from temptrack_train.datasets.types import Matrix


class BundledAudioEncoder:
    """Runs the audio encoder of a bundle: the very features that a library is indexed with."""

    def __init__(self, bundle: OnnxBundle) -> None:
        """Take a loaded bundle."""
        self._bundle = bundle

    @cached_property
    def id(self) -> str:
        """Hash of the graph, with its window: bundles that share an encoder share features."""
        manifest = self._bundle.manifest
        file = manifest.graphs["audio_encoder"].file
        sha256 = next(entry.sha256 for entry in manifest.files if entry.file == file)
        spec = self.audio_spec
        return f"{sha256[:16]}-{spec.rate_hz}-{spec.window_samples}"

    @property
    def dim(self) -> int:
        """Length of the graph's output."""
        return self._bundle.manifest.output_dim("audio_encoder")

    @property
    def audio_spec(self) -> AudioSpec:
        """As the bundle's manifest says."""
        return self._bundle.audio_spec

    def encode(self, windows: Matrix) -> Matrix:
        """Encode windows."""
        return self._bundle.encode_audio(np.ascontiguousarray(windows, dtype=np.float32))
