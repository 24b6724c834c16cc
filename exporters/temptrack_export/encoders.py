"""Where a bundle's encoders come from: kept from another bundle, or exported from open_clip."""

from collections.abc import Sequence
from typing import Protocol

import torch

from temptrack.model.manifest import FramePreprocessing, GraphName, Origin, TensorSpec, TextPreprocessing
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack_export.assembly import Assembly
from temptrack_export.clip import (
    TOKENIZER_FILE,
    FrameEncoder,
    TextEncoder,
    frame_preprocessing,
    make_tokenizer,
    merges_file,
    text_preprocessing,
)
from temptrack_export.graphs import Example
from temptrack_export.manifests import file_entry
from temptrack_export.quantise import Variant
from temptrack_train.audio_encoders.bundled import BundledAudioEncoder
from temptrack_train.audio_encoders.types import AudioEncoder
from temptrack_train.datasets import types as datasets
from temptrack_train.datasets.types import FeatureSpaces
from temptrack_train.features import extractors
from temptrack_train.features.bundled_text import BundledTextEncoder
from temptrack_train.features.extractors import BundledFrameEncoder
from temptrack_train.features.open_clip_encoders import OpenClip, OpenClipFrameEncoder, OpenClipTextEncoder

PARITY_FRAMES = 16
PARITY_TEXTS = (
    "sparse felt piano, hopeful, no drums",
    "a wedding on the beach at sunset, romantic and warm",
    "aggressive metal guitars with double bass drums at a very fast tempo and growling male vocals",
    "tense underscore for a documentary about deep sea divers",
    "slow strings, Björk-ish vocals, 7/8, très lent",
    "an upbeat ukulele tune that doesn't take itself seriously",
    "hip-hop with a dark synth pad",
    "seems to be a film score",
    "music for a car chase through a rainy city at night",
    "acoustic guitar",
    "the sort of waltz people dance to in old films, played by a small orchestra in a large hall",
    "",
)


class Encoders(Protocol):
    """The three encoders of a bundle to be.

    Implementations: ``KeptEncoders`` and ``ClipEncoders``.
    """

    @property
    def spaces(self) -> FeatureSpaces:
        """Which features they make."""

    @property
    def frames(self) -> FramePreprocessing:
        """How pictures become their input."""

    @property
    def text(self) -> TextPreprocessing:
        """How words become their input."""

    @property
    def origins(self) -> Sequence[Origin]:
        """Where each comes from."""

    def add_to(self, assembly: Assembly) -> None:
        """Put graphs and tokenizer into a bundle. Raises Corrupt when one fails parity."""


class KeptEncoders:
    """The encoders of another bundle, byte for byte."""

    _graphs: Sequence[GraphName] = ("frame_encoder", "text_encoder", "audio_encoder")

    def __init__(self, base: OnnxBundle) -> None:
        """Take a loaded bundle."""
        self._base = base

    @property
    def spaces(self) -> FeatureSpaces:
        """Those of the bundle."""
        frames, sound = BundledFrameEncoder(self._base), BundledAudioEncoder(self._base)
        return _spaces(frames, sound, BundledTextEncoder(self._base))

    @property
    def frames(self) -> FramePreprocessing:
        """As the bundle says."""
        return self._base.manifest.frames

    @property
    def text(self) -> TextPreprocessing:
        """As the bundle says."""
        return self._base.manifest.text

    @property
    def origins(self) -> Sequence[Origin]:
        """As the bundle says."""
        return [one for one in self._base.manifest.origins if one.part in self._graphs]

    def add_to(self, assembly: Assembly) -> None:
        """Copy graphs and tokenizer."""
        for name in self._graphs:
            assembly.keep_graph(self._base.folder, self._base.manifest, name)
        assembly.keep(self._base.folder, self.text.tokenizer)


