"""The planted world: what is true in it, and what its encoders let through."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from temptrack_train.datasets.planted import PlantedDataset, PlantedSpec, PlantedTextEncoder
from temptrack_train.datasets.planted.text_encoder import phrases
from temptrack_train.datasets.planted.words import GENRE_HABITS, MOOD_PLACES, STYLES, SYNONYMS
from temptrack_train.datasets.taxonomy import GENRES, INSTRUMENTS, MOODS, TAG_GROUPS, TAG_THRESHOLD, TAGS
from temptrack_train.datasets.types import GradedDataset, TaggedDataset

SPEC = PlantedSpec(train=600, validation=50, test=200, described_train=100, segments=6)


@cache
def world() -> PlantedDataset:
    return PlantedDataset(SPEC)


def accuracy(rows: np.ndarray, labels: np.ndarray) -> float:
    """Share of test items whose label a ridge regression on the training items finds."""
    train, test = world().split("train"), world().split("test")
    centred = (rows - rows[train].mean(axis=0)).astype(np.float64)
    wanted = np.eye(int(labels.max()) + 1)[labels.astype(int)]
    known = centred[train]
    penalty = 0.01 * np.trace(known.T @ known) / known.shape[1] * np.eye(known.shape[1])
    weights = np.linalg.solve(
        known.T @ known + penalty, known.T @ (wanted[train] - wanted[train].mean(axis=0))
    )
    found = (centred[test] @ weights + wanted[train].mean(axis=0)).argmax(axis=1)
    return float((found == labels[test]).mean())


def cosine(left: np.ndarray, right: np.ndarray) -> float:
    return float(left @ right / np.linalg.norm(left) / np.linalg.norm(right))


def test_the_tables_of_words_name_only_tags_that_exist() -> None:
    assert {name: len(tags) for name, tags in TAG_GROUPS.items()} == {
        "instrument": 41,
        "genre": 20,
        "mood": 28,
    }
    assert len(set(TAGS)) == 89
    assert set(MOOD_PLACES) == set(MOODS)
    assert set(GENRE_HABITS) == set(GENRES)
    assert set(SYNONYMS) == set(TAGS)
    assert {name for style in STYLES for name in style.genres} <= set(GENRES)
    assert {name for habit in GENRE_HABITS.values() for name in habit.instruments} <= set(INSTRUMENTS)


def test_it_knows_relevance_and_scores_of_tags() -> None:
    assert isinstance(world(), GradedDataset)
    assert isinstance(world(), TaggedDataset)
    scores = world().tag_scores(3)
    assert set(scores) == set(TAGS)
    assert world().item(3).tags == {tag for tag, score in scores.items() if score > TAG_THRESHOLD}


def test_another_seed_draws_other_films_of_the_same_world() -> None:
    other = PlantedDataset(replace(SPEC, seed=1))
    assert other.spaces == world().spaces
    assert not np.allclose(other.item(0).video, world().item(0).video)


def test_another_knob_is_another_world() -> None:
    assert PlantedDataset(replace(SPEC, video_noise=2.0)).spaces != world().spaces


def test_turning_one_knob_leaves_what_it_does_not_speak_of() -> None:
    noisier = PlantedDataset(replace(SPEC, hearing_noise=0.8))
    np.testing.assert_array_equal(noisier.item(5).video, world().item(5).video)
    assert not np.allclose(noisier.item(5).music, world().item(5).music)


def test_pictures_lie_on_a_sphere_around_a_common_mean_as_those_of_clip_do() -> None:
    rows = np.concatenate([world().item(index).video for index in range(60)])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert 0.3 < float(np.linalg.norm(rows.mean(axis=0))) < 0.9


def test_music_features_are_rectified() -> None:
    music = world().item(0).music
    assert (music >= 0).all()
    assert (music == 0).any()


def test_pictures_tell_the_style_but_not_the_instruments() -> None:
    data = world()
    video = np.stack([data.item(index).video.mean(axis=0) for index in range(len(data))])
    assert accuracy(video, data.latents.style) > 0.6
    piano = data.latents.instruments[:, INSTRUMENTS.index("piano")]
    share = piano[data.split("test")].mean()
    assert accuracy(video, piano) < max(share, 1 - share) + 0.06


def test_music_tells_genre_and_instruments() -> None:
    data = world()
    music = np.stack([data.item(index).music.mean(axis=0) for index in range(len(data))])
    for labels in (data.latents.genre, data.latents.instruments[:, INSTRUMENTS.index("drum kit")]):
        most_common = np.bincount(labels[data.split("test")].astype(int)).max() / SPEC.test
        assert accuracy(music, labels) > most_common + 0.1


def test_the_tagger_is_mostly_but_not_always_right() -> None:
    data = world()
    truth = data.latents.instruments
    heard = np.array([[tag in data.item(index).tags for tag in INSTRUMENTS] for index in range(len(data))])
    recall = (heard & truth).sum() / truth.sum()
    precision = (heard & truth).sum() / heard.sum()
    assert 0.9 < recall < 1
    assert 0.3 < precision < 0.9


def test_copies_of_a_recording_sound_alike_under_other_pictures() -> None:
    data = world()
    ids = [data.item(index).recording_id for index in range(len(data))]
    pairs = [
        (index, data.track_ids.index(name)) for index, name in enumerate(ids) if data.track_ids[index] != name
    ]
    assert len(pairs) == pytest.approx(SPEC.near_duplicates * len(data), rel=0.1)
    copies = [cosine(data.item(i).music.mean(0), data.item(j).music.mean(0)) for i, j in pairs]
    strangers = [cosine(data.item(i).music.mean(0), data.item(0).music.mean(0)) for i, _ in pairs]
    assert min(copies) > np.percentile(strangers, 99)
    pictures = [cosine(data.item(i).video.mean(0), data.item(j).video.mean(0)) for i, j in pairs]
    assert max(pictures) < 0.99


def test_relevance_is_graded_and_highest_for_the_own_recording() -> None:
    data = world()
    test = data.split("test")
    grades = data.relevance_matrix(test, test)
    assert grades.shape == (200, 200)
    np.testing.assert_array_equal(np.diag(grades), 1)
    np.testing.assert_allclose(grades, grades.T, atol=1e-6)
    assert (grades >= 0).all()
    assert (grades <= 1).all()
    assert grades.mean() < 0.2
    assert ((grades > 0.3) & (grades < 1)).any()
    assert data.relevance(int(test[0]), int(test[1])) == pytest.approx(float(grades[0, 1]))


def test_people_describe_what_is_there() -> None:
    data = world()
    named = right = 0
    for index in data.split("test"):
        item = data.item(int(index))
        (text,) = item.texts
        said = set(phrases(text))
        for row, tag in enumerate(INSTRUMENTS):
            if said & {tag, *SYNONYMS[tag]}:
                named += 1
                right += bool(data.latents.instruments[index, row])
    assert named > len(data.split("test"))
    assert right / named > 0.9


def test_some_of_training_and_all_of_the_rest_is_described() -> None:
    data = world()
    assert sum(bool(data.item(int(index)).texts) for index in data.split("train")) == SPEC.described_train
    assert all(data.item(int(index)).texts for index in data.split("test"))


@cache
def encoder() -> PlantedTextEncoder:
    return PlantedTextEncoder()


def likeness(one: str, other: str) -> float:
    nothing, first, second = encoder().encode(["", one, other])
    return cosine(first - nothing, second - nothing)


def test_texts_are_vectors_of_length_one() -> None:
    rows = encoder().encode(["calm piano", "", "something nobody ever said"])
    assert rows.shape == (3, 512)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert encoder().encode([]).shape == (0, 512)


def test_a_text_means_the_same_in_any_company() -> None:
    together = encoder().encode(["calm piano", "loud drums"])
    np.testing.assert_allclose(encoder().encode(["loud drums"])[0], together[1], atol=1e-6)


def test_synonyms_are_nearer_than_other_instruments_but_not_equal() -> None:
    assert likeness("saxophone", "sax") > likeness("saxophone", "banjo") + 0.2
    assert likeness("saxophone", "sax") < 0.95


def test_moods_near_on_the_plane_are_near_in_words() -> None:
    assert likeness("happy", "cheerful") > likeness("happy", "gloomy") + 0.2


def test_order_carries_meaning() -> None:
    assert likeness("piano over strings", "strings over piano") < 0.99
    assert likeness("piano over strings", "strings over piano") > likeness("piano over strings", "banjo")


def test_phrases_are_found_longest_first_in_singular_and_plural() -> None:
    assert phrases("A man sings over Acoustic Guitars.") == ["a man sings", "over", "acoustic guitar"]
