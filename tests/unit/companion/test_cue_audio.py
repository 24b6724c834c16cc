from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from support import tones
from support.cues import PAL, rendered, request, samples_of
from support.disks import files_up_to
from support.tones import write_audio
from temptrack.companion.cue_audio import cue_samples, render_cue
from temptrack.companion.cue_request import Duck
from temptrack.companion.gain_curve import FadeShape
from temptrack.companion.kept_files import KeptFiles
from temptrack.errors import Cancelled, InvalidRequest, NotFound, NotReady
from temptrack.library.analysis.loudness import integrated_loudness_lufs
from temptrack.media.types import Samples

NTSC = Fraction(30_000, 1001)


@pytest.fixture
def track(tmp_path: Path) -> Path:
    return write_audio(tmp_path / "t.flac", tones.music(8, rate_hz=48_000, seed=2, level=0.5), rate_hz=48_000)


@pytest.fixture
def level(tmp_path: Path) -> Path:
    """Music that is 0.5 everywhere, so that a cue shows its gain curve."""
    flat = np.full((2, 4 * 48_000), 0.5, dtype=np.float32)
    return write_audio(tmp_path / "flat.flac", flat, rate_hz=48_000)


def db(samples: Samples) -> float:
    return float(20 * np.log10(np.abs(samples).max() / 0.5))


def test_the_excerpt_is_the_tracks_own_samples(track: Path, tmp_path: Path) -> None:
    cue = rendered(request(track, start_s=Fraction(5, 2), duration_frames=50), tmp_path / "cues")
    whole = tones.music(8, rate_hz=48_000, seed=2, level=0.5)
    sound = samples_of(cue)
    assert sound.shape == (2, 96_000)
    assert np.abs(sound - whole[:, 120_000:216_000]).max() < 1e-4


def test_the_file_is_24_bit_48_khz_and_named_for_people(track: Path, tmp_path: Path) -> None:
    cue = rendered(request(track), tmp_path / "cues", name="Björk/../: Jóga?")
    assert cue.path.parent == tmp_path / "cues"
    assert cue.path.name.startswith("Björk .. Jóga ")
    with av.open(str(cue.path)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.codec_context.channels) == (
            "pcm_s24le",
            48_000,
            2,
        )


@pytest.mark.parametrize(("frames", "samples"), [(1, 1602), (2, 3203), (5, 8008), (1000, 1_601_600)])
def test_frames_are_rounded_to_samples_once(frames: int, samples: int) -> None:
    assert cue_samples(frames, NTSC) == samples


def test_after_the_music_there_is_silence_to_the_last_frame(track: Path, tmp_path: Path) -> None:
    own_end = samples_of(rendered(request(track, start_s=Fraction(6), duration_frames=100), tmp_path))
    assert own_end.shape == (2, 192_000)
    assert np.abs(own_end[:, 90_000:96_000]).max() > 0.01
    assert not own_end[:, 96_000:].any()
    told_end = samples_of(rendered(request(track, end_s=Fraction(1), duration_frames=50), tmp_path))
    assert np.abs(told_end[:, 47_000:48_000]).max() > 0.01
    assert not told_end[:, 48_000:].any()


def test_a_cue_past_the_end_of_its_track_is_silence(track: Path, tmp_path: Path) -> None:
    sound = samples_of(rendered(request(track, start_s=Fraction(60)), tmp_path))
    assert sound.shape == (2, 48_000)
    assert not sound.any()


def test_fades_run_in_straight_lines_over_their_frames(level: Path, tmp_path: Path) -> None:
    asked = request(level, duration_frames=75, fade_in_frames=10, fade_out_frames=25)
    left = samples_of(rendered(asked, tmp_path))[0] / 0.5
    assert abs(left[0]) < 0.001
    assert abs(left[9_600] - 0.5) < 0.001
    assert abs(left[19_200:96_000] - 1).max() < 0.001
    assert abs(left[120_000] - 0.5) < 0.001
    assert abs(left[-1]) < 0.001


