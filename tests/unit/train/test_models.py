"""The networks: what changes a query and what must not."""

from collections.abc import Sequence
from itertools import pairwise, product

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from support.pairs import SPACES, random_batch
from temptrack.errors import InvalidRequest
from temptrack_train.datasets.types import FeatureSpaces
from temptrack_train.models.config import ModelConfig
from temptrack_train.models.retrieval import RetrievalModel, check_spaces
from temptrack_train.models.text_weight import bent, on_path

FUSIONS = ("concat_mlp", "transformer", "gated")
TOWERS = (
    {"kind": "transformer", "pooling": "mean"},
    {"kind": "transformer", "pooling": "class_token"},
    {"kind": "mlp"},
)


def _model(
    *, tower: dict[str, object] | None = None, words: dict[str, object] | None = None, plain: bool = False
) -> RetrievalModel:
    torch.manual_seed(3)
    config = ModelConfig.model_validate(
        {
            "embed_dim": 8,
            "tower": {"width": 16, "heads": 2, **(tower or {})},
            "words": None if plain else words or {},
        }
    )
    return RetrievalModel(config, SPACES, [0.5] * 8).eval()


def _ask(model: RetrievalModel, weight: float | Sequence[float], *, mask: Tensor | None = None) -> Tensor:
    batch = random_batch()
    weights = (
        torch.tensor(weight).expand(len(batch.video)) if isinstance(weight, float) else torch.tensor(weight)
    )
    seen = batch.video_mask if mask is None else mask
    with torch.no_grad():
        embedding: Tensor = model(batch.video, seen, batch.text, weights)
    return embedding


@pytest.mark.parametrize(("fusion", "tower"), [*product(FUSIONS, TOWERS)])
def test_embeddings_have_length_one_whatever_is_missing(fusion: str, tower: dict[str, object]) -> None:
    model = _model(tower=tower, words={"fusion": {"kind": fusion}})
    blind = torch.zeros_like(random_batch().video_mask)
    for found in (_ask(model, 0.0), _ask(model, 0.5), _ask(model, 1.0), _ask(model, 0.5, mask=blind)):
        assert found.norm(dim=1).numpy() == pytest.approx([1.0] * 6, abs=1e-5)


@pytest.mark.parametrize(("fusion", "tower"), [*product(FUSIONS, TOWERS)])
def test_padding_changes_nothing(fusion: str, tower: dict[str, object]) -> None:
    model = _model(tower=tower, words={"fusion": {"kind": fusion}})
    batch = random_batch()
    longer = functional.pad(batch.video, (0, 0, 0, 4), value=7.0)
    mask = functional.pad(batch.video_mask, (0, 4))
    weight = torch.full((6,), 0.5)
    with torch.no_grad():
        torch.testing.assert_close(
            model(longer, mask, batch.text, weight), model(batch.video, batch.video_mask, batch.text, weight)
        )
        torch.testing.assert_close(
            model.embed_music(functional.pad(batch.music, (0, 0, 0, 4), value=7.0), mask),
            model.embed_music(batch.music, batch.music_mask),
        )


@pytest.mark.parametrize("fusion", FUSIONS)
def test_at_weight_zero_words_do_not_matter(fusion: str) -> None:
    model = _model(words={"fusion": {"kind": fusion}})
    batch = random_batch()
    zero = torch.zeros(6)
    with torch.no_grad():
        one = model(batch.video, batch.video_mask, batch.text, zero)
        other = model(batch.video, batch.video_mask, batch.text + 3, zero)
    torch.testing.assert_close(one, other, rtol=0, atol=0)


@pytest.mark.parametrize("weighting", ["fused", "path"])
@pytest.mark.parametrize("fusion", FUSIONS)
def test_at_weight_one_the_picture_does_not_matter(fusion: str, weighting: str) -> None:
    model = _model(words={"fusion": {"kind": fusion}, "weighting": weighting})
    batch = random_batch()
    one = torch.ones(6)
    with torch.no_grad():
        found = model(batch.video, batch.video_mask, batch.text, one)
        other = model(batch.video + 3, batch.video_mask, batch.text, one)
        blind = model(batch.video, torch.zeros_like(batch.video_mask), batch.text, one * 0.5)
    torch.testing.assert_close(found, other)
    torch.testing.assert_close(found, blind)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_in_between_both_matter(fusion: str) -> None:
    model = _model(words={"fusion": {"kind": fusion}})
    with_both, picture, words = _ask(model, 0.5), _ask(model, 0.0), _ask(model, 1.0)
    assert (with_both - picture).abs().max() > 1e-3
    assert (with_both - words).abs().max() > 1e-3


