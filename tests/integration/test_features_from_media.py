"""The command that turns media into features, on real files, by the shipped bundle."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from support.films import Shot, make_film, moving, quadrants
from temptrack.model.bundles import load_bundle
from temptrack_train.cli.main import app
from temptrack_train.datasets.opening import open_stored
from temptrack_train.features.bundled_text import BundledTextEncoder
from temptrack_train.features.store import ITEMS_PER_SHARD, FeatureStore


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Two films of 12 seconds with a tone, and a file that is no film."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    make_film(folder / "one.mp4", [Shot(moving(), 120)], rate=10, size=(64, 64), tone_hz=440)
    make_film(folder / "two.mp4", [Shot(quadrants(), 120)], rate=10, size=(64, 64), tone_hz=880)
    (folder / "three.mp4").write_text("not a film")
    (folder / "manifest.csv").write_text(
        "id,video,text,split\none,one.mp4,a high tone,train\ntwo,two.mp4,,test\nthree,three.mp4,,train\n"
    )
    return folder


def run(*words: str | Path) -> dict[str, object]:
    result = CliRunner().invoke(app, ["features", *map(str, words), "--json", "--device", "cpu"])
    assert result.exit_code == 0, result.output
    told: dict[str, object] = json.loads(result.stdout)
    return told


def test_media_become_a_dataset_and_a_second_run_does_what_is_missing(
    collection: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / "features"
    told = run(collection, "--out", out, "--sampling", "fast")
    for side in ("video", "music"):
        found = told[side]
        assert isinstance(found, dict)
        assert (found["done"], found["kept"]) == (2, 0)
        assert list(found["failures"]) == ["three.mp4"]
    bundle = load_bundle(device="cpu")
    dataset = open_stored("folder", collection, out, BundledTextEncoder(bundle))
    assert list(dataset.track_ids) == ["one", "two"]
    assert list(dataset.left_out) == ["three"]
    assert "1 of 3 pairs" in caplog.text
    item = dataset.item(0)
    assert item.texts == ("a high tone",)
    assert item.video.shape == (1, bundle.video_dim)
    assert item.music.shape == (1, 554)
    assert dataset.spaces.video_encoder_id == bundle.frame_encoder_id

    make_film(collection / "three.mp4", [Shot(moving(3), 120)], rate=10, size=(64, 64), tone_hz=220)
    again = run(collection, "--out", out, "--sampling", "fast")
    video = again["video"]
    assert isinstance(video, dict)
    assert (video["done"], video["kept"], video["failures"]) == (1, 2, {})


def test_other_sampling_does_not_mix_into_the_same_features(collection: Path, tmp_path: Path) -> None:
    out = tmp_path / "features"
    run(collection, "--out", out, "--sampling", "fast", "--only", "video")
    words = ["features", str(collection), "--out", str(out), "--only", "video", "--device", "cpu"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "(fast," in " ".join(result.output.split())


SLOW = """
import sys
from pathlib import Path
import numpy as np
from temptrack_train.features.extract import extract_features
from temptrack_train.features.store import StoreHeader

class Numbers:
    header = StoreHeader(kind="music", encoder_id="numbers", dim=2)
    def extract(self, path):
        return np.full((1, 2), float(path.name), np.float32)

sources = {name: Path(name) for name in map(str, range(200))}
extract_features(sources, Numbers(), Path(sys.argv[1]), progress=lambda key: print(key, flush=True))
"""


def test_a_killed_extraction_goes_on_where_it_was(tmp_path: Path) -> None:
    store = tmp_path / "store"
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(store)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == str(ITEMS_PER_SHARD + 20):
            break
    os.kill(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()
    survived = set(FeatureStore(store).ids)
    assert len(survived) >= ITEMS_PER_SHARD
    subprocess.run([sys.executable, "-c", SLOW, str(store)], check=True, stdout=subprocess.DEVNULL)
    whole = FeatureStore(store)
    assert set(whole.ids) == set(map(str, range(200)))
    for key in whole.ids:
        np.testing.assert_array_equal(whole.get(key), np.full((1, 2), float(key), np.float32))
