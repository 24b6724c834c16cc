"""The processes of one training: one alone, or those that torchrun started."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import distributed

from temptrack_train.losses.gather import process_count


@contextmanager
def joined() -> Iterator[torch.device]:
    """Join the other processes while the block runs, where torchrun started this one.

    Yields:
        The device of this process.
    """
    cuda = torch.cuda.is_available()
    local = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local) if cuda else torch.device("cpu")
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or distributed.is_initialized():
        yield device
        return
    if cuda:
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if cuda else "gloo")
    try:
        yield device
        # One that leaves while another still sends ends that other one by a signal.
        distributed.barrier()
    finally:
        distributed.destroy_process_group()


def averaged(figures: Mapping[str, float], device: torch.device) -> dict[str, float]:
    """Return the mean of each figure over all processes."""
    if process_count() == 1:
        return dict(figures)
    values = torch.tensor(list(figures.values()), dtype=torch.float64, device=device)
    distributed.all_reduce(values)
    return dict(zip(figures, (values / process_count()).tolist(), strict=True))


def told_by_first(figures: Mapping[str, float] | None) -> dict[str, float]:
    """Return what the first process measured, in every process."""
    if process_count() == 1:
        return dict(figures or {})
    box: list[Mapping[str, float] | None] = [figures]
    distributed.broadcast_object_list(box, src=0)
    return dict(box[0] or {})


def is_first() -> bool:
    """Whether this process speaks for all: it is alone, or torchrun's first."""
    return int(os.environ.get("RANK", "0")) == 0
