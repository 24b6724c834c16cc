"""Indexing real sound files, whatever was done to them between two runs."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from support import tones
from support.fake_bundle import FakeBundle
from support.permissions import where_permissions_count
from temptrack.errors import NotFound, NotReady
from temptrack.library import schema
from temptrack.library.ingest import index_folders
from temptrack.library.report import IndexReport
from temptrack.library.store import LibraryStore
from temptrack.library.types import Track, TrackFilter
from temptrack.model.types import Bundle


class DeadlyBundle(FakeBundle):
    """Takes the whole process down on sound of one length, as a crashing decoder would."""

    def encode_audio(self, windows):  # type: ignore[no-untyped-def]
        if abs(float(windows[0, :8000].max()) - 0.1) < 0.02:
            os._exit(41)
        return super().encode_audio(windows)


@pytest.fixture
def store() -> LibraryStore:
    return LibraryStore.create("stock", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number, name in enumerate(["a.wav", "b.flac", "c.ogg", "deep/er/d.mp3"]):
        tones.write_audio(
            folder / name, tones.tone(220.0 + 50 * number, 1.5), tags={"title": f"Piece {name}"}
        )
    return folder


def index(
    store: LibraryStore,
    *folders: Path,
    workers: int = 0,
    prune: bool = False,
    bundle: type[FakeBundle] = FakeBundle,
) -> IndexReport:
    return index_folders(store, folders, bundle, workers=workers, prune=prune)


def by_name(store: LibraryStore) -> dict[str, Track]:
    return {Path(track.path).name: track for track in store.reader().tracks()}


def table(store: LibraryStore) -> pa.Table:
    records = store.records([track_id for track_id, _, _ in store.states()])
    return schema.to_table(records, schema.table_schema({}))


def counts(report: IndexReport) -> tuple[int, int, int, int, int, int, int]:
    return (
        report.added, report.updated, report.moved, report.unchanged, report.shared, report.removed,
        len(report.failed),
    )  # fmt: skip


@pytest.mark.parametrize("ending", [".mp3", ".flac", ".ogg", ".opus", ".wav", ".aiff", ".m4a"])
def test_every_format_gives_the_same_piece(store: LibraryStore, tmp_path: Path, ending: str) -> None:
    tones.write_audio(
        tmp_path / f"Jazz Café/{'Stück'}{ending}",
        tones.tone(duration_s=3.0, level=0.25),
        tags={"artist": "Ann"},
    )
    report = index(store, tmp_path)
    assert counts(report) == (1, 0, 0, 0, 0, 0, 0)
    track = by_name(store)[f"Stück{ending}"]
    assert track.title == "Stück"
    assert track.duration_s == pytest.approx(3.0, abs=0.1)
    assert track.loudness_lufs == pytest.approx(-12.6, abs=0.8)
    assert (track.tempo_bpm, track.key) == (None, None)
    assert track.licence == "unknown"
    detail = store.reader().detail(track.id)
    assert "Jazz Café" in detail.words
    assert set(detail.tag_scores) == {tag.name for tag in FakeBundle.tags}


def test_a_second_run_costs_a_look_and_changes_nothing(store: LibraryStore, music: Path) -> None:
    assert counts(index(store, music)) == (4, 0, 0, 0, 0, 0, 0)
    before = store.version
    assert counts(index(store, music)) == (0, 0, 0, 4, 0, 0, 0)
    assert store.version == before


def test_workers_give_what_one_process_gives(store: LibraryStore, music: Path) -> None:
    assert index(store, music, workers=2).added == 4
    alone = LibraryStore.create("alone", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    index(alone, music)
    assert table(store).equals(table(alone))
    assert store.info().digest == alone.info().digest


def test_moved_files_keep_their_id_and_take_new_words(store: LibraryStore, music: Path) -> None:
    index(store, music)
    before = by_name(store)
    (music / "Night").mkdir()
    shutil.move(music / "c.ogg", music / "Night" / "z.ogg")
    assert counts(index(store, music)) == (0, 0, 1, 3, 0, 0, 0)
    after = by_name(store)
    assert after["z.ogg"].id == before["c.ogg"].id
    assert store.reader().detail(after["z.ogg"].id).words.endswith("Night")


def test_swapped_files_keep_their_ids(store: LibraryStore, music: Path) -> None:
    tones.write_audio(music / "e.wav", tones.tone(900.0, 1.2))
    index(store, music)
    before = by_name(store)
    shutil.move(music / "a.wav", music / "x")
    shutil.move(music / "e.wav", music / "a.wav")
    shutil.move(music / "x", music / "e.wav")
    assert index(store, music).moved == 2
    after = by_name(store)
    assert (after["a.wav"].id, after["e.wav"].id) == (before["e.wav"].id, before["a.wav"].id)
    assert after["a.wav"].duration_s == pytest.approx(1.2, abs=0.01)


def test_equal_sound_at_two_paths_is_two_tracks_and_one_analysis(store: LibraryStore, music: Path) -> None:
    shutil.copy(music / "a.wav", music / "deep" / "a copy.wav")
    report = index(store, music)
    assert counts(report) == (5, 0, 0, 0, 1, 0, 0)
    assert report.audio_s == pytest.approx(4 * 1.5, abs=0.3)
    shutil.copy(music / "a.wav", music / "another.wav")
    later = index(store, music)
    assert counts(later) == (1, 0, 0, 5, 1, 0, 0)
    assert later.audio_s == 0
    tracks = by_name(store)
    copies = [tracks[name] for name in ("a.wav", "a copy.wav", "another.wav")]
    assert len({track.id for track in copies}) == 3
    assert len({track.tags for track in copies}) == 1


def test_new_tags_are_read_without_listening_again(store: LibraryStore, music: Path) -> None:
    index(store, music)
    before = by_name(store)["b.flac"]
    tones.write_audio(
        music / "b.flac",
        tones.tone(270.0, 1.5),
        tags={"title": "Renamed", "genre": "Jazz", "copyright": "CC0"},
    )
    report = index(store, music)
    assert counts(report) == (0, 1, 0, 3, 0, 0, 0)
    assert report.audio_s == 0
    after = by_name(store)["b.flac"]
    assert (after.id, after.title, after.genre, after.licence) == (before.id, "Renamed", "Jazz", "CC0-1.0")


def test_new_sound_at_an_old_path_keeps_the_id(store: LibraryStore, music: Path) -> None:
    index(store, music)
    before = by_name(store)["a.wav"]
    tones.write_audio(music / "a.wav", tones.tone(500.0, 2.5))
    assert counts(index(store, music)) == (0, 1, 0, 3, 0, 0, 0)
    after = by_name(store)["a.wav"]
    assert after.id == before.id
    assert after.duration_s == pytest.approx(2.5, abs=0.01)


def test_lost_files_are_reported_and_removed_only_when_asked(
    store: LibraryStore, music: Path, tmp_path: Path
) -> None:
    other = tones.write_audio(tmp_path / "other" / "o.wav", tones.tone(700.0, 1.0))
    index(store, music, other.parent)
    (music / "a.wav").unlink()
    other.unlink()
    report = index(store, music)
    assert report.missing == (str(music / "a.wav"),)
    assert report.removed == 0
    assert index(store, music, prune=True).removed == 1
    assert sorted(by_name(store)) == ["b.flac", "c.ogg", "d.mp3", "o.wav"]


def test_bad_files_are_named_and_cost_nobody_else(store: LibraryStore, music: Path) -> None:
    (music / "empty.mp3").touch()
    (music / "noise.flac").write_bytes(os.urandom(5000))
    (music / "text.ogg").write_text("not music at all\n" * 50)
    (music / "cut.wav").write_bytes((music / "a.wav").read_bytes()[:30])
    (music / "gone.wav").symlink_to(music / "nowhere.wav")
    (music / "._a.wav").write_bytes(b"left by a Mac")
    (music / "notes.txt").write_text("none of our business")
    report = index(store, music, workers=1)
    assert report.added == 4
    assert [Path(failure.path).name for failure in report.failed] == [
        "cut.wav", "empty.mp3", "gone.wav", "noise.flac", "text.ogg",
    ]  # fmt: skip
    assert {failure.reason for failure in report.failed}.isdisjoint({"INTERNAL", ""})
    assert all(failure.message for failure in report.failed)
    assert counts(index(store, music))[:4] == (0, 0, 0, 4)


def test_odd_but_honest_sounds_become_tracks(store: LibraryStore, tmp_path: Path) -> None:
    tones.write_audio(tmp_path / "silent.wav", tones.silence(2.0))
    tones.write_audio(tmp_path / "blink.wav", tones.tone(duration_s=0.05))
    tones.write_audio(tmp_path / "mono.wav", tones.tone(duration_s=1.0, rate_hz=8000)[:1], rate_hz=8000)
    tones.write_audio(tmp_path / "hum.wav", tones.tone(50.0, 6.0))
    tones.write_audio(tmp_path / "音楽 'quoted' \"x\" % é.ogg", tones.tone(330.0, 1.0))
    report = index(store, tmp_path)
    assert (report.added, report.failed) == (5, ())
    tracks = by_name(store)
    assert tracks["silent.wav"].loudness_lufs is None
    assert tracks["blink.wav"].loudness_lufs is None
    assert store.reader().detail(tracks["blink.wav"].id).windows.shape == (1, FakeBundle.embed_dim)
    reader = store.reader()
    query = reader.embedding(tracks["silent.wav"].id)
    assert (
        reader.search(query, where=TrackFilter(), limit=1, blind=True)[0].track_id == tracks["silent.wav"].id
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows names are always Unicode")
def test_names_that_are_no_text_are_refused_one_by_one(store: LibraryStore, music: Path) -> None:
    shutil.copy(music / "a.wav", os.fsdecode(os.fsencode(music) + b"/bad\xff.wav"))
    report = index(store, music)
    assert report.added == 4
    assert [failure.reason for failure in report.failed] == ["FILE_NAME"]


def test_unreadable_files_and_folders_are_named(store: LibraryStore, music: Path) -> None:
    (music / "a.wav").chmod(0)
    (music / "deep").chmod(0)
    try:
        report = where_permissions_count(lambda: index(store, music))
    finally:
        (music / "deep").chmod(0o700)
    assert [failure.reason for failure in report.failed] == ["MEDIA_FORBIDDEN", "FORBIDDEN"]
    assert report.added == 2


def test_on_this_machine_links_lead_anywhere(store: LibraryStore, music: Path, tmp_path: Path) -> None:
    tones.write_audio(tmp_path / "elsewhere" / "far.wav", tones.tone(555.0, 0.5))
    (music / "link").symlink_to(tmp_path / "elsewhere")
    (music / "one.wav").symlink_to(tmp_path / "elsewhere" / "far.wav")
    report = index_folders(store, [music], FakeBundle, workers=0)
    assert report.failed == ()
    paths = {track.path for track in store.reader().tracks()}
    assert {str(music / "link" / "far.wav"), str(music / "one.wav")} <= paths


def test_loops_of_links_end(store: LibraryStore, music: Path) -> None:
    (music / "deep" / "round").symlink_to(music)
    assert index(store, music).added == 4


def test_a_worker_that_dies_takes_only_its_file_along(store: LibraryStore, music: Path) -> None:
    tones.write_audio(music / "bb deadly.wav", tones.tone(400.0, 1.5, level=0.1))
    report = index(store, music, workers=2, bundle=DeadlyBundle)
    assert report.added == 4
    assert [(Path(failure.path).name, failure.reason) for failure in report.failed] == [
        ("bb deadly.wav", "WORKER_DIED")
    ]
    assert "exit code 41" in report.failed[0].message


def test_stopping_keeps_what_is_done_and_the_next_run_does_the_rest(store: LibraryStore, music: Path) -> None:
    told: list[tuple[int, int, str]] = []

    def progress(done: int, total: int, path: str, _tracks_per_s: float) -> None:
        told.append((done, total, Path(path).name))

    report = index_folders(
        store, [music], FakeBundle, workers=0, progress=progress, cancelled=lambda: len(told) > 2
    )
    assert report.cancelled
    assert told == [(0, 4, ""), (1, 4, "a.wav"), (2, 4, "b.flac")]
    assert store.info().track_count == 2
    assert counts(index(store, music)) == (2, 0, 0, 2, 0, 0, 0)


def test_folders_that_overlap_count_once(store: LibraryStore, music: Path) -> None:
    report = index(store, music / "deep", music, music / "a.wav")
    assert (report.found, report.added) == (4, 4)


def test_what_cannot_be_indexed_at_all_is_an_error(store: LibraryStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no folder"):
        index(store, tmp_path / "nowhere")
    other = LibraryStore.create("other", bundle_id="lite-9", bundle_digest="9" * 64)
    with pytest.raises(NotReady, match="temptrack library reindex other"):
        index(other, tmp_path)
    assert index(store, tmp_path / "temptrack-home").found == 0


def test_the_factory_of_the_bundle_is_called_in_each_worker(store: LibraryStore, music: Path) -> None:
    open_bundle: Callable[[], Bundle] = FakeBundle
    report = index_folders(store, [music], open_bundle, workers=1)
    assert "open bundle" in report.seconds
    assert report.seconds["wall"] > 0
