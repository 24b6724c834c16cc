"""What the extension says of a timeline is what Blender shows, frame by frame."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hosts.blender.bpy_process import run_inside
from support.films import Shot, make_film, make_sequence, make_still, numbered, read_number
from support.tones import write_audio
from temptrack.companion.strip_pieces import Stretch, on_top, pieces_of
from temptrack.companion.strip_timeline import Strip, StripTimeline

FRAMES_25, FRAMES_2997 = 150, 90
SHOWN = (1, 2, 40, 80, 105, 106, 120, 149, 155, 169, 170, 175, 214, 230, 355, 379, 380, 419, 420, 439)


@pytest.mark.timeout(600)
def test_what_is_described_is_what_blender_shows(version: str, extension: Path, tmp_path: Path) -> None:
    given = _material(tmp_path / "Ünï material")
    given |= {"zip": str(extension), "frames": SHOWN, "folder": str(tmp_path)}
    seen = run_inside(version, "describe.py", given, tmp_path / "run")
    timeline = StripTimeline.model_validate(seen["description"])
    shown = {int(frame): _number(Path(path)) for frame, path in seen["shown"].items()}
    assert shown == {frame: _described(timeline, frame) for frame in SHOWN}
    assert seen["empty"] == [[], []]
    assert (timeline.name, timeline.rate.exact) == ("Ünï cut", Fraction(30000, 1001))
    assert (timeline.start_frames, timeline.end_frames) == (1, 701)
    by_id = {strip.id: (lane, strip) for lane in timeline.lanes for strip in lane.strips}
    assert {name for name, (_, strip) in by_id.items() if not strip.enabled} == {"muted"}
    assert [lane.name for lane in timeline.lanes if not lane.enabled] == ["Channel 9"]
    kinds = {name: strip.kind.value for name, (_, strip) in by_id.items()}
    assert kinds["scene"] == "scene"
    assert kinds["red"] == kinds["title"] == "generator"
    assert timeline.lanes[0].name == "Titles", "titles lie under everything else"
    assert by_id["gone"][1].path == str(tmp_path / "gone.mov")
    assert by_id["still"][1].path == given["still"]
    sound = by_id["sound"]
    assert (sound[0].kind.value, sound[1].kind.value) == ("audio", "sound")
    assert sound[1].source_start_frames == 10 - Fraction(1, 4) * timeline.rate.exact


def _material(folder: Path) -> dict[str, Any]:
    folder.mkdir()
    make_sequence(folder / "seq", frames=40)
    return {
        "film_25": str(make_film(folder / "a.mp4", [Shot(numbered(), FRAMES_25)])),
        "film_2997": str(
            make_film(folder / "b.mov", [Shot(numbered(), FRAMES_2997)], rate=Fraction(30000, 1001))
        ),
        "sequence": [str(path) for path in sorted((folder / "seq").iterdir())],
        "still": str(make_still(folder / "still.png", numbered(), number=7)),
        "sound": str(write_audio(folder / "sound.wav")),
    }


def _number(path: Path) -> int:
    picture = np.asarray(Image.open(path).convert("RGB"))
    height, width = picture.shape[:2]
    left = (width - height) // 2
    return read_number(picture[:, left : left + height])


def _described(timeline: StripTimeline, frame: int) -> int:
    """Return the number of the media frame that the description says is on top at a timeline frame."""
    lanes = [lane for lane in timeline.lanes if lane.enabled and lane.kind.value == "video"]
    for lane in reversed(lanes):
        found = _in_strips([strip for strip in lane.strips if strip.enabled], timeline.rate.exact, frame)
        if found is not None:
            return found
    raise AssertionError(f"nothing is described at frame {frame}")


def _in_strips(strips: list[Strip], rate: Fraction, frame: int) -> int | None:
    inside = [strip for strip in strips if strip.start_frames <= frame < strip.end_frames]
    if not inside:
        return None
    if inside[-1].strips:
        return _in_strips(list(inside[-1].strips), rate, frame)
    (stretch,) = [each for each in on_top(inside) if each.start_frames <= frame < each.end_frames]
    last: Mapping[str, int] = {"a.mp4": FRAMES_25 - 1, "b.mov": FRAMES_2997 - 1}
    name = Path(stretch.strip.path).name
    for piece in pieces_of(Stretch(stretch.strip, frame, frame + 1), rate, last_frame=last.get(name)):
        number = int(piece.source_frames)
        return int(stretch.strip.files[number].split(".")[1]) if stretch.strip.files else number
    return None
