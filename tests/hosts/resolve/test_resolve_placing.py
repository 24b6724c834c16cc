from fractions import Fraction
from pathlib import Path

import pytest

from davinci.temptrack_resolve import placing
from davinci.temptrack_resolve.cues import placed_cues
from davinci.temptrack_resolve.panel.problems import PanelError
from davinci.temptrack_resolve.resolve_api import Host
from hosts.resolve.conftest import MakeApp
from support.resolve_double import Application, Cut, Item, Lane, simple_cut
from support.resolve_double.sounds import cue_of

VERSIONS = [(18, 5, 0), (20, 1, 0), (20, 3, 0), (21, 1, 0)]
RATES = {
    "23.976": (Fraction(24000, 1001), 24, False),
    "25": (Fraction(25), 25, False),
    "29.97df": (Fraction(30000, 1001), 30, True),
    "59.94": (Fraction(60000, 1001), 60, False),
}


def start_of(hours: int, nominal: int, *, drop_frame: bool) -> int:
    """The frame at which timecode shows so many full hours."""
    dropped = (nominal // 15) * 9 * 6 if drop_frame else 0
    return hours * (3600 * nominal - dropped)


def everything_else(cut: Cut) -> list[tuple[str, int, int, str, bool]]:
    """All that lies on the timeline and is not ours, in order."""
    return [
        (lane.name, item.start, item.end, item.name, item.enabled)
        for lanes in cut.lanes.values()
        for lane in lanes
        for item in lane.items
        if "temptrack" not in item.name
    ]


def ours(cut: Cut) -> list[tuple[str, int, int]]:
    return [
        (lane.name, item.start, item.end)
        for lane in cut.lanes["audio"]
        for item in lane.items
        if "temptrack" in item.name
    ]


def host_of(app: Application) -> Host:
    return Host(app.resolve)  # type: ignore[arg-type]


@pytest.mark.parametrize("hours", [0, 1, 10])
@pytest.mark.parametrize("rate_name", RATES)
@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: ".".join(map(str, version)))
def test_music_lies_to_the_frame_with_fades_and_marker(
    make_app: MakeApp, tmp_path: Path, version: tuple[int, int, int], rate_name: str, hours: int
) -> None:
    rate, nominal, drop_frame = RATES[rate_name]
    app = make_app(version)
    start = start_of(hours, nominal, drop_frame=drop_frame)
    cut = simple_cut(app, rate=rate, start=start, drop_frame=drop_frame)
    before = everything_else(cut)
    host = host_of(app)
    timeline = host.open_timeline()
    assert (timeline.rate, timeline.is_drop_frame, timeline.start_frames) == (rate, drop_frame, start)

    cue = cue_of(tmp_path, start + 37, 101, rate)
    placing.insert(host, timeline, cue, "Music")

    assert ours(cut) == [("Music", start + 37, start + 138)]
    lane = cut.lanes["audio"][-1]
    assert (lane.name, lane.sub_type, len(cut.lanes["audio"])) == ("Music", "stereo", 2)
    item = lane.items[0]
    if version >= (21, 1, 0):
        assert item.fades == {"FadeIn": 12, "FadeOut": 24}
        assert item.properties == {"AudioVolume": -6.0, "AudioVolumeEnabled": True}
    assert {
        frame: (marker["name"], marker["note"], marker["customData"]) for frame, marker in cut.markers.items()
    } == {37: ("Artist - Song", "CC0-1.0, track t1", "temptrack:0123456789ab")}
    assert item.media is not None
    assert item.media.third_party == ({"temptrack_track": "t1"} if version >= (19, 0, 2) else {})
    assert everything_else(cut) == before
    assert len(cut.lanes["video"]) == 1
    assert app.folder is app.root

    placing.remove(host, host.open_timeline(), cue.id)
    assert ours(cut) == []
    assert cut.markers == {}
    assert everything_else(cut) == before


