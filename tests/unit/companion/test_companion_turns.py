"""Play and stop count in the order they were asked for, however long a track takes to fetch."""

from pathlib import Path

import pytest

from temptrack.companion.calls import Call
from temptrack.companion.messages import Message
from temptrack.companion.sound_messages import PlayParams
from temptrack.companion.sounds import Sounds
from temptrack.errors import Cancelled

TRACK = Path("/music/a.flac")
PARAMS = PlayParams(library="stock", track_id="a")


class Recorder:
    """Stands for the preview and notes what it is told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def play(self, path: Path, **_options: object) -> None:
        self.heard.append(f"play {path.name}")

    def stop(self) -> None:
        self.heard.append("stop")


def ignore(_method: str, _params: Message) -> None:
    pass


@pytest.fixture(name="sounds")
def make_sounds(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Sounds:
    sounds = Sounds(None, ignore)
    monkeypatch.setattr(sounds, "_preview", recorder)
    return sounds


@pytest.fixture(name="recorder")
def make_recorder() -> Recorder:
    return Recorder()


def calls(count: int) -> list[Call]:
    return [Call(order, None, ignore) for order in range(count)]


def test_a_track_that_was_stopped_while_it_was_fetched_does_not_start(
    sounds: Sounds, recorder: Recorder
) -> None:
    play, stop = calls(2)
    sounds.wish(play)
    sounds.stop(stop)
    with pytest.raises(Cancelled):
        sounds.play(TRACK, PARAMS, play)
    assert recorder.heard == ["stop"]


def test_of_two_tracks_the_later_wish_counts(sounds: Sounds, recorder: Recorder) -> None:
    first, second = calls(2)
    sounds.wish(first)
    sounds.wish(second)
    sounds.play(Path("/music/b.flac"), PARAMS, second)
    with pytest.raises(Cancelled):
        sounds.play(TRACK, PARAMS, first)
    assert recorder.heard == ["play b.flac"]


def test_a_stop_that_comes_to_work_late_does_not_stop_what_was_asked_after_it(
    sounds: Sounds, recorder: Recorder
) -> None:
    stop, play = calls(2)
    sounds.wish(play)
    sounds.play(TRACK, PARAMS, play)
    sounds.stop(stop)
    assert recorder.heard == ["play a.flac"]


def test_a_cancelled_play_does_not_start(sounds: Sounds, recorder: Recorder) -> None:
    (play,) = calls(1)
    sounds.wish(play)
    play.cancel()
    with pytest.raises(Cancelled):
        sounds.play(TRACK, PARAMS, play)
    assert recorder.heard == []
