"""What the command ``evaluate`` does, without its options."""

import json
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from temptrack_train.evaluation.catalogue import SYSTEMS
from temptrack_train.evaluation.cells import Cells
from temptrack_train.evaluation.experiment import ExperimentPlan, kind_of, run_experiment
from temptrack_train.evaluation.overseeing import CellsOnScreen
from temptrack_train.evaluation.pages import table_page
from temptrack_train.evaluation.questions import POOL_SEED, TestSplit
from temptrack_train.evaluation.report import circumstances, make_report, report_page, write_report
from temptrack_train.evaluation.tables import Results, answered_line
from temptrack_train.models.retrieval import check_spaces
from temptrack_train.synthesis.dataset_texts import dataset_texts
from temptrack_train.training.config import DataConfig, parse_changes
from temptrack_train.training.data import Collection, open_collection, training_data
from temptrack_train.training.fit import TrainingData
from temptrack_train.training.run_folder import open_run

_TAG_TEXTS_SEED = 0


class CollectionMaterial:
    """Training data and test split of the collection that a configuration names, opened when first needed."""

    def __init__(self, config: DataConfig, *, track_pool: int, clip_pool: int) -> None:
        """Name the collection; pools are as ``TestSplit`` takes them."""
        self._config, self._track_pool, self._clip_pool = config, track_pool, clip_pool
        self._kept: tuple[str, TrainingData] | None = None

    @cached_property
    def _collection(self) -> Collection:
        return open_collection(self._config)

    @cached_property
    def _split(self) -> TestSplit:
        return open_test_split(self._collection, track_pool=self._track_pool, clip_pool=self._clip_pool)

    def training(self, config: DataConfig) -> TrainingData:
        """Return training data; the kind asked for last is kept."""
        kind = kind_of(config)
        if self._kept is None or self._kept[0] != kind:
            self._kept = None  # two kinds at once would double the memory
            self._kept = (kind, training_data(config, self._collection))
        return self._kept[1]

    def split(self) -> TestSplit:
        """Return the test split, built once."""
        return self._split


def open_test_split(collection: Collection, *, track_pool: int, clip_pool: int) -> TestSplit:
    """Return a collection's test split; queries of tags are what the recipe "tags" writes."""
    dataset = collection.dataset
    return TestSplit(
        dataset,
        collection.encoder,
        tag_texts=dataset_texts(dataset, "tags", items=dataset.split("test"), seed=_TAG_TEXTS_SEED),
        track_pool=track_pool,
        clip_pool=clip_pool,
    )


def evaluate_runs(
    runs: Sequence[Path], *, track_pool: int, clip_pool: int, as_served: bool, as_json: bool
) -> str:
    """Ask trained runs everything their test split holds; pools larger than it shrink to it.

    Args:
        runs: folders; each is asked on the data its configuration names.
        track_pool: N of whole tracks.
        clip_pool: N of clips.
        as_served: embed each track from the mean over its windows, as libraries do.
        as_json: return JSON instead of Markdown.

    Returns:
        One line a run and question.
    """
    lines = []
    for path in runs:
        trained = open_run(path)
        collection = open_collection(trained.config.data)
        check_spaces(trained.spaces, collection.dataset.spaces)
        count = len(collection.dataset.split("test"))
        split = open_test_split(
            collection, track_pool=min(track_pool, count), clip_pool=min(clip_pool, count)
        )
        for question in split.questions(trained.model):
            labels = (path.name, question.level, question.words, question.direction)
            lines.append(
                answered_line(labels, question, [split.ask(trained.model, question, as_served=as_served)])
            )
    if as_json:
        return json.dumps([line.as_json() for line in lines], indent=1, ensure_ascii=False)
    return table_page(("run", "level", "query text", "direction"), lines)


def make_tables(
    *,
    out: Path,
    results_file: Path,
    work: Path,
    seeds: int,
    size: str | None,
    changes: Sequence[str],
    track_pool: int,
    clip_pool: int,
    jobs: int,
) -> str:
    """Train every system that is not trained, write tables and plots, and return the page.

    Args:
        out: folder of tables.md and the plots.
        results_file: JSON.
        work: folder of the cells.
        seeds: trainings of each system.
        size: of the systems' configurations.
        changes: key=value words for every system.
        track_pool: N of whole tracks.
        clip_pool: N of clips.
        jobs: cells at a time.
    """
    began = time.monotonic()
    plan = ExperimentPlan(tuple(SYSTEMS), tuple(range(seeds)), size, parse_changes(changes))
    data = plan.configs("viml")[0].data
    material = CollectionMaterial(data, track_pool=track_pool, clip_pool=clip_pool)
    cells = Cells(work, f"{track_pool}-{clip_pool}-{POOL_SEED}")
    with CellsOnScreen() as overseer:
        results = run_experiment(plan, cells, material, overseer, jobs=jobs)
    report = make_report(Results(results))
    trained_s = sum(cell.summary.seconds for cells in results.values() for cell in cells)
    facts = {
        **circumstances(),
        "command": "temptrack-train evaluate --tables",
        "data": data.model_dump(mode="json", exclude={"texts", "texts_file"}),
        "seeds": seeds,
        "changes": list(changes),
        "jobs": jobs,
        "cells": sum(map(len, results.values())),
        "training_s": round(trained_s, 1),
        "wall_s_of_this_call": round(time.monotonic() - began, 1),
    }
    write_report(report, facts=facts, results_file=results_file, page_file=out / "tables.md", plots=out)
    return report_page(report)
