"""Compacting, backing up and restoring libraries that others use, and being killed at it."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import lancedb
import pytest
from typer.testing import CliRunner

from support import compact_runner, tones
from support.compact_runner import AT_ONCE
from support.fake_bundle import FakeBundle
from support.index_processes import said, start
from support.planted_tracks import planted, planted_library
from temptrack.cli.main import app
from temptrack.errors import InvalidRequest, NotFound, Unavailable
from temptrack.library import compaction
from temptrack.library.compaction import compact_library
from temptrack.library.copies import back_up_library, restore_library
from temptrack.library.ingest import index_folders
from temptrack.library.store import TABLE, LibraryStore, delete_library

KILLS = 12
SEED = 6


@pytest.fixture
def versions_need_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "SHORTEST_KEEP", AT_ONCE)


@pytest.fixture
def stock() -> LibraryStore:
    """A library of six commits, each with a file of its own."""
    store = planted_library([planted(0)], "stock")
    for number in range(1, 6):
        store.insert([planted(number)])
    return store


def files(store: LibraryStore) -> dict[str, int]:
    return {str(path): path.stat().st_size for path in Path(store.uri).rglob("*") if path.is_file()}


def ids(store: LibraryStore, version: int | None = None) -> set[str]:
    table = lancedb.connect(store.uri).open_table(TABLE)
    table.checkout(version or table.version)
    return set(table.to_arrow()["id"].to_pylist())


def test_compacting_frees_what_it_says_and_loses_nothing(
    stock: LibraryStore, versions_need_not_stay: None
) -> None:
    before, digest = files(stock), stock.info().digest
    planned = compact_library(stock, keep_versions_for=AT_ONCE, dry_run=True)
    assert (planned.files, planned.versions_removed, planned.freed_bytes) == (6, planned.versions - 1, None)
    assert files(stock) == before

    done = compact_library(stock, keep_versions_for=AT_ONCE)
    assert (done.files, done.files_after) == (6, 1)
    assert done.versions_removed >= planned.versions_removed
    gone = {path: size for path, size in before.items() if path not in files(stock)}
    assert done.freed_bytes is not None
    assert done.freed_bytes >= sum(gone.values()) > 0
    assert stock.info().digest == digest
    assert len(stock.records(sorted(ids(stock)))) == 6


def test_who_searches_keeps_its_version_for_the_time_that_is_given(
    stock: LibraryStore, versions_need_not_stay: None
) -> None:
    reader = stock.reader()
    stock.remove([planted(0).id])
    assert compact_library(stock, keep_versions_for=timedelta(hours=1)).versions_removed == 0
    assert reader.detail(planted(0).id).words == planted(0).words.text
    compact_library(stock, keep_versions_for=AT_ONCE)
    with pytest.raises(Unavailable) as caught:
        reader.detail(planted(1).id)
    assert caught.value.reason == "VERSION_GONE"
    assert stock.reader().detail(planted(1).id).words == planted(1).words.text


def test_no_time_at_all_is_refused(stock: LibraryStore) -> None:
    with pytest.raises(InvalidRequest) as caught:
        compact_library(stock, keep_versions_for=timedelta(0))
    assert caught.value.reason == "KEEP_TOO_SHORT"


@pytest.fixture
def runner() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, compact_runner.__file__]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_kills_while_compacting_leave_a_whole_library(
    stock: LibraryStore, runner: subprocess.Popen[str], versions_need_not_stay: None
) -> None:
    assert runner.stdin is not None
    assert runner.stdout is not None
    moments = random.Random(SEED)
    round_s = 0.2
    for _kill in range(KILLS):
        known = ids(stock)
        runner.stdin.write(f"{stock.uri}\n")
        runner.stdin.flush()
        child = int(runner.stdout.readline())
        assert runner.stdout.readline() == "round\n"
        time.sleep(moments.uniform(0, round_s))  # chooses the moment of death; nothing is waited for
        os.kill(child, signal.SIGKILL)
        rounds = 1
        while runner.stdout.readline() != "ended\n":
            rounds += 1
        there = ids(LibraryStore.open("stock"))
        assert there > known
        assert len(there) - len(known) - rounds in {0, 1}
        assert {record.id for record in stock.records(sorted(there))} == there
    compact_library(stock, keep_versions_for=AT_ONCE)
    assert {record.id for record in stock.records(sorted(there))} == there


def test_backups_made_while_somebody_indexes_are_whole_versions(tmp_path: Path) -> None:
    store = LibraryStore.create("stock", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    for number in range(8):
        tones.write_audio(tmp_path / "music" / f"{number}.wav", tones.tone(200.0 + 30 * number, 0.5))
    indexing = start(store.uri, tmp_path / "music")
    sizes: list[int] = []
    while indexing.poll() is None:
        report = back_up_library(store, str(tmp_path / f"backup {len(sizes)}"))
        copy = LibraryStore.open(report.library.uri)
        assert ids(copy) == ids(store, report.source_version)
        assert {record.id for record in copy.records(sorted(ids(copy)))} == ids(copy)
        sizes.append(report.library.track_count)
    assert said(indexing)["added"] == 8
    assert sizes == sorted(sizes)
    assert back_up_library(store, str(tmp_path / "last")).library.digest == store.info().digest


def test_a_backup_undoes_what_came_after_and_who_searches_goes_on(
    stock: LibraryStore, tmp_path: Path
) -> None:
    digest = stock.info().digest
    back_up_library(stock, str(tmp_path / "backup"))
    stock.remove([planted(0).id])
    stock.insert([planted(9)])
    reader = stock.reader()
    told: list[tuple[int, int]] = []
    report = restore_library("stock", str(tmp_path / "backup"), progress=lambda *news: told.append(news))
    assert told[-1] == (6, 6)
    assert (report.library.digest, stock.info().digest) == (digest, digest)
    assert reader.detail(planted(9).id).words == planted(9).words.text
    stock.insert([planted(9)])
    assert LibraryStore.open("stock").info().track_count == 7


def test_a_library_restored_anew_is_not_taken_for_the_one_restored_before(
    stock: LibraryStore, tmp_path: Path
) -> None:
    back_up_library(stock, str(tmp_path / "first"))
    stock.remove([planted(0).id])
    back_up_library(stock, str(tmp_path / "second"))
    versions, editions = set(), set()
    for backup in ("first", "second"):
        delete_library("stock")
        restore_library("stock", str(tmp_path / backup))
        reader = LibraryStore.open("stock").reader()
        versions.add(reader.info.version)
        editions.add(reader.edition)
    assert (len(versions), len(editions)) == (1, 2)


def damage(store: LibraryStore, what: str) -> None:
    for path in files(store):
        if what == "manifest" and path.endswith(".manifest"):
            Path(path).write_bytes(b"no manifest")
        if what == "data" and path.endswith(".lance"):
            Path(path).unlink()


@pytest.mark.parametrize("what", ["manifest", "data"])
def test_a_backup_mends_a_damaged_library(stock: LibraryStore, tmp_path: Path, what: str) -> None:
    digest = back_up_library(stock, str(tmp_path / "backup")).library.digest
    damage(stock, what)
    assert restore_library("stock", str(tmp_path / "backup")).library.digest == digest
    assert len(LibraryStore.open("stock").records(sorted(ids(stock)))) == 6


@pytest.mark.parametrize("what", ["manifest", "data"])
def test_a_damaged_library_can_be_removed_as_its_error_says(stock: LibraryStore, what: str) -> None:
    damage(stock, what)
    asked = CliRunner().invoke(app, ["library", "remove", "stock"], input="y\n")
    assert asked.exit_code == 0, asked.output
    assert "damaged" in asked.stderr
    with pytest.raises(NotFound):
        LibraryStore.open("stock")


def test_on_another_machine_tracks_are_found_again_by_their_sound(tmp_path: Path) -> None:
    music = tmp_path / "here"
    for number in range(3):
        tones.write_audio(music / f"{number}.wav", tones.tone(200.0 + 90 * number, 0.5))
    store = LibraryStore.create("stock", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    index_folders(store, [music], FakeBundle, workers=0)
    back_up_library(store, str(tmp_path / "backup"))
    shutil.move(music, tmp_path / "there")
    restored = LibraryStore.open(restore_library("other", str(tmp_path / "backup")).library.name)
    report = index_folders(restored, [tmp_path / "there"], FakeBundle, workers=0)
    assert (report.moved, report.added, report.audio_s) == (3, 0, 0.0)
    assert ids(restored) == ids(store)
    assert all(state.path.startswith(str(tmp_path / "there")) for _, _, state in restored.states())


def test_the_commands_say_what_they_did(stock: LibraryStore, tmp_path: Path) -> None:
    def run(*words: str, given: str | None = None) -> str:
        result = CliRunner().invoke(app, ["library", *words], input=given)
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "6 files" in run("compact", "stock", "--dry-run")
    compacted = json.loads(run("compact", "stock", "--keep-versions-for", "1d", "--json"))
    assert (compacted["versions_removed"], compacted["files_after"]) == (0, 1)
    backup = str(tmp_path / "backup")
    assert f"6 tracks, to {backup}" in run("backup", "stock", backup)
    assert "has the 6 tracks" in run("restore", "stock", backup, given="y\n")
    copied = json.loads(run("restore", "copy", backup, "--at", str(tmp_path / "elsewhere"), "--json"))
    assert copied["library"]["digest"] == stock.info().digest
    refused = CliRunner().invoke(app, ["library", "restore", "stock", backup], input="n\n")
    assert (refused.exit_code, stock.info().track_count) == (130, 6)
    unclear = CliRunner().invoke(app, ["library", "compact", "stock", "--keep-versions-for", "soon"])
    assert unclear.exit_code == 2
