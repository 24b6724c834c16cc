from functools import cache

import numpy as np
import pytest

from temptrack.errors import InvalidRequest
from temptrack.home import DEFAULT_BUNDLE
from temptrack.model.bundles import load_bundle
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.model.types import TagGroup


@cache
def bundle() -> OnnxBundle:
    return load_bundle(device="cpu", threads=1)


@pytest.mark.parametrize(
    "shape", [(0, 260, 260, 3), (1, 224, 224, 3), (260, 260, 3), (1, 260, 260, 4)], ids=str
)
def test_frames_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidRequest, match=f"do not fit bundle '{DEFAULT_BUNDLE}'") as caught:
        bundle().encode_frames(np.zeros(shape, np.uint8), [1])
    assert caught.value.reason == "FRAMES_SHAPE"


@pytest.mark.parametrize("repeats", [[], [0], [1, 1]])
def test_repeats_that_do_not_match_the_frames_are_refused(repeats: list[int]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        bundle().encode_frames(np.zeros((1, 260, 260, 3), np.uint8), repeats)
    assert caught.value.reason == "FRAMES_REPEATS"


def test_windows_of_another_length_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="does not fit") as caught:
        bundle().encode_audio(np.zeros((1, 16_000), np.float32))
    assert caught.value.reason == "WINDOWS_SHAPE"


def test_a_query_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        bundle().embed_query(None, None, 0.5)
    assert caught.value.reason == "QUERY_EMPTY"


def test_no_windows_and_no_texts_give_no_rows() -> None:
    assert bundle().encode_audio(np.zeros((0, 160_000), np.float32)).shape == (0, 554)
    assert bundle().encode_text([]).shape == (0, 384)


def test_a_text_longer_than_the_encoder_reads_is_cut() -> None:
    long = "piano " * 5000
    np.testing.assert_array_equal(bundle().encode_text([long]), bundle().encode_text([long + "drums"]))


def test_only_the_large_graphs_use_several_threads() -> None:
    fresh = load_bundle(device="cpu", threads=2)
    fresh.warm_up()
    threads = {
        name: session._session.get_session_options().intra_op_num_threads
        for name, session in fresh._sessions.items()
    }
    assert {name for name, count in threads.items() if count == 2} == {"frame_encoder", "audio_encoder"}
    assert set(threads.values()) == {1, 2}


def test_warming_up_loads_every_graph() -> None:
    fresh = load_bundle(device="cpu", threads=1)
    fresh.warm_up()
    assert set(fresh._sessions) == set(fresh.manifest.graphs)


def test_opposite_prompts_differ() -> None:
    # Joint spaces are known to collapse, with every text beside every other.
    prompts = ["quiet gentle solo piano", "aggressive distorted metal guitars", "happy funky dance party"]
    texts = bundle().encode_text(prompts)
    queries = np.stack([bundle().embed_query(None, text, 1.0) for text in texts])
    likeness = queries @ queries.T
    assert likeness[np.triu_indices(3, 1)].max() < 0.5


def test_words_find_the_tags_that_mean_them() -> None:
    by_group = {group: [tag.name for tag in bundle().tags if tag.group is group] for group in TagGroup}
    names = [name for group in (TagGroup.GENRE, TagGroup.INSTRUMENT) for name in by_group[group]]
    tags = bundle().embed_words(bundle().encode_text([f"{name} music" for name in names]))
    for prompt, expected in (
        ("a violin and cello duet", {"classical"}),
        ("a club night with a four on the floor kick", {"techno", "house"}),
        ("growling vocals over distorted guitars", {"metal"}),
        ("smoky bar, late night saxophone and brushes", {"jazz"}),
    ):
        query = bundle().embed_query(None, bundle().encode_text([prompt])[0], 1.0)
        best = {names[row] for row in np.argsort(-(tags @ query))[:4]}
        assert expected & best, (prompt, best)
