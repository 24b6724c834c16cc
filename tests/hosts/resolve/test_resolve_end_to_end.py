"""Launcher, window, companion, library, cue files, timeline: all real but the host."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import psutil
import pytest

from davinci.temptrack_resolve.panel.reports import CueReport
from davinci.temptrack_resolve.panel.session import Session
from hosts.resolve.conftest import MakeApp
from hosts.resolve.panel_driver import run_panel, said, until, write_settings
from support.resolve_double import Cut, Item, simple_cut
from support.resolve_double.state import Wav, wav_of
from support.resolve_double.window_system import Window

RATE = Fraction(30000, 1001)
START = 107892
"""01:00:00;00 in drop-frame."""


def ours(cut: Cut) -> list[tuple[str, int, int]]:
    found = [
        (lane.name, item) for lane in cut.lanes["audio"] for item in lane.items if "temptrack" in item.name
    ]
    return [(name, item.start, item.end) for name, item in found]


def children() -> list[int]:
    return [child.pid for child in psutil.Process().children(recursive=True)]


def reports_caught(monkeypatch: pytest.MonkeyPatch) -> list[CueReport]:
    told: list[CueReport] = []
    monkeypatch.setattr(Session, "report_cue", lambda _session, report: told.append(report))
    return told


def assert_told(told: list[CueReport], version: tuple[int, int, int], cut: Cut) -> None:
    # Before 19.0.2 nothing keeps where music is from.
    expected = ["inserted", "removed", "inserted", "removed"] if version >= (19, 0, 2) else []
    assert [each.action for each in told] == expected
    for each in told:
        assert (each.library, each.start_frames, each.duration_frames) == ("stock", 0, cut.end - cut.start)
        assert (each.timeline, each.rate) == (cut.name, RATE)
        assert len(each.query_digest) == (64 if each.action == "inserted" else 0)


@pytest.mark.parametrize("version", [(18, 5, 0), (21, 1, 0)], ids=["18.5", "21.1"])
def test_search_insert_replace_remove(
    make_app: MakeApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    library_home: Path,
    film: Path,
    version: tuple[int, int, int],
) -> None:
    app = make_app(version)
    cut = simple_cut(app, rate=RATE, start=START, drop_frame=True, film=film)
    length = cut.end - cut.start
    # A title has no file: the host has to take its picture.
    cut.lanes["video"][0].items[1] = Item("Title", START + length // 2, cut.end, kind="generator")
    cut.playhead = START + 5
    write_settings(tmp_path, monkeypatch, home=str(library_home), duck_db=9.0)
    before = [(item.name, item.start, item.end) for kind in cut.lanes for item in cut.items(kind)]
    there = children()
    seen: dict[str, object] = {}
    told = reports_caught(monkeypatch)

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.enter("Prompt", "calm piano, around 90 bpm")
        yield from until(window, lambda: window.rows("Found"))
        seen.update(rows=window.rows("Found"), read=window.text("Read"), why=window.text("Why"))
        window.select("Found", 0)
        window.click("Insert")
        yield from until(window, said(window, "lies on track"))
        seen["inserted"], seen["marker"] = ours(cut), dict(cut.markers)
        first = cut.lanes["audio"][-1].items[0]
        seen["item"] = first
        assert window.entries("Cues") == [f"1. Ada - {window.rows('Found')[0][2]}"]
        window.select("Found", 1)
        window.click("Replace")
        yield from until(window, lambda: cut.lanes["audio"][-1].items[0].id != first.id and ours(cut))
        yield from until(window, said(window, "lies on track"))
        seen["replaced"] = ours(cut)
        window.click("Remove")
        yield from until(window, said(window, "Removed"))

    run_panel(app, editor)

    assert "about 90 bpm" in str(seen["read"])
    rows = seen["rows"]
    assert isinstance(rows, list)
    assert sorted(row[2] for row in rows) == ["Night Bus", "Slow Morning", "The Chase"]
    assert seen["inserted"] == seen["replaced"] == [("Music", START, START + length)]
    assert [marker["note"].split(".")[0] for marker in seen["marker"].values()] == ["Licence: CC0-1"]  # type: ignore[attr-defined]
    assert list(seen["marker"]) == [0]  # type: ignore[call-overload]
    item = seen["item"]
    assert isinstance(item, Item)
    assert item.media is not None
    assert item.media.path is not None
    assert wav_of(item.media.path) == Wav(48_000, 24, round(length * 48_000 / RATE))
    if version >= (21, 1, 0):
        assert item.properties["AudioVolume"] != 0
    assert (ours(cut), cut.markers) == ([], {})
    assert before == [(item.name, item.start, item.end) for kind in cut.lanes for item in cut.items(kind)]
    assert (cut.playhead, app.page, app.folder) == (START + 5, "edit", app.root)
    assert len(app.called("Project.ExportCurrentFrameAsStill")) > 0
    assert children() == there
    assert_told(told, version, cut)
