"""A training in a process of its own, to be killed or to share batches: train_process.py OUT KEY=VALUE."""

import os
import sys
from pathlib import Path

import torch

from support.pairs import TINY, training_pairs
from temptrack_train.training.config import load_system, parse_changes
from temptrack_train.training.fit import Unwatched, fit
from temptrack_train.training.run_folder import Row


class Aloud(Unwatched):
    """Says after every epoch that it is over."""

    def finished_epoch(self, row: Row, best: bool) -> None:
        """Print the epoch."""
        sys.stdout.write(f"epoch {row['epoch']}\n")
        sys.stdout.flush()


def main(out: str, *changes: str) -> None:
    """Train viml_plus on the pairs of the tests."""
    torch.set_num_threads(1)
    config = load_system("viml_plus", {**TINY, **parse_changes(changes)})
    fit(config, training_pairs(), Path(out), resume=True, watcher=Aloud())


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main(*sys.argv[1:])
