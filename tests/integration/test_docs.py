"""The commands of the README and the guides do what they say, with the bundle that ships."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import opentimelineio as otio
import pytest

from support.films import Shot, make_film, moving
from support.timelines import clip, lane, movie, save, time_range, timeline
from support.tones import music, write_audio

ROOT = Path(__file__).parents[2]
EXECUTED = re.compile(r"<!-- executed -->\n```console\n(.*?)```", re.DOTALL)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]


def commands(page: Path) -> list[str]:
    blocks = EXECUTED.findall(page.read_text("utf-8"))
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    for number, title in enumerate(("Slow Morning", "Night Bus")):
        sound = music(21.0, bpm=80 + 30 * number, seed=number)
        write_audio(tmp_path / "MUSIC_FOLDER" / f"{number}.flac", sound, tags={"title": title})
    make_film(tmp_path / "a.mp4", [Shot(moving(1), 300)])
    cut = timeline(lane(clip("a", 0, 300, 25, media=movie("a.mp4", 0, 300, 25))), rate=25)
    cut.tracks.markers.append(otio.schema.Marker(name="chase", marked_range=time_range(25, 200, 25)))
    save(cut, tmp_path / "CUT.otio")
    return tmp_path


def test_some_pages_have_commands() -> None:
    assert sum(bool(commands(page)) for page in PAGES) >= 2


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.stem)
def test_every_command_of_a_page_works_in_order(page: Path, workplace: Path, own_home: Path) -> None:
    environment = {**os.environ, "TEMPTRACK_HOME": str(own_home)}
    program = Path(sys.executable).with_name("temptrack")
    for command in commands(page):
        name, *arguments = shlex.split(command)
        assert name == "temptrack", f"{page.name}: only temptrack's own commands are run, not '{command}'"
        done = subprocess.run(
            [program, *arguments], cwd=workplace, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{page.name}: {command}\n{done.stdout}\n{done.stderr}"
