"""What can go wrong around the plugin: the panel says a sentence and a next step, and nothing is stuck."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from davinci.temptrack_resolve import start
from hosts.resolve.conftest import MakeApp
from hosts.resolve.panel_driver import run_panel, said, until, write_settings
from support.resolve_double import Application, Cut, otio_export, simple_cut
from support.resolve_double.window_system import Bmd, Window

Prepare = Callable[[Application, Cut], object]
PART_OF: dict[str, str] = {"marks": "In to out", "selection": "Selected clips"}


@pytest.fixture
def no_child_left() -> Iterator[None]:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    assert {child.pid for child in psutil.Process().children(recursive=True)} - before == set()


pytestmark = pytest.mark.usefixtures("no_child_left")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a library by name alone: these questions do not get as far as searching it."""
    folder = tmp_path / "home" / "libraries" / "stock"
    folder.mkdir(parents=True)
    return tmp_path / "home"


def project_manager(app: Application, _cut: Cut) -> None:
    app.page = None


def no_timeline(app: Application, _cut: Cut) -> None:
    app.current = None


def dialog(app: Application, _cut: Cut) -> None:
    app.modal = True


def empty_timeline(_app: Application, cut: Cut) -> None:
    for lanes in cut.lanes.values():
        for lane in lanes:
            lane.items.clear()


def only_an_in_point(_app: Application, cut: Cut) -> None:
    cut.mark_in = 10


def marks_that_cross(_app: Application, cut: Cut) -> None:
    cut.mark_in, cut.mark_out = 100, 50


def nothing(_app: Application, _cut: Cut) -> None:
    return


@pytest.mark.parametrize(
    ("prepare", "part", "version", "sentence", "next_step"),
    [
        (project_manager, "Whole timeline", (20, 3, 0), "project manager is showing", "Open a project"),
        (no_timeline, "Whole timeline", (20, 3, 0), "No timeline is open", "Open a timeline"),
        (dialog, "Whole timeline", (20, 3, 0), "does not answer", "Close any dialog"),
        (empty_timeline, "Whole timeline", (20, 3, 0), "has no length", "Choose a part"),
        (only_an_in_point, "In to out", (20, 3, 0), "no in and out points", "Set both"),
        (marks_that_cross, "In to out", (20, 3, 0), "has no length", "Choose a part"),
        (nothing, "In to out", (18, 5, 0), "has no way to ask for in and out points", "another part"),
        (nothing, "Selected clips", (20, 3, 0), "has no way to ask for the selection", "another part"),
        (nothing, "Selected clips", (21, 1, 0), "No clip is selected", "Select clips"),
    ],
)
def test_a_search_that_cannot_start_says_why(
    make_app: MakeApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    prepare: Prepare,
    part: str,
    version: tuple[int, int, int],
    sentence: str,
    next_step: str,
) -> None:
    app = make_app(version)
    cut = simple_cut(app)
    write_settings(tmp_path, monkeypatch, home=str(home))

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.choose("Part", part)
        prepare(app, cut)
        window.enter("Prompt", "calm")
        yield
        first, second = window.text("Said").split("\n")
        assert sentence in first
        assert next_step in second
        assert window.elements["Search"].Enabled
        assert not window.elements["Cancel"].Enabled

    run_panel(app, editor)


def test_no_companion_says_where_to_look(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    simple_cut(app)
    write_settings(tmp_path, monkeypatch, companion=str(tmp_path / "nowhere"))

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, said(window, "There is no program"))
        assert "plugin's settings" in window.text("Said")

    run_panel(app, editor)


