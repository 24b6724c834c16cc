"""Cue sheets and credits of a batch, field by field, against tracks and timelines that are known."""

import csv
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from opentimelineio.opentime import RationalTime
from opentimelineio.schema import Marker

import temptrack
from support import batches
from support.timelines import clip, lane, save, time_range, timeline
from temptrack.batch.plan import read_plan
from temptrack.batch.rules import Rules
from temptrack.batch.run import Batch, run_batch

FILM_HZ, VIDEO_HZ = 24000 / 1001, 30000 / 1001
HOUR_FILM, HOUR_VIDEO = 86_400, 107_892
BY, ZERO, UNKNOWN, SHARED = "CC-BY-4.0", "CC0-1.0", "unknown", "CC-BY-SA-3.0"

# One track of each licence is in the library, so that the licence says which one is placed.
ROWS: list[dict[str, Any]] = [
    {"timeline": "film.otio", "episode": "7", "marker": "arrival", "licences": [BY]},
    {"timeline": "film.otio", "episode": "7", "marker": "song", "licences": [ZERO], "usage": "feature"},
    {"timeline": "video.otio", "episode": "8", "licences": [SHARED], "usage": "closing"},
    {"timeline": "video.otio", "episode": "8", "in": "01:00:59;00", "licences": [UNKNOWN]},
]
CUES: list[dict[str, Any]] = [
    {
        "episode": "7",
        "cue": 1,
        "title": "Piece 0",
        "artist": "unknown",
        "composer": "unknown",
        "publisher": "unknown",
        "usage": "background",
        "usage_code": "BI",
        "timecode_in": RationalTime(HOUR_FILM + 48, FILM_HZ).to_timecode(FILM_HZ, False),
        "timecode_out": RationalTime(HOUR_FILM + 48 + 120, FILM_HZ).to_timecode(FILM_HZ, False),
        "duration": "0:00:05",
        "duration_s": 5.005,
        "duration_frames": 120,
        "rate": "24000/1001",
        "licence": BY,
        "timeline": "film.otio",
        "scene": "marker 'arrival'",
        "track_id": "track-00",
        "changed": True,
    },
    {
        "episode": "7",
        "cue": 2,
        "title": "Piece 1",
        "artist": "Ada",
        "composer": "Writer 1",
        "publisher": "Coast Music",
        "usage": "feature",
        "usage_code": "FV",
        "timecode_in": RationalTime(HOUR_FILM + 1440, FILM_HZ).to_timecode(FILM_HZ, False),
        "timecode_out": RationalTime(HOUR_FILM + 1440 + 36, FILM_HZ).to_timecode(FILM_HZ, False),
        "duration": "0:00:02",
        "duration_s": 1.502,
        "duration_frames": 36,
        "rate": "24000/1001",
        "licence": ZERO,
        "timeline": "film.otio",
        "scene": "marker 'song'",
        "track_id": "track-01",
        "changed": True,
    },
    {
        "episode": "8",
        "cue": 1,
        "title": "Piece 3",
        "artist": "Ada",
        "composer": "unknown",
        "publisher": "Coast Music",
        "usage": "closing",
        "usage_code": "CT",
        "timecode_in": "01:00:00;00",
        # Eight seconds are 239.76 frames: the cue ends with the last whole one.
        "timecode_out": RationalTime(HOUR_VIDEO + 239, VIDEO_HZ).to_timecode(VIDEO_HZ, True),
        "duration": "0:00:08",
        "duration_s": 7.975,
        "duration_frames": 239,
        "rate": "30000/1001",
        "licence": SHARED,
        "timeline": "video.otio",
        "scene": "whole timeline",
        "track_id": "track-03",
        "changed": False,
    },
    {
        "episode": "8",
        "cue": 2,
        "title": "Piece 2",
        "artist": "Ada",
        "composer": "Writer 2",
        "publisher": "unknown",
        "usage": "background",
        "usage_code": "B",
        # The minute in between drops two labels: frame 1770 is 59;00, frame 1860 is 01:02;02.
        "timecode_in": RationalTime(HOUR_VIDEO + 1770, VIDEO_HZ).to_timecode(VIDEO_HZ, True),
        "timecode_out": RationalTime(HOUR_VIDEO + 1860, VIDEO_HZ).to_timecode(VIDEO_HZ, True),
        "duration": "0:00:03",
        "duration_s": 3.003,
        "duration_frames": 90,
        "rate": "30000/1001",
        "licence": UNKNOWN,
        "timeline": "video.otio",
        "scene": "01:00:59;00 to 01:01:02;02",
        "track_id": "track-02",
        "changed": True,
    },
]
CREDITS = """\
Music in The Show, 7

“Piece 0” by unknown artist is licensed under CC BY 4.0. To view a copy of this license, visit \
https://creativecommons.org/licenses/by/4.0/ Edited to length.
“Piece 1” by Ada (CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/)

Before the film is shown (not part of the credits):
- Piece 0: Changes have to be mentioned.

Music in The Show, 8

“Piece 3” by Ada is licensed under CC BY-SA 3.0. To view a copy of this license, visit \
https://creativecommons.org/licenses/by-sa/3.0/
“Piece 2” by Ada

Before the film is shown (not part of the credits):
- Piece 3: Music timed to pictures counts as adapted, so the film has to be shared under the same licence.
- Piece 2: LICENCE UNKNOWN: find out before the film is shown.
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sheets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPTRACK_HOME", str(place / "home"))
        batches.use_fake_bundle(patch)
        batches.stock(place / "music", tracks=4)
        film = timeline(lane(clip("a", 0, 2400, FILM_HZ)), name="Film", start=HOUR_FILM, rate=FILM_HZ)
        for name, start, length in (("arrival", 48, 120), ("song", 1440, 36)):
            marker = Marker(name=name, marked_range=time_range(start, length, FILM_HZ))
            film.tracks.markers.append(marker)
        save(film, place / "film.otio")
        video = timeline(lane(clip("b", 0, 1860, VIDEO_HZ)), name="Video", start=HOUR_VIDEO, rate=VIDEO_HZ)
        video.metadata["fcp_xml"] = {"timecode": {"displayformat": "DF"}}
        save(video, place / "video.otio")
        plan = batches.write_plan(place / "plan.jsonl", ROWS)
        given = {"library": "stock", "production": "The Show", "prompt": "calm"}
        ordered = Batch(read_plan(plan, defaults=given), place / "out", rules=Rules(), review=False)
        assert run_batch(ordered, temptrack.open_library).failed == ()
    return place / "out"


def known(out: Path) -> list[dict[str, Any]]:
    always = {
        "production": "The Show",
        "library": "stock",
    }
    music = out.parent / "music"
    return [{**always, "file": str(music / f"{cue['track_id'][-2:]}.wav"), **cue} for cue in CUES]


def test_the_sheet_for_programs_says_what_was_placed(out: Path) -> None:
    assert json.loads((out / "cue-sheet.json").read_text("utf-8")) == {
        "schema_version": 1,
        "cues": known(out),
    }


def test_the_sheet_for_spreadsheets_says_the_same(out: Path) -> None:
    with (out / "cue-sheet.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{name: str(value) for name, value in cue.items()} for cue in known(out)]


def test_the_form_to_print_says_the_same_with_a_total_an_episode(out: Path) -> None:
    form = (out / "cue-sheet.html").read_text("utf-8")
    rows = [cells(row) for row in re.findall(r"<tr>(.*?)</tr>", form, re.DOTALL)]
    columns = ("cue", "title", "artist", "composer", "publisher", "usage_code", "timecode_in", "timecode_out")
    expected = [[str(cue[name]) for name in (*columns, "duration", "licence")] for cue in known(out)]
    assert [row for row in rows if row and row[0].isdigit()] == expected
    # 5.005 s and 1.502 s; 7.975 s and 3.003 s: sums are rounded, not the parts.
    assert re.findall(r"Total music</dt><dd>(.*?)</dd>", form) == ["0:00:07", "0:00:11"]


def cells(row: str) -> list[str]:
    return [unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)]


def test_the_credits_have_the_wording_of_each_licence(out: Path) -> None:
    assert (out / "credits.txt").read_text("utf-8") == CREDITS
