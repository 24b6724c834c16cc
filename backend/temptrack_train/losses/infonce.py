"""Symmetric InfoNCE (van den Oord et al. 2018; ViML section 3.3) over the batch of all processes."""

from dataclasses import dataclass

import torch
from torch import Tensor

from temptrack_train.losses.gather import gathered, process_count, process_rank

_NEVER = -1e9


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a batch: the rows of this process, and of all.

    Attributes:
        queries: unit rows [batch, embed_dim], of this process.
        tracks: unit rows [batch, embed_dim]; track i belongs to query i.
        all_queries: [processes x batch, embed_dim].
        all_tracks: likewise.
    """

    queries: Tensor
    tracks: Tensor
    all_queries: Tensor
    all_tracks: Tensor

    @classmethod
    def of(cls, queries: Tensor, tracks: Tensor, all_tracks: Tensor | None = None) -> "Sides":
        """Gather what is not gathered yet."""
        return cls(queries, tracks, gathered(queries), gathered(tracks) if all_tracks is None else all_tracks)


@dataclass(frozen=True, slots=True)
class Targets:
    """What a batch should find.

    Attributes:
        share: [batch, processes x batch], how right each track is for each query of this process; rows add
            up to 1. The relation is symmetric, so it serves both directions.
        left_out: the same shape, True where a track is neither right nor wrong.
    """

    share: Tensor
    left_out: Tensor

    @classmethod
    def pairs(cls, batch: int, device: torch.device) -> "Targets":
        """Return the plain targets: every query its own track."""
        rows = torch.arange(batch, device=device)
        share = torch.zeros(batch, batch * process_count(), device=device)
        share[rows, rows + batch * process_rank()] = 1
        return cls(share, torch.zeros_like(share, dtype=torch.bool))


def cosines(left: Tensor, right: Tensor) -> Tensor:
    """Return the products of unit rows, [left, right], in float32 even where towers run in bfloat16.

    Divided by a small temperature, bfloat16's three digits would drown the differences that matter.
    """
    with torch.autocast(left.device.type, enabled=False):
        return left.float() @ right.float().T


def symmetric_infonce(
    sides: Sides, targets: Targets, temperature: Tensor | float, there: Tensor | None = None
) -> Tensor:
    """Return the loss of both directions, added: L = L(query to music) + L(music to query).

    Args:
        sides: of unit rows.
        targets: what each row should find.
        temperature: tau, above 0.
        there: [processes x batch] bool, False for pairs that have no query, such as those without words when
            words are asked alone; they take no part. None: all are there.

    Returns:
        The mean over the pairs of this process; over processes these average to the mean over all pairs.
    """
    forth = cosines(sides.queries, sides.all_tracks) / temperature
    back = cosines(sides.tracks, sides.all_queries) / temperature
    if there is None:
        return _cross_entropy(forth, targets).mean() + _cross_entropy(back, targets).mean()
    batch = len(forth)
    own = there[batch * process_rank() :][:batch]
    share = targets.share * there
    present = Targets(
        share / share.sum(1, keepdim=True).clamp(min=1e-12), targets.left_out | ~there[None].expand_as(share)
    )
    rows = (_cross_entropy(forth, present) + _cross_entropy(back, present)) * own
    # Divided by the count of all processes, because gradients are averaged over processes afterwards.
    return rows.sum() * process_count() / there.sum().clamp(min=1)


def _cross_entropy(logits: Tensor, targets: Targets) -> Tensor:
    open_logits = logits.masked_fill(targets.left_out, _NEVER)
    # A left-out pair's share is 0, and 0 times a large number is 0; only a row's own pair always counts.
    return -(targets.share * open_logits.log_softmax(1)).sum(1)


def distance_to_teacher(
    student: Tensor, teacher: Tensor, tracks: Tensor, temperature: Tensor | float
) -> Tensor:
    """Return how far a lone modality ranks a batch from how the fused query does (KL divergence), per row.

    Args:
        student: unit rows [batch, embed_dim].
        teacher: unit rows [batch, embed_dim]; learns nothing from this.
        tracks: unit rows of all processes; learn nothing from this either.
        temperature: tau, above 0.

    Returns:
        [batch], at least 0 up to rounding.
    """
    fixed = tracks.detach()
    hoped = (cosines(teacher.detach(), fixed) / temperature).log_softmax(1).detach()
    found = (cosines(student, fixed) / temperature).log_softmax(1)
    return (hoped.exp() * (hoped - found)).sum(1)
