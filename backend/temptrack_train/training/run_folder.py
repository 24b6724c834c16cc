"""A run on disk: its configuration, its curve, its last state and its best weights.

Every file is replaced whole. The state is written last, so a run that is killed at any moment goes on from
its last finished epoch; lines of the curve that are younger are written again.
"""

import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from temptrack.errors import AlreadyExists, Corrupt, InvalidRequest, NotFound
from temptrack_train.datasets.types import FeatureSpaces
from temptrack_train.models.retrieval import RetrievalModel
from temptrack_train.training.config import SystemConfig, load_system, write_system

Row = Mapping[str, float | int]

_CONFIG, _SPACES, _CURVE = "config.yaml", "spaces.json", "curve.csv"
_STATE, _BEST, _SUMMARY = "last.pt", "best.pt", "summary.json"


@dataclass(frozen=True, slots=True)
class RunSummary:
    """How a run ended.

    Attributes:
        system: name of the system.
        seed: of the run.
        epochs: that were trained.
        steps: that were trained.
        best_epoch: whose weights are kept, from 1.
        watched: name of the figure that had to grow.
        figures: all validation figures of the best epoch.
        seconds: spent training and validating.
        parameters: count of trained numbers.
    """

    system: str
    seed: int
    epochs: int
    steps: int
    best_epoch: int
    watched: str
    figures: Mapping[str, float]
    seconds: float
    parameters: int


class RunFolder:
    """Reads and writes the files of one run."""

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is touched yet."""
        self.path = path

    def open(self, config: SystemConfig, spaces: FeatureSpaces, *, resume: bool) -> None:
        """Make the folder for a run, or check that it holds the same run.

        Raises:
            AlreadyExists: RUN_EXISTS, there is a run and it was not asked to go on.
            InvalidRequest: RUN_DIFFERS, it is another run.
        """
        held = self.path / _CONFIG
        if not held.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            self._replace(_SPACES, json.dumps(asdict(spaces), indent=2).encode())
            self._replace(_CONFIG, write_system(config).encode())
        elif not resume:
            raise AlreadyExists(
                f"There is a run in '{self.path}'.",
                reason="RUN_EXISTS",
                hint="Go on with it by --resume, or choose another folder.",
            )
        elif load_system(held) != config or self.spaces() != spaces:
            raise InvalidRequest(
                f"The run in '{self.path}' was started with another configuration.",
                reason="RUN_DIFFERS",
                hint=f"Compare {held}, or choose another folder.",
            )

    def spaces(self) -> FeatureSpaces:
        """Return the feature spaces the run was trained in."""
        return FeatureSpaces(**json.loads((self.path / _SPACES).read_text("utf-8")))

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Keep what is needed to go on."""
        self._replace(_STATE, _packed(state))

    def state(self) -> dict[str, Any] | None:
        """Return what is needed to go on, or None before the first epoch is finished."""
        return self._unpacked(_STATE) if (self.path / _STATE).exists() else None

    def write_best(self, weights: Mapping[str, Any]) -> None:
        """Keep the best weights so far."""
        self._replace(_BEST, _packed(weights))

    def best(self) -> dict[str, Any]:
        """Return the best weights so far."""
        return self._unpacked(_BEST)

    def write_curve(self, rows: Sequence[Row]) -> None:
        """Keep the curve: one line an epoch."""
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        self._replace(_CURVE, text.getvalue().encode())

    def write_summary(self, summary: RunSummary) -> None:
        """Mark the run as finished."""
        self._replace(_SUMMARY, json.dumps(asdict(summary), indent=2).encode())

    def summary(self) -> RunSummary | None:
        """Return how the run ended, or None while it has not."""
        path = self.path / _SUMMARY
        return RunSummary(**json.loads(path.read_text("utf-8"))) if path.exists() else None

    def _unpacked(self, name: str) -> dict[str, Any]:
        path = self.path / name
        try:
            content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        except FileNotFoundError:
            raise NotFound(
                f"There is no trained run in '{self.path}': {name} is missing.",
                reason="RUN_NOT_FOUND",
                hint="Train it first: temptrack-train fit SYSTEM --out FOLDER.",
            ) from None
        except Exception as error:
            raise Corrupt(
                f"'{path}' cannot be read: {type(error).__name__}.",
                reason="RUN_CORRUPT",
                hint="Delete it to train from the start.",
            ) from error
        return content

    def _replace(self, name: str, content: bytes) -> None:
        handle, partial = tempfile.mkstemp(dir=self.path, prefix=f".{name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, self.path / name)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise


@dataclass(frozen=True, slots=True)
class TrainedRun:
    """A finished or running training's best model.

    Attributes:
        model: in evaluation mode, on the CPU.
        config: what it was trained by.
        spaces: whose features it takes.
        temperature: tau at the best epoch.
    """

    model: RetrievalModel
    config: SystemConfig
    spaces: FeatureSpaces
    temperature: float


def open_run(path: Path) -> TrainedRun:
    """Return the best model of a run.

    Raises:
        NotFound: no run there, or none of its epochs is finished.
        Corrupt: its weights cannot be read, or are another model's (RUN_CORRUPT).
    """
    folder = RunFolder(path)
    weights = folder.best()
    config, spaces = load_system(path / _CONFIG), folder.spaces()
    with torch.random.fork_rng(devices=[]):
        model = RetrievalModel(config.model, spaces)
    own = {name.removeprefix("model."): value for name, value in weights.items() if name.startswith("model.")}
    try:
        model.load_state_dict(own)
    except RuntimeError as error:
        raise Corrupt(
            f"The weights in '{path}' are not those of the model that its configuration describes.",
            reason="RUN_CORRUPT",
            hint="Put back the config.yaml that the run was trained with, or train it anew.",
        ) from error
    return TrainedRun(model.eval(), config, spaces, float(weights["log_temperature"].exp()))


def _packed(content: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    torch.save(dict(content), buffer)
    return buffer.getvalue()
