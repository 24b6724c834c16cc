"""CLIP by open_clip, whatever torchvision there is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from temptrack.errors import NotFound
from temptrack_train.features.open_clip_encoders import OpenClip, OpenClipFrameEncoder, OpenClipTextEncoder
from temptrack_train.features.open_clip_shim import import_open_clip

TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> OpenClip:
    folder = tmp_path_factory.mktemp("clip")
    (folder / "tiny-test-clip.json").write_text(json.dumps(TINY))
    open_clip: Any = import_open_clip()
    open_clip.add_model_config(folder)
    torch.manual_seed(0)
    model = open_clip.create_model("tiny-test-clip")
    torch.save(model.state_dict(), folder / "weights.pt")
    return OpenClip(folder / "weights.pt", architecture="tiny-test-clip")


SCRIPT = """
import importlib.util, sys
from temptrack_train.features.open_clip_shim import import_open_clip
there = importlib.util.find_spec("torchvision") is not None and "broken" not in sys.argv
open_clip = import_open_clip()
assert open_clip is import_open_clip()
assert open_clip.get_model_config("ViT-B-32")["embed_dim"] == 512
if not there:
    assert not [name for name in sys.modules if name.split(".")[0] == "torchvision"]
    if "broken" not in sys.argv:
        assert importlib.util.find_spec("torchvision") is None
print("imported")
"""


def test_open_clip_is_imported_and_nothing_pretends_to_be_torchvision_afterwards() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "imported", done.stderr


def test_a_torchvision_whose_operators_cannot_be_found_is_stood_in_for(tmp_path: Path) -> None:
    (tmp_path / "torchvision").mkdir()
    broken = "raise RuntimeError('operator torchvision::nms does not exist')"
    (tmp_path / "torchvision" / "__init__.py").write_text(broken)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "broken"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.stdout.strip() == "imported", done.stderr


def test_frames_are_scaled_as_the_weights_expect(clip: OpenClip) -> None:
    encoder = OpenClipFrameEncoder(clip)
    assert encoder.frame_spec.size_px == 32
    frames = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    mean, std = clip.model.visual.image_mean, clip.model.visual.image_std
    pixels = (torch.from_numpy(frames).float() / 255 - torch.tensor(mean)) / torch.tensor(std)
    with torch.inference_mode():
        expected = clip.model.encode_image(pixels.permute(0, 3, 1, 2)).numpy()
    weighted = encoder.encode(frames, [1, 2, 1])
    assert weighted.shape == (encoder.dim,)
    np.testing.assert_allclose(weighted, (expected[0] + 2 * expected[1] + expected[2]) / 4, atol=1e-5)


def test_texts_are_read_in_any_number(clip: OpenClip) -> None:
    encoder = OpenClipTextEncoder(clip)
    texts = [f"text number {number}" for number in range(300)]
    together = encoder.encode(texts)
    assert together.shape == (300, encoder.text_dim)
    np.testing.assert_allclose(encoder.encode([texts[299]])[0], together[299], atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.text_dim)


def test_other_weights_have_another_id(clip: OpenClip, tmp_path: Path) -> None:
    torch.manual_seed(1)
    other = import_open_clip().create_model("tiny-test-clip")
    torch.save(other.state_dict(), tmp_path / "other.pt")
    again = OpenClip(tmp_path / "other.pt", architecture="tiny-test-clip")
    assert again.id != clip.id
    assert OpenClipFrameEncoder(again).id != OpenClipFrameEncoder(clip).id
    assert OpenClipTextEncoder(again).id.startswith(again.id)


def test_weights_that_are_not_there_are_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        OpenClip(tmp_path / "clip.pt")
    assert caught.value.reason == "WEIGHTS_NOT_FOUND"