def test_broken_settings_are_said_and_stop_nothing(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    app = make_app()
    simple_cut(app)
    path = write_settings(tmp_path, monkeypatch)
    companion = json.loads(path.read_text())["companion"]
    path.write_text("{")
    monkeypatch.setenv("TEMPTRACK_COMPANION", companion)
    monkeypatch.setenv("TEMPTRACK_HOME", str(home))

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        assert str(path) in window.text("Said")
        window.choose("Part", "In to out")
        window.click("Search")

    run_panel(app, editor)
    assert path.read_text() == "{", "a broken file is the user's to mend"


def test_a_second_start_shows_the_window_that_is_open(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    app = make_app()
    simple_cut(app)
    write_settings(tmp_path, monkeypatch, home=str(home))

    def editor(window: Window) -> Iterator[None]:
        yield
        assert start.main({"resolve": app.resolve, "bmd": Bmd()}) == 0
        assert app.windows == [window]

    run_panel(app, editor)


@pytest.mark.parametrize(
    ("version", "studio", "words"),
    [
        (
            (21, 1, 0),
            False,
            ["DaVinci Resolve 21.1.0", "only the Studio edition", "temptrack suggest --insert"],
        ),
        ((19, 0, 0), False, ["only the Studio edition"]),
        ((18, 1, 4), True, ["needs 18.5 or newer"]),
    ],
)
def test_editions_that_cannot_work_are_refused_before_anything_else(
    make_app: MakeApp,
    capsys: pytest.CaptureFixture[str],
    version: tuple[int, int, int],
    studio: bool,
    words: list[str],
) -> None:
    app = make_app(version, studio=studio)
    simple_cut(app)
    assert start.main({"resolve": app.resolve, "bmd": Bmd()}) == 1
    told = capsys.readouterr().err
    for word in words:
        assert word in told
    assert not app.modal
    assert app.windows == []


def test_a_timeline_of_a_newer_program_is_refused_in_words(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    app = make_app()
    simple_cut(app)
    write_settings(tmp_path, monkeypatch, home=str(home))
    timeline_of: Any = otio_export._timeline
    monkeypatch.setattr(
        otio_export, "_timeline", lambda cut: {**timeline_of(cut), "markers": [{"OTIO_SCHEMA": "Marker.99"}]}
    )

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.enter("Prompt", "calm")
        yield from until(window, said(window, "newer", "Marker"))
        assert "Update temptrack" in window.text("Said")

    run_panel(app, editor)


def test_a_companion_that_is_killed_is_started_again_by_the_next_search(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_home: Path, film: Path
) -> None:
    app = make_app()
    simple_cut(app, film=film)
    write_settings(tmp_path, monkeypatch, home=str(library_home))

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.enter("Prompt", "calm")
        for child in psutil.Process().children():
            if "companion" in child.cmdline():
                os.kill(child.pid, signal.SIGKILL)
        yield from until(window, said(window, "The companion ended"))
        assert "started again by itself" in window.text("Said")
        assert not window.elements["Cancel"].Enabled
        window.click("Search")
        yield from until(window, lambda: window.rows("Found"))

    run_panel(app, editor)


def test_missing_media_are_named_and_the_search_goes_on(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_home: Path, film: Path
) -> None:
    app = make_app()
    cut = simple_cut(app, film=film)
    media = cut.lanes["video"][0].items[1].media
    assert media is not None
    cut.lanes["video"][0].items[1].media = type(media)("gone.mov", tmp_path / "gone.mov", media.rate, 500)
    write_settings(tmp_path, monkeypatch, home=str(library_home))

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.enter("Prompt", "calm")
        yield from until(window, lambda: window.rows("Found"))
        assert "clips could not be looked at: two" in window.text("Said")

    run_panel(app, editor)


def test_music_for_one_timeline_is_never_put_on_another(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_home: Path, film: Path
) -> None:
    app = make_app()
    other = simple_cut(app, name="other")
    asked = simple_cut(app, name="asked", film=film)
    write_settings(tmp_path, monkeypatch, home=str(library_home))

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.enter("Prompt", "calm")
        app.current = other
        yield from until(window, lambda: window.rows("Found"))
        window.click("Insert")
        yield from until(window, said(window, "Another timeline is open"))
        assert "Open that timeline again" in window.text("Said")
        app.current = asked
        window.click("Insert")
        app.current = other
        yield from until(window, said(window, "Another timeline is open"))

    run_panel(app, editor)
    assert [item for cut in (asked, other) for item in cut.items("audio") if "temptrack" in item.name] == []


def test_music_that_was_deleted_meanwhile_is_not_replaced(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_home: Path, film: Path
) -> None:
    app = make_app()
    cut = simple_cut(app, film=film)
    write_settings(tmp_path, monkeypatch, home=str(library_home))

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.enter("Prompt", "calm")
        yield from until(window, lambda: window.rows("Found"))
        window.click("Insert")
        yield from until(window, said(window, "lies on track"))
        window.enter("Prompt", "loud")
        cut.lanes["audio"][-1].items.clear()
        yield from until(window, lambda: window.elements["Replace"].Enabled)
        window.click("Replace")
        yield from until(window, said(window, "no longer on the timeline"))
        window.click("Refresh")
        assert window.entries("Cues") == []
        assert not window.elements["Remove"].Enabled

    run_panel(app, editor)


def test_a_folder_that_cannot_hold_the_sound_is_named(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_home: Path, film: Path
) -> None:
    app = make_app()
    cut = simple_cut(app, film=film)
    (tmp_path / "file").write_text("in the way")
    write_settings(tmp_path, monkeypatch, home=str(library_home), cue_folder=str(tmp_path / "file"))

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.enter("Prompt", "calm")
        yield from until(window, lambda: window.rows("Found"))
        window.click("Insert")
        yield from until(window, said(window, "could not be written"))
        assert "cue_folder" in window.text("Said")

    run_panel(app, editor)
    assert [item for item in cut.items("audio") if "temptrack" in item.name] == []


def test_what_nobody_foresaw_is_said_in_the_window_and_not_repeated(
    make_app: MakeApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = make_app()
    simple_cut(app)
    write_settings(tmp_path, monkeypatch, home=str(home))
    monkeypatch.setattr(otio_export, "_timeline", lambda _cut: dict[str, str]()["name"])

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.enter("Prompt", "calm")
        for _turn in range(5):
            yield
        assert "Something went wrong inside temptrack" in window.text("Said")
        assert window.elements["Search"].Enabled

    run_panel(app, editor)
    assert capsys.readouterr().err.count("Traceback") == 1


def test_cancelling_while_pictures_are_taken_puts_everything_back(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    app = make_app()
    cut = simple_cut(app)
    for item in cut.lanes["video"][0].items:
        item.media, item.kind = None, "generator"
    cut.playhead, app.page = cut.start + 77, "fairlight"
    write_settings(tmp_path, monkeypatch, home=str(home))

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.enter("Prompt", "calm")
        yield from until(window, lambda: len(app.called("Project.ExportCurrentFrameAsStill")) > 1)
        assert app.page == "edit"
        assert "Rendering frames" in window.text("Said")
        window.click("Cancel")
        assert (cut.playhead, app.page) == (cut.start + 77, "fairlight")
        taken = len(app.called("Project.ExportCurrentFrameAsStill"))
        for _turn in range(5):
            yield
        assert len(app.called("Project.ExportCurrentFrameAsStill")) == taken
        assert window.text("Said") == "Ready"
        assert window.rows("Found") == []

    run_panel(app, editor)


def test_words_alone_find_music_for_the_whole_timeline_and_listening_says_what_it_needs(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_home: Path
) -> None:
    app = make_app((21, 1, 0))
    cut = simple_cut(app)
    chosen = write_settings(tmp_path, monkeypatch, home=str(library_home))

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.choose("Part", "Words only")
        window.enter("Prompt", "driving drums")
        yield from until(window, lambda: window.rows("Found"))
        assert app.called("Timeline.Export") == []
        window.click("Play")
        heard = said(window, "no device to play music on")
        yield from until(window, lambda: heard() or window.text("Play") == "Stop")
        window.click("Insert")
        yield from until(window, said(window, "lies on track"))
        window.click("Doctor")
        yield from until(window, lambda: "ok " in window.text("Why"))

    run_panel(app, editor)
    assert json.loads(chosen.read_text())["library"] == "stock"
    placed = [item for item in cut.items("audio") if "temptrack" in item.name]
    assert [(item.start, item.end) for item in placed] == [(cut.start, cut.end)]
