"""Traps of answers: what the host says, and what it does not say."""

from pathlib import Path
from typing import Any

import pytest

from davinci.temptrack_resolve import reading
from davinci.temptrack_resolve.resolve_api import (
    OpenTimeline,
)  # fmt: skip
from davinci.temptrack_resolve.resolve_api import (
    timeline as timeline_module,
)
from hosts.resolve.acting import ANY_REFUSAL, CALLERS, START, host_of, insert, ours, reason_of
from support.resolve_double import Application, Item, Lane, simple_cut
from support.resolve_double.trap import Trap


def a_refusal_is_no_exception(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    app.refusing["Timeline.AddTrack"] = False
    assert reason_of(lambda: insert(app, folder)) == "CALL_FAILED"
    assert [lane.name for lane in cut.lanes["audio"]] == ["Audio 1"]


def without_looking_at_answers(patch: pytest.MonkeyPatch) -> None:
    for module in CALLERS:
        if hasattr(module, "answered"):
            patch.setattr(module, "answered", lambda _call, answer: answer)


def any_name_can_be_read(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    insert(app, folder)
    assert ours(cut) == [("Music", START + 37, START + 138)]


def with_hasattr(patch: pytest.MonkeyPatch) -> None:
    for module in CALLERS:
        if hasattr(module, "offers"):
            patch.setattr(module, "offers", hasattr)


def a_dialog_opens(app: Application, folder: Path) -> None:
    cut = simple_cut(app)

    def open_dialog(call: str) -> None:
        app.modal = app.modal or call == "MediaPool.ImportMedia"

    app.before_call = open_dialog
    assert reason_of(lambda: insert(app, folder)) == "DIALOG_OPEN"
    assert ours(cut) == []


def without_telling_nothing_from_no(patch: pytest.MonkeyPatch) -> None:
    for module in CALLERS:
        if hasattr(module, "known"):
            patch.setattr(module, "known", lambda _call, answer: answer)


def strings_are_no_constants(app: Application, folder: Path) -> None:
    simple_cut(app)
    assert reading.export(host_of(app).open_timeline(), folder).stat().st_size > 0


def with_strings(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OpenTimeline, "_export_constants", lambda _timeline: ("EXPORT_OTIO", "EXPORT_NONE"))


def success_without_a_file(app: Application, folder: Path) -> None:
    simple_cut(app)
    app.refusing["Timeline.Export"] = True
    timeline = host_of(app).open_timeline()
    assert reason_of(lambda: reading.export(timeline, folder)) == "NOT_EXPORTED"


def without_looking_for_the_file(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(timeline_module, "was_written", lambda _path: True)


def clips_without_media(app: Application, folder: Path) -> None:
    cut = simple_cut(app)
    transition = Item("Cross Fade", START, START + 12, kind="transition")
    cut.lanes["audio"].append(Lane("Music", "audio", "stereo", items=[transition]))
    insert(app, folder)
    assert ours(cut) == [("Music", START + 37, START + 138)]


def with_media_taken_for_granted(patch: pytest.MonkeyPatch) -> None:
    def file_of(item: Any) -> Path:
        return Path(item.GetMediaPoolItem().GetClipProperty("File Path"))

    patch.setattr(timeline_module, "file_of", file_of)


TRAPS = [
    Trap("a refusal is False", a_refusal_is_no_exception, without_looking_at_answers),
    Trap("hasattr is always true", any_name_can_be_read, with_hasattr, (18, 5, 0), breaks_with=(TypeError,)),
    Trap(
        "a dialog answers None",
        a_dialog_opens,
        without_telling_nothing_from_no,
        breaks_with=(AssertionError, TypeError, AttributeError),
    ),
    Trap("Export takes strings in silence", strings_are_no_constants, with_strings, breaks_with=ANY_REFUSAL),
    Trap(
        "Export says True and writes nothing",
        success_without_a_file,
        without_looking_for_the_file,
        breaks_with=(FileNotFoundError,),
    ),
    Trap(
        "clips without media lie on lanes",
        clips_without_media,
        with_media_taken_for_granted,
        breaks_with=(AttributeError,),
    ),
]