def test_one_batch_may_mix_weights() -> None:
    model = _model(words={"weighting": "path"})
    mixed = _ask(model, [0.0, 0.25, 0.5, 0.75, 1.0, 0.5])
    for row, weight in enumerate((0.0, 0.25, 0.5, 0.75, 1.0, 0.5)):
        torch.testing.assert_close(mixed[row], _ask(model, weight)[row])


def test_a_system_without_words_ignores_them() -> None:
    model = _model(plain=True)
    batch = random_batch()
    weights = torch.ones(6)
    with torch.no_grad():
        one = model(batch.video, batch.video_mask, batch.text, weights)
        other = model(batch.video, batch.video_mask, batch.text * 5, weights * 0)
    assert not model.knows_words
    torch.testing.assert_close(one, other)


def test_x_null_is_what_the_configuration_says() -> None:
    empty, zero = _model(words={"x_null": "empty_text"}), _model(words={"x_null": "zero"})
    learned = _model(words={"x_null": "learned"})
    assert empty.x_null.tolist() == [0.5] * 8
    assert zero.x_null.tolist() == [0.0] * 8
    assert [name for name, _ in learned.named_parameters() if name == "x_null"]
    assert "x_null" in empty.state_dict()


def test_the_order_of_segments_matters_only_with_positions() -> None:
    batch = random_batch()
    turned = batch.video.flip(1)
    full = torch.ones_like(batch.video_mask)
    with torch.no_grad():
        for positions, same in (("none", True), ("sinusoidal", False)):
            model = _model(tower={"positions": positions}, plain=True)
            one = model.fuse(model.encode_picture(batch.video, full))
            other = model.fuse(model.encode_picture(turned, full))
            assert torch.allclose(one, other, atol=1e-5) is same


def _queries(seed: int, count: int = 200, dim: int = 6) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    rows = functional.normalize(torch.randn(3, count, dim, generator=generator, dtype=torch.float64), dim=2)
    return rows[0], rows[1], rows[2]


@pytest.mark.parametrize("seed", range(5))
def test_the_path_leads_monotonically_from_picture_to_words(seed: int) -> None:
    picture, fused, words = _queries(seed)
    steps = [
        on_path(picture, fused, words, torch.full((200,), step / 40, dtype=torch.float64))
        for step in range(41)
    ]
    torch.testing.assert_close(steps[0], picture)
    torch.testing.assert_close(steps[-1], words)
    for before, after in pairwise(steps):
        assert ((after * words).sum(1) - (before * words).sum(1)).min() > -1e-9
        assert ((after * picture).sum(1) - (before * picture).sum(1)).max() < 1e-9


def test_a_fused_query_between_the_two_is_left_where_it_is() -> None:
    picture, noise, other = _queries(9)
    words = functional.normalize(picture + 0.7 * other, dim=1)
    near = (picture * words).sum(1) > 0
    picture, words, noise = picture[near], words[near], noise[near]
    between = functional.normalize(picture + words, dim=1)
    torch.testing.assert_close(bent(picture, between, words), between)
    gentle = functional.normalize(picture * 0.7 + words, dim=1)
    torch.testing.assert_close(bent(picture, gentle, words), gentle)
    assert (bent(picture, noise, words) - noise).norm(dim=1).max() > 0.1


def test_equal_ends_make_a_path_of_one_point() -> None:
    picture, fused, _ = _queries(4)
    found = on_path(picture, fused, picture, torch.full((200,), 0.5, dtype=torch.float64))
    torch.testing.assert_close(found, picture)


def test_features_of_another_encoder_are_refused() -> None:
    other = FeatureSpaces("pairs-video", "another", "pairs-text", 12, 10, 8)
    with pytest.raises(InvalidRequest, match="'pairs-music'; these are of 'another'"):
        check_spaces(SPACES, other)
    check_spaces(SPACES, SPACES)


def test_heads_must_divide_the_width() -> None:
    with pytest.raises(ValueError, match="not a multiple of 5 heads"):
        ModelConfig.model_validate({"tower": {"width": 16, "heads": 5}})
