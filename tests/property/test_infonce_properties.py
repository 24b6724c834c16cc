"""InfoNCE for any batch: what order, direction and scale may and may not change."""

import math

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from temptrack_train.losses.config import FalseNegativesConfig
from temptrack_train.losses.infonce import Sides, Targets, symmetric_infonce
from temptrack_train.losses.targets import aware_targets

seeds = st.integers(0, 2**31)
sizes = st.integers(2, 24)
temperatures = st.sampled_from([0.01, 0.03, 0.07, 0.3, 1.0])


def _sides(seed: int, count: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(2, count, 7, generator=generator, dtype=torch.float64).float()
    return functional.normalize(rows[0], dim=1), functional.normalize(rows[1], dim=1)


def _loss(queries: Tensor, tracks: Tensor, temperature: float, targets: Targets | None = None) -> float:
    plain = Targets.pairs(len(queries), torch.device("cpu"))
    return float(symmetric_infonce(Sides.of(queries, tracks), targets or plain, temperature))


@given(seeds, sizes, temperatures)
def test_the_order_of_pairs_does_not_matter(seed: int, count: int, temperature: float) -> None:
    queries, tracks = _sides(seed, count)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed + 1))
    one, other = _loss(queries, tracks, temperature), _loss(queries[order], tracks[order], temperature)
    assert math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-5)


@given(seeds, sizes, temperatures)
def test_both_directions_count_alike(seed: int, count: int, temperature: float) -> None:
    queries, tracks = _sides(seed, count)
    one, other = _loss(queries, tracks, temperature), _loss(tracks, queries, temperature)
    assert math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-5)


@given(seeds, sizes, temperatures)
def test_turning_the_whole_space_changes_nothing(seed: int, count: int, temperature: float) -> None:
    queries, tracks = _sides(seed, count)
    turn, _ = torch.linalg.qr(torch.randn(7, 7, generator=torch.Generator().manual_seed(seed)))
    one, other = _loss(queries, tracks, temperature), _loss(queries @ turn, tracks @ turn, temperature)
    assert math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-3)


@given(seeds, sizes, temperatures)
def test_a_better_pair_costs_less(seed: int, count: int, temperature: float) -> None:
    queries, tracks = _sides(seed, count)
    # A direction of its own for each pair, so that drawing one together moves nothing else.
    own = torch.eye(count)
    apart = _loss(torch.hstack([queries, own]), torch.hstack([tracks, -own]), temperature)
    assert _loss(torch.hstack([queries, own]), torch.hstack([tracks, own]), temperature) <= apart + 1e-5


@given(seeds, sizes, st.sampled_from(["negative", "ignored", "positive"]), st.sampled_from([None, 0.3, 0.8]))
def test_targets_share_out_exactly_one_and_never_leave_out_the_pair(
    seed: int, count: int, duplicates: str, overlap: float | None
) -> None:
    generator = torch.Generator().manual_seed(seed)
    recordings = torch.randint(0, max(count // 2, 1), (count,), generator=generator)
    tags = (torch.rand(count, 5, generator=generator) > 0.5).float()
    config = FalseNegativesConfig.model_validate({"duplicates": duplicates, "tag_overlap_from": overlap})
    targets = aware_targets(config, recordings, tags)
    assert torch.allclose(targets.share.sum(1), torch.ones(count))
    assert not targets.left_out.diagonal().any()
    assert (targets.share.diagonal() >= targets.share.amax(1) - 1e-6).all()
    assert torch.equal(targets.left_out, targets.left_out.T)
    queries, tracks = _sides(seed, count)
    assert math.isfinite(_loss(queries, tracks, 0.03, targets))


@given(seeds, sizes, temperatures)
def test_pairs_left_out_are_as_if_never_there(seed: int, count: int, temperature: float) -> None:
    queries, tracks = _sides(seed, count)
    there = torch.rand(count, generator=torch.Generator().manual_seed(seed)) > 0.4
    there[0] = True
    plain = Targets.pairs(count, torch.device("cpu"))
    some = float(symmetric_infonce(Sides.of(queries, tracks), plain, temperature, there))
    alone = _loss(queries[there], tracks[there], temperature)
    assert math.isclose(some, alone, rel_tol=1e-4, abs_tol=1e-5)
