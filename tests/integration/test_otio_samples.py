import json
import re
from pathlib import Path

import pytest

from support.otio_goldens import GOLDENS, golden_path, golden_text, samples
from support.reference import reference_data
from support.timelines import cue
from temptrack.timeline.place import list_cues, place_cue
from temptrack.timeline.read import read_timeline
from temptrack.timeline.write import write_timeline

pytestmark = pytest.mark.reference

NAMES = sorted(path.name.removesuffix(".json") for path in GOLDENS.glob("*.json"))
REFUSED = "otio_premiere_example.otio"


@pytest.mark.parametrize("name", NAMES)
def test_reference_timelines_read_as_they_did(name: str) -> None:
    sample = reference_data() / "otio_samples" / name
    assert golden_text(sample) == golden_path(sample).read_text(encoding="utf-8")


def test_every_reference_timeline_has_a_golden() -> None:
    assert [path.name for path in samples(reference_data())] == NAMES


@pytest.mark.parametrize("name", [name for name in NAMES if name != REFUSED])
def test_a_cue_on_a_reference_timeline_is_one_more_lane(name: str, tmp_path: Path) -> None:
    file = read_timeline(reference_data() / "otio_samples" / name)
    placed = place_cue(file, cue(2, 9, file.rate, fades=(3, 3)))
    write_timeline(placed, tmp_path / "out.otio")
    again = read_timeline(tmp_path / "out.otio", name=None if file.index == 0 else file.name)
    assert len(again.timeline.tracks) == len(file.timeline.tracks) + 1
    assert list_cues(again) == list_cues(placed)
    del placed.timeline.tracks[-1]
    assert placed.document.to_json_string() == file.document.to_json_string()
    if file.json:
        lanes = [
            json.loads(text)["tracks"]["children"]
            for text in (file.json, (tmp_path / "out.otio").read_bytes())
        ]
        assert lanes[1][:-1] == lanes[0]


def test_the_newer_timeline_names_what_is_newer() -> None:
    sample = reference_data() / "otio_samples" / REFUSED
    assert re.search(r"NEWER_OTIO.*Marker\.3", golden_text(sample), re.DOTALL)
