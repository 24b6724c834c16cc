"""Two processes that share a batch see what one process sees."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from temptrack_train.training.run_folder import open_run

TESTS = Path(__file__).parents[1]
SCRIPT = TESTS / "support" / "train_process.py"
WHOLE = ("model.tower.dropout=0.0", "training.epochs=3", "training.gradient_norm=1000")
"""Units drop out differently in different processes, so they are kept here."""

OPTIONS = (
    "loss.teacher=0.5",
    "loss.temperature_learned=true",
    "loss.false_negatives.duplicates=positive",
    "loss.false_negatives.tag_overlap_from=0.4",
)


def _train(out: Path, processes: int, *changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable]
    if processes > 1:
        command += ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    return subprocess.run(
        [*command, str(SCRIPT), str(out), *changes],
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def _curve(folder: Path) -> list[dict[str, float]]:
    with (folder / "curve.csv").open(encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    "changes",
    [
        OPTIONS,
        ("model.words=null", "loss.video_only=0", "loss.text_only=0", "loss.kind=triplet"),
    ],
    ids=["viml with every option", "two branches with triplets"],
)
def test_two_processes_give_the_loss_of_one(changes: tuple[str, ...], tmp_path: Path) -> None:
    for processes in (1, 2):
        done = _train(tmp_path / str(processes), processes, *WHOLE, *changes)
        assert done.returncode == 0, done.stderr[-2000:]
    one, two = _curve(tmp_path / "1"), _curve(tmp_path / "2")
    assert len(one) == len(two) == 3
    for alone, shared in zip(one, two, strict=True):
        for name in (key for key in alone if key.startswith("loss")):
            assert shared[name] == pytest.approx(alone[name], rel=1e-5, abs=1e-5), name
    weights = open_run(tmp_path / "2").model.state_dict()
    for name, expected in open_run(tmp_path / "1").model.state_dict().items():
        torch.testing.assert_close(weights[name], expected, rtol=1e-3, atol=1e-4)


def test_two_processes_go_on_together_and_only_one_writes(tmp_path: Path) -> None:
    first = _train(tmp_path, 2, *WHOLE, "training.epochs=2")
    assert first.returncode == 0, first.stderr[-2000:]
    assert first.stdout.split() == ["epoch", "1", "epoch", "2"]
    again = _train(tmp_path, 2, *WHOLE, "training.epochs=2")
    assert again.returncode == 0, again.stderr[-2000:]
    assert again.stdout == ""


def test_a_batch_that_cannot_be_shared_evenly_is_refused(tmp_path: Path) -> None:
    done = _train(tmp_path, 2, "training.batch_size=15")
    assert done.returncode != 0
    assert "A batch of 15 cannot be shared by 2 processes" in done.stderr
