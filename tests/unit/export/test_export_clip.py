"""CLIP as a bundle's encoders, checked against open_clip itself with random weights."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from temptrack_export.assembly import Assembly
from temptrack_export.clip import fold_pixels, make_tokenizer, merges_file
from temptrack_export.encoders import PARITY_TEXTS, add_clip
from temptrack_export.graphs import run_graph
from temptrack_export.parity import lowest_cosine
from temptrack_export.quantise import VARIANTS
from temptrack_train.features.open_clip_encoders import OpenClip
from temptrack_train.features.open_clip_shim import import_open_clip

TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}
LONG = "a very long description of one piece of music " * 12
TEXTS = (
    *PARITY_TEXTS,
    LONG,
    "IT'S  what\twe'll\nplay at 128 bpm!!! (twice)",
    "naïve café, jusqu'à l'été 日本語の音楽 🎵🎶",
    "<start_of_text>",
)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    (folder / "tiny-export-clip.json").write_text(json.dumps(TINY))
    open_clip: Any = import_open_clip()
    open_clip.add_model_config(folder)
    torch.manual_seed(0)
    torch.save(open_clip.create_model("tiny-export-clip").state_dict(), folder / "weights.pt")
    return folder / "weights.pt"


def load(weights: Path) -> OpenClip:
    return OpenClip(weights, architecture="tiny-export-clip")


@pytest.fixture(scope="module")
def exported(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    assembly = Assembly(tmp_path_factory.mktemp("graphs"), "a command")
    add_clip(assembly, load(weights), VARIANTS["float32"])
    return assembly


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_texts_become_the_tokens_of_open_clip(text: str) -> None:
    tokenizer = make_tokenizer(merges_file())
    tokenizer.enable_truncation(77)
    expected = import_open_clip().get_tokenizer("ViT-B-32")([text])[0].tolist()
    found = tokenizer.encode(text).ids
    assert found + [0] * (77 - len(found)) == expected


def test_a_folded_convolution_takes_bytes_and_gives_the_same() -> None:
    torch.manual_seed(0)
    mean, std = [0.48, 0.46, 0.41], [0.27, 0.26, 0.28]
    plain = nn.Conv2d(3, 8, 4, stride=4, bias=False)
    pixels = torch.randint(0, 256, (2, 3, 16, 16)).float()
    expected = plain((pixels / 255 - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None])
    fold_pixels(plain, mean, std)
    assert torch.allclose(plain(pixels), expected, atol=1e-5)


def test_a_convolution_that_pads_cannot_be_folded() -> None:
    with pytest.raises(ValueError, match="pads"):
        fold_pixels(nn.Conv2d(3, 8, 3, padding=1), [0.5] * 3, [0.5] * 3)


def test_the_graphs_answer_as_open_clip_and_say_so(exported: Assembly) -> None:
    figures = {one.name: one.value for one in exported.metrics}
    for graph in ("frame_encoder", "text_encoder"):
        assert figures[f"parity/{graph}/lowest_cosine"] >= 0.9999
        assert figures[f"parity/{graph}/same_top10"] == 1.0
    assert [spec.dtype for spec in exported.graphs["frame_encoder"].inputs] == ["uint8"]


def test_any_number_of_frames_is_encoded(exported: Assembly, weights: Path) -> None:
    frames = np.random.default_rng(5).integers(0, 256, (37, 32, 32, 3), dtype=np.uint8)
    found = run_graph(exported.folder / "frame_encoder.onnx", {"frames": frames})[0]
    assert lowest_cosine(load(weights).encode_frames(frames), found) >= 0.9999


def test_a_text_costs_only_its_own_tokens_and_nothing_changes(exported: Assembly, weights: Path) -> None:
    tokenizer = make_tokenizer(merges_file())
    tokenizer.enable_truncation(77)
    clip = load(weights)
    for text in TEXTS:
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        found = run_graph(exported.folder / "text_encoder.onnx", inputs)[0]
        assert lowest_cosine(clip.encode_texts([text]), found) >= 0.9999


def test_padding_changes_nothing(exported: Assembly) -> None:
    tokenizer = make_tokenizer(merges_file())
    ids = tokenizer.encode("slow strings").ids
    inputs = [
        {"input_ids": np.array([ids + [0] * more]), "attention_mask": np.array([[1] * len(ids) + [0] * more])}
        for more in (0, 20)
    ]
    alone, padded = (run_graph(exported.folder / "text_encoder.onnx", one)[0] for one in inputs)
    assert padded == pytest.approx(alone, abs=1e-5)
