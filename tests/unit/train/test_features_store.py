import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from temptrack.errors import Corrupt, InvalidRequest, NotFound
from temptrack_train.datasets.types import Matrix
from temptrack_train.features.extract import Share, extract_features
from temptrack_train.features.store import ITEMS_PER_SHARD, FeatureStore, FeatureWriter, StoreHeader

HEADER = StoreHeader(kind="music", encoder_id="counting-1", dim=4)


class Counting:
    """An extractor of files that hold a number; counts what it is asked for."""

    header = HEADER

    def __init__(self) -> None:
        self.asked: list[str] = []

    def extract(self, path: Path) -> Matrix:
        self.asked.append(path.name)
        text = path.read_text()
        if not text.isdecimal():
            raise InvalidRequest(f"'{path.name}' holds no number.", reason="NO_NUMBER", hint="Write one.")
        return np.full((2, 4), float(text), np.float32)


def media(folder: Path, count: int) -> dict[str, Path]:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.txt").write_text(str(number))
    return {f"item {number}": folder / f"{number}.txt" for number in range(count)}


def test_features_come_back_as_they_were_written(tmp_path: Path) -> None:
    sources = media(tmp_path / "media", ITEMS_PER_SHARD + 3)
    result = extract_features(sources, Counting(), tmp_path / "store")
    assert (result.done, result.kept, dict(result.failures)) == (ITEMS_PER_SHARD + 3, 0, {})
    store = FeatureStore(tmp_path / "store")
    assert list(store.ids) == list(sources)
    assert len(list((tmp_path / "store").glob("*.safetensors"))) == 2
    np.testing.assert_array_equal(store.get("item 65"), np.full((2, 4), 65, np.float32))


def test_a_second_run_does_only_what_is_missing(tmp_path: Path) -> None:
    sources = media(tmp_path / "media", 5)
    extract_features(dict(list(sources.items())[:3]), Counting(), tmp_path / "store")
    extractor = Counting()
    seen: list[str] = []
    result = extract_features(sources, extractor, tmp_path / "store", progress=seen.append)
    assert extractor.asked == ["3.txt", "4.txt"]
    assert (result.done, result.kept) == (2, 3)
    assert sorted(seen) == sorted(sources)
    assert set(FeatureStore(tmp_path / "store").ids) == set(sources)


def test_work_cut_short_loses_at_most_the_shard_being_filled(tmp_path: Path) -> None:
    sources = media(tmp_path / "media", ITEMS_PER_SHARD + 10)
    cut = tmp_path / "store"
    # A killed process never leaves its context manager: nothing flushes what was pending.
    writer = FeatureWriter(cut, HEADER)
    for key, path in list(sources.items())[: ITEMS_PER_SHARD + 5]:
        writer.add(key, Counting().extract(path))
    del writer
    (cut / "part-0-of-1-00001.safetensors").write_bytes(b"half a sh")
    extractor = Counting()
    result = extract_features(sources, extractor, cut)
    assert (result.done, result.kept) == (10, ITEMS_PER_SHARD)
    whole = tmp_path / "whole"
    extract_features(sources, Counting(), whole)
    for key in sources:
        np.testing.assert_array_equal(FeatureStore(cut).get(key), FeatureStore(whole).get(key))


def test_a_file_that_cannot_be_used_is_named_and_tried_again(tmp_path: Path) -> None:
    sources = media(tmp_path / "media", 3)
    sources["item 1"].write_text("noise")
    result = extract_features(sources, Counting(), tmp_path / "store")
    assert dict(result.failures) == {"item 1": "'1.txt' holds no number. Write one."}
    with pytest.raises(NotFound) as caught:
        FeatureStore(tmp_path / "store").get("item 1")
    assert "holds no number" in caught.value.message
    sources["item 1"].write_text("7")
    assert extract_features(sources, Counting(), tmp_path / "store").done == 1
    store = FeatureStore(tmp_path / "store")
    assert store.get("item 1")[0, 0] == 7
    assert not store.failures


def test_shares_of_several_machines_make_one_store(tmp_path: Path) -> None:
    sources = media(tmp_path / "media", 20)
    shares = [Share.parse(f"{number}/3") for number in range(3)]
    results = [extract_features(sources, Counting(), tmp_path / "store", share=share) for share in shares]
    assert sum(result.done for result in results) == 20
    assert all(result.done for result in results)
    assert set(FeatureStore(tmp_path / "store").ids) == set(sources)


@pytest.mark.parametrize("text", ["3/3", "1", "a/b", "-1/2", "1/0"])
def test_a_share_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        Share.parse(text)


def test_another_encoder_cannot_write_to_the_same_store(tmp_path: Path) -> None:
    extract_features(media(tmp_path / "media", 2), Counting(), tmp_path / "store")
    for change in ({"encoder_id": "counting-2"}, {"dim": 5}, {"kind": "video"}, {"sampling": "fast"}):
        with pytest.raises(InvalidRequest) as caught:
            FeatureWriter(tmp_path / "store", HEADER.model_copy(update=change))
        assert caught.value.reason == "FEATURE_SPACES_MIXED"
    assert "counting-1" in caught.value.message


@pytest.mark.parametrize(
    "rows",
    [np.zeros((0, 4)), np.zeros((2, 3)), np.zeros(4), np.array([[0, 0, 0, np.nan]])],
    ids=["no rows", "other dim", "flat", "not finite"],
)
def test_features_that_do_not_fit_are_refused(tmp_path: Path, rows: np.ndarray) -> None:
    with FeatureWriter(tmp_path / "store", HEADER) as writer, pytest.raises(InvalidRequest):
        writer.add("odd", rows.astype(np.float32))
    assert FeatureStore(tmp_path / "store").ids == ()


def test_a_shard_with_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    extract_features(media(tmp_path / "media", 2), Counting(), tmp_path / "store")
    (shard,) = (tmp_path / "store").glob("*.safetensors")
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(bytes(content))
    with pytest.raises(Corrupt) as caught:
        FeatureStore(tmp_path / "store").get("item 0")
    assert caught.value.reason == "SHARD_CORRUPT"


def test_a_deleted_shard_is_done_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sources = media(tmp_path / "media", 2 * ITEMS_PER_SHARD)
    extract_features(sources, Counting(), tmp_path / "store")
    (tmp_path / "store" / "part-0-of-1-00000.safetensors").unlink()
    assert extract_features(sources, Counting(), tmp_path / "store").done == ITEMS_PER_SHARD
    assert "extracted again" in caplog.text
    store = FeatureStore(tmp_path / "store")
    assert [store.get(key)[0, 0] for key in sources] == list(range(2 * ITEMS_PER_SHARD))


def test_checksums_are_those_of_the_files(tmp_path: Path) -> None:
    extract_features(media(tmp_path / "media", 2), Counting(), tmp_path / "store")
    (index,) = (tmp_path / "store").glob("part-*.json")
    for shard in json.loads(index.read_text())["shards"]:
        content = (tmp_path / "store" / shard["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == shard["sha256"]


def test_a_folder_that_is_no_store_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        FeatureStore(tmp_path)
    assert caught.value.reason == "STORE_NOT_FOUND"
