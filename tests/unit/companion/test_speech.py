from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from support import tones
from support.cues import rendered, request, samples_of
from support.films import make_film
from support.reference import reference_data
from support.strips import Json, described, lane, strip
from support.tones import write_audio
from temptrack import home
from temptrack.companion.cue_request import Duck
from temptrack.companion.speech import SpeechOnTimeline, speech_on
from temptrack.companion.strips import timeline_of
from temptrack.companion.voice import RATE_HZ, SileroDetector, voices_in
from temptrack.errors import Cancelled
from temptrack.media.types import Samples
from temptrack.timeline.segments import RecordRange

PAL = Fraction(25)


class LoudDetector:
    """Takes everything loud for speech, so that tests say when somebody speaks."""

    def reset(self) -> None:
        pass

    def probability(self, window: Samples) -> float:
        return float(np.abs(window).max() > 0.1)


def talk(path: Path, length_s: float, *spoken: tuple[float, float]) -> Path:
    """Write a file that is loud in the given stretches, seconds."""
    sound = tones.silence(length_s, rate_hz=RATE_HZ)
    for start_s, end_s in spoken:
        sound[:, round(start_s * RATE_HZ) : round(end_s * RATE_HZ)] = 0.5
    return write_audio(path, sound, rate_hz=RATE_HZ)


def listen(
    *strips: Json,
    start: int = 0,
    frames: int = 1000,
    detector: Callable[[], LoudDetector] = LoudDetector,
    cancelled: Callable[[], bool] | None = None,
) -> SpeechOnTimeline:
    file = timeline_of(described(lane(*strips, kind="audio"), rate=(25, 1)))
    return speech_on(file, RecordRange(start, frames, PAL), detector=detector, cancelled=cancelled)


def near(spans: tuple[tuple[int, int], ...], *wanted: tuple[int, int]) -> bool:
    """Whether spans start no later and end no earlier than wanted, and at most three frames off."""
    return len(spans) == len(wanted) and all(
        0 <= want[0] - span[0] <= 3 and 0 <= span[1] - want[1] <= 3
        for span, want in zip(spans, wanted, strict=True)
    )


def test_speech_is_found_in_frames_of_the_part_asked_for(tmp_path: Path) -> None:
    path = str(talk(tmp_path / "v.wav", 20, (4, 6), (10, 11)))
    voice = strip("v", 0, 500, "sound", path=path)
    assert near(listen(voice).spans, (100, 150), (250, 275))
    assert near(listen(voice, start=90, frames=100).spans, (10, 60))
    assert listen(voice).ducks(-9.0)[0] == Duck(*listen(voice).spans[0], -9.0)


def test_clips_are_heard_where_they_lie_at_their_speed(tmp_path: Path) -> None:
    path = str(talk(tmp_path / "v.wav", 20, (4, 6)))
    late = strip("v", 200, 400, "sound", path=path, source_start_frames=50)
    assert near(listen(late).spans, (250, 300))
    fast = strip("v", 0, 200, "sound", path=path, speed="2")
    assert near(listen(fast).spans, (50, 75))
    backwards = strip("v", 0, 250, "sound", path=path, speed="-1", source_start_frames=249)
    assert near(listen(backwards).spans, (100, 150))


def test_speech_of_several_lanes_is_one_and_breaths_are_bridged(tmp_path: Path) -> None:
    first = strip("a", 0, 500, "sound", path=str(talk(tmp_path / "a.wav", 20, (2, 4), (4.8, 6))))
    second = strip("b", 0, 500, "sound", path=str(talk(tmp_path / "b.wav", 20, (5, 7), (12, 13))))
    assert near(listen(first, second).spans, (50, 175), (300, 325))


def test_clicks_are_no_speech(tmp_path: Path) -> None:
    path = str(talk(tmp_path / "v.wav", 5, (1, 1.1), (3, 3.05)))
    assert listen(strip("v", 0, 125, "sound", path=path)).spans == ()


def test_sound_of_a_film_is_listened_to_and_one_without_is_passed_over(tmp_path: Path) -> None:
    loud = make_film(tmp_path / "loud.mp4", tone_hz=440.0)
    silent = make_film(tmp_path / "silent.mp4")
    spoken = listen(
        strip("a", 0, 50, "sound", path=str(loud)), strip("b", 100, 150, "sound", path=str(silent))
    )
    assert near(spoken.spans, (0, 50))
    assert spoken.problems == ()


