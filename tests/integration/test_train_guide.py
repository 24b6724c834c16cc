"""The guide to training: its commands in order, from media files to a suggestion by the bundle they make."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from support.films import Shot, make_film, moving
from support.timelines import clip, lane, movie, save, timeline
from support.tones import music, write_audio
from temptrack.model.bundles import load_bundle

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "train-on-your-own-pairs.md"
COMMANDS = re.compile(r"<!-- executed: train -->\n```console\n(.*?)```", re.DOTALL)
SYSTEM = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
SPLITS = ("train",) * 6 + ("validation",) * 2 + ("test",) * 2

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    pairs = tmp_path / "PAIRS"
    pairs.mkdir()
    with (pairs / "manifest.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "video", "audio", "text", "split"])
        for number, split in enumerate(SPLITS):
            make_film(pairs / f"{number}.mp4", [Shot(moving(number), 25 * 11)], size=(96, 72))
            sound = music(12.0, bpm=70 + 10 * number, seed=number)
            write_audio(pairs / f"{number}.flac", sound)
            rows.writerow(
                [number, f"{number}.mp4", f"{number}.flac", f"a tune of {70 + 10 * number} beats", split]
            )
    for number, title in enumerate(("Slow Morning", "Night Bus")):
        sound = music(12.0, bpm=80 + 30 * number, seed=50 + number)
        write_audio(tmp_path / "MUSIC_FOLDER" / f"{number}.flac", sound, tags={"title": title})
    make_film(tmp_path / "a.mp4", [Shot(moving(1), 250)])
    save(
        timeline(lane(clip("a", 0, 250, 25, media=movie("a.mp4", 0, 250, 25))), rate=25),
        tmp_path / "CUT.otio",
    )
    return tmp_path


def run(line: str, workplace: Path, home: Path) -> str:
    modules = {"temptrack-train": "temptrack_train", "temptrack-export": "temptrack_export.main"}
    name, *arguments = shlex.split(line)
    if name in modules:
        command = [sys.executable, "-m", modules[name], *arguments]
    else:
        assert name == "temptrack", f"the guide runs '{name}'"
        command = [str(Path(sys.executable).with_name("temptrack")), *arguments]
    environment = {**os.environ, "TEMPTRACK_HOME": str(home)}
    done = subprocess.run(
        command, cwd=workplace, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_guide_leads_from_media_to_a_suggestion(workplace: Path, own_home: Path) -> None:
    page = GUIDE.read_text("utf-8")
    system = SYSTEM.search(page)
    assert system is not None
    (workplace / "ours.yaml").write_text(system[1], encoding="utf-8")
    shown = "".join(COMMANDS.findall(page)).splitlines()
    lines = [line[2:] for line in shown if line.startswith("$ ")]
    assert len(lines) == 7
    said = {line.split()[1]: run(line, workplace, own_home) for line in lines}

    assert "video_text_to_music" in said["evaluate"]
    bundle = load_bundle(workplace / "ours-1", device="cpu")
    figures = {one.name: one.value for one in bundle.manifest.metrics}
    assert figures["parity/query_tower/lowest_cosine"] >= 0.9999
    assert any("Slow Morning" in text or "Night Bus" in text for text in said.values())

    answer = run(
        'temptrack suggest CUT.otio --library mine --prompt "slow strings" --bundle ours-1 --json',
        workplace,
        own_home,
    )
    suggestions = json.loads(answer)["suggestions"]
    assert len(suggestions) == 2
