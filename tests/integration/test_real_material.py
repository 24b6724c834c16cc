"""The main job on real material: a cut of real clips, a library of real music, the model that ships.

In process and through a server the answer is the same list, and the first of it goes into the timeline.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from support.real_library import RealLibrary
from support.reference import reference_data
from support.timelines import clip, lane, movie, save, sound_lane, timeline
from temptrack import home

pytestmark = [
    pytest.mark.reference,
    # A machine that has never indexed this music needs minutes for it.
    pytest.mark.timeout(2400),
]

TEMPTRACK = Path(sys.executable).with_name("temptrack")
PATIENCE_S = 120

PROMPTS = (
    "brutal death metal",
    "calm orchestral music, no drums",
    "fast electronic music for a chase",
    "sad and lonely",
    "",
)

CLIPS: Sequence[tuple[str, float, float, float]] = (
    # File, rate, first frame, number of frames.
    ("01_dog.mp4", 30000 / 1001, 30, 180),
    ("chaplin.mp4", 25, 25, 150),
    ("car-detection.mp4", 12.5, 100, 100),
    ("big_buck_bunny_0_30.webm", 24, 240, 192),
    ("nasa_13013.mp4", 25, 0, 125),
    ("tree.avi", 15, 150, 90),
    ("flipping_a_pancake.mkv", 30, 60, 180),
)


Words = list[str | Path]
Ask = Callable[[Words], Any]


def temptrack(*words: str | Path, home_folder: Path) -> Any:
    done = subprocess.run(
        [TEMPTRACK, *words, "--json"],
        env=os.environ | {home.ENVIRONMENT_VARIABLE: str(home_folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(name="cut", scope="module")
def make_cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    videos = reference_data() / "video"
    shots = [
        clip(
            Path(name).stem, first, count, rate, media=movie((videos / name).as_uri(), 0, first + count, rate)
        )
        for name, rate, first, count in CLIPS
    ]
    gone = clip("gone", 0, 50, 25, media=movie((videos / "not-there.mp4").as_uri(), 0, 50, 25))
    talk = clip("talk", 0, 300, 30, media=movie((videos / "talking_720p30.mp4").as_uri(), 0, 300, 30))
    cut = timeline(
        lane(*shots[:4], gone, *shots[4:], name="V1"),
        sound_lane(talk, name="Dialogue"),
        name="real cut",
        start=90_000,
        rate=25,
    )
    return save(cut, tmp_path_factory.mktemp("cut") / "cut.otio")


@pytest.fixture(name="ask_here", scope="module")
def answer_in_process(real_library: RealLibrary, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    home_folder = real_library.home_without_cache(tmp_path_factory.mktemp("here") / "home")
    return lambda words: temptrack(*words, home_folder=home_folder)


@pytest.fixture(name="ask_server", scope="module")
def answer_through_a_server(
    real_library: RealLibrary, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ask]:
    # A seat has neither the library nor features that another process made of the picture.
    seat = tmp_path_factory.mktemp("seat")
    process = subprocess.Popen(
        [TEMPTRACK, "serve", "--listen", "127.0.0.1:0", "--device", "cpu"],
        env=os.environ | {home.ENVIRONMENT_VARIABLE: str(real_library.home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        seen = []
        for line in process.stderr:
            seen.append(line)
            if line.startswith("Ready at "):
                break
        else:
            pytest.fail(f"the server ended: {''.join(seen)}")
        address = line.removeprefix("Ready at ").split(": ")[0]
        yield lambda words: temptrack(*words, "--server", address, home_folder=seat)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.communicate()


def asked(cut: Path, library: RealLibrary, prompt: str) -> Words:
    words: Words = ["suggest", cut, "--library", library.name]
    return [*words, "--prompt", prompt] if prompt else words


def ids(answer: Any) -> list[str]:
    return [suggestion["track"]["id"] for suggestion in answer["suggestions"]]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_real_cut_gets_the_same_list_here_and_through_a_server(
    prompt: str, real_library: RealLibrary, cut: Path, ask_here: Ask, ask_server: Ask
) -> None:
    words = asked(cut, real_library, prompt)
    in_process, served = ask_here(words), ask_server(words)
    assert in_process["library"]["track_count"] >= 150
    assert len(set(ids(in_process))) == 10
    assert ids(served) == ids(in_process)
    assert served["query_digest"] == in_process["query_digest"]
    assert served["suggestions"] == in_process["suggestions"]
    assert any("not-there.mp4" in warning for warning in in_process["warnings"])
    assert served["warnings"] == in_process["warnings"]


def test_differing_prompts_over_one_cut_give_differing_lists(
    real_library: RealLibrary, cut: Path, ask_here: Ask
) -> None:
    metal, calm = (ids(ask_here(asked(cut, real_library, prompt))) for prompt in PROMPTS[:2])
    assert len(set(metal) & set(calm)) < 5


@pytest.mark.parametrize("way", ["ask_here", "ask_server"])
def test_the_first_suggestion_goes_on_one_more_lane_and_nothing_else_changes(
    way: str, real_library: RealLibrary, cut: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    ask: Ask = request.getfixturevalue(way)
    before, out = cut.read_bytes(), tmp_path / "out.otio"
    answer = ask([*asked(cut, real_library, "hopeful orchestra"), "--insert", "1", "-o", out])
    assert cut.read_bytes() == before
    read = otio.adapters.read_from_file(str(out))
    assert [track.name for track in read.tracks][:2] == ["V1", "Dialogue"]
    assert len(read.tracks) == 3
    added = read.tracks[2]
    assert added.kind == otio.schema.TrackKind.Audio
    (placed,) = added.find_clips()
    assert placed.metadata["temptrack"]["track_id"] == ids(answer)[0]
    chosen = Path(answer["suggestions"][0]["track"]["path"])
    assert placed.media_reference.target_url in (str(chosen), chosen.as_uri())
    assert chosen.resolve() in real_library.tracks
    document = json.loads(out.read_bytes())
    document["tracks"]["children"].pop()
    assert document == json.loads(before)
