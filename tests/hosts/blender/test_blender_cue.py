"""What the extension says of its music, and where a replacement goes; needs no Blender."""

from fractions import Fraction
from typing import Any

import pytest

from hosts.blender.bpy_process import extension_module
from support.answers import LIBRARY, suggestion_of
from temptrack.suggest.cue import cue_for
from temptrack.timeline.segments import RecordRange, Scope

RATE = Fraction(25)

cue: Any = extension_module("cue")
filling: Any = extension_module("panel.filling")


@pytest.mark.parametrize("loop", [False, True])
def test_strips_say_what_clips_in_a_file_say(loop: bool) -> None:
    suggestion = suggestion_of(1, loop=loop)
    place = filling.Place(1, 1001, RATE)
    made = cue.cue_for(
        suggestion.model_dump(mode="json"), LIBRARY.model_dump(mode="json"), place, filling.Taste()
    )
    expected = cue_for(suggestion, Scope("whole", RecordRange(1, 1000, RATE), ()), LIBRARY)
    # The answer that a panel gets does not tell the bundle's digest.
    assert made.provenance == {
        key: value for key, value in expected.provenance.items() if key != "bundle_digest"
    }
    assert len(made.filling.stretches) == len(expected.parts)


@pytest.mark.parametrize(("lies", "fills"), [((1, 51), (1, 101)), ((1, 102), (1, 102)), ((20, 60), (20, 60))])
def test_music_that_replaces_a_short_track_may_fill_its_gap(
    lies: tuple[int, int], fills: tuple[int, int]
) -> None:
    place = cue.place_over(filling.Place(1, 101, RATE), *lies)
    assert (place.start_frames, place.end_frames) == fills