def test_an_equal_power_fade_has_half_the_power_in_the_middle(level: Path, tmp_path: Path) -> None:
    asked = request(level, fade_in_frames=20, fade_shape=FadeShape.EQUAL_POWER)
    left = samples_of(rendered(asked, tmp_path))[0] / 0.5
    assert abs(left[19_200] ** 2 - 0.5) < 0.001


def test_the_fade_out_ends_with_the_excerpt(level: Path, tmp_path: Path) -> None:
    asked = request(level, end_s=Fraction(2), duration_frames=75, fade_out_frames=25)
    left = samples_of(rendered(asked, tmp_path))[0] / 0.5
    assert abs(left[72_000] - 0.5) < 0.001
    assert not left[96_000:].any()


def test_fades_longer_than_the_music_share_it(level: Path, tmp_path: Path) -> None:
    left = samples_of(rendered(request(level, fade_in_frames=75, fade_out_frames=25), tmp_path))[0] / 0.5
    assert int(left.argmax()) == pytest.approx(36_000, abs=2)
    assert left[0] < 0.001
    assert left[-1] < 0.001


def test_level_changes_by_decibels(level: Path, tmp_path: Path) -> None:
    assert db(samples_of(rendered(request(level, gain_db=-12.0), tmp_path))) == pytest.approx(-12, abs=0.01)


def test_peaks_beyond_full_scale_lower_the_whole_and_are_not_cut(track: Path, tmp_path: Path) -> None:
    quiet = samples_of(rendered(request(track, duration_frames=200), tmp_path))
    loud = samples_of(rendered(request(track, duration_frames=200, gain_db=20.0), tmp_path))
    assert np.abs(loud).max() == pytest.approx(1, abs=1e-4)
    assert np.abs(loud - quiet / np.abs(quiet).max()).max() < 1e-4


def test_ducks_lower_the_music_smoothly_and_let_it_come_back(level: Path, tmp_path: Path) -> None:
    asked = request(level, duration_frames=100, ducks=(Duck(25, 50, -12.0), Duck(40, 45, -6.0)))
    left = samples_of(rendered(asked, tmp_path))[0]
    assert db(left[48_000:96_000]) == pytest.approx(-12, abs=0.01)
    assert db(left[:40_000]) == pytest.approx(0, abs=0.01)
    assert db(left[130_000:]) == pytest.approx(0, abs=0.01)
    assert np.abs(np.diff(left)).max() < 0.0002


def test_a_loudness_target_is_met(track: Path, tmp_path: Path) -> None:
    asked = request(track, duration_frames=200, target_lufs=-26.0)
    loudness = integrated_loudness_lufs(samples_of(rendered(asked, tmp_path)), 48_000)
    assert loudness == pytest.approx(-26, abs=0.1)
    lower = integrated_loudness_lufs(samples_of(rendered(replace(asked, gain_db=-3), tmp_path)), 48_000)
    assert lower == pytest.approx(-29, abs=0.1)


def test_silence_has_no_loudness_to_match(tmp_path: Path) -> None:
    track = write_audio(tmp_path / "s.wav", tones.silence(2))
    assert not samples_of(rendered(request(track, target_lufs=-20.0), tmp_path / "cues")).any()


def test_the_same_request_is_rendered_once(track: Path, tmp_path: Path) -> None:
    first = rendered(request(track), tmp_path / "cues")
    before = first.path.stat().st_ino
    again = rendered(request(track), tmp_path / "cues")
    assert again.path == first.path
    assert again.path.stat().st_ino == before
    other = rendered(request(track, gain_db=-1.0), tmp_path / "cues")
    assert other.path != first.path


def test_music_that_was_replaced_is_rendered_anew(track: Path, tmp_path: Path) -> None:
    first = rendered(request(track), tmp_path / "cues")
    write_audio(track, tones.music(8, rate_hz=48_000, seed=9), rate_hz=48_000)
    assert rendered(request(track), tmp_path / "cues").path != first.path


