"""A training killed at any moment, and one asked for from the command line."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SCRIPT = TESTS / "support" / "train_process.py"
PLANTED = (
    *("--set", "data.options={train: 96, validation: 48, test: 8, described_train: 40, segments: 4}"),
    *("--set", "training.batch_size=32", "--set", "training.epochs=2", "--set", "data.texts=tags"),
)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(TESTS), "OMP_NUM_THREADS": "1"}


def _curve(folder: Path) -> list[dict[str, str]]:
    with (folder / "curve.csv").open(encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], env=_environment(), capture_output=True, text=True, timeout=240, check=False
    )


@pytest.mark.parametrize("epochs_before", [1, 3])
def test_a_killed_training_follows_the_unbroken_curve(epochs_before: int, tmp_path: Path) -> None:
    changes = ("training.epochs=30", "training.patience=30")
    killed = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(tmp_path / "killed"), *changes],
        env=_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert killed.stdout is not None
    for _ in range(epochs_before):
        killed.stdout.readline()
    killed.kill()
    killed.stdout.close()
    assert killed.wait() != 0
    assert not (tmp_path / "killed" / "summary.json").exists()
    for folder in ("killed", "unbroken"):
        done = _run(str(SCRIPT), str(tmp_path / folder), *changes)
        assert done.returncode == 0, done.stderr[-2000:]
    resumed = _run(str(SCRIPT), str(tmp_path / "killed"), *changes)
    assert resumed.stdout == ""
    assert _curve(tmp_path / "killed") == _curve(tmp_path / "unbroken")
    left = {path.name for path in (tmp_path / "killed").iterdir()}
    expected = {"config.yaml", "spaces.json", "curve.csv", "last.pt", "best.pt", "summary.json"}
    # A kill in the middle of a write may leave the unfinished copy, never a half of a file that is read.
    assert {name for name in left if not name.startswith(".")} == expected


def test_fit_from_the_command_line_then_resume(tmp_path: Path) -> None:
    out = tmp_path / "run"
    fitted = _run("-m", "temptrack_train", "fit", "viml", "--out", str(out), "--json", *PLANTED)
    assert fitted.returncode == 0, fitted.stderr[-2000:]
    summary = json.loads(fitted.stdout)
    assert (summary["system"], summary["epochs"], summary["run"]) == ("viml", 2, str(out))
    assert "video_text_to_music_r10" in summary["figures"]
    assert "epoch   1/2  loss" in fitted.stderr
    again = _run("-m", "temptrack_train", "fit", "viml", "--out", str(out), *PLANTED)
    assert again.returncode == 2
    assert "--resume" in again.stderr
    resumed = _run("-m", "temptrack_train", "fit", "viml", "--out", str(out), "--resume", *PLANTED)
    assert resumed.returncode == 0, resumed.stderr[-2000:]
    assert f"The run is in {out}." in resumed.stdout


def test_a_sweep_compares_values_and_trains_nothing_twice(tmp_path: Path) -> None:
    words = (
        *("-m", "temptrack_train", "sweep", "mvpt", "--vary", "loss.temperature=0.03,0.3", "--seeds", "2"),
        *("--out", str(tmp_path), *PLANTED),
    )
    swept = _run(*words)
    assert swept.returncode == 0, swept.stderr[-2000:]
    rows = [line for line in swept.stdout.splitlines() if line.startswith(("│ 0.03 ", "│ 0.3 "))]
    assert [line.count("±") for line in rows] == [3, 3]
    assert len(list(tmp_path.iterdir())) == 4
    again = _run(*words, "--json")
    results = json.loads(again.stdout)["results"]
    assert {result["values"]["loss.temperature"] for result in results} == {0.03, 0.3}
    assert [len(result["runs"]) for result in results] == [2, 2]
    assert "epoch" not in again.stderr
