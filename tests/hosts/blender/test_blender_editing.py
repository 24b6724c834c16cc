"""The whole way in a real Blender: real companion, library and media; to the frame, before and after."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from hosts.blender.bpy_process import run_inside
from support.films import Shot, make_film, make_sequence, moving, solid
from support.reference import reference_data
from support.small_library import SmallLibrary
from support.tones import write_audio

RATE = Fraction(30000, 1001)
END = 599


@pytest.mark.timeout(900)
def test_an_editor_finds_places_replaces_and_removes_music(
    version: str, extension: Path, library: SmallLibrary, tmp_path: Path
) -> None:
    films = [
        make_film(tmp_path / "a.mp4", [Shot(moving(1), 150)]),
        make_film(tmp_path / "b.mov", [Shot(moving(2), 150)], rate=RATE, tone_hz=300),
        make_film(tmp_path / "Über c.mkv", [Shot(solid((20, 90, 200)), 150)], rate=24),
    ]
    seen = run_inside(version, "edit.py", _given(extension, library, films, tmp_path), tmp_path / "run")
    _check(seen, library)


@pytest.mark.reference
@pytest.mark.timeout(900)
def test_an_editor_finds_music_for_real_footage(
    version: str, extension: Path, library: SmallLibrary, tmp_path: Path
) -> None:
    folder = reference_data() / "video"
    names = (
        "bikes.mp4",
        "chaplin.mp4",
        "big_buck_bunny_0_30.webm",
        "flipping_a_pancake.mkv",
        "fire2.mp4",
    )
    films = [folder / name for name in names]
    seen = run_inside(
        version, "edit.py", _given(extension, library, films, tmp_path, shot=80), tmp_path / "run"
    )
    _check(seen, library)


def _given(
    extension: Path, library: SmallLibrary, films: list[Path], folder: Path, shot: int = 130
) -> dict[str, Any]:
    make_sequence(folder / "seq", frames=30)
    return {
        "zip": str(extension),
        "home": str(library.home),
        "name": "Szene 1",
        "rate": f"{RATE.numerator}/{RATE.denominator}",
        "end": END,
        "shot": shot,
        "films": [str(path) for path in films],
        "sequence": [str(path) for path in sorted((folder / "seq").iterdir())],
        "voice": str(write_audio(folder / "voice.wav")),
    }


def _check(seen: Mapping[str, Any], library: SmallLibrary) -> None:
    assert len(seen["titles"]) == len(library.tracks)
    assert any("gone" in warning for warning in seen["warnings"]), seen["warnings"]
    assert (seen["segments"], seen["seen"]) == (2, 2)
    assert seen["again_from_cache"] == 2, "the second prompt needs the picture no more"
    for title in seen["titles"]:
        assert any(title in label for label in seen["labels"]), seen["labels"]
    assert any(label.startswith("Read as: about 90 bpm") for label in seen["labels"]), seen["labels"]
    for pieces, facts in (seen["inserted"], seen["replaced"]):
        spans = [(strip[2], strip[3]) for strip in pieces]
        assert spans[0][0] == 1
        assert all(first[1] == second[0] for first, second in pairwise(spans))
        assert spans[-1][1] == seen["until"], "it ends with the picture, to the frame"
        assert len({strip[1] for strip in pieces}) == 1
        assert pieces[0][1] > 7, "above everything that was there"
        assert Path(pieces[0][9]) in library.tracks
        assert facts["library"] == library.name
        assert set(facts) >= {"track_id", "licence", "title", "artist", "score", "bundle"}
    assert seen["inserted"][1]["track_id"] != seen["replaced"][1]["track_id"]
    assert not psutil.pid_exists(seen["companion"]), "the companion went with the extension"
