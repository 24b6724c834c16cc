"""Traps of places: folders, pages, lanes, projects, editions."""

from pathlib import Path
from typing import Any

import pytest

from davinci.temptrack_resolve import editions, placing, start, stills
from davinci.temptrack_resolve.resolve_api import (
    EditableTimeline,
    Host,
    editing,
    media_pool,
)  # fmt: skip
from hosts.resolve.acting import ANY_REFUSAL, START, host_of, insert, ours, reason_of, unguarded
from support.resolve_double import Application, Bin, WouldHang, simple_cut
from support.resolve_double.trap import Trap
from support.resolve_double.window_system import Bmd


def imports_go_to_the_current_folder(app: Application, folder: Path) -> None:
    simple_cut(app)
    shots = Bin("Shots")
    app.root.bins.append(shots)
    app.folder = shots
    insert(app, folder)
    assert app.folder is shots
    assert shots.clips == []
    assert [media.name for each in app.root.bins for media in each.clips] == [
        "Artist - Song [temptrack-0123456789ab].wav"
    ]


def without_choosing_a_folder(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(media_pool.MediaPool, "_in_folder", unguarded)


def deleting_needs_the_edit_page(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    insert(app, folder)
    app.page = "fairlight"
    host = host_of(app)
    placing.remove(host, host.open_timeline(), "0123456789ab")
    assert ours(cut) == []
    assert app.page == "fairlight"


def without_changing_pages(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Host, "on_edit_page", unguarded)


def deleting_fails_once(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    insert(app, folder)
    app.deletes_fail = 1
    host = host_of(app)
    placing.remove(host, host.open_timeline(), "0123456789ab")
    assert ours(cut) == []


def without_a_second_attempt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editing, "DELETE_ATTEMPTS", 1)


def music_lands_and_no_lane_is_added(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    insert(app, folder)
    assert ours(cut) == [("Music", START + 37, START + 138)]
    assert [lane.name for lane in cut.lanes["video"]] == ["Video 1"]


def without_more_video_lanes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EditableTimeline, "as_many_video_lanes", unguarded)


def new_lanes_are_mono(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    insert(app, folder)
    assert cut.lanes["audio"][-1].sub_type == "stereo"


def without_a_lane_type(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editing, "LANE_TYPE", "mono")


def an_untitled_project_cannot_be_saved(app: Application, folder: Path) -> None:
    app.project_name = "Untitled Project"
    cut = simple_cut(app)
    insert(app, folder)
    assert ours(cut) == [("Music", START + 37, START + 138)]
    assert app.called("ProjectManager.SaveProject") == []


def with_saving(patch: pytest.MonkeyPatch) -> None:
    place = placing._place

    def place_and_save(host: Host, *rest: Any) -> Any:
        placed = place(host, *rest)
        host._resolve.GetProjectManager().SaveProject()
        return placed

    patch.setattr(placing, "_place", place_and_save)


def stills_show_the_open_timeline(app: Application, folder: Path) -> None:
    asked, other = simple_cut(app, name="asked"), simple_cut(app, name="other", start=0)
    app.current = asked
    host = host_of(app)
    pictures = stills.stills(host, host.open_timeline(), [START + 1, START + 2], folder)
    next(pictures)
    app.current = other
    assert reason_of(lambda: next(pictures)) == "TIMELINE_SWITCHED"


def without_looking_which_is_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stills, "check_open", lambda *_arguments: None)


def stills_need_a_page_with_a_viewer(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    cut.playhead, app.page = START + 200, "media"
    host = host_of(app)
    assert len(list(stills.stills(host, host.open_timeline(), [START + 1], folder))) == 1
    assert (cut.playhead, app.page) == (START + 200, "media")


def the_free_edition_has_no_windows(app: Application, _folder: Path) -> None:
    simple_cut(app)
    assert start.main({"resolve": app.resolve, "bmd": Bmd()}) == 1
    assert not app.modal, "an advertisement opened"


def without_asking_for_the_edition(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editions, "check", lambda _product: None)


def without_selecting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(media_pool.MediaPool, "select", lambda _pool, _media: None)


TRAPS = [
    Trap(
        "appending needs a selected clip before 20.3.2",
        music_lands_and_no_lane_is_added,
        without_selecting,
        breaks_with=ANY_REFUSAL,
    ),
    Trap("imports land in the current folder", imports_go_to_the_current_folder, without_choosing_a_folder),
    Trap(
        "DeleteClips fails off the Edit page",
        deleting_needs_the_edit_page,
        without_changing_pages,
        breaks_with=ANY_REFUSAL,
    ),
    Trap("DeleteClips fails once", deleting_fails_once, without_a_second_attempt, breaks_with=ANY_REFUSAL),
    Trap(
        "audio lanes are counted by video lanes before 20.2.2",
        music_lands_and_no_lane_is_added,
        without_more_video_lanes,
        (20, 1, 0),
        breaks_with=ANY_REFUSAL,
    ),
    Trap("new lanes are mono", new_lanes_are_mono, without_a_lane_type, breaks_with=ANY_REFUSAL),
    Trap(
        "SaveProject hangs on an untitled project",
        an_untitled_project_cannot_be_saved,
        with_saving,
        breaks_with=(WouldHang,),
    ),
    Trap("stills show the open timeline", stills_show_the_open_timeline, without_looking_which_is_open),
    Trap(
        "no playhead on the Media page",
        stills_need_a_page_with_a_viewer,
        without_changing_pages,
        breaks_with=ANY_REFUSAL,
    ),
    Trap(
        "the free edition advertises instead of opening a window",
        the_free_edition_has_no_windows,
        without_asking_for_the_edition,
        (21, 1, 0),
        studio=False,
    ),
]
