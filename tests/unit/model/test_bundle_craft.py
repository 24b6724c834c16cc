"""A bundle that takes film craft: its features, their name, and what it refuses."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from temptrack.errors import NotSupported
from temptrack.home import DEFAULT_BUNDLE
from temptrack.model.bundles import SHIPPED_FOLDER, load_bundle
from temptrack.model.craft import CRAFT_DIM, CRAFT_VERSION, measure_craft
from temptrack.model.manifest import MANIFEST_NAME
from temptrack.model.onnx_bundle import OnnxBundle

SHIPPED = SHIPPED_FOLDER / DEFAULT_BUNDLE


def with_craft(folder: Path, version: int) -> Path:
    """The shipped bundle with a manifest that asks for some version of craft; its towers are not run."""
    folder.mkdir()
    for file in SHIPPED.iterdir():
        if file.name != MANIFEST_NAME:
            shutil.copyfile(file, folder / file.name)
    manifest = json.loads((SHIPPED / MANIFEST_NAME).read_text("utf-8"))
    (folder / MANIFEST_NAME).write_text(json.dumps(manifest | {"craft_version": version}), "utf-8")
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> OnnxBundle:
    folder = with_craft(tmp_path_factory.mktemp("bundles") / "plain", 0)
    return load_bundle(folder, device="cpu", threads=1)


@pytest.fixture(scope="module")
def crafty(tmp_path_factory: pytest.TempPathFactory) -> OnnxBundle:
    folder = with_craft(tmp_path_factory.mktemp("bundles") / "crafty", CRAFT_VERSION)
    return load_bundle(folder, device="cpu", threads=1)


def test_craft_follows_the_features_of_the_frames(plain: OnnxBundle, crafty: OnnxBundle) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (2, 260, 260, 3), dtype=np.uint8)
    without, found = (bundle.encode_frames(frames, [7, 3]) for bundle in (plain, crafty))
    assert found.values.dtype == np.float32
    assert found.values.shape == (crafty.video_dim,) == (plain.video_dim + CRAFT_DIM,)
    np.testing.assert_array_equal(found.values[:-CRAFT_DIM], without.values)
    np.testing.assert_array_equal(found.values[-CRAFT_DIM:], measure_craft(frames, [7, 3]))
    together = crafty.encode_segments([(frames, [7, 3]), (frames[:1], [10])], frames_a_run=4)
    np.testing.assert_allclose(together[0].values, found.values, atol=1e-5)
    np.testing.assert_array_equal(together[1].values[-CRAFT_DIM:], measure_craft(frames[:1], [10]))


def test_features_with_and_without_craft_never_mix(plain: OnnxBundle, crafty: OnnxBundle) -> None:
    assert "craft" not in plain.frame_encoder_id
    assert crafty.frame_encoder_id == f"{plain.frame_encoder_id}-craft{CRAFT_VERSION}"


def test_craft_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotSupported, match="film craft of version 99") as caught:
        load_bundle(with_craft(tmp_path / "newer", 99), device="cpu")
    assert caught.value.reason == "BUNDLE_FORMAT"
    assert caught.value.hint