class ClipEncoders:
    """Pictures and words by a network of open_clip, sound by another bundle's encoder."""

    def __init__(self, clip: OpenClip, base: OnnxBundle, variant: Variant, licence: str) -> None:
        """Take a loaded network.

        Args:
            clip: weights and architecture.
            base: the bundle whose audio encoder is kept.
            variant: how the network's weights are stored.
            licence: of the weights.
        """
        self._clip, self._base, self._variant, self._licence = clip, base, variant, licence

    @property
    def spaces(self) -> FeatureSpaces:
        """Of the network, and of the bundle's audio encoder."""
        frames, words = OpenClipFrameEncoder(self._clip), OpenClipTextEncoder(self._clip)
        return _spaces(frames, BundledAudioEncoder(self._base), words)

    @property
    def frames(self) -> FramePreprocessing:
        """As the network was trained."""
        visual = self._clip.model.visual
        size_px = OpenClipFrameEncoder(self._clip).frame_spec.size_px
        return frame_preprocessing(size_px, visual.image_mean, visual.image_std)

    @property
    def text(self) -> TextPreprocessing:
        """As the network was trained."""
        return text_preprocessing(int(self._clip.model.context_length))

    @property
    def origins(self) -> Sequence[Origin]:
        """The network for two parts, the bundle for the third."""
        ours = [
            Origin(part=part, origin=f"open_clip, weights {self._clip.id}", licence=self._licence)
            for part in ("frame_encoder", "text_encoder")
        ]
        return [*ours, *(one for one in self._base.manifest.origins if one.part == "audio_encoder")]

    def add_to(self, assembly: Assembly) -> None:
        """Export both halves, copy the audio encoder, write the tokenizer."""
        add_clip(assembly, self._clip, self._variant)
        assembly.keep_graph(self._base.folder, self._base.manifest, "audio_encoder")


def add_clip(assembly: Assembly, clip: OpenClip, variant: Variant) -> None:
    """Export a network of open_clip as frame encoder and text encoder, with its tokenizer.

    Parity is measured against open_clip itself: its own tokenizer over all its tokens, its own scaling of
    pixels. The network cannot be used for anything else afterwards: its first layer takes bytes.

    Raises:
        Corrupt: PARITY, a graph fails parity.
    """
    tokenizer = make_tokenizer(merges_file())
    tokenizer.save(str(assembly.folder / TOKENIZER_FILE), pretty=False)
    assembly.files.append(file_entry(assembly.folder / TOKENIZER_FILE))
    tokenizer.enable_truncation(int(clip.model.context_length))
    tokenizer.enable_padding()
    tokens = tokenizer.encode_batch(list(PARITY_TEXTS))
    axes = {0: "texts", 1: "tokens"}
    text = TextEncoder(clip.model)
    assembly.add(
        "text_encoder",
        text,
        inputs={
            "input_ids": Example(torch.tensor([item.ids for item in tokens]), axes),
            "attention_mask": Example(torch.tensor([item.attention_mask for item in tokens]), axes),
        },
        outputs=[TensorSpec(name="features", dtype="float32", shape=("texts", text.dim))],
        bounds=variant.bounds,
        shrink=variant.shrink,
        reference=clip.encode_texts(PARITY_TEXTS),
    )
    visual = clip.model.visual
    size_px = OpenClipFrameEncoder(clip).frame_spec.size_px
    generator = torch.Generator().manual_seed(0)
    shape = (PARITY_FRAMES, size_px, size_px, 3)
    pictures = torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)
    # Before the pixels are folded in.
    reference = clip.encode_frames(pictures.numpy())
    assembly.add(
        "frame_encoder",
        FrameEncoder(visual, visual.image_mean, visual.image_std),
        inputs={"frames": Example(pictures, {0: "frames"})},
        outputs=[TensorSpec(name="features", dtype="float32", shape=("frames", int(visual.output_dim)))],
        bounds=variant.bounds,
        shrink=variant.shrink,
        reference=reference,
    )


def _spaces(
    frames: extractors.FrameEncoder, sound: AudioEncoder, words: datasets.TextEncoder
) -> FeatureSpaces:
    return FeatureSpaces(
        video_encoder_id=frames.id,
        music_encoder_id=sound.id,
        text_encoder_id=words.id,
        video_dim=frames.dim,
        music_dim=sound.dim,
        text_dim=words.text_dim,
    )
