"""`temptrack bundle` without a network: what is shown, what is refused before anything is fetched."""

import hashlib
import importlib.util
import json
import shutil
from collections import namedtuple
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from support.disks import files_up_to
from support.exported_clip import write_catalogue
from temptrack import home
from temptrack.cli.main import app
from temptrack.library.store import LibraryStore
from temptrack.model.bundles import SHIPPED_FOLDER
from temptrack.pull.catalogue import ENVIRONMENT_VARIABLE, Entry, Piece, find_entry, read_catalogue
from temptrack.pull.pulling import downloads_folder

CONTENTS = {"a/frames.onnx": b"f" * 5000, "a/texts.onnx": b"t" * 3000, "tokenizer.json": b"{}"}


def piece(path: str) -> Piece:
    content = CONTENTS[path]
    return Piece(path=path, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all files of the only bundle of a catalogue of one's own."""
    folder = tmp_path / "stick"
    for path, content in CONTENTS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    shipped = find_entry("clip-vit-b32")
    fields = {
        "frames": piece("a/frames.onnx"),
        "texts": piece("a/texts.onnx"),
        "tokenizer": piece("tokenizer.json"),
    }
    catalogue = write_catalogue(tmp_path / "own.toml", {"small": shipped.model_copy(update=fields)})
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(catalogue))
    return folder


def bundle(*words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, ["bundle", *words], input=answer)


def reason(result: Result) -> str:
    return str(json.loads(result.stderr.splitlines()[-1])["error"]["reason"])


def pull(*words: str) -> Result:
    return bundle("pull", "small", *words, "--json")


def test_the_catalogue_pins_every_byte_of_clip() -> None:
    entry = read_catalogue()["clip-vit-b32"]
    assert entry.size_bytes == 155_845_627
    assert all(len(one.sha256) == 64 for one in entry.pieces)
    revision = entry.url.rpartition("/")[2]
    assert len(revision) == 40
    assert revision in entry.origin
    assert (entry.licence, entry.size_px, entry.max_tokens, entry.known_words) == ("MIT", 224, 77, True)


def test_a_catalogue_of_ones_own_adds_and_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = find_entry("clip-vit-b32")
    mirrored = shipped.model_copy(update={"url": "http://mirror.example/clip"})
    path = write_catalogue(tmp_path / "own.toml", {"clip-vit-b32": mirrored, "other": shipped})
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(path))
    assert dict(read_catalogue()) == {"clip-vit-b32": mirrored, "other": shipped}
    listed = json.loads(bundle("list", "--json").stdout)
    assert listed["pullable"] == ["clip-vit-b32", "other"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("size_px = 224", "size_px = 0"), "size_px"),
        (("size_px = 224", ""), "size_px"),
        (('path = "tokenizer.json"', 'path = "../../etc/passwd"'), "tokenizer.path"),
        (('path = "tokenizer.json"', 'path = "/etc/passwd"'), "tokenizer.path"),
        (('sha256 = "', 'sha256 = "0'), "sha256"),
        (('url = "https:', 'url = "ftp:'), "url"),
        (("[clip-vit-b32]", '["../x"]'), "../x"),
        (("[clip-vit-b32]", "[clip-vit-b32"), "line"),
        (("max_tokens = 77", "max_tokens = 77\nmax_words = 3"), "max_words"),
    ],
)
def test_a_wrong_catalogue_is_refused_by_line_or_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], says: str
) -> None:
    text = (files("temptrack.pull") / "catalogue.toml").read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "own.toml"
    path.write_text(text.replace(*change), encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(path))
    result = bundle("list", "--json")
    assert (result.exit_code, reason(result)) == (2, "CATALOGUE_WRONG")
    assert says in result.stderr


def test_a_catalogue_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "/no/own.toml")
    result = bundle("list", "--json")
    assert (result.exit_code, reason(result)) == (3, "CATALOGUE_NOT_FOUND")
    assert "/no/own.toml" in result.stderr


def test_files_are_fetched_from_a_folder_and_checked_again_the_next_time(stick: Path) -> None:
    first = pull("--download-only", "--from", str(stick))
    assert first.exit_code == 0
    report = json.loads(first.stdout)
    assert (report["bundle"], report["downloads"]) == (None, str(downloads_folder("small")))
    here = downloads_folder("small") / "a" / "frames.onnx"
    here.write_bytes(b"F" + here.read_bytes()[1:])
    assert pull("--download-only", "--from", str(stick)).exit_code == 0
    assert here.read_bytes() == CONTENTS["a/frames.onnx"]


