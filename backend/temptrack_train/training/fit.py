"""The loop: steps, epochs, early stopping, and going on where a run was cut off.

Everything random is a function of the seed and the step: which pairs, where they are cut, whose words are
dropped, which units drop out. So a resumed run follows the very curve of an unbroken one, and processes that
share a batch see what one process would.
"""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from temptrack.errors import NotReady
from temptrack_train.datasets.types import FeatureSpaces
from temptrack_train.losses.gather import process_count, process_rank
from temptrack_train.losses.objective import Objective
from temptrack_train.models.retrieval import RetrievalModel
from temptrack_train.training.config import SystemConfig, TrainingConfig
from temptrack_train.training.corpus import Corpus
from temptrack_train.training.plan import UNITS, plan, rate_at, seed_of, shared_batch
from temptrack_train.training.processes import averaged, joined, told_by_first
from temptrack_train.training.run_folder import Row, RunFolder, RunSummary
from temptrack_train.training.validation import validate


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a run learns from and is watched on.

    Attributes:
        spaces: whose features these are.
        train: pairs to learn from.
        validation: pairs to watch.
        empty_text: features of "", [text_dim].
    """

    spaces: FeatureSpaces
    train: Corpus
    validation: Corpus
    empty_text: Sequence[float]


class Watcher(Protocol):
    """Told how a training goes."""

    def started(self, config: SystemConfig, steps_an_epoch: int, first_epoch: int) -> None:
        """Told once, before the first step."""

    def stepped(self, loss: float) -> None:
        """Told after every step."""

    def finished_epoch(self, row: Row, best: bool) -> None:
        """Told after every epoch with its line of the curve."""


class Unwatched:
    """A watcher that tells nobody."""

    def started(self, config: SystemConfig, steps_an_epoch: int, first_epoch: int) -> None:
        """Do nothing."""

    def stepped(self, loss: float) -> None:
        """Do nothing."""

    def finished_epoch(self, row: Row, best: bool) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Progress:
    """Where a run stands after its last finished epoch."""

    epoch: int = 0
    best_value: float = -math.inf
    best_epoch: int = 0
    seconds: float = 0.0
    curve: list[dict[str, Any]] = field(default_factory=list)


def fit(
    config: SystemConfig,
    data: TrainingData,
    out: Path,
    *,
    resume: bool = False,
    watcher: Watcher | None = None,
) -> RunSummary:
    """Train a system.

    Args:
        config: which one, and how.
        data: what from; its features stay in memory.
        out: folder of the run.
        resume: go on with the run in the folder; a finished one is left as it is.
        watcher: told how it goes.

    Raises:
        AlreadyExists: RUN_EXISTS.
        InvalidRequest: RUN_DIFFERS, or BATCH_SIZE when processes cannot share a batch evenly.
        NotReady: TRAINING_EMPTY with fewer than two pairs, LOSS_NOT_FINITE when training diverged.
    """
    with joined() as device, _threads(config.training.threads), torch.random.fork_rng(devices=[]):
        folder = RunFolder(out)
        first = process_rank() == 0
        if first:
            folder.open(config, data.spaces, resume=resume)
        done = folder.summary() if first else None
        if told_by_first({"done": float(done is not None)})["done"]:
            return done or _waited_for(folder)
        return _Run(config, data, folder, device, watcher if watcher and first else Unwatched()).train()


@contextmanager
def _threads(wanted: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(wanted or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _waited_for(folder: RunFolder) -> RunSummary:
    summary = folder.summary()
    assert summary is not None
    return summary


class _Run:
    def __init__(
        self,
        config: SystemConfig,
        data: TrainingData,
        folder: RunFolder,
        device: torch.device,
        watcher: Watcher,
    ) -> None:
        self.config, self.data, self.folder = config, data, folder
        self.device, self.watcher = device, watcher
        training = config.training
        self.batch_size = shared_batch(training.batch_size, len(data.train))
        self.steps_an_epoch = len(data.train) // self.batch_size
        torch.manual_seed(training.seed)
        self.model = RetrievalModel(config.model, data.spaces, data.empty_text)
        self.objective = Objective(self.model, config.loss).to(device)
        self.optimiser = torch.optim.AdamW(
            _groups(self.objective, training.weight_decay), lr=training.learning_rate, fused=True
        )
        self.progress = Progress()
        self._go_on()
        self.wrapped: nn.Module = self.objective
        if process_count() > 1:
            # Some systems have parameters that a given loss never reaches, such as the state of no picture.
            self.wrapped = DistributedDataParallel(self.objective, find_unused_parameters=True)

    def train(self) -> RunSummary:
        training, progress = self.config.training, self.progress
        self.watcher.started(self.config, self.steps_an_epoch, progress.epoch)
        while progress.epoch < training.epochs and self._patient():
            self._epoch()
        summary = RunSummary(
            system=self.config.name,
            seed=training.seed,
            epochs=progress.epoch,
            steps=progress.epoch * self.steps_an_epoch,
            best_epoch=progress.best_epoch,
            watched=self.config.watched,
            figures={
                name: value
                for name, value in progress.curve[progress.best_epoch - 1].items()
                if "_to_music_" in name
            },
            seconds=round(progress.seconds, 3),
            parameters=sum(p.numel() for p in self.model.parameters()),
        )
        if process_rank() == 0:
            self.folder.write_summary(summary)
        return summary

    def _patient(self) -> bool:
        return self.progress.epoch - self.progress.best_epoch < self.config.training.patience

    def _epoch(self) -> None:
        began, progress, training = time.monotonic(), self.progress, self.config.training
        sums: dict[str, float] = {}
        for step in range(self.steps_an_epoch):
            for name, value in self._step(progress.epoch * self.steps_an_epoch + step).items():
                sums[name] = sums.get(name, 0.0) + value / self.steps_an_epoch
        losses = averaged(sums, self.device)
        figures = told_by_first(
            validate(self.model, self.data.validation, training.validation_pool)
            if process_rank() == 0
            else None
        )
        progress.epoch += 1
        progress.seconds += time.monotonic() - began
        value = figures[self.config.watched]
        best = value > progress.best_value
        if best:
            progress.best_value, progress.best_epoch = value, progress.epoch
        progress.curve.append(
            {
                "epoch": progress.epoch,
                "step": progress.epoch * self.steps_an_epoch,
                **losses,
                "temperature": float(self.objective.temperature.detach()),
                **figures,
                "seconds": round(progress.seconds, 3),
            }
        )
        if process_rank() == 0:
            self._keep(best)
        self.watcher.finished_epoch(progress.curve[-1], best)

    def _step(self, step: int) -> dict[str, float]:
        training = self.config.training
        items, chance = plan(training.seed, step, len(self.data.train), self.batch_size, self.steps_an_epoch)
        words = self.config.model.words
        batch = self.data.train.batch(
            items,
            chance=chance,
            text_dropout=words.dropout if words else 0.0,
            segments=training.segments,
        ).to(self.device)
        for group in self.optimiser.param_groups:
            group["lr"] = training.learning_rate * rate_at(step, training, self.steps_an_epoch)
        torch.manual_seed(seed_of(UNITS, training.seed, step, process_rank()))
        self.wrapped.train()
        with _precision(training, self.device):
            loss, parts = self.wrapped(batch)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise NotReady(
                f"The loss became {value} at step {step}.",
                reason="LOSS_NOT_FINITE",
                hint="Lower training.learning_rate, or raise loss.temperature.",
            )
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.objective.parameters(), training.gradient_norm)
        self.optimiser.step()
        self.watcher.stepped(value)
        return {"loss": value, **{f"loss_{name}": float(part) for name, part in parts.items()}}

    def _keep(self, best: bool) -> None:
        progress = self.progress
        if best:
            self.folder.write_best(self.objective.state_dict())
        self.folder.write_curve(progress.curve)
        self.folder.write_state(
            {
                "objective": self.objective.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "progress": {name: getattr(progress, name) for name in Progress.__slots__},
            }
        )

    def _go_on(self) -> None:
        state = self.folder.state()
        if state is not None:
            self.objective.load_state_dict(state["objective"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.progress = Progress(**state["progress"])


def _groups(module: nn.Module, decay: float) -> Iterator[dict[str, Any]]:
    """Yield parameter groups: matrices decay; biases, norms and a learned temperature do not."""
    parameters = [p for p in module.parameters() if p.requires_grad]
    yield {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay}
    yield {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0}


def _precision(training: TrainingConfig, device: torch.device) -> Any:
    if training.precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)
