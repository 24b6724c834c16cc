"""A DeepSim-like network learns respects that do not disturb each other."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from temptrack.errors import Corrupt, NotFound
from temptrack_train.audio_encoders.deepsim import PATCH_SAMPLES, RATE_HZ, DeepSim, DeepSimConfig
from temptrack_train.audio_encoders.deepsim_encoder import DeepSimEncoder, save_deepsim
from temptrack_train.audio_encoders.deepsim_training import Triplets, training_step, triplet_losses

SMALL = DeepSimConfig(first_channels=4, block_channels=(8, 16), embed_dim=32, subspaces=("pitch", "breath"))
PITCHES_HZ, BREATHS = (300.0, 2400.0), (0.0, 0.5)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    # Networks this small only wait for a second thread, and sums come out the same everywhere.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def sound(pitch: int, breath: int, generator: torch.Generator) -> Tensor:
    """A tone, pure or breathy: two respects that have nothing to do with each other."""
    time = torch.arange(RATE_HZ // 4) / RATE_HZ
    detuned, phase, loudness = torch.rand(3, generator=generator).tolist()
    tone = torch.sin(2 * torch.pi * (PITCHES_HZ[pitch] * (0.9 + 0.2 * detuned) * time + phase))
    noise = torch.randn(len(time), generator=generator)
    breathy: Tensor = (0.2 + 0.6 * loudness) * (tone + BREATHS[breath] * noise)
    return breathy


def triplets(count: int, seed: int) -> Triplets:
    generator = torch.Generator().manual_seed(seed)
    rows: dict[str, list[Tensor]] = {"anchor": [], "positive": [], "negative": []}
    subspaces = []
    for number in range(count):
        subspace = number % 2
        kinds = torch.randint(0, 2, (3, 2), generator=generator)
        kinds[1, subspace] = kinds[0, subspace]
        kinds[2, subspace] = 1 - kinds[0, subspace]
        for name, (pitch, breath) in zip(rows, kinds.tolist(), strict=True):
            rows[name].append(sound(pitch, breath, generator))
        subspaces.append(subspace)
    anchor, positive, negative = (torch.stack(row) for row in rows.values())
    return Triplets(anchor, positive, negative, torch.tensor(subspaces))


def bias_gradient(model: DeepSim) -> Tensor:
    """What the loss wants of each of the features' offsets."""
    bias = model.embed.bias
    assert bias is not None
    assert bias.grad is not None
    return bias.grad


def right(model: DeepSim, known: Triplets) -> float:
    """Share of triplets in which the positive is the nearer one."""
    model.eval()
    with torch.inference_mode():
        return float((triplet_losses(model, known, margin=0.0) == 0).float().mean())


def test_the_paper_sized_network_gives_256_numbers_of_four_subspaces() -> None:
    model = DeepSim().eval()
    generator = torch.Generator().manual_seed(0)
    with torch.inference_mode():
        features = model(0.1 * torch.randn(2, PATCH_SAMPLES, generator=generator))
        assert model.log_mel(torch.zeros(1, PATCH_SAMPLES)).shape == (1, 1, 128, 129)
    assert features.shape == (2, 256)
    assert (features >= 0).all()
    masks = model.mask(torch.arange(4))
    assert masks.sum(dim=1).tolist() == [64, 64, 64, 64]
    assert masks.sum(dim=0).eq(1).all()


def test_subspaces_must_divide_the_features() -> None:
    with pytest.raises(ValueError, match="cannot be shared by 3"):
        DeepSim(DeepSimConfig(subspaces=("a", "b", "c")))


def test_steps_teach_each_subspace_its_own_respect() -> None:
    torch.manual_seed(0)
    model = DeepSim(SMALL)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    unseen = triplets(60, seed=1)
    before = right(model, unseen)
    steps = (triplets(16, seed=10 + number) for number in range(50))
    losses = [training_step(model, optimizer, known, margin=0.3) for known in steps]
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:5])
    assert right(model, unseen) > max(before, 0.9)


def test_the_loss_of_a_subspace_does_not_reach_the_numbers_of_another() -> None:
    torch.manual_seed(0)
    model = DeepSim(SMALL)
    known = triplets(4, seed=0)
    first_only = Triplets(known.anchor, known.positive, known.negative, torch.zeros(4, dtype=torch.int64))
    triplet_losses(model, first_only, margin=5.0).sum().backward()
    gradient = bias_gradient(model)
    assert gradient[:16].abs().sum() > 0
    assert gradient[16:].abs().sum() == 0


def test_the_track_as_a_whole_reaches_all_numbers() -> None:
    torch.manual_seed(0)
    model = DeepSim(SMALL)
    known = triplets(4, seed=0)
    whole = Triplets(known.anchor, known.positive, known.negative, torch.full((4,), -1))
    triplet_losses(model, whole, margin=5.0).sum().backward()
    gradient = bias_gradient(model)
    assert gradient[:16].abs().sum() > 0
    assert gradient[16:].abs().sum() > 0


def test_a_saved_network_encodes_as_it_did(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = DeepSim(SMALL).eval()
    save_deepsim(model, tmp_path / "deepsim.safetensors")
    encoder = DeepSimEncoder(tmp_path / "deepsim.safetensors")
    windows = 0.1 * np.random.default_rng(0).standard_normal(
        (3, encoder.audio_spec.window_samples), dtype=np.float32
    )
    with torch.inference_mode():
        expected = model(torch.from_numpy(windows)).numpy()
    np.testing.assert_allclose(encoder.encode(windows), expected, atol=1e-5)
    assert encoder.dim == 32
    save_deepsim(DeepSim(SMALL), tmp_path / "other.safetensors")
    assert DeepSimEncoder(tmp_path / "other.safetensors").id != encoder.id


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        DeepSimEncoder(tmp_path / "none.safetensors")
    (tmp_path / "noise.safetensors").write_bytes(b"noise")
    with pytest.raises(Corrupt) as caught:
        DeepSimEncoder(tmp_path / "noise.safetensors")
    assert caught.value.reason == "WEIGHTS_CORRUPT"
