"""Music on a real Blender's timeline: where it lies, how it fades and sounds, what stays as it was."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from hosts.blender.bpy_process import run_inside
from support.tones import click, write_audio

RATE = Fraction(30000, 1001)
LEVEL = 10 ** (-6 / 20)
"""From -14 to -20 LUFS."""

CLICK_S = 7.5


@pytest.mark.timeout(600)
def test_music_lies_to_the_frame_and_nothing_else_moves(
    version: str, extension: Path, tmp_path: Path
) -> None:
    given = {
        "zip": str(extension),
        "music": str(write_audio(tmp_path / "Нощен автобус.flac", click(CLICK_S, 30.0))),
        "voice": str(write_audio(tmp_path / "voice.wav")),
    }
    looks = run_inside(version, "place.py", given, tmp_path / "run")
    kind, channel, start, end, _, _, muted, locked, _, path, _, keys = looks["inserted"]["strip"]
    assert (kind, start, end, muted, locked) == ("SOUND", 50, 150, False, False)
    assert channel == 6, "above everything that was there"
    assert path == given["music"]
    assert keys == [
        [50, 0, "LINEAR"],
        [62, pytest.approx(LEVEL), "LINEAR"],
        [120, pytest.approx(LEVEL), "LINEAR"],
        [150, 0, "LINEAR"],
    ]
    facts = looks["inserted"]["facts"]
    assert (facts["track_id"], facts["licence"], facts["library"]) == ("t1", "CC0-1.0", "stock")
    assert looks["replaced"]["strip"][2:4] == [50, 120]
    assert looks["crowded"] == [6, 7, 6, 6]
    assert looks["looped"][:2] == pytest.approx([LEVEL, LEVEL])
    assert len(looks["looped"]) == 3
    (removed,) = looks["told"]
    assert (removed["action"], removed["library"], removed["track_id"]) == ("removed", "stock", "t1")
    # The scene begins at frame 1.
    assert (removed["start_frames"], removed["duration_frames"], removed["timeline"]) == (49, 70, "Cut")
    assert removed["rate"] == {"numerator": 30000, "denominator": 1001}
    told = looks["undo"].pop("told")
    assert looks["undo"] == {"placed": 1, "undone": 0, "redone": 1}
    assert [(each["action"], each["track_id"], each["query_digest"]) for each in told] == (
        [("inserted", "t", "q" * 64)] if looks["online"] else []
    )
    assert heard_at_s(Path(looks["inserted"]["mixed"])) == pytest.approx(CLICK_S - 5.013, abs=0.001)


def heard_at_s(path: Path) -> float:
    with av.open(path) as container:
        sound = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in container.decode(audio=0)])
        return float(np.abs(sound.astype(float)).max(axis=1).argmax() / container.streams.audio[0].rate)
