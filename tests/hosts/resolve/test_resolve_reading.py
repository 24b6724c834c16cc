from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from davinci.temptrack_resolve import reading, stills
from davinci.temptrack_resolve.panel.problems import PanelError
from hosts.resolve.acting import host_of
from hosts.resolve.conftest import MakeApp
from support.resolve_double import Application, Cut, simple_cut

DROP = Fraction(30000, 1001)
STARTS = [(Fraction(24), 0, False), (Fraction(25), 90_000, False), (DROP, 107_892, True)]
every_start = pytest.mark.parametrize(("rate", "start", "drop_frame"), STARTS, ids=["0h", "1h", "1h-df"])


def made(app: Application, rate: Fraction, start: int, drop_frame: bool) -> Cut:
    return simple_cut(app, rate=rate, start=start, drop_frame=drop_frame)


@every_start
def test_parts_of_a_timeline_count_from_timecode_zero(
    make_app: MakeApp, rate: Fraction, start: int, drop_frame: bool
) -> None:
    app = make_app((21, 1, 0))
    cut = made(app, rate, start, drop_frame)
    cut.mark_in, cut.mark_out = 10, 19
    cut.selected = cut.lanes["video"][0].items[1:]
    cut.markers[30] = {"color": "Red", "name": "chase", "note": "", "duration": 48, "customData": ""}
    cut.markers[5] = {"color": "Red", "name": "point", "note": "", "duration": 1, "customData": ""}
    timeline = host_of(app).open_timeline()
    middle = cut.lanes["video"][0].items[1].start
    parts = {
        choice: reading.part_of(timeline, choice)
        for choice in (reading.WHOLE, reading.IN_OUT, reading.SELECTION, reading.MARKER + "chase")
    }
    assert {choice: (part.start_frames, part.end_frames) for choice, part in parts.items()} == {
        reading.WHOLE: (start, cut.end),
        reading.IN_OUT: (start + 10, start + 20),
        reading.SELECTION: (middle, cut.end),
        reading.MARKER + "chase": (start + 30, start + 78),
    }
    assert parts[reading.WHOLE].scope == {"kind": "whole"}
    in_out = parts[reading.IN_OUT].scope
    assert in_out == {"kind": "range", "start_frames": start + 10, "end_frames": start + 20}
    assert parts[reading.MARKER + "chase"].scope == {"kind": "marker", "name": "chase"}
    assert timeline.marker_ranges() == ["chase"]


def test_a_marker_that_is_gone_is_said(make_app: MakeApp) -> None:
    app = make_app()
    simple_cut(app)
    with pytest.raises(PanelError) as caught:
        reading.part_of(host_of(app).open_timeline(), reading.MARKER + "gone")
    assert caught.value.problem.reason == "MARKER_NOT_FOUND"


def test_the_same_cut_has_the_same_name_and_another_cut_another(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    cut = simple_cut(app)
    timeline = host_of(app).open_timeline()
    first = reading.export(timeline, tmp_path)
    assert reading.export(timeline, tmp_path) == first
    cut.lanes["video"][0].items[0].end -= 1
    assert reading.export(timeline, tmp_path) != first
    assert not (tmp_path / "export.otio").exists()


@every_start
def test_stills_are_of_the_frames_asked_for_and_the_playhead_comes_back(
    make_app: MakeApp, tmp_path: Path, rate: Fraction, start: int, drop_frame: bool
) -> None:
    app = make_app()
    cut = made(app, rate, start, drop_frame)
    cut.playhead, app.page = start + 77, "fairlight"
    host = host_of(app)
    asked = [start, start + 3, start + 300]
    taken = list(stills.stills(host, host.open_timeline(), asked, tmp_path))
    assert [each["frame"] for each in taken] == asked
    numbers = []
    for each in taken:
        red, green, _blue = Image.open(each["path"]).convert("RGB").getpixel((0, 0))  # type: ignore[misc]
        numbers.append(start + red * 256 + green)
    assert numbers == asked
    assert (cut.playhead, app.page) == (start + 77, "fairlight")


@pytest.mark.parametrize("refused", ["Project.ExportCurrentFrameAsStill", "Timeline.SetCurrentTimecode"])
def test_the_playhead_comes_back_after_a_failure_too(make_app: MakeApp, tmp_path: Path, refused: str) -> None:
    app = make_app()
    cut = simple_cut(app)
    cut.playhead, app.page = cut.start + 77, "color"
    host = host_of(app)
    pictures = stills.stills(host, host.open_timeline(), [cut.start, cut.start + 1], tmp_path)
    next(pictures)
    app.refusing[refused] = False
    with pytest.raises(PanelError) as caught:
        next(pictures)
    app.refusing.clear()
    assert refused.split(".")[1] in caught.value.problem.sentence or caught.value.problem.reason == "NO_STILL"
    assert app.page == "color"
