"""Two processes that share a batch see what one process sees."""

import csv
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from support.pairs import TINY, training_pairs
from temptrack_train.training.config import load_system, parse_changes
from temptrack_train.training.embedding import embed_queries, embed_tracks
from temptrack_train.training.fit import fit
from temptrack_train.training.run_folder import open_run

TESTS = Path(__file__).parents[1]
SCRIPT = TESTS / "support" / "train_process.py"
WHOLE = ("model.tower.dropout=0.0", "training.epochs=3")
"""Units drop out differently in different processes, so they are kept here."""

TRIPLETS = (
    "model.words=null",
    "loss.video_only=0",
    "loss.text_only=0",
    "loss.kind=triplet",
    "loss.mining=hardest",
    "training.learning_rate=1e-5",
)
"""The mean over all that break the margin jumps by whole shares when the last digit lets one keep it.

The hardest of two that are nearly as hard changes with the last digit too, and its gradient with it; small
steps keep that from growing over the epochs.
"""

OPTIONS = (
    "loss.teacher=0.5",
    "loss.temperature_learned=true",
    "loss.false_negatives.duplicates=positive",
    "loss.false_negatives.tag_overlap_from=0.4",
)


def _train(out: Path, *changes: str) -> subprocess.CompletedProcess[str]:
    """Train in two processes, as torchrun starts them."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
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
    "changes", [OPTIONS, TRIPLETS], ids=["viml with every option", "towers with triplets"]
)
def test_two_processes_give_the_loss_of_one(changes: tuple[str, ...], tmp_path: Path) -> None:
    config = load_system("viml_plus", {**TINY, **parse_changes([*WHOLE, *changes])})
    data = training_pairs()
    fit(config, data, tmp_path / "1")
    done = _train(tmp_path / "2", *WHOLE, *changes)
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = _curve(tmp_path / "1"), _curve(tmp_path / "2")
    assert len(one) == len(two) == 3
    for alone, shared in zip(one, two, strict=True):
        for name in (key for key in alone if key.startswith("loss")):
            assert shared[name] == pytest.approx(alone[name], rel=1e-5, abs=1e-5), name
    single, double = (open_run(tmp_path / folder).model for folder in ("1", "2"))
    for embed in (embed_tracks, partial(embed_queries, text_weight=0.5)):
        left, right = embed(single, corpus=data.validation), embed(double, corpus=data.validation)
        assert (left * right).sum(1).min() > 0.9999


def test_two_processes_go_on_together_and_only_one_writes(tmp_path: Path) -> None:
    first = _train(tmp_path, *WHOLE, "training.epochs=2")
    assert first.returncode == 0, first.stderr[-2000:]
    assert first.stdout.split() == ["epoch", "1", "epoch", "2"]
    again = _train(tmp_path, *WHOLE, "training.epochs=2")
    assert again.returncode == 0, again.stderr[-2000:]
    assert again.stdout == ""


def test_a_batch_that_cannot_be_shared_evenly_is_refused(tmp_path: Path) -> None:
    done = _train(tmp_path, "training.batch_size=15")
    assert done.returncode != 0
    assert "A batch of 15 cannot be shared by 2 processes" in done.stderr
