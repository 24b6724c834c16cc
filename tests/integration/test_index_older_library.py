"""Libraries indexed before composers and publishers were kept: they open as ever, and indexing fills them."""

from pathlib import Path

import lancedb
import numpy as np
import pyarrow as pa
import pytest

from support import tones
from support.fake_bundle import FakeBundle
from support.planted_tracks import planted, unit_rows
from temptrack.library.copies import back_up_library, restore_library
from temptrack.library.ingest import index_folders
from temptrack.library.report import IndexReport
from temptrack.library.schema import CREDIT_COLUMNS
from temptrack.library.store import LibraryStore
from temptrack.library.types import Track, TrackFilter

PIECES = {"a.flac": ("Ann", "Coast Music"), "b.mp3": ("Bo", ""), "c.wav": ("", "")}


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number, (name, (composer, publisher)) in enumerate(PIECES.items()):
        said = {"title": name, "composer": composer, "publisher": publisher}
        tags = {field: text for field, text in said.items() if text}
        tones.write_audio(folder / name, tones.tone(220.0 + 50 * number, 1.0), tags=tags)
    return folder


@pytest.fixture
def older(music: Path) -> LibraryStore:
    """A library as versions before wrote it: equal rows without the two columns."""
    store = LibraryStore.create("stock", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    index(store, music)
    without_credits(store)
    return LibraryStore.open("stock")


def without_credits(store: LibraryStore) -> None:
    lancedb.connect(store.uri).open_table("tracks").drop_columns(list(CREDIT_COLUMNS))


def index(store: LibraryStore, folder: Path) -> IndexReport:
    return index_folders(store, [folder], FakeBundle, workers=0)


def tracks(store: LibraryStore) -> dict[str, Track]:
    return {Path(track.path).name: track for track in store.reader().tracks()}


def credited(store: LibraryStore) -> dict[str, tuple[str, str]]:
    return {name: (track.composer, track.publisher) for name, track in tracks(store).items()}


def test_new_libraries_keep_what_files_say(music: Path) -> None:
    store = LibraryStore.create("new", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    index(store, music)
    assert credited(store) == PIECES


def test_an_older_library_is_read_searched_and_changed_as_ever(older: LibraryStore) -> None:
    version = older.version
    reader = older.reader()
    assert credited(older) == dict.fromkeys(PIECES, ("", ""))
    hits = reader.search(unit_rows(1, 1)[0], where=TrackFilter(), limit=9)
    assert {Path(reader.track(hit.track_id).path).name for hit in hits} == set(PIECES)
    records = older.records([hit.track_id for hit in hits])
    assert {record.words.composer for record in records} == {""}
    assert older.version == version
    older.upsert(records)
    older.insert([planted(1)])
    assert older.remove([planted(1).id]) == 1
    assert credited(older) == dict.fromkeys(PIECES, ("", ""))


def test_an_index_run_asks_the_files_and_hears_nothing_again(older: LibraryStore, music: Path) -> None:
    before, digest = tracks(older), older.info().digest
    report = index(older, music)
    assert (report.unchanged, report.updated, report.audio_s, report.failed) == (3, 0, 0.0, ())
    assert credited(older) == PIECES
    uncredited = {"composer": "", "publisher": ""}
    assert {name: track.model_copy(update=uncredited) for name, track in tracks(older).items()} == before
    assert older.info().digest == digest


def test_vectors_and_details_stay_with_their_tracks(older: LibraryStore, music: Path) -> None:
    ids = [track.id for track in tracks(older).values()]
    before = older.reader()
    index(older, music)
    after = older.reader()
    for track_id in ids:
        assert np.array_equal(before.embedding(track_id), after.embedding(track_id))
        assert before.detail(track_id).words == after.detail(track_id).words
        assert np.array_equal(before.detail(track_id).windows, after.detail(track_id).windows)


def test_the_run_after_that_costs_a_look(older: LibraryStore, music: Path) -> None:
    index(older, music)
    version = older.version
    assert index(older, music).unchanged == 3
    assert older.version == version


def test_a_run_that_was_stopped_is_gone_on_with(older: LibraryStore, music: Path) -> None:
    told: list[str] = []
    report = index_folders(
        older,
        [music],
        FakeBundle,
        workers=0,
        progress=lambda _done, _total, path, _speed: told.append(Path(path).name),
        cancelled=lambda: len(told) > 1,
    )
    assert report.cancelled
    assert credited(older) == {**dict.fromkeys(PIECES, ("", "")), "a.flac": PIECES["a.flac"]}
    index(older, music)
    assert credited(older) == PIECES


def test_files_elsewhere_wait_for_their_own_run(older: LibraryStore, music: Path, tmp_path: Path) -> None:
    tones.write_audio(tmp_path / "more" / "d.flac", tones.tone(700.0, 1.0), tags={"composer": "Di"})
    index(older, tmp_path / "more")
    assert credited(older) == {**dict.fromkeys(PIECES, ("", "")), "d.flac": ("Di", "")}
    index(older, music)
    assert credited(older) == {**PIECES, "d.flac": ("Di", "")}


def test_what_an_older_version_adds_later_is_asked_for_by_the_next_run(
    older: LibraryStore, music: Path
) -> None:
    index(older, music)
    # It knows nothing of the columns, so the rows it writes have none of them.
    table = lancedb.connect(older.uri).open_table("tracks")
    row = table.search().where("title = 'a.flac'").limit(1).to_arrow()
    for name in CREDIT_COLUMNS:
        place = row.column_names.index(name)
        row = row.set_column(place, row.schema.field(name), pa.array([None], pa.string()))
    table.merge_insert("id").when_matched_update_all().execute(row)
    assert credited(older)["a.flac"] == ("", "")
    index(older, music)
    assert credited(older) == PIECES


def test_two_processes_may_bring_it_up_to_date_at_once(older: LibraryStore, music: Path) -> None:
    other = LibraryStore.open("stock")
    assert other.reader().info.track_count == 3
    older.add_missing_columns()
    other.add_missing_columns()
    assert older.uncredited() == other.uncredited() == {track.id for track in tracks(older).values()}
    index(other, music)
    index(older, music)
    assert credited(older) == credited(other) == PIECES


def test_a_backup_of_an_older_library_comes_back(older: LibraryStore, music: Path, tmp_path: Path) -> None:
    back_up_library(older, str(tmp_path / "backup"))
    index(older, music)
    restore_library("stock", str(tmp_path / "backup"))
    again = LibraryStore.open("stock")
    assert credited(again) == dict.fromkeys(PIECES, ("", ""))
    index(again, music)
    assert credited(again) == PIECES
