"""Things go wrong in Blender: a sentence, a next step, nothing stuck, nothing left behind."""

import shutil
from pathlib import Path

import psutil
import pytest

from hosts.blender.bpy_process import run_inside, start_inside
from support.films import Shot, make_film, moving
from support.small_library import SmallLibrary


@pytest.fixture(name="film")
def make_one_film(tmp_path: Path) -> Path:
    return make_film(tmp_path / "film.mp4", [Shot(moving(1), 100)])


@pytest.mark.timeout(900)
def test_whatever_goes_wrong_says_what_to_do_next(
    version: str, extension: Path, library: SmallLibrary, film: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(library.home, tmp_path / "home")
    given = {"zip": str(extension), "home": str(home), "film": str(film), "library": library.name}
    seen = run_inside(version, "go_wrong.py", given, tmp_path / "run")
    assert seen["reasons"] == {
        "server_while_offline": "ONLINE_ACCESS_OFF",
        "no_such_program": "COMPANION_NOT_THERE",
        "nobody_answers": "UNREACHABLE",
        "nothing_on_the_timeline": "none",
        "no_such_part": "NO_PREVIEW_RANGE NOTHING_SELECTED NO_MARKERS",
        "cancelled": "none",
        "killed": "COMPANION_ENDED",
        "strip_deleted": "none",
        "scene_switched": "OTHER_SCENE",
        "scene_removed": "SCENE_GONE",
        "music_removed": "MUSIC_GONE",
        "other_file": "none",
        "library_removed": "LIBRARY_NOT_FOUND",
    }
    assert len(seen["companions"]) >= 2
    assert [number for number in seen["companions"] if psutil.pid_exists(number)] == []


@pytest.mark.timeout(900)
def test_two_blenders_at_once_do_not_disturb_each_other_and_leave_nothing(
    version: str, extension: Path, library: SmallLibrary, film: Path, tmp_path: Path
) -> None:
    given = {"zip": str(extension), "home": str(library.home), "film": str(film)}
    both = [
        start_inside(version, "search_and_stay.py", {**given, "prompt": words}, tmp_path / words)
        for words in ("calm", "driving")
    ]
    answers = [each.result() for each in both]
    assert all(len(answer["titles"]) == len(library.tracks) for answer in answers)
    assert answers[0]["companion"] != answers[1]["companion"]
    for answer in answers:
        # These Blenders end without a word, as when they crash; their companions notice.
        if psutil.pid_exists(answer["companion"]):
            psutil.Process(answer["companion"]).wait(timeout=30)
