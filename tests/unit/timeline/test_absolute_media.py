import json
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from opentimelineio import schema

from support.timelines import clip, cue, lane, movie, nested, save, time_range, timeline
from temptrack.timeline.absolute_media import with_absolute_media
from temptrack.timeline.place import place_cue
from temptrack.timeline.read import read_timeline
from temptrack.timeline.references import Found, find_media
from temptrack.timeline.write import write_timeline


def moved(written: Path, folder: Path) -> tuple[str, ...]:
    """Write a timeline to another folder, and return what the editor is told."""
    folder.mkdir()
    return write_timeline(with_absolute_media(read_timeline(written)), folder / "cut.otio")


def media_of(path: Path) -> list[Path]:
    file = read_timeline(path)
    found = [find_media(each, file.media_root, exists=Path.exists) for each in file.timeline.find_clips()]
    return [each.media.path for each in found if isinstance(each, Found)]


@pytest.mark.parametrize("url", ["a.mov", "media/a.mov", "media/my%20clip.mov", "../a.mov"])
def test_a_relative_path_leads_to_its_file_from_anywhere(tmp_path: Path, url: str) -> None:
    cuts = tmp_path / "cuts"
    (cuts / "media").mkdir(parents=True)
    for path in (
        cuts / "a.mov",
        cuts / "media" / "a.mov",
        cuts / "media" / "my clip.mov",
        tmp_path / "a.mov",
    ):
        path.touch()
    written = save(timeline(lane(clip("a", 0, 24, media=movie(url)))), cuts / "cut.otio")
    assert moved(written, tmp_path / "out") == ()
    (before,), (after,) = media_of(written), media_of(tmp_path / "out" / "cut.otio")
    assert after.is_absolute()
    assert after.samefile(before)


def test_media_that_are_not_there_yet_are_looked_for_where_they_were(tmp_path: Path) -> None:
    written = save(timeline(lane(clip("a", 0, 24, media=movie("late.mov")))), tmp_path / "cut.otio")
    moved(written, tmp_path / "out")
    (tmp_path / "late.mov").touch()
    assert media_of(tmp_path / "out" / "cut.otio") == [tmp_path / "late.mov"]


@pytest.mark.parametrize("base", ["", "frames", "frames/"])
def test_images_of_a_sequence_are_found_too(tmp_path: Path, base: str) -> None:
    (tmp_path / base).mkdir(exist_ok=True)
    for number in range(1, 11):
        (tmp_path / base / f"a.{number:04}.png").touch()
    images = schema.ImageSequenceReference(base, "a.", ".png", 1, 1, 24, 4, available_range=time_range(1, 10))
    written = save(timeline(lane(clip("s", 1, 10, media=images))), tmp_path / "cut.otio")
    assert moved(written, tmp_path / "out") == ()
    assert media_of(tmp_path / "out" / "cut.otio") == media_of(written) != []


def test_nothing_but_relative_paths_changes(tmp_path: Path) -> None:
    urls = ["a.mov", "/m/b.mov", "file:///m/c.mov", "https://example.org/d.mov", "C:\\m\\e.mov"]
    made = timeline(
        lane(*(clip(str(number), 0.1, 24, media=movie(url)) for number, url in enumerate(urls))),
        nested(lane(clip("deep", 0, 24, media=movie("deep.mov")))),
    )
    made.metadata["of another program"] = {"target_url": "a.mov", "gain": 0.1}
    written = save(made, tmp_path / "cut.otio")
    moved(written, tmp_path / "out")
    before, after = (json.loads(path.read_text()) for path in (written, tmp_path / "out" / "cut.otio"))
    differences = sorted(differing(before, after))
    assert differences == [("a.mov", str(tmp_path / "a.mov")), ("deep.mov", str(tmp_path / "deep.mov"))]


def differing(before: Any, after: Any) -> list[tuple[Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        return [pair for name in before for pair in differing(before[name], after[name])]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [pair for old, new in zip(before, after, strict=True) for pair in differing(old, new)]
    return [] if before == after else [(before, after)]


def test_lanes_stay_as_they_were_read_when_music_is_placed_beside_them(tmp_path: Path) -> None:
    made = timeline(lane(clip("a", 0, 240)), lane(clip("b", 0, 240, media=movie("/m/b.mov"))))
    text = otio.adapters.write_to_string(made, "otio_json")
    written = tmp_path / "cut.otio"
    written.write_text(text.replace('"value": 0.0', '"value": 0.00000000000000001'))
    (tmp_path / "out").mkdir()
    placed = place_cue(with_absolute_media(read_timeline(written)), cue(24, 48))
    write_timeline(placed, tmp_path / "out" / "cut.otio")
    before, after = (json.loads(path.read_text()) for path in (written, tmp_path / "out" / "cut.otio"))
    lanes = after["tracks"]["children"]
    assert lanes[1] == before["tracks"]["children"][1]
    assert differing(before["tracks"]["children"][0], lanes[0]) == [("a.mov", str(tmp_path / "a.mov"))]


def test_a_timeline_without_relative_paths_is_not_touched(tmp_path: Path) -> None:
    file = read_timeline(save(timeline(lane(clip("b", 0, 24, media=movie("/m/b.mov")))), tmp_path / "c.otio"))
    assert with_absolute_media(file) is file


def test_media_inside_an_archive_stay_there_and_the_editor_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    save(timeline(lane(clip("a", 0, 24, media=movie("a.mov")))), tmp_path / "cut.otio")
    write_timeline(read_timeline(tmp_path / "cut.otio"), tmp_path / "cut.otioz")
    (note,) = moved(tmp_path / "cut.otioz", tmp_path / "out")
    assert "do not lead there" in note
