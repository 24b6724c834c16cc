"""The loop: it learns, stops, repeats itself and goes on where it was cut off."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from support.pairs import tiny, training_pairs
from temptrack.errors import AlreadyExists, Corrupt, InvalidRequest, NotFound, NotReady
from temptrack_train.training.config import SystemConfig
from temptrack_train.training.embedding import embed_queries, embed_tracks
from temptrack_train.training.fit import Unwatched, fit
from temptrack_train.training.plan import plan, rate_at, shared_batch
from temptrack_train.training.run_folder import Row, open_run

SYSTEMS = ("pretet", "mvpt", "mvpt_plus", "viml", "viml_plus")


class KilledError(Exception):
    pass


class Killer(Unwatched):
    """Dies at a step, as a machine would."""

    def __init__(self, after: int) -> None:
        self.left = after

    def stepped(self, loss: float) -> None:
        self.left -= 1
        if self.left == 0:
            raise KilledError


class Listener(Unwatched):
    def __init__(self) -> None:
        self.first_epoch = -1
        self.rows: list[Row] = []

    def started(self, config: SystemConfig, steps_an_epoch: int, first_epoch: int) -> None:
        self.first_epoch = first_epoch

    def finished_epoch(self, row: Row, best: bool) -> None:
        self.rows.append(row)


def _curve(folder: Path) -> list[Mapping[str, Any]]:
    with (folder / "curve.csv").open(encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_learns_what_the_pairs_share(name: str, tmp_path: Path) -> None:
    summary = fit(tiny(name, training__epochs=40, training__patience=40), training_pairs(), tmp_path / "run")
    chance = 100 * 10 / 32
    assert summary.figures["video_to_music_r10"] > 2 * chance
    assert summary.figures[summary.watched] > 2 * chance


def test_the_curve_has_one_line_an_epoch_with_loss_and_recall(tmp_path: Path) -> None:
    listener = Listener()
    fit(tiny("viml"), training_pairs(), tmp_path, watcher=listener)
    rows = _curve(tmp_path)
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert {"step", "loss", "loss_main", "video_to_music_r10", "video_text_to_music_median_rank"} <= set(
        rows[0]
    )
    assert [row["epoch"] for row in listener.rows] == [1, 2, 3]
    assert float(rows[2]["loss"]) < float(rows[0]["loss"])


def test_the_same_seed_gives_the_same_curve_and_another_seed_another(tmp_path: Path) -> None:
    for folder, seed in (("a", 0), ("b", 0), ("c", 1)):
        fit(tiny("viml_plus", training__seed=seed), training_pairs(), tmp_path / folder)
    assert _curve(tmp_path / "a") == _curve(tmp_path / "b")
    assert _curve(tmp_path / "a") != _curve(tmp_path / "c")


@pytest.mark.parametrize("step", [1, 4, 6, 11])
def test_a_run_that_died_goes_on_as_if_it_had_not(step: int, tmp_path: Path) -> None:
    config, data = tiny("viml_plus", loss__temperature_learned=True), training_pairs()
    unbroken = fit(config, data, tmp_path / "unbroken")
    with pytest.raises(KilledError):
        fit(config, data, tmp_path / "broken", watcher=Killer(step))
    listener = Listener()
    resumed = fit(config, data, tmp_path / "broken", resume=True, watcher=listener)
    assert listener.first_epoch == (step - 1) // 4
    assert _curve(tmp_path / "broken") == _curve(tmp_path / "unbroken")
    assert resumed.figures == unbroken.figures
    for name, weights in open_run(tmp_path / "unbroken").model.state_dict().items():
        assert torch.equal(open_run(tmp_path / "broken").model.state_dict()[name], weights), name


def test_global_chance_is_left_alone_and_does_not_matter(tmp_path: Path) -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    fit(tiny("viml"), training_pairs(), tmp_path / "a")
    assert torch.equal(torch.rand(3), expected)
    torch.manual_seed(99)
    fit(tiny("viml"), training_pairs(), tmp_path / "b")
    assert _curve(tmp_path / "a") == _curve(tmp_path / "b")


def test_it_stops_early_and_keeps_the_best_epoch(tmp_path: Path) -> None:
    config = tiny("mvpt_plus", training__epochs=60, training__patience=4)
    summary = fit(config, training_pairs(), tmp_path)
    rows = _curve(tmp_path)
    recalls = [float(row["video_to_music_r10"]) for row in rows]
    assert summary.epochs == len(rows) < 60
    assert summary.epochs - summary.best_epoch == 4
    assert recalls.index(max(recalls)) + 1 == summary.best_epoch
    assert summary.figures["video_to_music_r10"] == max(recalls)


def test_the_best_weights_give_the_best_figures(tmp_path: Path) -> None:
    data = training_pairs()
    summary = fit(tiny("viml", training__epochs=12), data, tmp_path)
    model = open_run(tmp_path).model
    scores = embed_queries(model, data.validation, 0.0) @ embed_tracks(model, data.validation).T
    ranks = (scores > scores.diagonal()[:, None]).sum(1) + 1
    assert 100 * (ranks <= 10).mean() == pytest.approx(summary.figures["video_to_music_r10"])


def test_a_finished_run_is_left_as_it_is(tmp_path: Path) -> None:
    first = fit(tiny("mvpt"), training_pairs(), tmp_path)
    listener = Listener()
    again = fit(tiny("mvpt"), training_pairs(), tmp_path, resume=True, watcher=listener)
    assert again == first
    assert listener.first_epoch == -1


def test_a_run_is_not_overwritten_nor_mixed_with_another(tmp_path: Path) -> None:
    fit(tiny("mvpt"), training_pairs(), tmp_path)
    with pytest.raises(AlreadyExists, match="--resume"):
        fit(tiny("mvpt"), training_pairs(), tmp_path)
    with pytest.raises(InvalidRequest, match="another configuration") as caught:
        fit(tiny("mvpt", training__seed=3), training_pairs(), tmp_path, resume=True)
    assert caught.value.reason == "RUN_DIFFERS"


def test_opening_what_is_no_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no trained run"):
        open_run(tmp_path)
    fit(tiny("mvpt"), training_pairs(), tmp_path)
    (tmp_path / "best.pt").write_bytes(b"half a file")
    with pytest.raises(Corrupt, match=r"best\.pt"):
        open_run(tmp_path)


def test_weights_of_another_model_are_told_as_such(tmp_path: Path) -> None:
    fit(tiny("mvpt", training__epochs=1), training_pairs(), tmp_path / "one")
    fit(tiny("viml", training__epochs=1), training_pairs(), tmp_path / "other")
    (tmp_path / "one" / "config.yaml").write_bytes((tmp_path / "other" / "config.yaml").read_bytes())
    with pytest.raises(Corrupt) as caught:
        open_run(tmp_path / "one")
    assert caught.value.reason == "RUN_CORRUPT"
    assert "config.yaml" in caught.value.hint


def test_an_opened_run_answers_as_the_trained_model_did(tmp_path: Path) -> None:
    summary = fit(tiny("viml", loss__temperature=0.05), training_pairs(), tmp_path)
    run = open_run(tmp_path)
    assert run.config.name == summary.system == "viml"
    assert run.temperature == pytest.approx(0.05)
    assert not run.model.training
    assert sum(p.numel() for p in run.model.parameters()) == summary.parameters


def test_too_few_pairs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="1 pairs"):
        fit(tiny("mvpt"), training_pairs(train=1), tmp_path)
    assert shared_batch(512, 100) == 100


def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    data = training_pairs()
    data.train.video.rows[:] = torch.nan
    with pytest.raises(NotReady, match="nan at step 0") as caught:
        fit(tiny("mvpt"), data, tmp_path)
    assert caught.value.reason == "LOSS_NOT_FINITE"


def test_bfloat16_learns_as_well(tmp_path: Path) -> None:
    config = tiny("viml", training__epochs=40, training__patience=40, training__precision="bfloat16")
    summary = fit(config, training_pairs(), tmp_path)
    assert summary.figures["video_to_music_r10"] > 62


def test_every_epoch_takes_every_pair_once() -> None:
    for epoch in range(2):
        taken = torch.cat([plan(0, epoch * 4 + step, 64, 16, 4)[0] for step in range(4)])
        assert sorted(taken.tolist()) == list(range(64))
    assert plan(0, 0, 64, 16, 4)[0].tolist() != plan(0, 4, 64, 16, 4)[0].tolist()


def test_the_rate_rises_then_falls_to_nothing() -> None:
    training = tiny("mvpt", training__epochs=10, training__warm_up=0.1).training
    rates = [rate_at(step, training, 10) for step in range(100)]
    assert rates[:10] == pytest.approx([0.1 * step for step in range(1, 11)])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 0.001
