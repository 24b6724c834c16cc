"""What a segment's craft values say of pictures whose light, colour and cutting are known."""

import numpy as np
import numpy.typing as npt
import pytest

from temptrack.errors import InvalidRequest
from temptrack.model.craft import CRAFT_DIM, CRAFT_NAMES, find_cuts, measure_craft

Picture = npt.NDArray[np.uint8]
SIZE = 96


def scene(seed: int, *, light: float = 0.5, size: int = SIZE) -> Picture:
    """A picture of soft blobs, like a scene out of focus; another seed is another place."""
    coarse = np.random.default_rng(seed).uniform(0.2, 1.0, (6, 6, 3)) * light
    picture = np.kron(coarse, np.ones((size // 6, size // 6, 1)))
    return np.round(255 * picture).astype(np.uint8)


def shot(picture: Picture, count: int) -> list[Picture]:
    """The same picture, as ten moments of it would show it."""
    return [picture] * count


def craft(pictures: list[Picture]) -> dict[str, float]:
    values = measure_craft(np.stack(pictures), [1] * len(pictures))
    assert values.dtype == np.float32
    assert values.shape == (CRAFT_DIM,)
    return dict(zip(CRAFT_NAMES, map(float, values), strict=True))


def solid(red: int, green: int, blue: int) -> Picture:
    return np.full((SIZE, SIZE, 3), (red, green, blue), np.uint8)


def test_light_and_colour_of_known_pictures() -> None:
    black, white, red = craft([solid(0, 0, 0)]), craft([solid(255, 255, 255)]), craft([solid(255, 0, 0)])
    assert (black["brightness"], black["dark_share"]) == (0, 1)
    assert white["brightness"] == pytest.approx(1)
    assert (white["bright_share"], white["saturation"], white["colourfulness"]) == (1, 0, 0)
    assert red["saturation"] == 1
    assert red["warmth"] > 0.9
    assert craft([solid(40, 60, 200)])["warmth"] < -0.4
    checkers = np.kron(np.indices((8, 8)).sum(axis=0) % 2, np.ones((12, 12)))[..., None].repeat(3, axis=2)
    assert craft([(255 * checkers).astype(np.uint8)])["contrast"] == pytest.approx(0.5, abs=0.01)


def test_a_held_picture_does_not_move() -> None:
    still = craft(shot(scene(1), 10))
    once = measure_craft(scene(1)[None], [10])
    assert [still[name] for name in ("movement", "cut_share", "brightness_spread")] == [0, 0, 0]
    np.testing.assert_allclose(list(still.values()), once, atol=1e-6)


def test_cuts_are_counted_and_are_no_movement() -> None:
    film = craft(shot(scene(1, light=0.9), 3) + shot(scene(2, light=0.3), 4) + shot(scene(3, light=0.7), 3))
    assert film["cut_share"] == pytest.approx(2 / 9)
    assert film["movement"] == 0


def test_cuts_are_found_where_they_are() -> None:
    film = shot(scene(1, light=0.9), 3) + shot(scene(2, light=0.3), 2)
    assert find_cuts(np.stack(film)).tolist() == [False, False, True, False]
    assert find_cuts(film[0][None]).tolist() == []


def test_a_fade_is_neither_a_cut_nor_movement() -> None:
    fading = craft([scene(1, light=0.9 * (1 - step / 10)) for step in range(10)])
    assert fading["cut_share"] == 0
    assert fading["movement"] < 0.05
    assert fading["brightness_trend"] < -0.2


def test_black_between_two_shots_is_one_cut() -> None:
    film = shot(scene(1, light=0.9), 5) + shot(solid(0, 0, 0), 2) + shot(scene(2, light=0.3), 3)
    assert craft(film)["cut_share"] == pytest.approx(1 / 7)
    assert craft(film)["brightness"] == pytest.approx(
        (5 * craft([scene(1, light=0.9)])["brightness"] + 3 * craft([scene(2, light=0.3)])["brightness"]) / 8
    )


def test_a_moving_camera_moves_and_does_not_cut() -> None:
    wide = np.concatenate([scene(1), scene(2)], axis=1)
    slow, fast = ([wide[:, step * pace : step * pace + SIZE] for step in range(10)] for pace in (2, 8))
    assert craft(slow)["cut_share"] == craft(fast)["cut_share"] == 0
    assert craft(fast)["movement"] > 2 * craft(slow)["movement"] > 0


@pytest.mark.parametrize("bars", [(20, 20, 0, 0), (0, 0, 24, 24), (30, 0, 0, 0)], ids=str)
def test_bars_of_a_letterbox_are_not_part_of_the_picture(bars: tuple[int, int, int, int]) -> None:
    top, bottom, left, right = bars
    whole = [scene(seed, light=0.8)[: SIZE - top - bottom, : SIZE - left - right] for seed in (1, 1, 2, 2)]
    boxed = [np.pad(picture, ((top, bottom), (left, right), (0, 0))) for picture in whole]
    expected, found = (measure_craft(np.stack(pictures), [1] * 4) for pictures in (whole, boxed))
    np.testing.assert_allclose(found, expected, atol=0.03)


def test_trends_follow_the_segment() -> None:
    dawn = craft([scene(1, light=0.2 + 0.07 * step) for step in range(10)])
    assert dawn["brightness_trend"] > 0.15
    quickening = craft(shot(scene(1), 6) + [scene(seed) for seed in (2, 3, 4, 5)])
    assert quickening["change_trend"] > 0.5


@pytest.mark.parametrize("rate", [1, 6, 25])
def test_values_do_not_depend_on_the_sampling(rate: int) -> None:
    film = shot(scene(1, light=0.9), 4) + shot(scene(2, light=0.4), 6)
    dense = measure_craft(np.stack(film), [rate] * len(film))
    np.testing.assert_allclose(dense, measure_craft(np.stack(film), [1] * 10), atol=1e-6)


def test_values_hardly_depend_on_the_size_of_the_frame() -> None:
    large = [scene(seed, size=192) for seed in (1, 1, 2)]
    small = [picture[::2, ::2] for picture in large]
    np.testing.assert_allclose(list(craft(large).values()), list(craft(small).values()), atol=0.02)


@pytest.mark.parametrize(("count", "repeats"), [(0, []), (2, [1]), (1, [0])])
def test_repeats_that_do_not_match_are_refused(count: int, repeats: list[int]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        measure_craft(np.zeros((count, SIZE, SIZE, 3), np.uint8), repeats)
    assert caught.value.reason == "FRAMES_REPEATS"


def test_a_frame_that_stands_for_ages_costs_nothing() -> None:
    held = measure_craft(scene(1)[None], [10**12])
    np.testing.assert_array_equal(held, measure_craft(scene(1)[None], [10]))
