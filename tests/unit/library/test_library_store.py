"""What a library on disk refuses, keeps and forgets."""

import json
from collections.abc import Sequence
from pathlib import Path

import lancedb
import pytest

from support.fake_bundle import FakeBundle
from support.planted_tracks import planted, planted_library
from temptrack import home
from temptrack.errors import AlreadyExists, Corrupt, Forbidden, NotFound, NotReady, NotSupported, Unavailable
from temptrack.library import schema
from temptrack.library.glance import Facts
from temptrack.library.records import TrackRecord
from temptrack.library.storage_errors import storage_errors
from temptrack.library.store import LibraryStore, delete_library, list_libraries


def create(name: str, uri: str | None = None) -> LibraryStore:
    return LibraryStore.create(name, uri, bundle_id="fake-0", bundle_digest=FakeBundle.digest)


def same(left: Sequence[TrackRecord], right: Sequence[TrackRecord]) -> bool:
    ours = schema.table_schema({})
    ordered = [sorted(records, key=lambda record: record.id) for records in (left, right)]
    return bool(schema.to_table(ordered[0], ours).equals(schema.to_table(ordered[1], ours)))


def test_rows_come_back_as_they_went_in() -> None:
    records = [planted(index) for index in range(20)]
    store = planted_library(records)
    assert same(LibraryStore.open("planted").records([record.id for record in records]), records)
    assert [state[2] for state in store.states()] == [r.file for r in sorted(records, key=lambda r: r.id)]


def test_a_library_is_found_by_name_in_any_case_and_by_address(tmp_path: Path) -> None:
    planted_library([planted(1)], "Stock")
    elsewhere = planted_library([planted(1), planted(2)], "share", str(tmp_path / "mount" / "share"))
    assert LibraryStore.open("stock").name == "Stock"
    assert LibraryStore.open(elsewhere.uri).name == "share"
    assert LibraryStore.open("share").uri == elsewhere.uri
    assert [(info.name, info.track_count) for info in list_libraries()] == [("Stock", 1), ("share", 2)]


def test_names_and_places_are_taken_once(tmp_path: Path) -> None:
    create("Stock")
    create("other", str(tmp_path / "place"))
    with pytest.raises(AlreadyExists, match="library 'stock' already"):
        create("stock")
    with pytest.raises(AlreadyExists, match="already"):
        create("third", str(tmp_path / "place"))
    assert [info.name for info in list_libraries()] == ["Stock", "other"]


@pytest.mark.parametrize("name", ["nope", "/no/such/folder"])
def test_opening_what_is_not_there_says_so_and_makes_nothing(name: str) -> None:
    with pytest.raises(NotFound) as caught:
        LibraryStore.open(name)
    assert caught.value.reason == "LIBRARY_NOT_FOUND"
    assert not (home.libraries_folder() / "nope").exists()


def test_deleting_takes_table_and_name(tmp_path: Path) -> None:
    create("a")
    create("b", str(tmp_path / "b"))
    delete_library("a")
    delete_library("B")
    assert list_libraries() == []
    with pytest.raises(NotFound):
        LibraryStore.open(str(tmp_path / "b"))
    with pytest.raises(NotFound):
        delete_library("a")
    create("a")


def test_another_bundle_is_refused_with_the_command_that_helps() -> None:
    store = create("stock")
    store.require_bundle("whatever", FakeBundle.digest)
    with pytest.raises(NotReady, match="indexed with bundle fake-0; the bundle in use is lite-2") as caught:
        store.require_bundle("lite-2", "0" * 64)
    assert caught.value.reason == "BUNDLE_MISMATCH"
    assert "temptrack library reindex stock" in caught.value.hint
    with pytest.raises(NotReady, match="another build of bundle fake-0"):
        store.require_bundle("fake-0", "0" * 64)


@pytest.mark.parametrize(
    ("metadata", "error", "words"),
    [
        ({"temptrack.schema_version": "99", "temptrack.name": "x"}, NotSupported, "format 99"),
        ({"other": "table"}, Corrupt, "not a library"),
    ],
)
def test_tables_of_others_are_refused(
    tmp_path: Path, metadata: dict[str, str], error: type[Exception], words: str
) -> None:
    lancedb.connect(tmp_path).create_table("tracks", schema=schema.table_schema(metadata))
    with pytest.raises(error, match=words):
        LibraryStore.open(str(tmp_path))


def test_a_library_of_an_older_temptrack_opens_and_is_told_from_one_made_now() -> None:
    older = Facts("stock", "fake-0", FakeBundle.digest).metadata()
    del older["temptrack.stamp"]
    folder = home.libraries_folder() / "stock"
    lancedb.connect(folder).create_table("tracks", schema=schema.table_schema(older))
    store = LibraryStore.open("stock")
    store.insert([planted(1)])
    before = store.reader()
    assert before.edition == store.edition == str(before.info.version)
    delete_library("stock")
    after = planted_library([planted(2)], "stock").reader()
    assert after.info.version == before.info.version
    assert after.edition != before.edition


