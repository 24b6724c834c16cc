"""The text encoder of a bundle."""

from collections.abc import Sequence
from functools import cached_property

from temptrack.model.onnx_bundle import OnnxBundle
from temptrack_train.datasets.types import Matrix


class BundledTextEncoder:
    """Texts by the encoder that the product runs."""

    def __init__(self, bundle: OnnxBundle) -> None:
        """Take a loaded bundle."""
        self._bundle = bundle

    @cached_property
    def id(self) -> str:
        """Hash of the graph and of its tokenizer."""
        manifest = self._bundle.manifest
        hashes = {entry.file: entry.sha256 for entry in manifest.files}
        graph, words = hashes[manifest.graphs["text_encoder"].file], hashes[manifest.text.tokenizer]
        return f"{graph[:16]}-{words[:8]}-{manifest.text.max_tokens}"

    @property
    def text_dim(self) -> int:
        """Length of the graph's output."""
        return self._bundle.manifest.output_dim("text_encoder")

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Encode texts."""
        return self._bundle.encode_text(texts)
