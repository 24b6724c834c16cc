"""Targets that know of false negatives: other tracks of a batch that would suit a query too (ours)."""

import torch
from torch import Tensor

from temptrack_train.losses.config import FalseNegativesConfig
from temptrack_train.losses.gather import gathered, process_rank
from temptrack_train.losses.infonce import Targets


def aware_targets(config: FalseNegativesConfig, recordings: Tensor, tags: Tensor) -> Targets:
    """Return what each query of this process should find among the tracks of all.

    Args:
        config: which other tracks count, and how much.
        recordings: [batch] int64, equal where two tracks hold the same recording.
        tags: [batch, tag count] float, 1 where a track has a tag.
    """
    batch = len(recordings)
    targets = Targets.pairs(batch, recordings.device)
    if config.duplicates == "negative" and config.tag_overlap_from is None:
        return targets
    weights, left_out = targets.share, targets.left_out
    same = recordings[:, None] == gathered(recordings)[None]
    if config.tag_overlap_from is not None:
        overlap = jaccard(tags, gathered(tags))
        close = (overlap >= config.tag_overlap_from) & ~same
        weights = weights + torch.where(close, config.tag_overlap_share * overlap, 0.0)
    rows = torch.arange(batch, device=recordings.device)
    own = torch.zeros_like(same)
    own[rows, rows + batch * process_rank()] = True
    if config.duplicates == "positive":
        weights = torch.where(same, 1.0, weights)
    elif config.duplicates == "ignored":
        left_out = same & ~own
    return Targets(weights / weights.sum(1, keepdim=True), left_out)


def jaccard(left: Tensor, right: Tensor) -> Tensor:
    """Return shared tags over all tags for every pair of rows, [left, right]; 0 where both have none."""
    shared = left @ right.T
    either = left.sum(1)[:, None] + right.sum(1)[None] - shared
    return shared / either.clamp(min=1)
