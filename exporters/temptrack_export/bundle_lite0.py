"""Building lite-0, the baseline that benchmarks hold lite-1 against; it ships no more."""

from pathlib import Path

import torch

from temptrack import __version__
from temptrack.model.manifest import FORMAT_VERSION, Manifest, Origin, TagEntry, TensorSpec
from temptrack_export import efficientnet, lite0, minilm, musicnn
from temptrack_export.assembly import Assembly, whole_or_nothing
from temptrack_export.calibration import Calibration, read_calibration
from temptrack_export.graphs import Example, store_weights_as_half
from temptrack_export.lite_encoders import (
    AUDIO,
    FRAMES,
    ORIGINS,
    PARITY_TEXTS,
    TEXT,
    Encode,
    Words,
    add_pictures_and_words,
)
from temptrack_export.manifests import write_manifest
from temptrack_export.parity import HALF, Bounds
from temptrack_export.texts import read_incompetech, read_musiccaps

BUNDLE_ID = "lite-0"
TAG_THRESHOLD = 0.5
COMMAND = "temptrack-export lite-0"

SMALL_MAP = Bounds(lowest_cosine=0.9999)

ITS_ORIGINS = (
    *ORIGINS,
    Origin(part="audio_encoder", origin="musicnn 0.1.0, models MSD_musicnn and MTT_musicnn",
           licence="ISC", note="Music Technology Group, Universitat Pompeu Fabra; written by Jordi Pons"),
    Origin(part="towers", origin="fitted by this recipe on MusicCaps captions and the Incompetech catalogue",
           licence="CC-BY-SA-4.0",
           note="MusicCaps: Google, CC BY-SA 4.0; Incompetech: Kevin MacLeod; neither's text is included"),
)  # fmt: skip


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
    words = Words()
    class_texts = words.encode(efficientnet.class_names())
    calibration = read_calibration()
    space = lite0.fit_joint_space(
        read_musiccaps(musiccaps), read_incompetech(incompetech), words.encode, class_texts
    )
    add_pictures_and_words(builder, words, class_texts)
    builder.add(
        "audio_encoder",
        musicnn.MusicnnPair(*musicnn.read_checkpoints(musicnn_sdist)).eval(),
        inputs={"windows": Example(0.1 * torch.randn(3, musicnn.WINDOW_SAMPLES), {0: "windows"})},
        outputs=[TensorSpec(name="features", dtype="float32", shape=("windows", len(musicnn.RAW_TAGS)))],
        shrink=store_weights_as_half,
        bounds=HALF,
    )
    _add_towers(builder, space, calibration, words.encode)
    manifest = _describe(builder, calibration)
    write_manifest(folder, manifest)
    return manifest


def _add_towers(builder: Assembly, space: lite0.JointSpace, calibration: Calibration, encode: Encode) -> None:
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


def _describe(builder: Assembly, calibration: Calibration) -> Manifest:
    return Manifest(
        format=FORMAT_VERSION,
        id=BUNDLE_ID,
        embed_dim=minilm.TEXT_DIM,
        files=tuple(builder.files),
        graphs=builder.graphs,
        frames=FRAMES,
        text=TEXT,
        audio=AUDIO,
        tags=tuple(
            TagEntry(name=name, group=group, threshold=TAG_THRESHOLD) for name, group in lite0.TAG_NAMES
        ),
        x_null="the zero vector: a linear fusion without words leaves the picture alone",
        licence="Apache-2.0 AND ISC AND CC-BY-SA-4.0",
        origins=ITS_ORIGINS,
        training=(
            "Towers are closed-form ridge maps fitted on MusicCaps captions with their aspect lists and on "
            "the Incompetech catalogue; no audio or picture was trained on. Tag posteriors are relative to a "
            f"calibration set: {calibration.source}."
        ),
        code_version=__version__,
        metrics=tuple(builder.metrics),
    )
