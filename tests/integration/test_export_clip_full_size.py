"""CLIP ViT-B/32 at full size with random weights; the product's frames against CLIP's own preprocessing."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import torch

from support.reference import reference_data
from temptrack.media.picture import PictureScaler
from temptrack.media.stills import decode_still
from temptrack.media.types import FrameSpec
from temptrack_export.assembly import Assembly
from temptrack_export.clip import merges_file
from temptrack_export.encoders import add_clip
from temptrack_export.graphs import run_graph
from temptrack_export.parity import lowest_cosine
from temptrack_export.quantise import VARIANTS
from temptrack_train.features.open_clip_encoders import OpenClip
from temptrack_train.features.open_clip_shim import import_open_clip

pytestmark = [pytest.mark.reference, pytest.mark.timeout(1200)]

ARCHITECTURE = "ViT-B-32"
FAR, MEAN = 0.1, 0.006
"""Largest and mean difference to CLIP's pixels in units of their deviation; the resamplers differ."""


@pytest.fixture(scope="module")
def golden() -> Path:
    return reference_data() / "clip" / "preprocess_golden"


def test_the_merges_are_those_of_clip(golden: Path) -> None:
    ours = gzip.decompress(merges_file().read_bytes())
    assert ours == gzip.decompress((golden / "bpe_simple_vocab_16e6.txt.gz").read_bytes())


def test_the_full_network_takes_the_products_frames(golden: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = import_open_clip().create_model(ARCHITECTURE).eval()
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    assembly = Assembly(tmp_path, "a command")
    add_clip(assembly, OpenClip(tmp_path / "weights.pt", architecture=ARCHITECTURE), VARIANTS["float32"])
    figures = {one.name: one.value for one in assembly.metrics}
    for graph in ("frame_encoder", "text_encoder"):
        assert figures[f"parity/{graph}/lowest_cosine"] >= 0.9999
        assert figures[f"parity/{graph}/same_top10"] == 1.0

    frame, presentation = decode_still(golden / "franz-kafka.jpg")
    square = PictureScaler(FrameSpec(224, "bicubic")).square(frame, presentation)
    pixels = (square / 255 - np.array(model.visual.image_mean)) / np.array(model.visual.image_std)
    expected = np.load(golden / "expected_preprocessed_image.npy")
    difference = np.abs(pixels.transpose(2, 0, 1) - expected[0])
    assert difference.max() < FAR
    assert difference.mean() < MEAN

    found = run_graph(tmp_path / "frame_encoder.onnx", {"frames": square[None]})[0]
    with torch.inference_mode():
        reference = model.encode_image(torch.from_numpy(expected)).numpy()
    assert lowest_cosine(reference, found) >= 0.999
