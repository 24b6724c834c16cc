"""What an editor gets for what cannot work: a sentence with the value, the next step, and an exit code."""

import json
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio
import pytest
from typer.testing import CliRunner

from support.fake_bundle import FakeBundle
from support.films import make_still
from support.permissions import where_permissions_count
from support.timelines import clip, lane, movie, timeline
from temptrack.cli.main import app
from temptrack.library.store import LibraryStore
from temptrack.seat import engine


@dataclass(frozen=True)
class Row:
    name: str
    words: Callable[[Path], list[str]]
    exit_code: int
    reason: str
    says: str
    has_json: bool = True


def suggest(*words: str) -> Callable[[Path], list[str]]:
    return lambda _folder: ["suggest", *words]


def on_cut(*words: str) -> Callable[[Path], list[str]]:
    return lambda folder: [
        word.replace("FOLDER", str(folder)) for word in ("suggest", "FOLDER/cut.otio", "-l", "stock", *words)
    ]


ROWS = (
    Row("no such command", lambda _: ["sugest"], 2, "USAGE", "sugest"),
    Row("no such option", suggest("--colour", "blue"), 2, "USAGE", "--colour"),
    Row("no library", suggest("-p", "calm"), 2, "NO_LIBRARY", "library list"),
    Row("nothing asked for", suggest("-l", "stock"), 2, "EMPTY_QUERY", "--prompt"),
    Row("only spaces", suggest("-l", "stock", "-p", "   "), 2, "EMPTY_QUERY", "Nothing was asked for"),
    Row("unknown library", suggest("-l", "stoc", "-p", "calm"), 3, "LIBRARY_NOT_FOUND", "stoc"),
    Row("library name that is a path", suggest("-l", "../etc", "-p", "x"), 3, "LIBRARY_NOT_FOUND", "../etc"),
    Row("empty library", suggest("-l", "stock", "-p", "calm"), 4, "LIBRARY_EMPTY", "index"),
    Row("missing timeline", suggest("/no/cut.otio", "-l", "stock"), 3, "TIMELINE_NOT_FOUND", "/no/cut.otio"),
    Row("a folder as timeline", suggest("/tmp", "-l", "stock"), 2, "NOT_A_FILE", "folder"),
    Row("unknown format", lambda f: ["timeline", f"{f}/notes.txt"], 2, "UNKNOWN_FORMAT", "notes.txt"),
    Row("damaged timeline", lambda f: ["timeline", f"{f}/broken.otio"], 4, "BAD_JSON", "broken.otio"),
    Row("empty timeline file", lambda f: ["timeline", f"{f}/empty.otio"], 4, "EMPTY_FILE", "empty.otio"),
    Row("bad place", on_cut("--in", "soon"), 2, "BAD_POSITION", "soon"),
    Row("range outside", on_cut("--in", "900s", "--out", "910s"), 2, "SCOPE_OUTSIDE", "outside"),
    Row("range backwards", on_cut("--in", "2s", "--out", "1s"), 2, "EMPTY_SCOPE", "after its start"),
    Row("two kinds of scope", on_cut("--in", "1s", "--marker", "x"), 2, "SCOPE_TWICE", "only one"),
    Row("no such marker", on_cut("--marker", "chase"), 3, "MARKER_NOT_FOUND", "chase"),
    Row("no such clip", on_cut("--clip", "nope"), 3, "CLIP_NOT_FOUND", "nope"),
    Row("tempo backwards", on_cut("--bpm", "120-90"), 2, "BAD_RANGE", "120-90"),
    Row("tempo in words", on_cut("--bpm", "fast"), 2, "BAD_RANGE", "fast"),
    Row("length without range", on_cut("--length", "2:00"), 2, "BAD_RANGE", "2:00"),
    Row("no such key", on_cut("--key", "H moll"), 2, "UNKNOWN_KEY", "H moll"),
    Row("balance out of range", on_cut("--text-weight", "2"), 2, "USAGE", "text-weight"),
    Row("none wanted", on_cut("--limit", "0"), 2, "USAGE", "limit"),
    Row("unknown device", on_cut("--device", "tpu"), 2, "USAGE", "tpu"),
    Row("unknown sampling", on_cut("--sampling", "all"), 2, "USAGE", "all"),
    Row(
        "insert the zeroth", on_cut("--insert", "0", "-o", "FOLDER/x.otio"), 2, "NO_SUCH_RANK", "Count from 1"
    ),
    Row("insert without output", on_cut("--insert", "1"), 2, "INSERT_WITHOUT_OUTPUT", "-o"),
    Row("output without insert", on_cut("-o", "FOLDER/x.otio"), 2, "INSERT_WITHOUT_OUTPUT", "--insert"),
    Row(
        "insert without timeline",
        suggest("-l", "stock", "-p", "calm", "--insert", "1", "-o", "/tmp/x.otio"),
        2,
        "NO_TIMELINE",
        "temptrack suggest cut.otio",
    ),
    Row(
        "output of another format", on_cut("--insert", "1", "-o", "FOLDER/x.edl"), 2, "OUTPUT_FORMAT", ".otio"
    ),
    Row("output is there", on_cut("--insert", "1", "-o", "FOLDER/old.otio"), 2, "OUTPUT_EXISTS", "--force"),
    Row(
        "output is the input",
        on_cut("--insert", "1", "-o", "FOLDER/cut.otio", "--force"),
        2,
        "OUTPUT_IS_INPUT",
        "itself",
    ),
    Row(
        "output is a folder", on_cut("--insert", "1", "-o", "FOLDER/d.otio"), 2, "OUTPUT_IS_FOLDER", "folder"
    ),
    Row("output nowhere", on_cut("--insert", "1", "-o", "FOLDER/no/x.otio"), 3, "NO_FOLDER", "no"),
    Row("page is there", on_cut("--review", "FOLDER/old.otio"), 2, "OUTPUT_EXISTS", "--force"),
    Row(
        "address without port",
        suggest("-l", "s", "-p", "x", "--server", "host:port"),
        2,
        "ADDRESS",
        "host:port",
    ),
    Row(
        "bad listen address",
        lambda _: ["serve", "--listen", "here:99999"],
        2,
        "ADDRESS",
        "99999",
        has_json=False,
    ),
    Row(
        "listen for everyone",
        lambda _: ["serve", "--listen", "0.0.0.0:0"],
        5,
        "LISTEN_BEYOND_LOOPBACK",
        "insecure",
        has_json=False,
    ),
    Row("library of that name", lambda _: ["library", "create", "Stock"], 2, "LIBRARY_EXISTS", "Stock"),
    Row("bad library name", lambda _: ["library", "create", "a/b"], 2, "LIBRARY_NAME", "a/b"),
    Row("index into nothing", lambda _: ["library", "index", "none", "/tmp"], 3, "LIBRARY_NOT_FOUND", "none"),
    Row(
        "index no folder",
        lambda _: ["library", "index", "stock", "/no/music"],
        3,
        "FOLDER_NOT_FOUND",
        "/no/music",
    ),
    Row("show nothing", lambda _: ["library", "show", "none"], 3, "LIBRARY_NOT_FOUND", "none"),
    Row(
        "remove nothing",
        lambda _: ["library", "remove", "none", "--yes"],
        3,
        "LIBRARY_NOT_FOUND",
        "none",
        has_json=False,
    ),
    Row(
        "take out no track",
        lambda _: ["library", "remove", "stock", "x"],
        3,
        "TRACK_NOT_FOUND",
        "'x'",
        has_json=False,
    ),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cut, damaged files and an empty library, with a bundle that needs no weights."""
    monkeypatch.setattr(engine, "open_bundle", lambda *_args, **_options: FakeBundle())
    LibraryStore.create("stock", bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    make_still(tmp_path / "a.png")
    shot = clip("a", 0, 240, media=movie("a.png", None))
    otio.adapters.write_to_file(timeline(lane(shot)), str(tmp_path / "cut.otio"))
    (tmp_path / "old.otio").write_text("{}")
    (tmp_path / "d.otio").mkdir()
    (tmp_path / "notes.txt").write_text("cut here")
    (tmp_path / "broken.otio").write_text('{"OTIO_SCHEMA": "Timeline.1", ')
    (tmp_path / "empty.otio").touch()
    return tmp_path


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_bad_input_gets_a_sentence_and_an_exit_code(row: Row, folder: Path) -> None:
    result = CliRunner().invoke(app, row.words(folder))
    assert result.exit_code == row.exit_code, result.stderr
    assert row.says in result.stderr
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("row", [row for row in ROWS if row.has_json], ids=lambda row: row.name)
def test_programs_get_the_same_as_one_object(row: Row, folder: Path) -> None:
    result = CliRunner().invoke(app, [*row.words(folder), "--json"])
    told = json.loads(result.stderr)["error"]
    assert (told["exit_code"], told["reason"]) == (row.exit_code, row.reason)
    assert result.exit_code == row.exit_code
    assert row.says in told["message"] + told["hint"]


def test_a_folder_without_permission_is_named(folder: Path) -> None:
    locked = folder / "locked"
    locked.mkdir()
    locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
    words = ["suggest", f"{folder}/cut.otio", "-l", "stock", "--insert", "1", "-o", f"{locked}/x.otio"]
    result = where_permissions_count(lambda: CliRunner().invoke(app, words))
    assert result.exit_code == 5, result.stderr
    assert str(locked) in result.stderr
