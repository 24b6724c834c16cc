"""The cross-modal triplet loss of two-branch networks (Prétet et al. 2021), in both directions."""

from typing import Literal

import torch
from torch import Tensor

from temptrack_train.losses.gather import process_rank
from temptrack_train.losses.infonce import Sides, cosines


def triplet_loss(sides: Sides, margin: float, mining: Literal["all", "hardest"]) -> Tensor:
    """Return the mean hinge of both directions, added.

    Args:
        sides: of unit rows.
        margin: by how much, in cosine, the pair must be nearer than any other.
        mining: the mean over all others that break the margin, or the nearest other alone.
    """
    forth = cosines(sides.queries, sides.all_tracks)
    back = cosines(sides.tracks, sides.all_queries)
    return _hinge(forth, margin, mining) + _hinge(back, margin, mining)


def _hinge(cosines: Tensor, margin: float, mining: Literal["all", "hardest"]) -> Tensor:
    rows = torch.arange(len(cosines), device=cosines.device)
    own = rows + len(cosines) * process_rank()
    excess = (cosines - cosines[rows, own][:, None] + margin).clamp(min=0)
    excess = excess.scatter(1, own[:, None], 0.0)
    if mining == "hardest":
        return excess.amax(1).mean()
    return excess.sum(1).div((excess > 0).sum(1).clamp(min=1)).mean()
