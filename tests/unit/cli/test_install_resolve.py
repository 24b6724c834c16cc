import json
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from temptrack.cli.install.receipts import copy_files, digest_of, remove_files
from temptrack.cli.install.resolve import RECEIPT, files_of, fusion_folder
from temptrack.cli.install.shipped import plugin_folder
from temptrack.cli.main import app
from temptrack.errors import Corrupt, Forbidden


@pytest.fixture
def fusion(tmp_path: Path) -> Path:
    folder = tmp_path / "DaVinciResolve" / "Fusion"
    (folder / "Scripts" / "Utility").mkdir(parents=True)
    (folder / "Scripts" / "Utility" / "Theirs.py").write_text("theirs")
    (folder / "Templates").mkdir()
    return folder


def snapshot(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def install(fusion: Path) -> list[Path]:
    return copy_files(files_of(plugin_folder("davinci")), fusion, RECEIPT)


def test_the_menu_shows_one_entry_and_the_code_lies_outside_it(fusion: Path) -> None:
    assert install(fusion) == []
    scripts = sorted(path.name for path in (fusion / "Scripts").rglob("*.py"))
    assert scripts == ["Suggest Music.py", "Theirs.py"]
    code = fusion / "Temptrack" / "temptrack_resolve"
    assert (code / "start.py").is_file()
    assert (code / "resolve_api" / "host.py").is_file()
    panel = code / "panel"
    assert (panel / "session.py").is_file()
    assert not panel.is_symlink()


def test_what_was_installed_is_removed_to_the_last_file_and_nothing_else(fusion: Path) -> None:
    before = snapshot(fusion)
    install(fusion)
    (fusion / "Temptrack" / "temptrack_resolve" / "__pycache__").mkdir()
    assert remove_files(fusion, RECEIPT) == []
    assert snapshot(fusion) == before
    assert not (fusion / "Temptrack").exists()
    assert (fusion / "Templates").is_dir()


def test_the_receipt_names_every_file_with_its_hash(fusion: Path) -> None:
    install(fusion)
    files = json.loads((fusion / "Temptrack" / "receipt.json").read_text())["files"]
    written = {
        name
        for name in snapshot(fusion)
        if name not in ("Scripts/Utility/Theirs.py", "Temptrack/receipt.json")
    }
    assert set(files) == written
    assert all(len(digest) == 64 for digest in files.values())


def test_installing_again_leaves_no_file_of_the_older_version(fusion: Path) -> None:
    install(fusion)
    old = fusion / "Temptrack" / "temptrack_resolve" / "gone_since.py"
    old.write_text("old")
    receipt = fusion / "Temptrack" / "receipt.json"
    listed = json.loads(receipt.read_text())
    listed["files"]["Temptrack/temptrack_resolve/gone_since.py"] = digest_of(old)
    receipt.write_text(json.dumps(listed))
    assert install(fusion) == []
    assert not old.exists()


def test_a_file_the_user_changed_is_left_alone_and_named(fusion: Path) -> None:
    install(fusion)
    changed = fusion / "Scripts" / "Utility" / "Suggest Music.py"
    changed.write_text("mine now")
    assert remove_files(fusion, RECEIPT) == [changed]
    assert changed.read_text() == "mine now"


def test_installing_over_a_changed_file_keeps_it_beside(fusion: Path) -> None:
    install(fusion)
    changed = fusion / "Scripts" / "Utility" / "Suggest Music.py"
    changed.write_text("mine now")
    kept = install(fusion)
    assert [path.name for path in kept] == ["Suggest Music.py.changed"]
    assert kept[0].read_text() == "mine now"
    assert "mine now" not in changed.read_text()


def test_removing_where_nothing_was_installed_changes_nothing(fusion: Path) -> None:
    before = snapshot(fusion)
    assert remove_files(fusion, RECEIPT) == []
    assert snapshot(fusion) == before


@pytest.mark.parametrize("link", ["Temptrack", "Scripts/Utility"])
def test_a_link_that_leads_away_is_refused(fusion: Path, tmp_path: Path, link: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = fusion / link
    if place.exists():
        os.replace(place, tmp_path / "moved")
    place.symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(Forbidden) as caught:
        install(fusion)
    assert caught.value.reason == "SYMLINK"
    assert list(elsewhere.iterdir()) == []


def test_a_receipt_that_names_files_elsewhere_removes_none_of_them(fusion: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    receipt = fusion / "Temptrack" / "receipt.json"
    receipt.parent.mkdir()
    for name in ("../../victim.txt", str(victim)):
        receipt.write_text(json.dumps({"files": {name: digest_of(victim)}}))
        with pytest.raises(Forbidden):
            remove_files(fusion, RECEIPT)
    assert victim.read_text() == "precious"


def test_a_receipt_that_cannot_be_read_says_what_to_delete(fusion: Path) -> None:
    receipt = fusion / "Temptrack" / "receipt.json"
    receipt.parent.mkdir()
    receipt.write_text("[")
    with pytest.raises(Corrupt) as caught:
        remove_files(fusion, RECEIPT)
    assert caught.value.reason == "BAD_RECEIPT"
    assert "by hand" in caught.value.hint


def test_the_command_installs_removes_and_says_where(fusion: Path) -> None:
    before = snapshot(fusion)
    words = ["install", "resolve", "--folder", str(fusion)]
    installed = CliRunner().invoke(app, words)
    assert installed.exit_code == 0, installed.output
    assert "Restart Resolve" in installed.output
    assert (fusion / "Scripts" / "Utility" / "Suggest Music.py").is_file()
    changed = fusion / "Temptrack" / "temptrack_resolve" / "window.py"
    changed.write_text("mine now")
    removed = CliRunner().invoke(app, [*words, "--uninstall"])
    assert removed.exit_code == 0, removed.output
    assert "Left alone" in removed.output
    changed.unlink()
    assert snapshot(fusion) == before


@pytest.mark.parametrize(
    ("platform", "where"),
    [
        ("linux", ".local/share/DaVinciResolve/Fusion"),
        ("darwin", "Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion"),
        ("win32", "AppData/Roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion"),
    ],
)
def test_every_system_has_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, where: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", platform)
    assert fusion_folder({}) == tmp_path / where