def test_a_damaged_library_is_left_out_of_the_list_and_named_when_opened() -> None:
    store = planted_library([planted(1)], "hurt")
    create("fine")
    for manifest in Path(store.uri).rglob("*.manifest"):
        manifest.write_bytes(b"not a manifest")
    with pytest.raises(Corrupt, match="'hurt'"):
        LibraryStore.open("hurt")
    assert [info.name for info in list_libraries()] == ["fine"]


def test_a_note_that_cannot_be_read_is_named() -> None:
    folder = home.libraries_folder() / "away"
    folder.mkdir(parents=True)
    (folder / "address.json").write_text(json.dumps(["s3://x"]))
    with pytest.raises(Corrupt, match="does not say where"):
        LibraryStore.open("away")


def test_only_new_ids_are_inserted_and_clashes_are_returned() -> None:
    first, second = planted(1), planted(2)
    store = planted_library([first])
    moved = planted(1)
    clash = TrackRecord(first.id, "other", second.file, moved.words, moved.analysis)
    assert store.insert([first, second]) == []
    assert store.insert([clash]) == [clash]
    assert same(store.records([first.id, second.id]), [first, second])


def test_removing_counts_what_was_there() -> None:
    records = [planted(index) for index in range(5)]
    store = planted_library(records)
    assert store.remove([records[0].id, records[1].id, "unknown", "it's"]) == 2
    assert store.info().track_count == 3


def test_every_change_is_a_new_version_and_the_digest_follows_content_only() -> None:
    store = planted_library([planted(1)])
    before = store.info()
    store.upsert([planted(2)])
    between = store.info()
    store.remove([planted(2).id])
    store.tidy()
    after = store.info()
    assert before.version < between.version < after.version
    assert before.digest == after.digest != between.digest


def test_a_store_opened_before_a_reindex_cannot_write_rows_of_the_old_bundle() -> None:
    store = planted_library([planted(1)])
    delete_library("planted")
    LibraryStore.create("planted", bundle_id="lite-9", bundle_digest="9" * 64)
    with pytest.raises(NotReady, match="reindexed"):
        store.upsert([planted(2)])


# The table engine calls whatever an object store refuses an invalid input.
NO_ANSWER = 'Generic { store: "S3", source: RetryError { max_retries: 3, inner: '
AWAY = (Unavailable, "STORE_UNREACHABLE")


@pytest.mark.parametrize(
    ("raised", "error", "reason"),
    [
        (OSError("No space left on device (os error 28)"), Unavailable, "DISK_FULL"),
        (RuntimeError("lance error: IO: Disk quota exceeded (os error 122)"), Unavailable, "DISK_FULL"),
        (PermissionError("nope"), Forbidden, "LIBRARY_FORBIDDEN"),
        (RuntimeError("IO error: Permission denied (os error 13)"), Forbidden, "LIBRARY_FORBIDDEN"),
        (RuntimeError("connection timed out"), Unavailable, "STORE_UNREACHABLE"),
        (ValueError(f"Invalid input: {NO_ANSWER}status: 503, body: Some(SlowDown)"), *AWAY),
        (ValueError(f"Invalid input: {NO_ANSWER}HttpError {{ kind: Connect }}"), *AWAY),
        (ValueError(f"Invalid input: {NO_ANSWER}status: 403, body: None"), Forbidden, "LIBRARY_FORBIDDEN"),
        (ValueError(f"Invalid input: {NO_ANSWER}body: NoSuchBucket"), NotFound, "BUCKET_NOT_FOUND"),
        (ValueError("Invalid input: Failed to get AWS credentials"), Forbidden, "LIBRARY_FORBIDDEN"),
    ],
)
def test_what_the_engine_raises_is_told_in_our_words(
    raised: Exception, error: type[Exception], reason: str
) -> None:
    with pytest.raises(error) as caught, storage_errors("stock", "s3://bucket/stock"):
        raise raised
    assert getattr(caught.value, "reason") == reason  # noqa: B009 - the type is known to pytest only
    assert "'stock' at s3://bucket/stock" in str(caught.value)


def test_a_store_without_tls_is_told_how_to_be_reached() -> None:
    with (
        pytest.raises(Unavailable, match="AWS_ALLOW_HTTP=true"),
        storage_errors("stock", "s3://bucket/stock"),
    ):
        raise ValueError(f"Invalid input: {NO_ANSWER}reqwest::Error {{ kind: Builder, source: BadScheme }}")
