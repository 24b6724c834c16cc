import queue
from collections.abc import Iterator
from pathlib import Path

import miniaudio
import numpy as np
import pytest

from support import tones
from support.films import damage
from support.tones import Sound, write_audio
from temptrack.companion.audio_device import RATE_HZ, Device, Pull, open_device, why_silent
from temptrack.companion.preview import Preview, PreviewPosition, PreviewState
from temptrack.errors import InvalidRequest, NotFound, NotReady, Unavailable

PATIENCE_S = 30.0
PLAYING, STOPPED, ENDED = PreviewState.PLAYING, PreviewState.STOPPED, PreviewState.ENDED


class Listener:
    """Plays through miniaudio's null backend: real time, its own thread, no loudspeaker; and listens in."""

    def __init__(self) -> None:
        self.told: queue.Queue[PreviewPosition] = queue.Queue()
        self.heard: list[Sound] = []
        self.opened: list[Device] = []
        self.preview = Preview(self.told.put, device=self.device)

    def device(self) -> Device:
        opened = open_device([miniaudio.Backend.NULL])
        self.opened.append(opened)
        return Tap(opened, self.heard)

    def next(self) -> PreviewPosition:
        return self.told.get(timeout=PATIENCE_S)

    def until(
        self, state: PreviewState, past_s: float = 0.0, track_id: str | None = None
    ) -> list[PreviewPosition]:
        """Return what is told up to a state, a position and a track."""
        seen = [self.next()]
        while (
            seen[-1].state is not state
            or seen[-1].position_s < past_s
            or track_id not in (None, seen[-1].track_id)
        ):
            seen.append(self.next())
        return seen

    def sound(self) -> Sound:
        """What left for the loudspeaker, without the silence after it."""
        sound = np.concatenate(self.heard, axis=1)
        last = np.flatnonzero(np.abs(sound).max(axis=0))
        return sound[:, : last[-1] + 1] if last.size else sound[:, :0]


class Tap:
    """A device whose sound is kept."""

    def __init__(self, device: Device, heard: list[Sound]) -> None:
        self._device = device
        self._heard = heard

    def start(self, pull: Pull) -> None:
        tapped = self._tapped(pull)
        next(tapped)
        self._device.start(tapped)

    def close(self) -> None:
        self._device.close()

    def _tapped(self, pull: Pull) -> Pull:
        count = yield b""
        while True:
            sound = pull.send(count)
            self._heard.append(np.frombuffer(sound, dtype=np.float32).reshape(-1, 2).T)
            count = yield sound


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.preview.stop()


@pytest.fixture
def track(tmp_path: Path) -> Path:
    return write_audio(tmp_path / "t.flac", tones.music(6, rate_hz=RATE_HZ, level=0.4), rate_hz=RATE_HZ)


def test_a_stretch_is_heard_as_it_is_in_the_file(listener: Listener, track: Path) -> None:
    listener.preview.play(track, track_id="t1", start_s=2.0, end_s=2.6)
    told = listener.until(ENDED)
    assert told[0] == PreviewPosition("t1", 2.0, PLAYING)
    assert told[-1] == PreviewPosition("t1", 2.6, ENDED)
    assert [each.position_s for each in told] == sorted(each.position_s for each in told)
    wanted = tones.music(6, rate_hz=RATE_HZ, level=0.4)[:, 96_000:124_800]
    heard = listener.sound()
    start = int(np.flatnonzero(np.abs(heard).max(axis=0))[0])
    assert heard.shape[1] - start <= 28_800
    skipped = 28_800 - (heard.shape[1] - start)
    assert skipped < 10
    assert np.abs(heard[:, start + 240 :] - wanted[:, skipped + 240 :]).max() < 1e-4


def test_a_track_plays_to_its_own_end(listener: Listener, track: Path) -> None:
    listener.preview.play(track, track_id="t1", start_s=5.7)
    assert listener.until(ENDED)[-1].position_s == pytest.approx(6, abs=0.001)


def test_the_level_is_changed(listener: Listener, track: Path) -> None:
    listener.preview.play(track, track_id="t1", start_s=1.0, end_s=1.4, gain_db=-20.0)
    listener.until(ENDED)
    whole = np.abs(tones.music(6, rate_hz=RATE_HZ, level=0.4)[:, 48_240:67_200]).max()
    assert np.abs(listener.sound()[:, 240:]).max() == pytest.approx(whole / 10, rel=0.01)


def test_stop_is_told_once_and_nothing_follows(listener: Listener, track: Path) -> None:
    listener.preview.play(track, track_id="t1")
    listener.until(PLAYING, past_s=0.2)
    listener.preview.stop()
    listener.preview.stop()
    told = listener.until(STOPPED)
    assert told[-1].position_s >= 0.2
    heard = len(listener.heard)
    listener.preview.play(track, track_id="t2", end_s=0.3)
    following = listener.until(ENDED)
    assert {each.track_id for each in following} == {"t2"}
    assert len(listener.heard) > heard


