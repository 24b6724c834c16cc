"""From picture to words: what ``text_weight`` does to a query.

The path leads along great circles from the picture's own query over the fused one to that of words alone. For
two arcs v -> f -> t to bring the query ever nearer to t and ever farther from v, it is enough that f is at
most a right angle from both and cos(v, t) <= cos(v, f) cos(f, t): the path bends by at most a right angle.
Where a fusion breaks this, f moves towards the middle between v and t by as little as restores it. This is
ours: the paper has no weighting at query time.
"""

import torch
from torch import Tensor
from torch.nn import functional

_NARROW = 1e-6
"""Below this, a sine is too small to divide by."""


def on_path(picture: Tensor, fused: Tensor, words: Tensor, weight: Tensor) -> Tensor:
    """Return the query at a weight.

    Args:
        picture: the query without words, unit rows [batch, embed_dim].
        fused: the query with both, unit rows.
        words: the query without picture, unit rows.
        weight: [batch], 0 to 1: 0 is ``picture``, 0.5 is ``fused`` (bent where needed), 1 is ``words``.

    Returns:
        Unit rows [batch, embed_dim]. Their cosine to ``words`` never falls, and to ``picture`` never rises,
        as the weight grows.
    """
    middle = bent(picture, fused, words)
    share = weight[:, None] * 2
    first = _along(picture, middle, share.clamp(max=1))
    second = _along(middle, words, (share - 1).clamp(min=0))
    return torch.where(share <= 1, first, second)


def bent(picture: Tensor, fused: Tensor, words: Tensor) -> Tensor:
    """Return the fused query, moved to the middle of the others by as little as makes the path monotone."""
    total, difference = picture + words, words - picture
    # With t the angle between the ends, |total| / 2 = cos(t / 2) and |difference| / 2 = sin(t / 2).
    cosine, sine = total.norm(dim=1, keepdim=True) / 2, difference.norm(dim=1, keepdim=True) / 2
    middle = functional.normalize(total, dim=1)
    across = functional.normalize(difference, dim=1)
    ahead = (fused * middle).sum(1, keepdim=True)
    aside = fused - ahead * middle
    beta = (aside * across).sum(1, keepdim=True)
    length2 = (aside * aside).sum(1, keepdim=True)
    # a^2 C^2 - b^2 S^2 >= max(C^2 - S^2, 0) with a^2 = 1 - s^2 |aside|^2 and b = s beta, for the largest s.
    allowed = torch.minimum(sine, cosine) / (length2 * cosine**2 + beta**2 * sine**2).sqrt().clamp(
        min=_NARROW
    )
    kept = aside * allowed.clamp(max=1)
    forward = (1 - (kept * kept).sum(1, keepdim=True)).clamp(min=0).sqrt()
    return functional.normalize(forward * middle + kept, dim=1)


def _along(start: Tensor, end: Tensor, share: Tensor) -> Tensor:
    """Return the point at a share of the great circle from start to end; all unit rows."""
    # atan2 of half lengths keeps small angles exact where arccos of a cosine would not.
    angle = 2 * torch.atan2((start - end).norm(dim=1, keepdim=True), (start + end).norm(dim=1, keepdim=True))
    narrow = angle.sin() < _NARROW
    sine = torch.where(narrow, torch.ones_like(angle), angle.sin())
    from_start = torch.where(narrow, 1 - share, ((1 - share) * angle).sin() / sine)
    from_end = torch.where(narrow, share, (share * angle).sin() / sine)
    return functional.normalize(from_start * start + from_end * end, dim=1)
