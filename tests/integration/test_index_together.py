"""Several processes at one library, and a disk that fills up."""

import shutil
import sys
from pathlib import Path

import pytest

from support import tones
from support.fake_bundle import FakeBundle
from support.index_processes import said, start
from temptrack.library.ingest import index_folders
from temptrack.library.store import LibraryStore


@pytest.fixture
def store() -> LibraryStore:
    return LibraryStore.create("stock", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)


def test_two_indexers_lose_nothing(store: LibraryStore, tmp_path: Path) -> None:
    for number in range(6):
        tones.write_audio(tmp_path / "left" / f"{number}.wav", tones.tone(200.0 + 30 * number, 0.5))
    tones.write_audio(tmp_path / "right" / "own.wav", tones.tone(900.0, 0.5))
    # Equal sounds in both folders make the two processes want the same ids.
    shutil.copytree(tmp_path / "left", tmp_path / "right", dirs_exist_ok=True)
    reader = store.reader()
    both = [start(store.uri, tmp_path / side) for side in ("left", "right")]
    reports = [said(process) for process in both]
    assert [(report["added"], report["failed"]) for report in reports] == [(6, []), (7, [])]
    tracks = store.reader().tracks()
    assert [Path(track.path).relative_to(tmp_path).as_posix() for track in tracks] == [
        *(f"left/{number}.wav" for number in range(6)),
        *(f"right/{number}.wav" for number in range(6)),
        "right/own.wav",
    ]
    assert len({track.id for track in tracks}) == 13
    assert reader.edition != store.edition
    assert list(reader.tracks()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited there")
def test_a_full_disk_is_named_and_the_library_survives(store: LibraryStore, tmp_path: Path) -> None:
    music = tmp_path / "music"
    tones.write_audio(music / "a.wav", tones.tone(300.0, 0.5))
    index_folders(store, [music], FakeBundle, workers=0)
    tones.write_audio(music / "b.wav", tones.tone(400.0, 0.5))
    answer = said(start(store.uri, music, 1500))
    assert answer["reason"] == "DISK_FULL"
    assert "Free some space" in answer["message"]
    assert LibraryStore.open("stock").info().track_count == 1
    report = index_folders(store, [music], FakeBundle, workers=0)
    assert (report.added, report.unchanged) == (1, 1)