def test_the_same_cue_is_the_same_bytes(track: Path, tmp_path: Path) -> None:
    first = rendered(request(track, fade_in_frames=5), tmp_path / "one")
    second = rendered(request(track, fade_in_frames=5), tmp_path / "two")
    assert first.path.name == second.path.name
    assert first.path.read_bytes() == second.path.read_bytes()


def test_progress_ends_at_the_whole(track: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    render_cue(
        request(track, duration_frames=400),
        name="a",
        kept=KeptFiles(tmp_path / "cues", 2**30),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == sorted(seen)
    assert len(seen) > 2
    assert seen[-1] == (768_000, 768_000)


def _after(calls: int) -> Callable[[], bool]:
    left = iter(range(calls))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_cancelled_cue_leaves_nothing(track: Path, tmp_path: Path, calls: int) -> None:
    with pytest.raises(Cancelled):
        rendered(request(track, duration_frames=400), tmp_path / "cues", cancelled=_after(calls))
    assert list((tmp_path / "cues").iterdir()) == []


def test_a_disk_that_fills_up_leaves_nothing_and_the_next_try_works(track: Path, tmp_path: Path) -> None:
    with files_up_to(200_000), pytest.raises(NotReady) as caught:
        rendered(request(track, duration_frames=100), tmp_path / "cues")
    assert caught.value.reason == "DISK_FULL"
    assert "Artist - Title" in caught.value.message
    assert list((tmp_path / "cues").iterdir()) == []
    assert rendered(request(track, duration_frames=100), tmp_path / "cues").path.is_file()


def test_a_track_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"gone\.flac"):
        rendered(request(tmp_path / "gone.flac"), tmp_path / "cues")
    assert list((tmp_path / "cues").iterdir()) == []


def test_a_cue_beyond_all_that_is_kept_is_refused(track: Path, tmp_path: Path) -> None:
    with pytest.raises(NotReady) as caught:
        render_cue(request(track), name="a", kept=KeptFiles(tmp_path / "cues", 100_000))
    assert caught.value.reason == "FILE_OVER_LIMIT"


@pytest.mark.parametrize(
    "change",
    [
        {"duration_frames": 0},
        {"duration_frames": 25 * 4 * 3600 + 1},
        {"rate": Fraction(0)},
        {"start_s": Fraction(-1)},
        {"start_s": Fraction(2), "end_s": Fraction(2)},
        {"fade_in_frames": -1},
        {"gain_db": float("nan")},
        {"gain_db": 31.0},
        {"ducks": (Duck(0, 10, 3.0),)},
        {"ducks": (Duck(10, 10, -3.0),)},
        {"ducks": (Duck(0, 10, float("nan")),)},
        {"ducks": (Duck(0, 10, float("-inf")),)},
    ],
)
def test_what_cannot_be_is_refused(track: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        rendered(request(track, **change), tmp_path / "cues")
    assert caught.value.reason == "BAD_CUE"


@pytest.mark.parametrize("suffix", [".mp3", ".ogg", ".opus", ".m4a", ".aiff"])
def test_every_format_of_a_library_can_be_rendered(tmp_path: Path, suffix: str) -> None:
    path = write_audio(tmp_path / f"t{suffix}", tones.tone(1000, 4))
    sound = samples_of(rendered(request(path, start_s=Fraction(1)), tmp_path / "cues"))
    assert sound.shape == (2, 48_000)
    spectrum = np.abs(np.fft.rfft(sound[0]))
    assert abs(int(spectrum.argmax()) - 1000) <= 1
    assert abs(float(np.abs(sound).max()) - 0.3) < 0.05


def test_a_rate_of_zero_frames_never_reaches_the_disk(track: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        rendered(request(track, rate=-PAL), tmp_path / "cues")
    assert not (tmp_path / "cues").exists()
