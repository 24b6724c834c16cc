"""Which pairs a step takes, what chance it has, and how fast it learns: all functions of seed and step."""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from temptrack.errors import InvalidRequest, NotReady
from temptrack_train.losses.gather import process_count, process_rank
from temptrack_train.training.config import TrainingConfig

ORDER, BATCH, UNITS = 1, 2, 3
"""What chance is used for: the order of an epoch, what a batch looks like, which units drop out."""


def shared_batch(wanted: int, pairs: int) -> int:
    """Return how many pairs a step takes over all processes: what was wanted, or all there are.

    Raises:
        InvalidRequest: BATCH_SIZE, processes cannot share it evenly.
        NotReady: TRAINING_EMPTY, fewer than two pairs for each process.
    """
    count = process_count()
    if wanted % count:
        raise InvalidRequest(
            f"A batch of {wanted} cannot be shared by {count} processes.",
            reason="BATCH_SIZE",
            hint="Set training.batch_size to a multiple of the number of processes.",
        )
    size = min(wanted, pairs - pairs % count)
    if size < 2 * count:
        raise NotReady(
            f"There are {pairs} pairs to train on.",
            reason="TRAINING_EMPTY",
            hint="Add pairs to the train split: contrast needs at least two for each process.",
        )
    return size


def plan(
    seed: int, step: int, pairs: int, batch_size: int, steps_an_epoch: int
) -> tuple[Tensor, Callable[[], Tensor]]:
    """Return which pairs this process takes in a step, and where its chance comes from.

    Every epoch is a new order of all pairs. Numbers are drawn for the whole batch and each process keeps its
    part, so the batch does not depend on how many processes share it.
    """
    epoch, place = divmod(step, steps_an_epoch)
    order = torch.randperm(pairs, generator=torch.Generator().manual_seed(seed_of(ORDER, seed, epoch)))
    share = batch_size // process_count()
    part = slice(process_rank() * share, (process_rank() + 1) * share)
    generator = torch.Generator().manual_seed(seed_of(BATCH, seed, step))
    items = order[place * batch_size : (place + 1) * batch_size][part]
    return items, lambda: torch.rand(batch_size, generator=generator)[part]


def rate_at(step: int, training: TrainingConfig, steps_an_epoch: int) -> float:
    """Return the learning rate at a step as a share of the highest: a warm-up, then half a cosine to 0."""
    total = training.epochs * steps_an_epoch
    rising = max(1, round(training.warm_up * total))
    if step < rising:
        return (step + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1, total - rising)))


def seed_of(*numbers: int) -> int:
    """Return one seed for several whole numbers from 0, unlike that of their neighbours."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))
