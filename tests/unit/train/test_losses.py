"""What training minimises."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from support.pairs import SPACES, random_batch
from temptrack_train.losses.config import FalseNegativesConfig, LossConfig
from temptrack_train.losses.infonce import Sides, Targets, distance_to_teacher, symmetric_infonce
from temptrack_train.losses.objective import COLDEST, Objective
from temptrack_train.losses.targets import aware_targets, jaccard
from temptrack_train.losses.triplet import triplet_loss
from temptrack_train.models.config import ModelConfig, WordsConfig
from temptrack_train.models.retrieval import RetrievalModel


def _rows(count: int, seed: int, dim: int = 8) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return functional.normalize(torch.randn(count, dim, generator=generator), dim=1)


def _pairs(count: int) -> Targets:
    return Targets.pairs(count, torch.device("cpu"))


def _objective(words: bool = True, **loss: object) -> Objective:
    torch.manual_seed(1)
    config = ModelConfig.model_validate({"embed_dim": 8, "tower": {"width": 16, "heads": 2, "dropout": 0.0}})
    if words:
        config = config.model_copy(update={"words": WordsConfig(dropout=0.5)})
    return Objective(RetrievalModel(config, SPACES), LossConfig.model_validate(loss))


def test_infonce_of_indistinguishable_rows_is_twice_the_log_of_the_batch() -> None:
    same = torch.ones(5, 4) / 2
    loss = symmetric_infonce(Sides.of(same, same), _pairs(5), 0.03)
    assert float(loss) == pytest.approx(2 * math.log(5))


def test_infonce_of_perfect_pairs_is_nearly_zero_and_of_swapped_pairs_large() -> None:
    axes = torch.eye(4)
    assert float(symmetric_infonce(Sides.of(axes, axes), _pairs(4), 0.03)) < 1e-6
    assert float(symmetric_infonce(Sides.of(axes, axes.roll(1, 0)), _pairs(4), 0.03)) > 60


def test_infonce_is_that_of_a_plain_loop() -> None:
    queries, tracks, tau = _rows(6, 1), _rows(6, 2), 0.2
    expected = 0.0
    for left, right in ((queries, tracks), (tracks, queries)):
        for row in range(6):
            scores = [math.exp(float(left[row] @ right[column]) / tau) for column in range(6)]
            expected -= math.log(scores[row] / sum(scores)) / 6
    assert float(symmetric_infonce(Sides.of(queries, tracks), _pairs(6), tau)) == pytest.approx(
        expected, rel=1e-5
    )


def test_pairs_without_a_query_take_no_part() -> None:
    queries, tracks = _rows(6, 1), _rows(6, 2)
    there = torch.tensor([True, True, False, True, True, False])
    some = symmetric_infonce(Sides.of(queries, tracks), _pairs(6), 0.1, there)
    alone = symmetric_infonce(Sides.of(queries[there], tracks[there]), _pairs(4), 0.1)
    assert float(some) == pytest.approx(float(alone), rel=1e-5)


def test_infonce_without_any_query_is_zero_and_has_gradients() -> None:
    queries = _rows(3, 1).requires_grad_()
    none = torch.zeros(3, dtype=torch.bool)
    loss = symmetric_infonce(Sides.of(queries, _rows(3, 2)), _pairs(3), 0.1, none)
    loss.backward()
    assert float(loss.detach()) == 0.0
    assert queries.grad is not None
    assert torch.isfinite(queries.grad).all()


@pytest.mark.parametrize("mining", ["all", "hardest"])
def test_triplets_are_content_once_every_pair_keeps_the_margin(mining: str) -> None:
    loss = LossConfig.model_validate({"kind": "triplet", "mining": mining})
    axes = torch.eye(4)
    assert float(triplet_loss(Sides.of(axes, axes), 0.2, loss.mining)) == 0.0
    swapped = triplet_loss(Sides.of(axes, axes.roll(1, 0)), 0.2, loss.mining)
    assert float(swapped) > 1.0


def test_the_hardest_negative_counts_more_than_the_mean() -> None:
    queries, tracks = _rows(8, 1), _rows(8, 2)
    sides = Sides.of(queries, tracks)
    assert triplet_loss(sides, 0.2, "hardest") > triplet_loss(sides, 0.2, "all")


def test_targets_of_duplicates() -> None:
    recordings, tags = torch.tensor([7, 8, 7]), torch.zeros(3, 2)
    plain = aware_targets(FalseNegativesConfig(), recordings, tags)
    shared = aware_targets(FalseNegativesConfig(duplicates="positive"), recordings, tags)
    ignored = aware_targets(FalseNegativesConfig(duplicates="ignored"), recordings, tags)
    assert plain.share.tolist() == torch.eye(3).tolist()
    assert shared.share.tolist() == [[0.5, 0, 0.5], [0, 1, 0], [0.5, 0, 0.5]]
    assert ignored.share.tolist() == torch.eye(3).tolist()
    assert ignored.left_out.tolist() == [[False, False, True], [False] * 3, [True, False, False]]


def test_targets_of_tracks_with_like_tags() -> None:
    config = FalseNegativesConfig(tag_overlap_from=0.5, tag_overlap_share=0.5)
    tags = torch.tensor([[1.0, 1, 0, 0], [1, 1, 1, 0], [0, 0, 0, 1]])
    targets = aware_targets(config, torch.arange(3), tags)
    near = 0.5 * 2 / 3
    assert targets.share[0].tolist() == pytest.approx([1 / (1 + near), near / (1 + near), 0])
    assert targets.share[2].tolist() == [0, 0, 1]
    assert targets.share.sum(1).tolist() == pytest.approx([1, 1, 1])


def test_tracks_without_tags_are_not_alike() -> None:
    assert jaccard(torch.zeros(2, 3), torch.zeros(2, 3)).tolist() == [[0, 0], [0, 0]]


def test_an_ignored_duplicate_no_longer_costs_anything() -> None:
    queries = _rows(4, 1)
    tracks = queries.clone()
    tracks[1] = tracks[0]
    queries[1] = queries[0]
    recordings = torch.tensor([0, 0, 1, 2])
    as_negative, as_ignored = (
        symmetric_infonce(
            Sides.of(queries, tracks),
            aware_targets(
                FalseNegativesConfig.model_validate({"duplicates": kind}), recordings, torch.zeros(4, 1)
            ),
            0.03,
        )
        for kind in ("negative", "ignored")
    )
    assert float(as_negative) > 0.6
    assert float(as_ignored) < 0.1


def test_a_student_that_ranks_as_its_teacher_has_nothing_to_learn() -> None:
    teacher, tracks = _rows(5, 1), _rows(9, 2)
    assert distance_to_teacher(teacher, teacher, tracks, 0.1).abs().max() < 1e-5
    student = _rows(5, 3).requires_grad_()
    loss = distance_to_teacher(student, teacher.requires_grad_(), tracks.requires_grad_(), 0.1)
    assert loss.min() > 0
    loss.sum().backward()
    assert student.grad is not None
    assert teacher.grad is None
    assert tracks.grad is None


def test_every_option_adds_a_part_of_its_own() -> None:
    batch = random_batch()
    _, plain = _objective()(batch)
    assert set(plain) == {"main"}
    total, parts = _objective(video_only=0.5, text_only=0.5, teacher=0.5)(batch)
    assert set(parts) == {"main", "video_only", "text_only", "teacher_video", "teacher_text"}
    assert float(total.detach()) == pytest.approx(float(torch.stack([*parts.values()]).sum()), rel=1e-5)
    assert all(float(part) > 0 for part in parts.values())


def test_the_loss_of_words_alone_teaches_the_state_of_no_picture() -> None:
    plain, aware = _objective(), _objective(text_only=1.0)
    for objective in (plain, aware):
        loss, _ = objective(random_batch())
        loss.backward()
    assert plain.model.no_picture.grad is None or not plain.model.no_picture.grad.any()
    assert aware.model.no_picture.grad is not None
    assert aware.model.no_picture.grad.any()


def test_dropped_words_leave_no_trace() -> None:
    batch = random_batch()
    silent = type(batch)(
        **{name: getattr(batch, name) for name in batch.__slots__}
        | {"words_kept": torch.zeros(6, dtype=torch.bool)}
    )
    louder = type(batch)(
        **{name: getattr(silent, name) for name in batch.__slots__} | {"text": batch.text * 9}
    )
    objective = _objective().eval()
    assert torch.equal(objective(silent)[0], objective(louder)[0])
    assert not torch.equal(objective(batch)[0], objective(silent)[0])


def test_a_learned_temperature_is_trained_and_stays_warm_enough() -> None:
    objective = _objective(temperature_learned=True, temperature=0.07)
    loss, _ = objective(random_batch())
    loss.backward()
    assert isinstance(objective.log_temperature, torch.nn.Parameter)
    assert objective.log_temperature.grad is not None
    with torch.no_grad():
        objective.log_temperature.fill_(-20)
    assert float(objective.temperature.detach()) == pytest.approx(COLDEST)
    assert not list(name for name, _ in _objective().named_parameters() if "temperature" in name)
