"""The fifteen minutes of the guide to a studio server: its commands in order, on the server and on a seat."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.films import Shot, make_film, moving
from support.served_process import read_until
from support.serving import PATIENCE_S
from support.timelines import clip, lane, movie, save, timeline
from support.tones import music, write_audio

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guides" / "studio-server.md").read_text("utf-8")
BLOCK = re.compile(r"<!-- executed: (server|seat) -->\n```console\n(.*?)```", re.DOTALL)


def commands(where: str) -> list[str]:
    blocks = [text for place, text in BLOCK.findall(GUIDE) if place == where]
    return [line[2:] for text in blocks for line in text.splitlines() if line.startswith("$ ")]


class Machine:
    """A machine of the studio: a folder of its own, and its own state of temptrack."""

    def __init__(self, folder: Path, places: dict[str, str]) -> None:
        self.folder = folder
        self._places = places
        self._environment = {**os.environ, "TEMPTRACK_HOME": str(folder / "home")}

    def here(self, text: str) -> str:
        for place, ours in self._places.items():
            text = text.replace(place, ours)
        return text

    def words(self, line: str) -> list[str]:
        name, *words = shlex.split(self.here(line))
        assert name in {"temptrack", "openssl"}, f"the guide runs '{name}'"
        return [str(Path(sys.executable).with_name(name)) if name == "temptrack" else name, *words]

    def run(self, line: str, given: str = "") -> str:
        done = subprocess.run(
            self.words(line),
            cwd=self.folder,
            env=self._environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def serving(self, line: str) -> Iterator[str]:
        """Keep a server running while the block runs, and yield its port."""
        process = subprocess.Popen(
            self.words(line), cwd=self.folder, env=self._environment, stderr=subprocess.PIPE, text=True
        )
        try:
            address = read_until(process.stderr, "Ready at").split()[2]
            yield address.rstrip(":").rsplit(":", 1)[1]
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 0
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
def server(tmp_path: Path) -> Machine:
    for number, title in enumerate(("Slow Morning", "Night Bus")):
        sound = music(12.0, bpm=80 + 30 * number, seed=number)
        write_audio(tmp_path / "srv" / "music" / f"{number}.flac", sound, tags={"title": title})
    (tmp_path / "etc" / "tls").mkdir(parents=True)
    places = {
        "/etc/temptrack": str(tmp_path / "etc"),
        "/srv/music": str(tmp_path / "srv" / "music"),
        "/var/log/temptrack": str(tmp_path / "log"),
        "0.0.0.0:7353": "127.0.0.1:0",
        "127.0.0.1:9464": "127.0.0.1:0",
        "DNS:studio": "DNS:localhost",
    }
    (tmp_path / "log").mkdir()
    machine = Machine(tmp_path / "server", places)
    machine.folder.mkdir()
    file = (ROOT / "deploy" / "server.toml").read_text("utf-8")
    (machine.folder / "server.toml").write_text(machine.here(file), encoding="utf-8")
    return machine


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    folder = tmp_path / "seat"
    folder.mkdir()
    make_film(folder / "a.mp4", [Shot(moving(1), 250)], size=(96, 72))
    scene = lane(clip("a", 0, 250, 25, media=movie("a.mp4", 0, 250, 25)))
    save(timeline(scene, rate=25), folder / "CUT.otio")
    return folder


def test_fifteen_minutes_lead_from_nothing_to_a_suggestion_on_a_seat(server: Machine, cut: Path) -> None:
    *first, serve = commands("server")
    assert serve.startswith("temptrack serve ")
    said = {line: server.run(line) for line in first}
    (token,) = (text for line, text in said.items() if "token create" in line)
    with server.serving(serve) as port:
        seat = Machine(cut, {"studio:7353": f"localhost:{port}"})
        (cut / "studio-ca.pem").write_bytes((server.folder / "studio-ca.pem").read_bytes())
        login, doctor, suggest = commands("seat")
        seat.run(login, given=token)
        assert "stock" in seat.run(doctor)
        answer = json.loads(seat.run(f"{suggest} --json"))
    assert {one["track"]["title"] for one in answer["suggestions"]} == {"Slow Morning", "Night Bus"}
