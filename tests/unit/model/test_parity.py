"""The shipped graphs answer as the torch modules they were exported from."""

import json
from pathlib import Path

import numpy as np
import pytest

from support import parity_inputs
from temptrack.model.bundles import load_bundle
from temptrack.model.craft import CRAFT_DIM
from temptrack.model.onnx_bundle import OnnxBundle

GOLDEN = Path(__file__).parents[2] / "golden" / "encoder_parity" / "expected.json"


@pytest.fixture(scope="module")
def bundle() -> OnnxBundle:
    return load_bundle(device="cpu")


def cosines(name: str, found: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[float]:
    expected = np.array(json.loads(GOLDEN.read_text("utf-8"))[name])
    norms = np.linalg.norm(expected, axis=1) * np.linalg.norm(found, axis=1)
    return list((expected * found).sum(axis=1) / norms)


def test_frames(bundle: OnnxBundle) -> None:
    frames = parity_inputs.frames(bundle.frame_spec.size_px)
    found = np.stack([bundle.encode_frames(frame[None], [1]).values for frame in frames])
    # What film craft adds comes from no graph.
    assert min(cosines("frames", found[:, :-CRAFT_DIM])) >= 0.999


def test_sound(bundle: OnnxBundle) -> None:
    spec = bundle.audio_spec
    found = bundle.encode_audio(parity_inputs.windows(spec.window_samples, spec.rate_hz))
    assert min(cosines("audio", found)) >= 0.9999


def test_text_stored_as_int8(bundle: OnnxBundle) -> None:
    assert min(cosines("text", bundle.encode_text(parity_inputs.TEXTS))) >= 0.995
