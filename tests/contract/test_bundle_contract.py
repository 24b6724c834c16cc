"""What every Bundle does, with weights or without."""

from functools import cache

import numpy as np
import pytest

from support.fake_bundle import FakeBundle
from temptrack.model.bundles import load_bundle
from temptrack.model.types import Bundle, Matrix


@cache
def shipped() -> Bundle:
    return load_bundle(device="cpu")


@pytest.fixture(params=["fake", "onnx"])
def bundle(request: pytest.FixtureRequest) -> Bundle:
    return FakeBundle() if request.param == "fake" else shipped()


def pictures(bundle: Bundle, count: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    size = bundle.frame_spec.size_px
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def sounds(bundle: Bundle, count: int, seed: int = 0) -> Matrix:
    shape = (count, bundle.audio_spec.window_samples)
    return (0.1 * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


def assert_unit(rows: Matrix, dim: int) -> None:
    assert rows.dtype == np.float32
    assert rows.shape[-1] == dim
    np.testing.assert_allclose(np.linalg.norm(rows, axis=-1), 1, atol=1e-5)


def test_every_side_lands_in_one_space(bundle: Bundle) -> None:
    video = bundle.encode_frames(pictures(bundle, 2), [1, 1])
    assert video.values.shape == (bundle.video_dim,)
    assert video.encoder_id == bundle.frame_encoder_id
    text = bundle.encode_text(["calm piano", "a"])
    music = bundle.embed_music(bundle.encode_audio(sounds(bundle, 3)))
    assert_unit(music.embeddings, bundle.embed_dim)
    assert music.tags.shape == (3, len(bundle.tags))
    assert (music.tags >= 0).all()
    assert (music.tags <= 1).all()
    assert_unit(bundle.embed_words(text), bundle.embed_dim)
    for query in (
        bundle.embed_query(video.values[None], None, 0.5),
        bundle.embed_query(None, text[0], 0.5),
        bundle.embed_query(video.values[None], text[0], 0.5),
    ):
        assert_unit(query[None], bundle.embed_dim)


def test_results_do_not_depend_on_the_batch(bundle: Bundle) -> None:
    texts = ["calm piano", "a much longer prompt about driving through the city at night", ""]
    together = bundle.encode_text(texts)
    for row, text in enumerate(texts):
        np.testing.assert_allclose(bundle.encode_text([text])[0], together[row], atol=1e-5)
    windows = sounds(bundle, 9)
    np.testing.assert_allclose(
        np.concatenate([bundle.encode_audio(window[None]) for window in windows]),
        bundle.encode_audio(windows),
        atol=1e-3,
    )


def test_a_repeated_frame_weighs_as_often_as_it_was_seen(bundle: Bundle) -> None:
    frames = pictures(bundle, 2)
    weighted = bundle.encode_frames(frames, [3, 1]).values
    spelt_out = bundle.encode_frames(frames[[0, 0, 0, 1]], [1, 1, 1, 1]).values
    np.testing.assert_allclose(weighted, spelt_out, atol=1e-5)


def test_the_weight_moves_from_picture_to_words(bundle: Bundle) -> None:
    video = bundle.encode_frames(pictures(bundle, 1), [1]).values[None]
    text = bundle.encode_text(["aggressive metal"])[0]
    words_alone = bundle.embed_query(None, text, 0.0)
    likeness = [
        float(bundle.embed_query(video, text, weight) @ words_alone) for weight in np.linspace(0, 1, 11)
    ]
    assert likeness == sorted(likeness)
    assert likeness[-1] == pytest.approx(1, abs=1e-5)
    picture_alone = bundle.embed_query(video, None, 1.0)
    np.testing.assert_allclose(bundle.embed_query(video, text, 0.0), picture_alone, atol=1e-5)


def test_silence_is_embedded_like_any_sound(bundle: Bundle) -> None:
    # Tracks end in it, and a window without a number would take the whole track with it.
    silence = np.zeros((2, bundle.audio_spec.window_samples), np.float32)
    features = bundle.encode_audio(silence)
    assert np.isfinite(features).all()
    music = bundle.embed_music(features)
    assert_unit(music.embeddings, bundle.embed_dim)
    assert np.isfinite(music.tags).all()


def test_equal_inputs_give_equal_outputs(bundle: Bundle) -> None:
    first = bundle.embed_music(bundle.encode_audio(sounds(bundle, 2)))
    second = bundle.embed_music(bundle.encode_audio(sounds(bundle, 2)))
    np.testing.assert_array_equal(first.embeddings, second.embeddings)
    np.testing.assert_array_equal(first.tags, second.tags)
