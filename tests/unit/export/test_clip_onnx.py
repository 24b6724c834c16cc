"""Graphs that others exported, as the encoders of a bundle: the same answers, one by one or together."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest

from support.exported_clip import DIM, text_graph, vision_graph
from temptrack.errors import Corrupt
from temptrack.model.manifest import FramePreprocessing
from temptrack_export.clip_memory import LOGIT_SCALE, Memory
from temptrack_export.clip_onnx import wrap_frames, wrap_texts

Array = npt.NDArray[Any]
SIZE_PX = 64
FRAMES = FramePreprocessing(
    size_px=SIZE_PX,
    resize="shorter-side-then-centre-crop",
    interpolation="bicubic",
    colour="rgb",
    mean=(120.0, 110.0, 100.0),
    std=(60.0, 65.0, 70.0),
)
IDS = np.array([[49406, 320, 1125, 49407, 0], [49406, 49407, 0, 0, 0], [49406, 7, 8, 9, 49407]], np.int64)
SAID = np.array([4, 2, 5])
MASK = (np.arange(5) < SAID[:, None]).astype(np.int64)


def unit(rows: Array) -> Array:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))


def run(path: Path, **inputs: Array) -> Array:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, inputs)[0])


@pytest.fixture(scope="module")
def memory() -> Memory:
    random = np.random.default_rng(5)
    keys, values = (unit(random.standard_normal((7, DIM), np.float32)) for _ in range(2))
    return Memory(keys, values)


@pytest.fixture(scope="module")
def pictures() -> Array:
    random = np.random.default_rng(6)
    return np.stack([random.integers(0, top, (SIZE_PX, SIZE_PX, 3)) for top in (20, 90, 256)]).astype(
        np.uint8
    )


@pytest.mark.parametrize("opset", [11, 14])
def test_a_picture_is_described_by_the_phrases_it_is_like(
    tmp_path: Path, memory: Memory, pictures: Array, opset: int
) -> None:
    source = vision_graph(tmp_path / "vision.onnx", opset=opset)
    spec = wrap_frames(source, tmp_path / "frame_encoder.onnx", FRAMES, memory)
    pixels = (pictures - np.array(FRAMES.mean)) / np.array(FRAMES.std)
    rows = [run(source, pixel_values=one[None].transpose(0, 3, 1, 2).astype(np.float32))[0] for one in pixels]
    shares = np.exp(LOGIT_SCALE * unit(np.stack(rows)) @ memory.keys.T)
    expected = shares / shares.sum(axis=1, keepdims=True) @ memory.values
    found = run(tmp_path / spec.file, frames=pictures)
    np.testing.assert_allclose(found, expected, atol=2e-4)
    assert spec.outputs[0].shape == ("frames", DIM)


def test_a_picture_has_the_same_features_in_any_company(
    tmp_path: Path, memory: Memory, pictures: Array
) -> None:
    source = vision_graph(tmp_path / "vision.onnx")
    spec = wrap_frames(source, tmp_path / "frame_encoder.onnx", FRAMES, memory)
    alone = np.concatenate([run(tmp_path / spec.file, frames=one[None]) for one in pictures])
    np.testing.assert_allclose(run(tmp_path / spec.file, frames=pictures), alone, atol=1e-6)
    # The graph as it came shares one scale among all pictures of a batch.
    pixels = pictures.transpose(0, 3, 1, 2).astype(np.float32)
    together = run(source, pixel_values=pixels)
    single = np.concatenate([run(source, pixel_values=one[None]) for one in pixels])
    assert np.abs(unit(together) - unit(single)).max() > 1e-3


@pytest.mark.parametrize("masked", [False, True])
def test_a_text_has_the_same_features_in_any_company(tmp_path: Path, masked: bool) -> None:
    source = text_graph(tmp_path / "text.onnx", mask=masked)
    spec = wrap_texts(source, tmp_path / "text_encoder.onnx")
    expected = []
    for row, count in enumerate(SAID):
        inputs = {"input_ids": IDS[row : row + 1, :count]}
        if masked:
            inputs["attention_mask"] = MASK[row : row + 1, :count]
        expected.append(unit(run(source, **inputs)[0]))
    found = run(tmp_path / spec.file, input_ids=IDS, attention_mask=MASK)
    np.testing.assert_allclose(found, np.stack(expected), atol=1e-6)
    assert [value.name for value in spec.inputs] == ["input_ids", "attention_mask"]


def test_a_wrapped_graph_is_whole_and_holds_the_weights_it_came_with(tmp_path: Path) -> None:
    source = text_graph(tmp_path / "text.onnx")
    wrap_texts(source, tmp_path / "text_encoder.onnx")
    onnx.checker.check_model(str(tmp_path / "text_encoder.onnx"), full_check=True)
    theirs = {tensor.raw_data for tensor in onnx.load(str(source)).graph.initializer}
    wrapped = onnx.load(str(tmp_path / "text_encoder.onnx"))
    assert theirs <= {tensor.raw_data for tensor in wrapped.graph.initializer}


def test_files_that_are_no_half_of_clip_are_refused(tmp_path: Path, memory: Memory) -> None:
    vision, text = vision_graph(tmp_path / "vision.onnx"), text_graph(tmp_path / "text.onnx")
    (tmp_path / "page.onnx").write_text("<html>", encoding="utf-8")
    short = vision_graph(tmp_path / "short.onnx", dim=64)
    for source in (tmp_path / "page.onnx", text, short):
        with pytest.raises(Corrupt) as refused:
            wrap_frames(source, tmp_path / "out.onnx", FRAMES, memory)
        assert refused.value.reason == "GRAPH_UNKNOWN"
        assert source.name in refused.value.message
    with pytest.raises(Corrupt, match="pixel_values"):
        wrap_texts(vision, tmp_path / "out.onnx")
    assert not (tmp_path / "out.onnx").exists()
