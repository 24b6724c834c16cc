"""Many trainings of one system with different values, compared by what validation says."""

import hashlib
import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from rich.table import Table

from temptrack.errors import InvalidRequest
from temptrack_train.training.config import SystemConfig, load_system
from temptrack_train.training.data import training_data
from temptrack_train.training.fit import TrainingData, Watcher, fit
from temptrack_train.training.run_folder import RunSummary

Variations = Mapping[str, Sequence[Any]]
"""Values by dotted key."""


@dataclass(frozen=True, slots=True)
class SweepResult:
    """All runs of one combination.

    Attributes:
        values: of the keys that were varied.
        runs: one for each seed.
    """

    values: Mapping[str, Any]
    runs: Sequence[RunSummary]

    @property
    def watched(self) -> str:
        """Name of the figure that had to grow."""
        return self.runs[0].watched

    def mean(self, figure: str) -> float:
        """Return the mean of a validation figure over seeds."""
        return statistics.fmean(run.figures[figure] for run in self.runs)

    def spread(self, figure: str) -> float:
        """Return its standard deviation over seeds; 0 with one."""
        values = [run.figures[figure] for run in self.runs]
        return statistics.stdev(values) if len(values) > 1 else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return it for programs."""
        return {"values": dict(self.values), "runs": [asdict(run) for run in self.runs]}


def parse_variations(words: Sequence[str]) -> dict[str, list[Any]]:
    """Read ``key=a,b,c`` words; values are YAML.

    Raises:
        InvalidRequest: SWEEP_VALUES.
    """
    found: dict[str, list[Any]] = {}
    for word in words:
        key, equals, values = word.partition("=")
        if not equals or not key.strip() or not values.strip():
            raise InvalidRequest(
                f"'{word}' is not key=a,b,c.",
                reason="SWEEP_VALUES",
                hint="Write for example --vary loss.temperature=0.03,0.1,0.3.",
            )
        found[key.strip()] = [yaml.safe_load(value) for value in values.split(",")]
    return found


def run_sweep(
    system: str | Path,
    variations: Variations,
    *,
    seeds: Iterable[int],
    out: Path,
    changes: Mapping[str, Any] | None = None,
    size: str | None = None,
    watcher: Watcher | None = None,
) -> list[SweepResult]:
    """Train every combination with every seed; what is in the folder already is not trained again.

    Args:
        system: a name or a YAML file.
        variations: what to vary.
        seeds: of training.
        out: one folder a run lies below it.
        changes: values by dotted key that hold for all.
        size: of the system.
        watcher: told how each training goes.

    Returns:
        One result a combination, the best mean of the watched figure first.
    """
    chosen = list(seeds)
    results, held, held_kind = [], None, ""
    # The first key varies slowest, so data that differs only in later keys is read once.
    for values in (dict(zip(variations, row, strict=True)) for row in product(*variations.values())):
        runs = []
        for seed in chosen:
            config = load_system(system, {**(changes or {}), **values, "training.seed": seed}, size=size)
            kind = config.data.model_dump_json()
            if held is None or kind != held_kind:
                held, held_kind = training_data(config.data), kind
            runs.append(_one(config, held, out, watcher))
        results.append(SweepResult(values, runs))
    return sorted(results, key=lambda result: -result.mean(result.watched))


def sweep_table(results: Sequence[SweepResult]) -> Table:
    """Return means and spreads over seeds, one row a combination."""
    figures = [name for name in results[0].runs[0].figures if not name.endswith("_r5")]
    table = Table(title=f"validation, best first by {results[0].watched}; mean ± deviation over seeds")
    for key in results[0].values:
        table.add_column(key)
    for name in figures:
        table.add_column(name, justify="right")
    for result in results:
        cells = [f"{result.mean(name):.1f} ± {result.spread(name):.1f}" for name in figures]
        table.add_row(*(str(value) for value in result.values.values()), *cells)
    return table


def _one(config: SystemConfig, data: TrainingData, out: Path, watcher: Watcher | None) -> RunSummary:
    made_by = json.dumps(config.model_dump(mode="json"), sort_keys=True)
    digest = hashlib.sha256(made_by.encode()).hexdigest()[:12]
    folder = out / f"{config.name}-seed{config.training.seed}-{digest}"
    return fit(config, data, folder, resume=True, watcher=watcher)
