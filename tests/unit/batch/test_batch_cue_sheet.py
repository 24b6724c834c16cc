import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import pytest

from support.candidates import candidate
from support.timelines import clip, lane, timeline
from temptrack.batch.cue_sheet import cue_sheet_csv, cue_sheet_form, write_cue_sheets
from temptrack.batch.cues import SheetCue, clock, sheet_cue, usage_code
from temptrack.batch.plan import PlanRow
from temptrack.library.types import LibraryInfo, Track
from temptrack.suggest.cue import cue_for
from temptrack.timeline.read import open_timeline
from temptrack.timeline.segments import RecordRange, Scope

NTSC = Fraction(30000, 1001)
LIBRARY = LibraryInfo(
    name="stock",
    uri="/libraries/stock",
    version=1,
    digest="d" * 64,
    bundle_id="b",
    bundle_digest="b" * 64,
    track_count=1,
    duration_s=120.0,
)


def line(track: Track | None = None, *, frames: int = 300, **row: str) -> SheetCue:
    suggestion = candidate("song", 1, licence="CC-BY-4.0")
    if track is not None:
        suggestion = suggestion.model_copy(update={"track": track})
    rate = 30000 / 1001
    cut = timeline(lane(clip("a", 0, 3000, rate)), name="Pilot", start=107_892, rate=rate)
    cut.metadata["fcp_xml"] = {"timecode": {"displayformat": "DF"}}
    file = open_timeline(cut, name="pilot.otio")
    scope = Scope("whole timeline", RecordRange(900, frames, file.rate), ())
    return sheet_cue(
        PlanRow(timeline=Path("/cuts/pilot.otio"), **row),
        cue_for(suggestion, scope, LIBRARY),
        suggestion.track,
        number=3,
        file=file,
        timeline="pilot.otio",
        scene="marker 'chase'",
        library="stock",
    )


def track(**facts: object) -> Track:
    known = {"id": "t", "path": "/m/t.flac", "title": "T", "duration_s": 120.0}
    return Track.model_validate({**known, **facts})


def test_every_field_of_a_cue_says_what_was_placed() -> None:
    cue = line(
        track(
            title="Chase",
            artist="Ada",
            composer="Bo",
            publisher="Coast Music",
            licence="CC-BY-4.0",
            vocals=True,
        ),
        production="The Show",
        episode="101",
        usage="feature",
    )
    assert cue.model_dump() == {
        "production": "The Show",
        "episode": "101",
        "cue": 3,
        "title": "Chase",
        "artist": "Ada",
        "composer": "Bo",
        "publisher": "Coast Music",
        "usage": "feature",
        "usage_code": "FV",
        "timecode_in": cue.timecode_in,
        "timecode_out": cue.timecode_out,
        "duration": "0:00:10",
        "duration_s": 10.01,
        "duration_frames": 300,
        "rate": "30000/1001",
        "licence": "CC-BY-4.0",
        "timeline": "pilot.otio",
        "scene": "marker 'chase'",
        "library": "stock",
        "track_id": "t",
        "file": "/m/t.flac",
        "changed": True,
    }


def test_what_the_file_does_not_say_is_to_be_found_out() -> None:
    cue = line(track(title="Chase"))
    assert (cue.artist, cue.composer, cue.publisher, cue.licence) == ("unknown",) * 4


def test_timecodes_are_those_of_the_timeline_and_out_is_exclusive() -> None:
    cue = line()
    # 107,892 frames are 01:00:00;00 in drop-frame timecode, the 900th label after it is thirty seconds on.
    assert (cue.timecode_in, cue.timecode_out) == ("01:00:30;00", "01:00:40;00")


def test_an_episode_without_a_name_goes_by_its_timeline() -> None:
    assert line().episode == "Pilot"


def test_a_track_that_is_used_whole_is_not_changed() -> None:
    whole = line(track(duration_s=float(300 / NTSC)))
    assert not whole.changed
    assert line(track(duration_s=120.0)).changed


@pytest.mark.parametrize(
    ("usage", "vocals", "code"),
    [
        ("background", False, "BI"),
        ("background", True, "BV"),
        ("background", None, "B"),
        ("feature", False, "FI"),
        ("feature", True, "FV"),
        ("feature", None, "F"),
        ("opening", None, "OT"),
        ("closing", True, "CT"),
    ],
)
def test_the_usage_has_its_code(usage: str, vocals: bool | None, code: str) -> None:
    assert usage_code(usage, vocals) == code


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (Fraction(0), "0:00:00"),
        (Fraction(1, 2), "0:00:01"),
        (Fraction(149, 2), "0:01:15"),
        (Fraction(3661), "1:01:01"),
    ],
)
def test_lengths_are_said_in_hours_minutes_and_seconds(seconds: Fraction, text: str) -> None:
    assert clock(seconds) == text


def test_the_spreadsheet_has_a_column_for_every_field() -> None:
    cues = [line(), line(track(title='A "quoted", title\nof two lines', artist="Zoë"))]
    rows = list(csv.DictReader(io.StringIO(cue_sheet_csv(cues), newline="")))
    assert list(rows[0]) == list(SheetCue.model_fields)
    assert (rows[1]["title"], rows[1]["artist"]) == ('A "quoted", title\nof two lines', "Zoë")
    assert rows[0]["duration_frames"] == "300"


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@a"])
def test_a_title_is_no_formula(title: str) -> None:
    rows = list(csv.DictReader(io.StringIO(cue_sheet_csv([line(track(title=title))]), newline="")))
    assert rows[0]["title"] == f"'{title}"


def test_the_form_has_a_page_an_episode_with_its_total_and_what_is_not_known_in_red() -> None:
    cues = [line(episode="1"), line(episode="1", frames=600), line(episode="2")]
    form = cue_sheet_form(cues)
    assert form.count("<section>") == 2
    assert form.count('<td class="open">unknown</td>') == 9
    assert "0:00:30" in form
    assert "2 cues" in form


def test_titles_cannot_write_html() -> None:
    form = cue_sheet_form([line(track(title="<script>alert(1)</script>"))])
    assert "<script>" not in form


def test_the_three_forms_are_written_together(tmp_path: Path) -> None:
    write_cue_sheets([line()], tmp_path)
    assert json.loads((tmp_path / "cue-sheet.json").read_text("utf-8"))["cues"][0]["cue"] == 3
    assert (tmp_path / "cue-sheet.csv").read_bytes().startswith(b"\xef\xbb\xbfproduction,episode,cue,title")
    assert (tmp_path / "cue-sheet.html").read_text("utf-8").startswith("<!doctype html>")
