"""Traps of frames: what lies where, counted from what, at which rate."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from davinci.temptrack_resolve import placing, reading
from davinci.temptrack_resolve.resolve_api import (
    Clip,
    EditableTimeline,
    OpenTimeline,
    editing,
    media_pool,
)  # fmt: skip
from hosts.resolve.acting import ANY_REFUSAL, START, host_of, insert, ours, reason_of
from support.resolve_double import Application, Item, Lane, simple_cut
from support.resolve_double.trap import Trap


def lane_in_use(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    cut.lanes["audio"].append(Lane("Music", "audio", "stereo", items=[Item("theirs", START, START + 60)]))
    insert(app, folder)
    assert ours(cut) == [("Music 2", START + 37, START + 138)]


def without_free_lanes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(placing, "is_free", lambda *_arguments: True)


def vanishing(answer: Any) -> Any:
    def scenario(app: Application, folder: Path) -> None:
        """The editor drops a clip on our lane at the worst moment; the host says nothing of the loss."""
        cut = simple_cut(app)
        app.vanishing = answer

        def drop_a_clip(call: str) -> None:
            if call == "MediaPool.AppendToTimeline":
                cut.lanes["audio"][-1].items.append(Item("theirs", START + 100, START + 120))

        app.before_call = drop_a_clip
        assert reason_of(lambda: insert(app, folder)) == "NOT_PLACED"
        assert cut.markers == {}

    return scenario


def without_reading_back(patch: pytest.MonkeyPatch) -> None:
    def trusting(_timeline: Any, sound: Any, _lane: Any) -> Clip:
        handle: Any = None
        return Clip(handle, "some", "", sound.start_frames, sound.end_frames, sound.file)

    patch.setattr(placing, "_read_back", trusting)


def frames_are_absolute(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    insert(app, folder)
    assert ours(cut) == [("Music", START + 37, START + 138)]


def with_relative_frames(patch: pytest.MonkeyPatch) -> None:
    append = media_pool.MediaPool.append
    patch.setattr(
        media_pool.MediaPool,
        "append",
        lambda pool, media, length, lane, record: append(pool, media, length, lane, record - START),
    )


def markers_are_relative(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    insert(app, folder)
    assert list(cut.markers) == [37]


def with_absolute_markers(patch: pytest.MonkeyPatch) -> None:
    add = EditableTimeline.add_marker
    patch.setattr(
        EditableTimeline, "add_marker", lambda timeline, frame, *rest: add(timeline, frame + START, *rest)
    )


def marks_are_relative(app: Application, _folder: Path) -> None:
    cut = simple_cut(app)
    cut.mark_in, cut.mark_out = 24, 47
    part = reading.part_of(host_of(app).open_timeline(), reading.IN_OUT)
    assert (part.start_frames, part.end_frames) == (START + 24, START + 48)


def with_marks_as_told(patch: pytest.MonkeyPatch) -> None:
    marks = OpenTimeline.marks

    def as_told(timeline: OpenTimeline) -> tuple[int, int] | None:
        found = marks(timeline)
        return None if found is None else (found[0] - START, found[1] - START)

    patch.setattr(OpenTimeline, "marks", as_told)


def a_marker_is_there_already(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    theirs = {"color": "Red", "name": "theirs", "note": "", "duration": 1, "customData": ""}
    cut.markers[37] = theirs
    insert(app, folder)
    assert cut.markers[37] == theirs
    assert cut.markers[38]["customData"] == "temptrack:0123456789ab"


def without_looking_for_markers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editing, "next_free", lambda frame, _taken: frame)


def end_frames_count_in(app: Application, folder: Path) -> None:
    app.end_frame_inclusive = True
    cut = simple_cut(app)
    insert(app, folder)
    assert ours(cut) == [("Music", START + 37, START + 138)]


def without_correction(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(placing, "correction", lambda *_arguments: 0)


def sound_has_the_rate_of_its_import(app: Application, folder: Path) -> None:
    """The project runs at 30, this timeline at 24: the file is counted in 30ths."""
    cut = simple_cut(app)
    app.project_rate = Fraction(30)
    insert(app, folder, frames=240)
    assert ours(cut) == [("Music", START + 37, START + 277)]


def with_the_rate_of_the_timeline(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(media_pool.MediaPool, "rate_of", lambda _pool, _media: Fraction(24))


TRAPS = [
    Trap("a clip over another vanishes", lane_in_use, without_free_lanes, breaks_with=ANY_REFUSAL),
    Trap("a lost clip is answered with [None]", vanishing(lambda _lost: [None]), without_reading_back),
    Trap("a lost clip is answered with []", vanishing(lambda _lost: []), without_reading_back),
    Trap("a lost clip is answered with a clip", vanishing(lambda lost: [lost]), without_reading_back),
    Trap("record frames are absolute", frames_are_absolute, with_relative_frames, breaks_with=ANY_REFUSAL),
    Trap("markers are relative", markers_are_relative, with_absolute_markers, breaks_with=ANY_REFUSAL),
    Trap("marks are relative", marks_are_relative, with_marks_as_told),
    Trap(
        "a frame holds one marker",
        a_marker_is_there_already,
        without_looking_for_markers,
        breaks_with=ANY_REFUSAL,
    ),
    Trap("endFrame may count in", end_frames_count_in, without_correction, breaks_with=ANY_REFUSAL),
    Trap(
        "sound keeps the rate of its import",
        sound_has_the_rate_of_its_import,
        with_the_rate_of_the_timeline,
        breaks_with=ANY_REFUSAL,
    ),
]
