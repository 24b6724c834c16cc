"""A library is indexed anew for another bundle: whole or not at all, whatever happens on the way."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support import reindex_runner, tones
from support.fake_bundle import FakeBundle as Old
from support.fake_bundle import NewerBundle
from support.planted_tracks import planted, planted_library, unit_rows
from temptrack.errors import NotFound, NotReady
from temptrack.library.ingest import index_folders
from temptrack.library.reindex import reindex_library
from temptrack.library.report import IndexReport
from temptrack.library.store import LibraryStore, delete_library
from temptrack.library.types import Track, TrackFilter

FILES = 6


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number in range(FILES - 1):
        tones.write_audio(folder / f"{number}.wav", tones.tone(200.0 + 40 * number, 0.5))
    shutil.copy(folder / "2.wav", folder / "copy.wav")
    return folder


def indexed(music: Path, uri: str | None = None) -> LibraryStore:
    made = LibraryStore.create("stock", uri, bundle_id=Old.id, bundle_digest=Old.digest)
    index_folders(made, [music], Old, workers=0)
    return made


@pytest.fixture
def store(music: Path) -> LibraryStore:
    return indexed(music)


@pytest.fixture(params=["home folder", "other folder", "file address"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, music: Path) -> LibraryStore:
    places = {"other folder": str(tmp_path / "mount"), "file address": f"file://{tmp_path}/bucket"}
    return indexed(music, places.get(request.param))


def reindexed(store: LibraryStore, **options: Any) -> IndexReport:
    return reindex_library(store, NewerBundle, workers=0, commit_rows=2, **options)


def tracks_of(name: str = "stock") -> dict[str, Track]:
    return {Path(track.path).name: track for track in LibraryStore.open(name).reader().tracks()}


def answers(name: str, bundle: type[Old]) -> None:
    """Make sure that a library answers, and with which bundle."""
    reader = LibraryStore.open(name).reader()
    assert reader.info.bundle_digest == bundle.digest
    hits = reader.search(unit_rows(1, 1, bundle.embed_dim)[0], where=TrackFilter(), limit=FILES)
    assert len(hits) == reader.info.track_count == FILES
    for detail in reader.details([hit.track_id for hit in hits]):
        assert detail.windows.shape[1] == bundle.embed_dim


def test_every_track_is_analysed_anew_and_keeps_its_id(anywhere: LibraryStore) -> None:
    before, reader = tracks_of(), anywhere.reader()
    version = anywhere.version
    report = reindexed(anywhere)
    assert (report.updated, report.added, report.removed, report.failed) == (FILES, 0, 0, ())
    assert {name: track.id for name, track in tracks_of().items()} == {
        name: track.id for name, track in before.items()
    }
    answers("stock", NewerBundle)
    assert anywhere.version > version
    assert anywhere.bundle_digest == NewerBundle.digest
    # Whoever was searching goes on with what they had.
    assert reader.edition != anywhere.edition
    assert reader.info.bundle_digest == Old.digest
    assert reader.detail(before["0.wav"].id).windows.shape[1] == Old.embed_dim


def test_sound_at_two_places_is_analysed_once(store: LibraryStore) -> None:
    assert reindexed(store).audio_s == pytest.approx(0.5 * (FILES - 1))


def test_the_result_is_that_of_a_library_made_new(store: LibraryStore, music: Path) -> None:
    reindexed(store)
    fresh = LibraryStore.create("fresh", bundle_id=NewerBundle.id, bundle_digest=NewerBundle.digest)
    index_folders(fresh, [music], NewerBundle, workers=0)
    query = unit_rows(3, 1, NewerBundle.embed_dim)[0]
    ours, theirs = (
        LibraryStore.open(name).reader().search(query, where=TrackFilter(), limit=FILES)
        for name in ("stock", "fresh")
    )
    assert ours == theirs


class PowerCut(Exception):  # noqa: N818 - as one says it
    """Stands for whatever may end a process."""


@pytest.mark.parametrize("done", range(FILES + 1))
def test_a_run_that_ends_half_way_leaves_the_old_library_and_is_taken_up_again(
    store: LibraryStore, done: int
) -> None:
    def fail(so_far: int, _total: int, _path: str, _rate: float) -> None:
        if so_far == done:
            raise PowerCut

    before = tracks_of()
    with pytest.raises(PowerCut):
        reindexed(store, progress=fail)
    answers("stock", Old)
    assert tracks_of() == before
    report = reindexed(LibraryStore.open("stock"))
    assert report.unchanged + report.updated == FILES
    assert report.unchanged >= done // 2 * 2 - 2
    answers("stock", NewerBundle)
    assert {track.id for track in tracks_of().values()} == {track.id for track in before.values()}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_that_ends_at_the_swap_leaves_one_whole_library(
    anywhere: LibraryStore, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    import lancedb.db

    connected = lancedb.db.LanceDBConnection
    create, drop = connected.create_table, connected.drop_table

    def create_table(*words: Any, **options: Any) -> Any:
        if options.get("mode") == "overwrite":
            raise PowerCut
        return create(*words, **options)

    def drop_table(*words: Any, **options: Any) -> None:
        if words[1] == "replacement":
            raise PowerCut
        drop(*words, **options)

    with monkeypatch.context() as patch:
        if moment == "before":
            patch.setattr(connected, "create_table", create_table)
        else:
            patch.setattr(connected, "drop_table", drop_table)
        with pytest.raises(PowerCut):
            reindexed(anywhere)
    answers("stock", NewerBundle if moment == "after" else Old)
    report = reindexed(LibraryStore.open("stock"))
    # What was left over after the swap is no shortcut: the same bundle again means listening again.
    assert report.updated == (FILES if moment == "after" else 0)
    answers("stock", NewerBundle)


def test_cancelling_keeps_the_old_library_and_what_was_done(store: LibraryStore) -> None:
    seen: list[int] = []
    report = reindexed(
        store, progress=lambda done, *_news: seen.append(done), cancelled=lambda: max(seen, default=0) >= 3
    )
    assert report.cancelled
    answers("stock", Old)
    assert reindexed(store).unchanged >= 2
    answers("stock", NewerBundle)


def test_another_bundle_does_not_go_on_with_what_one_began(store: LibraryStore) -> None:
    def fail(so_far: int, _total: int, _path: str, _rate: float) -> None:
        if so_far == 4:
            raise PowerCut

    with pytest.raises(PowerCut):
        reindexed(store, progress=fail)
    report = reindex_library(store, Old, workers=0)
    assert (report.unchanged, report.updated) == (0, FILES)
    answers("stock", Old)


def test_tracks_whose_file_is_gone_are_not_lost_unasked(store: LibraryStore, music: Path) -> None:
    gone = tracks_of()["0.wav"]
    (music / "0.wav").unlink()
    with pytest.raises(NotReady, match="1 of the 6 tracks") as caught:
        reindexed(store)
    assert caught.value.reason == "TRACKS_WOULD_BE_LOST"
    assert gone.path in caught.value.message
    assert "--prune" in caught.value.hint
    answers("stock", Old)
    report = reindexed(store, prune=True)
    assert (report.removed, report.missing, report.unchanged) == (1, (gone.path,), FILES - 1)
    assert gone.id not in {track.id for track in tracks_of().values()}


def test_files_that_became_unreadable_are_not_lost_either(store: LibraryStore, music: Path) -> None:
    (music / "1.wav").write_bytes(b"no music any more")
    with pytest.raises(NotReady, match=r"1\.wav"):
        reindexed(store)
    answers("stock", Old)


def test_a_folder_that_is_not_mounted_leaves_the_library_alone(store: LibraryStore, music: Path) -> None:
    music.rename(music.with_name("elsewhere"))
    with pytest.raises(NotFound) as caught:
        reindexed(store)
    assert caught.value.reason == "FOLDER_NOT_FOUND"
    answers("stock", Old)


def test_moved_changed_and_new_files_get_the_ids_that_indexing_gives(
    store: LibraryStore, music: Path
) -> None:
    before = tracks_of()
    (music / "0.wav").rename(music / "moved.wav")
    tones.write_audio(music / "3.wav", tones.tone(777.0, 0.5))
    tones.write_audio(music / "new.wav", tones.tone(888.0, 0.5))
    report = reindexed(store)
    after = tracks_of()
    assert after["moved.wav"].id == before["0.wav"].id
    assert after["3.wav"].id == before["3.wav"].id
    assert (report.moved, report.added, len(after)) == (1, 1, FILES + 1)


def test_a_track_added_meanwhile_is_not_lost(store: LibraryStore, tmp_path: Path) -> None:
    other = tmp_path / "other"
    tones.write_audio(other / "late.wav", tones.tone(999.0, 0.5))

    def add(so_far: int, _total: int, _path: str, _rate: float) -> None:
        if so_far == 3:
            index_folders(LibraryStore.open("stock"), [other], Old, workers=0)

    with pytest.raises(NotReady, match=r"late\.wav"):
        reindexed(store, progress=add)
    assert reindexed(store).removed == 0
    assert "late.wav" in tracks_of()


def test_an_empty_library_only_changes_its_bundle() -> None:
    empty = planted_library([], "empty")
    assert reindexed(empty).found == 0
    assert LibraryStore.open("empty").bundle_id == NewerBundle.id


def test_deleting_a_library_deletes_what_a_reindex_left(anywhere: LibraryStore) -> None:
    anywhere.replacement(NewerBundle.id, NewerBundle.digest)
    delete_library("stock")
    assert not list(Path(anywhere.uri.removeprefix("file://")).glob("*.lance"))


def test_a_writer_of_the_old_bundle_is_stopped(store: LibraryStore) -> None:
    late = LibraryStore.open("stock")
    reindexed(store)
    with pytest.raises(NotReady, match="reindexed"):
        late.insert([planted(1)])
    assert late.info().bundle_digest == NewerBundle.digest


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("steps", [0, 2, FILES])
def test_kill_9_leaves_the_old_library(store: LibraryStore, steps: int) -> None:
    command = [sys.executable, reindex_runner.__file__, "stock"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        for step in range(steps):
            assert process.stdout.readline() == f"{step}\n"
            process.stdin.write("\n")
            process.stdin.flush()
        assert process.stdout.readline() == f"{steps}\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    answers("stock", Old)
    before = tracks_of()
    report = reindexed(LibraryStore.open("stock"))
    assert report.unchanged + report.updated == FILES
    answers("stock", NewerBundle)
    assert {track.id for track in tracks_of().values()} == {track.id for track in before.values()}
