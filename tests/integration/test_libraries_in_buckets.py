"""Libraries in a store that speaks S3: made, filled, searched by several processes, and the store leaving."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from support import tones
from support.fake_bundle import FakeBundle
from support.index_processes import said, start
from support.object_store import BUCKET, ObjectStore, object_store
from support.planted_tracks import planted, planted_library, unit_rows
from temptrack.errors import AlreadyExists, NotFound, Unavailable
from temptrack.library.compaction import compact_library
from temptrack.library.copies import back_up_library, restore_library
from temptrack.library.ingest import index_folders
from temptrack.library.store import LibraryStore, delete_library, list_libraries
from temptrack.library.types import TrackFilter

PLACE = f"s3://{BUCKET}/libraries/stock"


@pytest.fixture(scope="module")
def running_store() -> Iterator[ObjectStore]:
    with object_store() as store:
        yield store


@pytest.fixture
def bucket(running_store: ObjectStore) -> Iterator[ObjectStore]:
    yield running_store
    running_store.stop()
    running_store.start()
    delete_library("stock")
    running_store.writes.clear()


@pytest.fixture
def stock(bucket: ObjectStore) -> LibraryStore:
    return LibraryStore.create("stock", PLACE, bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)


def paths(store: LibraryStore) -> list[str]:
    return [state.path for _, _, state in store.states()]


def test_a_library_is_made_searched_changed_compacted_and_deleted(
    bucket: ObjectStore, stock: LibraryStore
) -> None:
    stock.insert([planted(number) for number in range(5)])
    with pytest.raises(AlreadyExists):
        LibraryStore.create("other", PLACE, bundle_id="x", bundle_digest="y")
    reader = LibraryStore.open(PLACE).reader()
    hits = reader.search(unit_rows(1, 1)[0], where=TrackFilter(), limit=9)
    assert {hit.track_id for hit in hits} == {planted(number).id for number in range(5)}
    stock.remove([planted(0).id])
    compact_library(stock, keep_versions_for=timedelta(hours=1))
    assert reader.detail(planted(0).id).words == planted(0).words.text
    (info,) = list_libraries()
    assert (info.uri, info.track_count) == (PLACE, 4)
    delete_library("stock")
    with pytest.raises(NotFound):
        LibraryStore.open(PLACE)
    LibraryStore.create("stock", PLACE, bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)


def test_every_version_is_put_only_if_it_is_not_there(bucket: ObjectStore, stock: LibraryStore) -> None:
    stock.insert([planted(1)])
    stock.upsert([planted(1)])
    stock.remove([planted(1).id])
    stock.tidy()
    manifests = [condition for _, path, condition in bucket.writes if path.endswith(".manifest")]
    assert len(manifests) >= 4
    assert set(manifests) == {"*"}


def test_processes_that_write_at_once_lose_nothing(stock: LibraryStore, tmp_path: Path) -> None:
    for number in range(4):
        for side in ("left", "right"):
            tones.write_audio(tmp_path / side / f"{number}.wav", tones.tone(200.0 + 30 * number, 0.5))
    both = [start(PLACE, tmp_path / side) for side in ("left", "right")]
    reports = [said(process) for process in both]
    assert [(report["added"], report["failed"]) for report in reports] == [(4, []), (4, [])]
    assert sorted(paths(stock)) == [
        str(tmp_path / side / f"{number}.wav") for side in ("left", "right") for number in range(4)
    ]


@pytest.mark.parametrize(("file", "when"), [("data/", "before"), ("_versions/", "after")])
def test_a_store_that_leaves_in_the_middle_costs_a_second_run(
    bucket: ObjectStore, stock: LibraryStore, tmp_path: Path, file: str, when: str
) -> None:
    music = tmp_path / "music"
    for number in range(3):
        tones.write_audio(music / f"{number}.wav", tones.tone(300.0 + 50 * number, 0.5))
    seen = 0

    def leaves(path: str) -> str:
        nonlocal seen
        seen += file in path
        return when if seen == 2 else ""

    bucket.goes_away_at = leaves  # type: ignore[assignment]
    with pytest.raises(Unavailable) as caught:
        index_folders(stock, [music], FakeBundle, workers=0, commit_rows=1)
    assert caught.value.reason == "STORE_UNREACHABLE"
    assert "AWS_ENDPOINT_URL" in caught.value.hint
    bucket.stop()
    bucket.start()
    there = len(paths(LibraryStore.open("stock")))
    assert there == (2 if when == "after" else 1)
    report = index_folders(LibraryStore.open("stock"), [music], FakeBundle, workers=0, commit_rows=1)
    assert (report.unchanged, report.added) == (there, 3 - there)
    assert sorted(paths(stock)) == [str(music / f"{number}.wav") for number in range(3)]


def test_a_bucket_or_store_that_is_not_there_is_named(bucket: ObjectStore, stock: LibraryStore) -> None:
    with pytest.raises(NotFound) as missing:
        LibraryStore.create("lost", "s3://no-such-bucket/lib", bundle_id="x", bundle_digest="y")
    assert missing.value.reason == "BUCKET_NOT_FOUND"
    bucket.stop()
    with pytest.raises(Unavailable, match="does not answer") as away:
        LibraryStore.open("stock")
    assert away.value.reason == "STORE_UNREACHABLE"


def test_backups_go_to_a_bucket_and_come_back_on_another_machine(
    stock: LibraryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = planted_library([planted(number) for number in range(5)], "here")
    made = back_up_library(here, f"s3://{BUCKET}/backups/{tmp_path.name}")
    with pytest.raises(AlreadyExists, match="place of its own"):
        back_up_library(here, made.library.uri)
    restored = restore_library("stock", made.library.uri)
    assert restored.library.uri == PLACE
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TEMPTRACK_HOME", str(tmp_path / "elsewhere"))
        again = restore_library("again", made.library.uri, at=f"s3://{BUCKET}/again/{tmp_path.name}")
    assert {made.library.digest, restored.library.digest, again.library.digest} == {here.info().digest}
