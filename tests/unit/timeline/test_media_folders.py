"""Clips that name no file, or one that is not there, are linked to files of their name."""

from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from support.timelines import clip, lane, movie, save, spans_of, timeline
from temptrack.errors import InvalidRequest, NotFound, NotReady
from temptrack.timeline.media_folders import MediaFolders
from temptrack.timeline.read import read_timeline
from temptrack.timeline.references import names_of
from temptrack.timeline.scope import select_scope
from temptrack.timeline.segments import MediaKind, ProblemKind, Scope

EDL = """\
TITLE: CUT
FCM: NON-DROP FRAME
001  TAPE7    V     C        01:00:04:00 01:00:06:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME:  SUNRISE
002  TAPE8    V     C        00:00:01:00 00:00:02:00 01:00:02:00 01:00:03:00
* FROM CLIP NAME:  Wide (take 2)
* SOURCE FILE: wide.02
003  DRONE    V     C        00:00:00:00 00:00:01:00 01:00:03:00 01:00:04:00
* FROM CLIP NAME:  nothing of that name
004  TAPE9    V     C        00:00:00:00 00:00:01:00 01:00:04:00 01:00:05:00
* FROM CLIP NAME:  lost
"""


def touched(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def scope_of(document: Any, folder: Path, *media: Path, **options: Any) -> Scope:
    file = read_timeline(save(document, folder / "cut.otio"))
    return select_scope(file, folders=MediaFolders(media), require_picture=False, **options)


def paths_of(scope: Scope) -> list[Path]:
    return [span.media.path for segment in scope.segments for span in segment.spans]


def nameless(name: str) -> Any:
    made = clip(name, 0, 24)
    made.media_reference = otio.schema.MissingReference()
    return made


def test_an_edl_is_linked_by_source_file_clip_name_and_reel(tmp_path: Path) -> None:
    media = touched(tmp_path / "media", "day 1/Sunrise.MOV", "day 2/WIDE.02.mxf", "drone.mp4", "other.mov")
    edl = tmp_path / "cut.edl"
    edl.write_text(EDL)
    scope = select_scope(read_timeline(edl), folders=MediaFolders([media]))
    assert paths_of(scope) == [media / "day 1/Sunrise.MOV", media / "day 2/WIDE.02.mxf", media / "drone.mp4"]
    assert spans_of(scope)[1][3:] == (1.0, 2.0)
    kinds = {(problem.clip_name, problem.kind) for problem in scope.problems}
    assert kinds == {("SUNRISE", ProblemKind.ASSUMED), ("lost", ProblemKind.NO_MEDIA)}
    with pytest.raises(NotReady, match="--media"):
        select_scope(read_timeline(edl))


def test_a_file_that_is_where_the_timeline_says_is_left_alone(tmp_path: Path) -> None:
    media = touched(tmp_path / "media", "a.mov", "b.mov")
    touched(tmp_path, "a.mov")
    scope = scope_of(timeline(lane(clip("a", 0, 24), clip("b", 0, 24))), tmp_path, media)
    assert paths_of(scope) == [tmp_path / "a.mov", media / "b.mov"]
    assert scope.problems == ()


def test_a_file_of_another_machine_is_found_by_its_own_name_and_keeps_its_times(tmp_path: Path) -> None:
    media = touched(tmp_path / "media", "A001 C003.mp4", "shot.mov")
    far = clip("shot", 86424, 24, media=movie("D:\\day 1\\A001%20C003.mxf", start=86400))
    scope = scope_of(timeline(lane(far)), tmp_path, media)
    assert paths_of(scope) == [media / "A001 C003.mp4"]
    assert spans_of(scope) == [("shot", 0, 24, 1.0, 2.0)]


def test_the_whole_file_name_goes_before_the_name_without_ending(tmp_path: Path) -> None:
    media = touched(tmp_path / "media", "a.mov", "proxy/a.mp4")
    assert MediaFolders([media]).find(["A.MOV"]) == (media / "a.mov",)
    assert MediaFolders([media]).find(["a.mxf"]) == (media / "a.mov", media / "proxy/a.mp4")
    assert MediaFolders([media]).find(["b", "a.mp4"]) == (media / "proxy/a.mp4",)
    assert MediaFolders([media]).find(["", "b"]) == ()


def test_two_files_of_one_name_are_told_and_not_guessed(tmp_path: Path) -> None:
    media = touched(tmp_path / "media", "x/a.mov", "y/a.mov")
    scope = scope_of(timeline(lane(nameless("a"))), tmp_path, media)
    assert paths_of(scope) == []
    (problem,) = scope.problems
    assert problem.kind is ProblemKind.AMBIGUOUS_MEDIA
    assert str(media / "x/a.mov") in problem.message
    assert str(media / "y/a.mov") in problem.message
    with pytest.raises(NotReady, match="2 files"):
        select_scope(read_timeline(tmp_path / "cut.otio"), folders=MediaFolders([media]))


def test_one_file_reached_twice_is_no_ambiguity(tmp_path: Path) -> None:
    media = touched(tmp_path / "media", "x/a.mov")
    (media / "link").symlink_to(media / "x")
    (media / "y").mkdir()
    (media / "y" / "a.mov").symlink_to(media / "x" / "a.mov")
    (media / "x" / "round").symlink_to(media)
    assert len(MediaFolders([media, media / "x", media]).find(["a"])) == 1


def test_what_shows_no_picture_and_what_is_hidden_is_passed_over(tmp_path: Path) -> None:
    media = touched(tmp_path / "media", "a.wav", "a.xml", ".a.mov", ".trash/a.mov", "a.jpg")
    scope = scope_of(timeline(lane(nameless("a"))), tmp_path, media)
    assert paths_of(scope) == [media / "a.jpg"]
    assert scope.segments[0].spans[0].media.kind is MediaKind.STILL


def test_unicode_names_are_alike_however_they_are_composed(tmp_path: Path) -> None:
    media = touched(tmp_path / "media", "e\u0301te\u0301.mov")
    assert len(MediaFolders([media]).find(["\u00c9T\u00c9"])) == 1


def test_a_linked_clip_hides_what_is_below_and_an_unknown_one_does_not(tmp_path: Path) -> None:
    media = touched(tmp_path / "media", "top.mov", "low.mov")
    lanes = timeline(lane(nameless("low"), nameless("low")), lane(nameless("top"), nameless("caption")))
    assert paths_of(scope_of(lanes, tmp_path, media)) == [media / "top.mov", media / "low.mov"]


def test_titles_and_sounds_are_never_linked(tmp_path: Path) -> None:
    media = touched(tmp_path / "media", "title.mov", "voice.mov")
    title = clip("title", 0, 24)
    title.media_reference = otio.schema.GeneratorReference(generator_kind="Text")
    voice = clip("voice", 0, 24, media=movie("voice.wav"))
    scope = scope_of(timeline(lane(title, voice)), tmp_path, media)
    assert paths_of(scope) == []
    assert [problem.kind for problem in scope.problems] == [ProblemKind.NO_MEDIA, ProblemKind.UNSUPPORTED]


def test_names_that_are_no_text_are_passed_over() -> None:
    odd = nameless("a")
    odd.metadata["cmx_3600"] = {"comments": [3, "SOURCE FILE:", " source file :  b.mov "], "reel": ""}
    assert names_of(odd) == ("b.mov", "a")
    odd.metadata["cmx_3600"] = "text"
    assert names_of(odd) == ("a",)


def test_folders_that_are_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere") as caught:
        MediaFolders([tmp_path / "nowhere"])
    assert caught.value.reason == "MEDIA_FOLDER_NOT_FOUND"
    touched(tmp_path, "a.mov")
    with pytest.raises(InvalidRequest, match=r"a\.mov") as refused:
        MediaFolders([tmp_path / "a.mov"])
    assert refused.value.reason == "NOT_A_FOLDER"
