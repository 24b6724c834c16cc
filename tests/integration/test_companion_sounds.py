"""Files, cues and preview of a real companion, over a real library."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from support.companions import Asker, Json, RefusedError, companion
from support.small_library import SmallLibrary, small_library
from temptrack.companion.audio_device import why_silent
from temptrack.media.audio import decode_audio

NTSC = {"numerator": 30000, "denominator": 1001}


@pytest.fixture(name="library", scope="module")
def make_one_library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    return small_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(name="asker", scope="module")
def make_one_companion(library: SmallLibrary) -> Iterator[Asker]:
    with companion(library.home) as asker:
        asker.introduce()
        yield asker


@pytest.fixture(name="track", scope="module")
def choose_a_track(asker: Asker) -> Json:
    answer = asker.ask("suggest", {"library": "small", "prompt": "slow", "limit": 1})
    return {"library": "small", "track_id": answer["suggestions"][0]["track"]["id"]}


def test_the_file_of_a_track_is_the_librarys_own(asker: Asker, track: Json, library: SmallLibrary) -> None:
    found = asker.ask("track/file", track)
    assert Path(found["path"]) in library.tracks
    assert found["format"] == "flac"


def test_a_cue_is_as_long_as_its_frames(asker: Asker, track: Json) -> None:
    _, answers, progress = asker.begin(
        "cue/file",
        track
        | {
            "excerpt": {"start_s": 1.5, "end_s": 4.0},
            "duration_frames": 100,
            "rate": NTSC,
            "fade_out_frames": 10,
            "gain_db": -6,
            "duck": [{"start_frames": 20, "end_frames": 40, "gain_db": -12}],
        },
    )
    cue = asker.wait(answers)
    samples = round(100 * 48_000 * Fraction(1001, 30000))
    assert (cue["samples"], cue["sample_rate_hz"], cue["duration_frames"]) == (samples, 48_000, 100)
    assert cue["warnings"] == []
    assert progress[-1] == {
        "stage": "rendering",
        "text": "Rendering the cue",
        "done": samples,
        "total": samples,
    }
    assert decode_audio(Path(cue["path"]), rate_hz=48_000).samples.shape == (1, samples)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"duration_frames": 0}, "BAD_PARAMS"),
        ({"gain_db": 600}, "BAD_CUE"),
        ({"track_id": "nobody"}, "TRACK_NOT_FOUND"),
        ({"library": "nowhere"}, "LIBRARY_NOT_FOUND"),
    ],
)
def test_a_cue_that_cannot_be_is_refused(asker: Asker, track: Json, change: Json, reason: str) -> None:
    wanted = track | {"excerpt": {"start_s": 0}, "duration_frames": 10, "rate": NTSC}
    with pytest.raises(RefusedError) as refused:
        asker.ask("cue/file", wanted | change)
    assert refused.value.problem.reason == reason


def test_stopping_silence_is_fine_and_seeking_in_it_is_told(asker: Asker) -> None:
    assert asker.ask("preview/stop") == {"state": "stopped"}
    with pytest.raises(RefusedError) as refused:
        asker.ask("preview/seek", {"position_s": 1})
    assert refused.value.problem.reason == "NOTHING_PLAYING"


@pytest.mark.skipif(why_silent() is None, reason="this machine can play music")
def test_a_machine_without_loudspeakers_says_so(asker: Asker, track: Json) -> None:
    with pytest.raises(RefusedError) as refused:
        asker.ask("preview/play", track)
    assert refused.value.problem.reason == "NO_AUDIO_DEVICE"
    assert "device" in refused.value.problem.sentence
    preview = next(check for check in asker.ask("doctor")["checks"] if check["name"] == "preview")
    assert preview["state"] == "warn"


@pytest.mark.skipif(why_silent() is not None, reason="this machine has no loudspeakers")
def test_a_track_is_played_and_stopped(asker: Asker, track: Json) -> None:
    asker.told.clear()
    assert asker.ask("preview/play", track | {"start_s": 2.0, "gain_db": -60}) == {"state": "playing"}
    assert asker.ask("preview/stop") == {"state": "stopped"}
    states = [params["state"] for method, params in asker.told if method == "preview/position"]
    assert (states[0], states[-1]) == ("playing", "stopped")
