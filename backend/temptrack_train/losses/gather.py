"""Rows of all processes, with gradients that flow back to the process each row came from."""

from typing import Any

import torch
from torch import Tensor, distributed


def process_count() -> int:
    """Return how many processes train together; 1 outside torchrun."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def process_rank() -> int:
    """Return this process's number, from 0."""
    return distributed.get_rank() if distributed.is_initialized() else 0


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(_ctx: Any, rows: Tensor) -> Tensor:
        parts = [torch.empty_like(rows) for _ in range(process_count())]
        distributed.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> Tensor:
        # Every process's loss depends on these rows: gradients are added up before each takes its own.
        total = gradients[0].contiguous()
        distributed.all_reduce(total)
        return total.chunk(process_count())[process_rank()]


def gathered(rows: Tensor) -> Tensor:
    """Return the rows of all processes in order of rank, [processes x rows, ...]; equal counts in each."""
    if process_count() == 1:
        return rows
    if not rows.is_floating_point():
        parts = [torch.empty_like(rows) for _ in range(process_count())]
        distributed.all_gather(parts, rows.contiguous())
        return torch.cat(parts)
    joined: Tensor = _Gather.apply(rows)  # type: ignore[no-untyped-call]
    return joined