def test_a_loop_is_several_clips_end_to_end_and_one_cue(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app((21, 1, 0))
    cut = simple_cut(app)
    host = host_of(app)
    cue = cue_of(tmp_path, 86400, 400, Fraction(24), passes=3)
    placed = placing.insert(host, host.open_timeline(), cue, "Music")
    assert ours(cut) == [("Music", 86400, 86533), ("Music", 86533, 86666), ("Music", 86666, 86800)]
    fades = [(item.fades["FadeIn"], item.fades["FadeOut"]) for item in cut.lanes["audio"][-1].items]
    assert fades == [(12, 0), (0, 0), (0, 24)]
    assert (placed.start_frames, placed.end_frames) == (86400, 86800)
    assert [found.id for found in placed_cues(host.open_timeline())] == [cue.id]
    placing.remove(host, host.open_timeline(), cue.id)
    assert ours(cut) == []


def test_a_lane_named_music_is_used_where_it_is_free_and_left_alone_where_it_is_not(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app()
    cut = simple_cut(app)
    cut.lanes["audio"].append(Lane("Music", "audio", "stereo", items=[Item("theirs", 86400, 86500)]))
    host = host_of(app)
    later = cue_of(tmp_path, 86500, 50, Fraction(24), cue_id="aaaaaaaaaaaa")
    placing.insert(host, host.open_timeline(), later, "Music")
    over = cue_of(tmp_path, 86450, 100, Fraction(24), cue_id="bbbbbbbbbbbb")
    placing.insert(host, host.open_timeline(), over, "Music")
    assert ours(cut) == [("Music", 86500, 86550), ("Music 2", 86450, 86550)]


@pytest.mark.parametrize("state", [{"locked": True}, {"enabled": False}, {"sub_type": "mono"}])
def test_a_lane_that_is_locked_muted_or_mono_is_not_used(
    make_app: MakeApp, tmp_path: Path, state: dict[str, object]
) -> None:
    app = make_app()
    cut = simple_cut(app)
    cut.lanes["audio"].append(Lane("Music", **{"kind": "audio", "sub_type": "stereo", **state}))  # type: ignore[arg-type]
    host = host_of(app)
    placing.insert(host, host.open_timeline(), cue_of(tmp_path, 86400, 50, Fraction(24)), "Music")
    assert ours(cut) == [("Music 2", 86400, 86450)]


def test_replacing_takes_ours_and_nothing_else(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    cut = simple_cut(app)
    host = host_of(app)
    before = everything_else(cut)
    placing.insert(host, host.open_timeline(), cue_of(tmp_path, 86410, 100, Fraction(24)), "Music")
    other = cue_of(tmp_path, 86410, 100, Fraction(24), cue_id="bbbbbbbbbbbb")
    placing.replace(host, host.open_timeline(), "0123456789ab", other, "Music")
    assert ours(cut) == [("Music", 86410, 86510)]
    assert [marker["customData"] for marker in cut.markers.values()] == ["temptrack:bbbbbbbbbbbb"]
    assert everything_else(cut) == before


def test_when_replacing_fails_the_old_music_is_back_as_it_was(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app((21, 1, 0))
    cut = simple_cut(app)
    host = host_of(app)
    old = cue_of(tmp_path, 86410, 100, Fraction(24))
    placing.insert(host, host.open_timeline(), old, "Music")
    app.refusing["Timeline.AddMarker"] = False
    other = cue_of(tmp_path, 86410, 100, Fraction(24), cue_id="bbbbbbbbbbbb", fades=(1, 1), gain_db=0)
    with pytest.raises(PanelError) as caught:
        placing.replace(host, host.open_timeline(), old.id, other, "Music")
    assert caught.value.problem.reason == "CALL_FAILED"
    assert ours(cut) == [("Music", 86410, 86510)]
    item = cut.lanes["audio"][-1].items[0]
    assert (old.id in item.name, item.fades, item.properties["AudioVolume"]) == (
        True,
        {"FadeIn": 12, "FadeOut": 24},
        -6.0,
    )
    assert [marker["customData"] for marker in cut.markers.values()] == [f"temptrack:{old.id}"]


@pytest.mark.parametrize(
    "call", ["Timeline.AddMarker", "TimelineItem.SetFades", "TimelineItem.SetProperties"]
)
def test_when_a_step_fails_nothing_is_left_behind(make_app: MakeApp, tmp_path: Path, call: str) -> None:
    app = make_app((21, 1, 0))
    cut = simple_cut(app)
    app.refusing[call] = False
    host = host_of(app)
    with pytest.raises(PanelError) as caught:
        placing.insert(host, host.open_timeline(), cue_of(tmp_path, 86410, 100, Fraction(24)), "Music")
    assert call in caught.value.problem.sentence
    assert ours(cut) == []
    assert len(cut.lanes["audio"]) == 1
    assert [media.name for media in app.root.everything()] == ["film.mov"]


def test_music_the_editor_deleted_cannot_be_removed_and_nothing_is_touched(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app()
    cut = simple_cut(app)
    host = host_of(app)
    cue = cue_of(tmp_path, 86410, 100, Fraction(24))
    placing.insert(host, host.open_timeline(), cue, "Music")
    cut.lanes["audio"][-1].items.clear()
    before = everything_else(cut)
    with pytest.raises(PanelError) as caught:
        placing.remove(host, host.open_timeline(), cue.id)
    assert caught.value.problem.reason == "MUSIC_GONE"
    assert everything_else(cut) == before


def test_music_on_a_lane_that_was_locked_since_is_not_removed_and_said_so(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app()
    cut = simple_cut(app)
    host = host_of(app)
    cue = cue_of(tmp_path, 86410, 100, Fraction(24))
    placing.insert(host, host.open_timeline(), cue, "Music")
    cut.lanes["audio"][-1].locked = True
    with pytest.raises(PanelError) as caught:
        placing.remove(host, host.open_timeline(), cue.id)
    assert caught.value.problem.reason == "NOT_REMOVED"
    assert "Unlock" in caught.value.problem.next_step
    assert ours(cut) == [("Music", 86410, 86510)]
