import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from temptrack.errors import Corrupt, InvalidRequest, NotFound, NotSupported, TemptrackError
from temptrack.home import DEFAULT_BUNDLE
from temptrack.model.bundles import SHIPPED_FOLDER, list_bundles, load_bundle
from temptrack.model.manifest import MANIFEST_NAME, read_manifest

SHIPPED = SHIPPED_FOLDER / DEFAULT_BUNDLE


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(SHIPPED, folder)
    return folder


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / MANIFEST_NAME
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")


def failure(folder: Path) -> TemptrackError:
    with pytest.raises(TemptrackError) as caught:
        load_bundle(folder, device="cpu")
    assert caught.value.hint
    return caught.value


def test_the_shipped_bundle_is_whole_small_and_says_where_everything_comes_from() -> None:
    manifest, digest = read_manifest(SHIPPED)
    assert DEFAULT_BUNDLE in list_bundles()
    assert load_bundle(device="cpu").digest == digest
    listed = {entry.file for entry in manifest.files} | {MANIFEST_NAME}
    assert listed == {path.name for path in SHIPPED.iterdir()}
    assert sum(entry.size_bytes for entry in manifest.files) < 60e6
    assert max(entry.size_bytes for entry in manifest.files) < 20e6
    assert {origin.part for origin in manifest.origins} >= {"frame_encoder", "text_encoder", "audio_encoder"}
    assert all(origin.licence for origin in manifest.origins)


def test_no_graph_carries_paths_of_the_machine_that_made_it() -> None:
    for path in SHIPPED.glob("*.onnx"):
        data = path.read_bytes()
        assert b"site-packages" not in data
        assert b"stack_trace" not in data


def test_a_changed_byte_is_refused_naming_the_file(copy: Path) -> None:
    path = copy / "music_tower.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    error = failure(copy)
    assert isinstance(error, Corrupt)
    assert error.reason == "BUNDLE_HASH"
    assert "music_tower.onnx" in error.message


def test_a_missing_file_is_refused_naming_it(copy: Path) -> None:
    (copy / "tokenizer.json").unlink()
    error = failure(copy)
    assert error.reason == "BUNDLE_FILE_MISSING"
    assert "tokenizer.json" in error.message


def test_a_newer_format_is_refused_before_anything_else_is_read(copy: Path) -> None:
    rewrite(copy, lambda content: content.update(format=2, graphs="something new"))
    error = failure(copy)
    assert isinstance(error, NotSupported)
    assert error.reason == "BUNDLE_FORMAT"
    assert "format 2" in error.message


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda content: content.pop("embed_dim"), "embed_dim"),
        (lambda content: content["frames"].update(interpolation="sharpest"), "frames.interpolation"),
        (lambda content: content["files"][0].update(file="../../etc/passwd"), "files.0.file"),
        (lambda content: content["files"][0].update(sha256="0"), "files.0.sha256"),
        (lambda content: content.update(surprise=1), "surprise"),
    ],
)
def test_a_wrong_manifest_says_where_it_is_wrong(
    copy: Path, change: Callable[[dict[str, Any]], object], where: str
) -> None:
    rewrite(copy, change)
    error = failure(copy)
    assert error.reason == "MANIFEST_CORRUPT"
    assert f"'{where}'" in error.message


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"id": "x"}', "\x00\x01"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / MANIFEST_NAME).write_text(content, "utf-8")
    assert failure(tmp_path).reason == "MANIFEST_CORRUPT"


def test_a_folder_without_a_manifest_and_an_unknown_name_are_not_found(tmp_path: Path) -> None:
    assert isinstance(failure(tmp_path), NotFound)
    with pytest.raises(NotFound, match="no bundle 'lite-99'") as caught:
        load_bundle("lite-99")
    assert DEFAULT_BUNDLE in caught.value.hint


def test_a_name_cannot_climb_out_of_the_bundles_folder(own_home: Path, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, own_home / "outside")
    with pytest.raises(NotFound):
        load_bundle("../outside")


def test_an_installed_bundle_goes_before_the_shipped_one(own_home: Path) -> None:
    shutil.copytree(SHIPPED, own_home / "bundles" / DEFAULT_BUNDLE)
    assert load_bundle(DEFAULT_BUNDLE, device="cpu").folder == own_home / "bundles" / DEFAULT_BUNDLE


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no device 'tpu'"):
        load_bundle(device="tpu")


def test_cuda_is_refused_rather_than_silently_replaced() -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this build of ONNX Runtime has CUDA")
    with pytest.raises(NotSupported) as caught:
        load_bundle(device="cuda")
    assert caught.value.reason == "CUDA_MISSING"
    assert "temptrack[gpu]" in caught.value.hint


def test_a_graph_that_is_no_graph_is_refused_when_it_is_first_used(copy: Path) -> None:
    import hashlib

    (copy / "words_tower.onnx").write_bytes(b"not a graph")
    digest = hashlib.sha256(b"not a graph").hexdigest()

    def accept(content: dict[str, Any]) -> None:
        for entry in content["files"]:
            if entry["file"] == "words_tower.onnx":
                entry["sha256"] = digest

    rewrite(copy, accept)
    bundle = load_bundle(copy, device="cpu")
    with pytest.raises(Corrupt) as caught:
        bundle.embed_words(bundle.encode_text(["piano"]))
    assert caught.value.reason == "GRAPH_CORRUPT"
