"""What the plugin asks the companion for, and what it makes of the answer."""

import errno
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from davinci.temptrack_resolve.cues import Cue, cue_id_of
from davinci.temptrack_resolve.panel.problems import PanelError, Problem, problem
from davinci.temptrack_resolve.rendering import CueRendering, Wish
from davinci.temptrack_resolve.settings import Settings

RATE = Fraction(25)
TRIM = {"method": "trim", "text": "fits"}
Answers = tuple[Callable[[dict[str, Any]], None], Callable[[Problem], None]]
Ended = tuple[Any, list[Cue], list[Problem]]
LOOP = {"method": "loop", "text": "loops", "loop_start_s": 4.0, "loop_end_s": 12.0}


@dataclass
class Asked:
    """Stands where the session stands and keeps what it was asked."""

    folder: Path
    params: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)
    dropped: int = 0

    def cue_file(self, params: Mapping[str, Any], done: Any, failed: Any) -> "Asked":
        self.params.append(dict(params))
        self.answers.append((done, failed))
        return self

    def drop(self) -> None:
        self.dropped += 1

    def answer(self) -> None:
        path = self.folder / f"{len(self.params)}.wav"
        path.write_bytes(b"sound")
        self.answers[-1][0]({"path": str(path)})


def wish(
    folder: Path, fit: Mapping[str, Any], *, bakes: bool, timeline: dict[str, Any] | None = None
) -> Wish:
    track = {"id": "t1", "title": "Song", "artist": "Ada", "duration_s": 60.0, "loudness_lufs": -14.0}
    track["licence"] = "CC0-1.0"
    suggestion = {"track": track, "excerpt": {"start_s": 2.0}, "fit": fit, "score": 0.5, "rank": 1}
    return Wish("stock", suggestion, 90_000, 90_500, RATE, folder / "Cues", bakes, timeline)


def start(tmp_path: Path, asked: Wish, settings: Settings | None = None) -> Ended:
    done: list[Cue] = []
    failed: list[Problem] = []
    session: Any = Asked(tmp_path)
    CueRendering(session, settings or Settings(), asked, done.append, failed.append)
    return session, done, failed


def test_before_21_1_fades_and_level_are_in_the_sound(tmp_path: Path) -> None:
    session, done, _ = start(tmp_path, wish(tmp_path, TRIM, bakes=True))
    assert session.params == [
        {
            "library": "stock",
            "track_id": "t1",
            "excerpt": {"start_s": 2.0, "end_s": 22.0},
            "duration_frames": 500,
            "rate": {"numerator": 25, "denominator": 1},
            "fade_in_frames": 12,
            "fade_out_frames": 25,
            "gain_db": -6.0,
        }
    ]
    session.answer()
    cue = done[0]
    assert (cue.fade_in_frames, cue.fade_out_frames, cue.gain_db) == (0, 0, 0.0)


def test_from_21_1_they_are_set_on_the_clip(tmp_path: Path) -> None:
    session, done, _ = start(tmp_path, wish(tmp_path, TRIM, bakes=False))
    asked = session.params[0]
    assert (asked["fade_in_frames"], asked["fade_out_frames"], asked["gain_db"]) == (0, 0, 0.0)
    session.answer()
    cue = done[0]
    assert (cue.fade_in_frames, cue.fade_out_frames, cue.gain_db) == (12, 25, -6.0)
    assert cue.origin["temptrack_licence"] == "CC0-1.0"
    assert "CC0-1.0" in cue.note


def test_a_loop_is_asked_for_pass_by_pass_and_fades_at_its_ends_only(tmp_path: Path) -> None:
    session, done, _ = start(tmp_path, wish(tmp_path, LOOP, bakes=True), Settings(duck_db=9))
    while not done:
        session.answer()
    fades = [(each["fade_in_frames"], each["fade_out_frames"]) for each in session.params]
    assert fades == [(12, 0), (0, 0), (0, 25)]
    spans = [(each.start_frames, each.end_frames) for each in done[0].sounds]
    assert spans == [(90_000, 90_250), (90_250, 90_450), (90_450, 90_500)]
    assert len({each.file for each in done[0].sounds}) == 3
    assert {cue_id_of(each.file) for each in done[0].sounds} == {done[0].id}


def test_music_makes_room_for_the_speech_it_lies_under(tmp_path: Path) -> None:
    timeline = {"path": "/cut.otio"}
    session, _, _ = start(tmp_path, wish(tmp_path, LOOP, bakes=True, timeline=timeline), Settings(duck_db=9))
    assert session.params[0]["duck_under_speech"] == {
        "timeline": timeline,
        "scope": {"kind": "range", "start_frames": 90_000, "end_frames": 90_250},
        "gain_db": -9,
    }


def test_the_sound_is_kept_where_the_cache_does_not_forget_it(tmp_path: Path) -> None:
    session, done, _ = start(tmp_path, wish(tmp_path, TRIM, bakes=True))
    session.answer()
    kept = done[0].sounds[0].file
    assert kept.parent == tmp_path / "Cues"
    assert kept.read_bytes() == b"sound"
    assert kept.name.startswith("Ada - Song [temptrack-")
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_dropping_stops_the_companion_and_leaves_no_file(tmp_path: Path) -> None:
    session: Any = Asked(tmp_path)
    rendering = CueRendering(session, Settings(), wish(tmp_path, LOOP, bakes=True), print, print)
    session.answer()
    rendering.drop()
    assert session.dropped == 1
    assert list((tmp_path / "Cues").iterdir()) == []


def test_what_the_companion_refuses_is_passed_on_and_leaves_no_file(tmp_path: Path) -> None:
    session, done, failed = start(tmp_path, wish(tmp_path, LOOP, bakes=True))
    session.answer()
    session.answers[-1][1](problem("CUE_EMPTY"))
    assert [why.reason for why in failed] == ["CUE_EMPTY"]
    assert done == []
    assert list((tmp_path / "Cues").iterdir()) == []


def test_a_full_disk_is_said_and_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: str, target: str) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    session, done, failed = start(tmp_path, wish(tmp_path, TRIM, bakes=True))
    session.answer()
    assert [why.reason for why in failed] == ["DISK_FULL"]
    assert done == []
    assert list((tmp_path / "Cues").iterdir()) == []


def test_a_track_shorter_than_a_frame_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    short = wish(tmp_path, TRIM, bakes=True)
    short.suggestion["track"]["duration_s"] = 0.01
    with pytest.raises(PanelError) as caught:
        start(tmp_path, short)
    assert caught.value.problem.reason == "CUE_EMPTY"
