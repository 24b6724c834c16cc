"""The commands of the guides to backups and upgrades, in order."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from support import tones
from support.fake_bundle import FakeBundle, NewerBundle
from support.object_store import BUCKET, object_store
from temptrack.cli.main import app
from temptrack.library.ingest import index_folders
from temptrack.library.store import LibraryStore
from temptrack.seat import engine

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
BLOCK = re.compile(r"<!-- run -->\n```console\n(.*?)```", re.DOTALL)


def commands(page: str) -> list[str]:
    blocks = BLOCK.findall((GUIDES / page).read_text("utf-8"))
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def run(line: str) -> str:
    name, *words = shlex.split(line.replace("s3://BUCKET", f"s3://{BUCKET}"))
    assert name == "temptrack"
    # Worker processes would open the bundle that ships, not the one of this test.
    here = ["--workers", "0"] if words[1] in {"index", "reindex"} else []
    result = CliRunner().invoke(app, [*words, *here], env={"COLUMNS": "300"})
    assert result.exit_code == 0, f"{line}\n{result.output}"
    return result.stdout


@pytest.fixture
def stock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LibraryStore:
    def open_bundle(bundle: str, *_arguments: Any, **_options: Any) -> FakeBundle:
        return NewerBundle() if bundle == "NEW_BUNDLE" else FakeBundle()

    monkeypatch.setattr(engine, "open_bundle", open_bundle)
    monkeypatch.chdir(tmp_path)
    for number in range(3):
        tones.write_audio(tmp_path / "music" / f"{number}.wav", tones.tone(200.0 + 90 * number, 0.5))
    store = LibraryStore.create("stock", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    index_folders(store, [tmp_path / "music"], FakeBundle, workers=0)
    return store


def test_what_was_backed_up_comes_back_here_and_elsewhere(stock: LibraryStore, tmp_path: Path) -> None:
    lines = commands("backup.md")
    assert len(lines) >= 8
    digest = stock.info().digest
    ids = [track_id for track_id, _, _ in stock.states()]
    with object_store():
        for line in lines:
            if "restore stock" in line:
                stock.remove(ids[:1])
            if line.endswith("NEW_MUSIC_FOLDER"):
                shutil.move(tmp_path / "music", tmp_path / "NEW_MUSIC_FOLDER")
            said = run(line)
            if " index " in line:
                assert "3 moved" in said
        assert LibraryStore.open(f"s3://{BUCKET}/monday").info().digest == digest
    assert LibraryStore.open("stock").info().digest == digest
    copy = LibraryStore.open("copy")
    assert copy.uri == str(tmp_path / "LIBRARIES" / "copy")
    assert [track_id for track_id, _, _ in copy.states()] == ids
    assert {Path(state.path).parent.name for _, _, state in copy.states()} == {"NEW_MUSIC_FOLDER"}


def test_a_new_bundle_is_taken_up_and_given_up(stock: LibraryStore) -> None:
    before = stock.info()
    lines = commands("upgrade.md")
    assert len(lines) == 3
    bundles = []
    for line in lines:
        run(line)
        bundles.append(LibraryStore.open("stock").bundle_id)
    assert bundles == [FakeBundle.id, NewerBundle.id, FakeBundle.id]
    assert LibraryStore.open("stock").info().digest == before.digest
