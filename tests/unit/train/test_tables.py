import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.table_results import GOLDEN, SEEDS, drawn_results
from temptrack_train.evaluation.catalogue import CLAIMS, DROPOUTS, SYSTEMS, TABLES, Claim, dropout_key
from temptrack_train.evaluation.cells import CellResult, Cells
from temptrack_train.evaluation.commands import CollectionMaterial
from temptrack_train.evaluation.experiment import ExperimentPlan, run_experiment
from temptrack_train.evaluation.metrics import Hubness
from temptrack_train.evaluation.protocol import PooledRanks
from temptrack_train.evaluation.questions import (
    CLIPS_BY_PICTURE_AND_WORDS,
    QUESTIONS,
    TRACKS_BY_PICTURE,
    Answer,
)
from temptrack_train.evaluation.ranks import TruthRanks
from temptrack_train.evaluation.report import make_report, report_content, report_page, write_report
from temptrack_train.evaluation.tables import Results, check_claim
from temptrack_train.training.config import SystemConfig
from temptrack_train.training.fit import Unwatched, Watcher

SMALL: dict[str, Any] = {
    "data.options.train": 96,
    "data.options.validation": 32,
    "data.options.test": 40,
    "data.options.described_train": 32,
    "data.options.segments": 4,
    "model.embed_dim": 16,
    "model.tower.width": 32,
    "training.epochs": 1,
    "training.batch_size": 32,
    "training.validation_pool": 32,
}


def test_the_page_is_the_golden() -> None:
    assert report_page(make_report(Results(drawn_results()))) == GOLDEN.read_text("utf-8")


def test_every_system_of_the_catalogue_is_a_configuration() -> None:
    plan = ExperimentPlan(tuple(SYSTEMS), seeds=(4,))
    configs = {system: plan.configs(system)[0] for system in SYSTEMS}
    assert {config.training.seed for config in configs.values()} == {4}
    assert {system: config.name for system, config in configs.items()} == {key: key for key in SYSTEMS}
    for dropout in DROPOUTS:
        words = configs[dropout_key(dropout)].model.words
        assert words is not None
        assert words.dropout == dropout
    assert len({config.model_dump_json(exclude={"name"}) for config in configs.values()}) == len(SYSTEMS)


def test_every_line_and_claim_speaks_of_a_known_system() -> None:
    named = {line.system for plan in TABLES for line in plan.lines if line.system is not None}
    named |= {system for claim in CLAIMS for system, _ in (claim.better, claim.worse)}
    assert named <= set(SYSTEMS)


def test_figures_in_files_carry_their_direction() -> None:
    content = report_content(make_report(Results(drawn_results())))
    for lines in content["tables"].values():
        for line in lines:
            figures = set(line) - {"labels", "pool_size", "full_pool_size"}
            assert figures
            assert all("_to_music_" in figure for figure in figures)


@pytest.mark.parametrize(
    ("better", "worse", "verdict"),
    [(1, 60, "holds"), (60, 1, "holds the other way"), (30, 30, "not settled")],
)
def test_a_claim_is_judged_by_the_interval_of_its_gain(better: int, worse: int, verdict: str) -> None:
    def cell(hardest: int, seed: int) -> CellResult:
        above = np.random.default_rng(seed).integers(0, hardest, 100)
        ranks = TruthRanks(above, np.ones(100, np.int64), 100)
        answer = Answer(PooledRanks([ranks], ranks), None, Hubness(0.0, 0.0))
        return CellResult(drawn_results()["viml"][0].summary, {TRACKS_BY_PICTURE: answer})

    results = Results({"a": [cell(better, 1), cell(better, 2)], "b": [cell(worse, 3), cell(worse, 4)]})
    claim = Claim("a above b", ("a", TRACKS_BY_PICTURE), ("b", TRACKS_BY_PICTURE), (1.0, 2.0))
    assert check_claim(claim, results).verdict == verdict


def test_files_are_written_and_equal_results_give_equal_files(tmp_path: Path) -> None:
    report = make_report(Results(drawn_results()))
    for name in ("one", "two"):
        folder = tmp_path / name
        write_report(
            report,
            facts={"seeds": SEEDS},
            results_file=folder / "r.json",
            page_file=folder / "t.md",
            plots=folder,
        )
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["dropout-sweep.png", "dropout-sweep.svg", "r.json", "recall.png", "recall.svg", "t.md"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    content = json.loads((tmp_path / "one" / "r.json").read_text("utf-8"))
    assert content["seeds"] == SEEDS
    assert len(content["claims"]) == len(CLAIMS)


@dataclass
class Recorder:
    """Remembers which cells were trained; may be told to fail, as if the process ended there."""

    fail_after: int | None = None
    trained: list[tuple[str, int]] = field(default_factory=list)
    before: int = 0

    def planned(self, cells: int, finished: int) -> None:
        self.before = finished

    def begins(self, system: str, config: SystemConfig) -> Watcher:
        if self.fail_after is not None and len(self.trained) == self.fail_after:
            raise KeyboardInterrupt
        self.trained.append((system, config.training.seed))
        return Unwatched()

    def finishes(self, system: str, result: CellResult) -> None:
        pass


def run(
    work: Path, recorder: Recorder, systems: Sequence[str] = ("mvpt_plus", "viml_tags"), jobs: int = 1
) -> Results:
    plan = ExperimentPlan(systems, seeds=(0, 1), changes=SMALL)
    material = CollectionMaterial(plan.configs("viml_tags")[0].data, track_pool=40, clip_pool=20)
    return Results(run_experiment(plan, Cells(work, "40-20"), material, recorder, jobs=jobs))


def figures(results: Results) -> dict[str, Any]:
    return {
        f"{system} {question.key}": results.resamples(system, question).measured.tolist()
        for system in ("mvpt_plus", "viml_tags")
        for question in (QUESTIONS if system == "viml_tags" else [TRACKS_BY_PICTURE])
    }


def test_a_broken_run_goes_on_with_the_missing_cells_and_ends_the_same(tmp_path: Path) -> None:
    unbroken = Recorder()
    expected = run(tmp_path / "unbroken", unbroken)
    assert len(unbroken.trained) == 4

    first = Recorder(fail_after=3)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "broken", first)
    second = Recorder()
    found = run(tmp_path / "broken", second)
    assert second.before == 3
    assert first.trained + second.trained == unbroken.trained
    assert figures(found) == figures(expected)

    together = run(tmp_path / "together", Recorder(), jobs=2)
    assert figures(together) == figures(expected)

    third = Recorder()
    run(tmp_path / "broken", third)
    assert third.trained == []
    graded = found.answers("viml_tags", CLIPS_BY_PICTURE_AND_WORDS)[0].ndcg
    assert graded is not None
    assert 0 < graded < 1


def test_answers_to_other_pools_are_not_reused(tmp_path: Path) -> None:
    config = ExperimentPlan(("mvpt_plus",), seeds=(0,), changes=SMALL).configs("mvpt_plus")[0]
    assert Cells(tmp_path, "40-20").path(config) != Cells(tmp_path, "40-10").path(config)
