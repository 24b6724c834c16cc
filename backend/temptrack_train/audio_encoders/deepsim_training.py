"""Teaching a DeepSim-like network what "similar" means in each of its subspaces, by triplets."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from temptrack_train.audio_encoders.deepsim import DeepSim


@dataclass(frozen=True, slots=True)
class Triplets:
    """Sounds of which the second is nearer to the first than the third is, in one respect.

    Attributes:
        anchor: [count, samples].
        positive: [count, samples], like the anchor in that respect.
        negative: [count, samples], unlike it.
        subspace: [count] int64, the respect: position in ``DeepSimConfig.subspaces``, or -1 for the track as
            a whole (anchor and positive are of one track).
    """

    anchor: Tensor
    positive: Tensor
    negative: Tensor
    subspace: Tensor


def triplet_losses(model: DeepSim, triplets: Triplets, *, margin: float = 0.1) -> Tensor:
    """Return the loss of each triplet, [count]: how far the positive fails to be nearer by a margin.

    Distances are squared and taken between unit vectors of the subspace's numbers only, so the other
    subspaces are free to differ; with subspace -1 all numbers count (Lee et al.: track regularisation).

    Args:
        model: the network.
        triplets: what is known.
        margin: ours; distances lie in 0 to 4.
    """
    sounds = torch.cat([triplets.anchor, triplets.positive, triplets.negative])
    whole = triplets.subspace < 0
    mask = torch.where(whole[:, None], 1.0, model.mask(triplets.subspace))
    features = functional.normalize(model(sounds) * mask.repeat(3, 1), dim=1, eps=1e-6)
    anchor, positive, negative = features.chunk(3)
    near = (anchor - positive).square().sum(dim=1)
    far = (anchor - negative).square().sum(dim=1)
    return functional.relu(near - far + margin)


def training_step(
    model: DeepSim, optimizer: torch.optim.Optimizer, triplets: Triplets, *, margin: float = 0.1
) -> float:
    """Take one step towards the triplets and return the mean loss before it."""
    model.train()
    loss = triplet_losses(model, triplets, margin=margin).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return float(loss.detach())