def test_sound_that_cannot_be_read_is_named_and_the_rest_is_listened_to(tmp_path: Path) -> None:
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    good = strip("g", 0, 250, "sound", path=str(talk(tmp_path / "v.wav", 10, (2, 3))))
    spoken = listen(strip("x", 0, 250, "sound", path=str(tmp_path / "bad.wav")), good)
    assert near(spoken.spans, (50, 75))
    assert len(spoken.problems) == 1
    assert "bad.wav" in spoken.problems[0]


def test_music_out_of_our_own_cache_is_not_listened_to() -> None:
    ours = home.home_folder() / "cache" / "cues" / "song.wav"
    assert listen(strip("m", 0, 250, "sound", path=str(talk(ours, 10, (0, 10))))).spans == ()


def test_a_timeline_without_sound_needs_no_detector() -> None:
    def refuse() -> LoudDetector:
        raise AssertionError("a detector was made")

    assert listen(detector=refuse).spans == ()


def test_listening_can_be_cancelled(tmp_path: Path) -> None:
    voice = strip("v", 0, 500, "sound", path=str(talk(tmp_path / "v.wav", 20)))
    with pytest.raises(Cancelled):
        listen(voice, cancelled=lambda: True)


def test_speech_goes_on_over_the_blocks_that_are_read(tmp_path: Path) -> None:
    path = talk(tmp_path / "v.wav", 70, (25, 65))
    ((start_s, end_s),) = voices_in(path, start_s=0, duration_s=70, detector=LoudDetector())
    assert start_s == pytest.approx(25, abs=0.05)
    assert end_s == pytest.approx(65, abs=0.05)


@pytest.mark.parametrize("kind", ["tone", "music", "noise", "silence"])
def test_the_real_detector_hears_no_speech_where_there_is_none(tmp_path: Path, kind: str) -> None:
    noise = np.random.default_rng(0).standard_normal((2, 5 * RATE_HZ)).astype(np.float32) * 0.1
    sounds = {
        "tone": tones.tone(440, 5, rate_hz=RATE_HZ),
        "music": tones.music(5, rate_hz=RATE_HZ),
        "noise": noise,
        "silence": tones.silence(5, rate_hz=RATE_HZ),
    }
    path = write_audio(tmp_path / "a.wav", sounds[kind], rate_hz=RATE_HZ)
    assert voices_in(path, start_s=0, duration_s=5, detector=SileroDetector()) == ()


@pytest.mark.reference
def test_the_real_detector_hears_people_speak() -> None:
    films = reference_data() / "video"
    detector = SileroDetector()
    talking = voices_in(films / "talking_720p30.mp4", start_s=0, duration_s=42, detector=detector)
    # Somebody speaks for the first quarter of a minute and is silent from then on, but for a late word.
    assert sum(end - start for start, end in talking if end < 18) > 10
    assert not any(start < 35 and end > 18 for start, end in talking)
    astronaut = voices_in(films / "nasa_13013.mp4", start_s=0, duration_s=13, detector=detector)
    assert sum(end - start for start, end in astronaut) > 8
    for name in ("big_buck_bunny_0_30.webm", "01_dog.mp4", "car-detection.mp4"):
        assert voices_in(films / name, start_s=0, duration_s=30, detector=detector) == (), name


@pytest.mark.reference
def test_music_makes_room_where_people_speak_in_a_real_film(tmp_path: Path) -> None:
    film = reference_data() / "video" / "talking_720p30.mp4"
    ntsc = Fraction(30_000, 1001)
    sound = strip(
        "talk", 0, 1270, "sound", path=str(film), media_rate={"numerator": 30_000, "denominator": 1001}
    )
    file = timeline_of(described(lane(sound, kind="audio"), rate=(30_000, 1001)))
    spoken = speech_on(file, RecordRange(0, 1270, ntsc))
    assert spoken.problems == ()
    flat = np.full((2, 43 * 48_000), 0.5, dtype=np.float32)
    music = write_audio(tmp_path / "m.flac", flat, rate_hz=48_000)
    asked = request(music, duration_frames=1270, rate=ntsc, ducks=spoken.ducks(-12.0))
    level = samples_of(rendered(asked, tmp_path / "cues"))[0]
    second = [float(np.median(level[number * 48_000 : (number + 1) * 48_000])) for number in range(42)]
    assert max(second[5:9]) == pytest.approx(0.5 * 10 ** (-12 / 20), rel=0.01)
    assert min(second[20:34]) == pytest.approx(0.5, rel=0.01)
