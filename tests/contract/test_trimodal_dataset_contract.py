"""What every collection of films, music and words does, wherever its files lie."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from support.collections_on_disk import (
    HashedTexts,
    make_folder,
    make_mgsv,
    make_ossl,
    make_youtube8m,
    write_features,
)
from temptrack_train.datasets.clips import ClipLevel
from temptrack_train.datasets.opening import open_stored, read_pairs
from temptrack_train.datasets.planted import PlantedDataset, PlantedSpec
from temptrack_train.datasets.types import SPLITS, TrimodalDataset

SMALL = PlantedSpec(train=40, validation=10, test=20, described_train=10, segments=6)


def stored(layout: str, make: Callable[[Path], Path], folder: Path) -> TrimodalDataset:
    collection = make(folder / layout)
    features = write_features(folder / "features", read_pairs(layout, collection))
    return open_stored(layout, collection, features, HashedTexts())


MAKERS: dict[str, Callable[[Path], TrimodalDataset]] = {
    "planted": lambda _folder: PlantedDataset(SMALL),
    "folder": lambda folder: stored("folder", make_folder, folder),
    "youtube8m": lambda folder: stored("youtube8m", make_youtube8m, folder),
    "ossl": lambda folder: stored("ossl", make_ossl, folder),
    "mgsv": lambda folder: stored("mgsv", make_mgsv, folder),
    "planted clips": lambda _folder: ClipLevel(PlantedDataset(SMALL)),
    "folder clips": lambda folder: ClipLevel(stored("folder", make_folder, folder)),
    "youtube8m clips": lambda folder: ClipLevel(stored("youtube8m", make_youtube8m, folder)),
}


@pytest.fixture(params=list(MAKERS))
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], TrimodalDataset]:
    folders = iter(tmp_path / str(number) for number in range(9))

    def made() -> TrimodalDataset:
        folder = next(folders)
        folder.mkdir()
        return MAKERS[request.param](folder)

    return made


@pytest.fixture
def dataset(make: Callable[[], TrimodalDataset]) -> TrimodalDataset:
    return make()


def test_it_offers_the_protocol(dataset: TrimodalDataset) -> None:
    assert isinstance(dataset, TrimodalDataset)
    assert dataset.name
    assert len(dataset) == len(dataset.track_ids) > 0
    assert len(set(dataset.track_ids)) == len(dataset)


def test_every_item_has_the_shapes_that_the_spaces_promise(dataset: TrimodalDataset) -> None:
    spaces = dataset.spaces
    for index, track_id in enumerate(dataset.track_ids):
        item = dataset.item(index)
        assert item.track_id == track_id
        assert item.video.dtype == item.music.dtype == np.float32
        assert item.video.shape[1] == spaces.video_dim
        assert item.music.shape[1] == spaces.music_dim
        assert len(item.video) >= 1
        assert len(item.music) >= 1
        assert np.isfinite(item.video).all()
        assert np.isfinite(item.music).all()
        assert all(isinstance(text, str) and text for text in item.texts)
        assert item.recording_id


def test_what_a_description_speaks_about_lies_inside_the_music(dataset: TrimodalDataset) -> None:
    for index in range(len(dataset)):
        item = dataset.item(index)
        if item.described is not None:
            first, after = item.described
            assert 0 <= first < after <= len(item.music)


@pytest.mark.parametrize("index", [-1, 10_000])
def test_there_is_no_item_outside(dataset: TrimodalDataset, index: int) -> None:
    with pytest.raises(IndexError):
        dataset.item(index)


def test_every_item_is_in_exactly_one_split(dataset: TrimodalDataset) -> None:
    together = np.concatenate([dataset.split(name) for name in SPLITS])
    assert sorted(together.tolist()) == list(range(len(dataset)))
    for name in SPLITS:
        assert dataset.split(name).dtype == np.int64
        assert (np.diff(dataset.split(name)) > 0).all()


def test_no_recording_is_in_two_splits(dataset: TrimodalDataset) -> None:
    seen: dict[str, str] = {}
    for name in SPLITS:
        for index in dataset.split(name):
            recording = dataset.item(int(index)).recording_id
            assert seen.setdefault(recording, name) == name


def test_opening_it_again_gives_the_same(make: Callable[[], TrimodalDataset]) -> None:
    one, other = make(), make()
    assert list(one.track_ids) == list(other.track_ids)
    assert one.spaces == other.spaces
    for name in SPLITS:
        np.testing.assert_array_equal(one.split(name), other.split(name))
    first, second = one.item(len(one) - 1), other.item(len(other) - 1)
    np.testing.assert_array_equal(first.video, second.video)
    np.testing.assert_array_equal(first.music, second.music)
    assert first.texts == second.texts
    assert first.tags == second.tags