def test_a_full_disk_is_said_and_the_same_command_goes_on(stick: Path) -> None:
    with files_up_to(4000):
        full = pull("--download-only", "--from", str(stick))
    assert (full.exit_code, reason(full)) == (5, "DISK_FULL")
    assert pull("--download-only", "--from", str(stick)).exit_code == 0


def test_what_cannot_fit_is_not_begun(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 10**6, 10**6))
    refused = pull("--download-only", "--from", str(stick))
    assert (refused.exit_code, reason(refused)) == (5, "DISK_SPACE")
    assert [path for path in downloads_folder("small").rglob("*") if path.is_file()] == []


def test_what_building_needs_is_asked_for_before_anything_is_fetched(
    stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    untold = pull("--from", str(stick))
    assert (untold.exit_code, reason(untold)) == (2, "TEXTS_MISSING")
    captions = tmp_path / "captions.csv"
    captions.touch()
    find_spec = importlib.util.find_spec

    def without_torch(name: str, *rest: Any) -> Any:
        return None if name == "torch" else find_spec(name, *rest)

    monkeypatch.setattr(importlib.util, "find_spec", without_torch)
    refused = pull("--from", str(stick), "--musiccaps", str(captions))
    assert (refused.exit_code, reason(refused)) == (2, "MISSING_EXTRA")
    assert "temptrack[cpu,train]" in refused.stderr
    assert not downloads_folder("small").exists()
    # Whoever only fetches for another machine needs none of it.
    assert pull("--from", str(stick), "--download-only").exit_code == 0


def test_an_unknown_bundle_is_not_pulled() -> None:
    result = bundle("pull", "clip", "--json")
    assert (result.exit_code, reason(result)) == (3, "BUNDLE_NOT_IN_CATALOGUE")
    assert "clip-vit-b32" in result.stderr


def test_shipped_bundles_are_shown_and_verified_but_not_removed() -> None:
    listed = json.loads(bundle("list", "--json").stdout)
    assert {one["source"] for one in listed["bundles"]} == {"shipped"}
    assert [one["is_default"] for one in listed["bundles"]].count(True) == 1
    name = listed["bundles"][0]["id"]
    shown = json.loads(bundle("show", name, "--json").stdout)
    assert shown["manifest"]["id"] == name
    verified = json.loads(bundle("verify", "--json").stdout)
    assert verified["intact"] is True
    refused = bundle("remove", name, "--yes")
    assert refused.exit_code == 5
    assert "installed" in refused.stderr


@pytest.fixture
def installed() -> Path:
    """A bundle of this machine: a copy of one that ships, under another name."""
    source = next(path for path in sorted(SHIPPED_FOLDER.iterdir()) if (path / "manifest.json").is_file())
    folder = home.bundles_folder() / "mine"
    shutil.copytree(source, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "id": "mine"}), encoding="utf-8")
    return folder


def test_a_bundle_that_libraries_use_is_removed_only_on_request(installed: Path) -> None:
    LibraryStore.create("stock", None, bundle_id="mine", bundle_digest="0" * 64)
    fetched = downloads_folder("mine") / "a.onnx"
    fetched.parent.mkdir(parents=True)
    fetched.touch()
    kept = bundle("remove", "mine", answer="n\n")
    assert kept.exit_code == 130
    assert "stock" in kept.stderr
    assert installed.exists()
    assert bundle("remove", "mine", "--yes", "--keep-downloads").exit_code == 0
    assert list(home.bundles_folder().iterdir()) == []
    assert fetched.exists()


def test_a_damaged_bundle_is_named_and_can_be_removed(installed: Path) -> None:
    (installed / "tokenizer.json").write_text("{}", encoding="utf-8")
    checked = bundle("verify", "mine")
    assert checked.exit_code == 4
    assert "tokenizer.json" in checked.stdout
    (installed / "manifest.json").write_text("{", encoding="utf-8")
    listed = bundle("list")
    assert listed.exit_code == 0
    assert "manifest.json" in listed.stderr
    assert bundle("remove", "mine").exit_code == 0
    assert not installed.exists()


def test_a_bundle_being_built_is_no_bundle_yet(installed: Path) -> None:
    installed.rename(installed.with_name(".mine.partial"))
    assert "mine" not in bundle("list").stdout


def test_an_entry_says_what_it_is_made_of_smallest_first() -> None:
    sizes = [one.size_bytes for one in Entry.model_validate(find_entry("clip-vit-b32")).pieces]
    assert sizes == sorted(sizes)