def test_another_track_takes_the_place_of_the_first(listener: Listener, track: Path) -> None:
    listener.preview.play(track, track_id="t1")
    listener.preview.play(track, track_id="t2", start_s=1.0, end_s=1.2)
    told = listener.until(ENDED)
    assert [each.track_id for each in told if each.state is STOPPED] == ["t1"]
    assert told[-1].track_id == "t2"


def test_seeking_goes_on_from_there_without_a_stop(listener: Listener, track: Path) -> None:
    listener.preview.play(track, track_id="t1", end_s=5.0)
    listener.until(PLAYING, past_s=0.1)
    listener.preview.seek(4.7)
    told = listener.until(ENDED)
    assert STOPPED not in {each.state for each in told}
    assert told[-1].position_s == pytest.approx(5.0, abs=0.001)
    with pytest.raises(NotReady) as caught:
        listener.preview.seek(1.0)
    assert caught.value.reason == "NOTHING_PLAYING"


def test_seeking_past_the_end_of_the_stretch_plays_on_and_past_the_track_ends(
    listener: Listener, track: Path
) -> None:
    listener.preview.play(track, track_id="t1", end_s=1.0)
    listener.preview.seek(5.8)
    assert listener.until(ENDED)[-1].position_s == pytest.approx(6.0, abs=0.001)
    listener.preview.play(track, track_id="t1")
    listener.preview.seek(100.0)
    assert listener.until(ENDED, past_s=7)[-1].position_s == 100.0


def test_a_file_that_cannot_be_played_does_not_silence_the_one_that_is(
    listener: Listener, track: Path, tmp_path: Path
) -> None:
    listener.preview.play(track, track_id="t1", end_s=0.5)
    with pytest.raises(NotFound):
        listener.preview.play(tmp_path / "gone.wav", track_id="t2")
    assert listener.until(ENDED)[-1] == PreviewPosition("t1", 0.5, ENDED)


def test_music_of_another_rate_and_mono_is_heard_in_time(listener: Listener, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "t.mp3", tones.tone(1000, 1)[:1])
    listener.preview.play(path, track_id="t1", start_s=0.2, end_s=0.7)
    listener.until(ENDED)
    heard = listener.sound()
    assert np.array_equal(heard[0], heard[1])
    spectrum = np.abs(np.fft.rfft(heard[0][2000:22_000]))
    assert float(spectrum.argmax()) * RATE_HZ / 20_000 == pytest.approx(1000, abs=4)


def test_damage_is_silence_and_the_rest_is_played(listener: Listener, tmp_path: Path) -> None:
    path = damage(write_audio(tmp_path / "t.flac", tones.music(4), rate_hz=44_100), at=0.5)
    listener.preview.play(path, track_id="t1", start_s=1.8, end_s=2.4)
    assert listener.until(ENDED)[-1].position_s == pytest.approx(2.4, abs=0.001)


@pytest.mark.parametrize(
    ("start_s", "end_s", "gain_db"),
    [
        (-1.0, None, 0.0),
        (2.0, 2.0, 0.0),
        (float("nan"), None, 0.0),
        (0.0, None, 12.1),
        (0.0, None, float("nan")),
    ],
)
def test_what_cannot_be_played_is_refused(
    listener: Listener, track: Path, start_s: float, end_s: float | None, gain_db: float
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        listener.preview.play(track, track_id="t1", start_s=start_s, end_s=end_s, gain_db=gain_db)
    assert caught.value.reason == "BAD_PREVIEW"
    assert not listener.opened


def test_a_machine_without_sound_says_so_and_what_to_do(track: Path) -> None:
    elsewhere = [miniaudio.Backend.WASAPI, miniaudio.Backend.COREAUDIO]
    impossible = [backend for backend in elsewhere if backend not in miniaudio.get_enabled_backends()]
    told: list[PreviewPosition] = []
    preview = Preview(told.append, device=lambda: open_device(impossible[:1]))
    with pytest.raises(Unavailable) as caught:
        preview.play(track, track_id="t1")
    assert caught.value.reason == "NO_AUDIO_DEVICE"
    assert "headphones" in caught.value.hint
    assert told == []
    preview.stop()


def test_the_default_device_plays_or_the_machine_says_why_not() -> None:
    why = why_silent()
    if why is None:
        open_device().close()
    else:
        assert why.reason == "NO_AUDIO_DEVICE"
        with pytest.raises(Unavailable):
            open_device()


def test_a_file_that_goes_away_ends_the_preview_and_says_why(listener: Listener, track: Path) -> None:
    told = listener.told

    def take_away(position: PreviewPosition) -> None:
        track.unlink(missing_ok=True)
        told.put(position)

    preview = Preview(take_away, device=listener.device)
    preview.play(track, track_id="t1")
    last = listener.until(ENDED)[-1]
    assert last.position_s == pytest.approx(1.0, abs=0.001)
    assert last.problem is not None
    assert last.problem.reason == "MEDIA_NOT_FOUND"
    preview.stop()
